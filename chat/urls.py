"""Addresses of the chat pages."""

from django.urls import path

from .briefing import pages as briefing_pages
from .pages import approvals, sending, views
from .pages import conversation_buttons as conversation_views
from .pages.editing.views import edit_message
from .privacy import views as privacy_views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/settings/briefing", briefing_pages.change_briefing, name="change_briefing"),
    path("accounts/settings/export", privacy_views.export, name="export_account"),
    path("accounts/settings/erase", privacy_views.erase_account, name="erase_account"),
    path("c/send", sending.send_message, name="send_message"),
    path("c/<uuid:conversation_id>", views.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/change", conversation_views.change, name="change_conversation"),
    path("c/<uuid:conversation_id>/delete", conversation_views.delete, name="delete_conversation"),
    path("c/<uuid:conversation_id>/continue", conversation_views.go_on, name="continue_conversation"),
    path("c/<uuid:conversation_id>/export", conversation_views.export, name="export_conversation"),
    path("c/<uuid:conversation_id>/restore", conversation_views.restore, name="restore_conversation"),
    path("c/<uuid:conversation_id>/follow", sending.follow, name="follow_turn"),
    path(
        "c/<uuid:conversation_id>/messages/<uuid:message_id>/rate", conversation_views.rate_message, name="rate_message"
    ),
    path(
        "c/<uuid:conversation_id>/messages/<uuid:message_id>/changes",
        conversation_views.what_changed,
        name="what_changed",
    ),
    path("approvals/<uuid:approval_id>", approvals.approval, name="decide_approval"),
    path("c/<uuid:conversation_id>/stop", sending.stop, name="stop_turn"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/edit", edit_message, name="edit_message"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/retry", sending.retry, name="retry_message"),
]
