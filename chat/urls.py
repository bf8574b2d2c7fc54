"""Addresses of the chat pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/send", views.send_message, name="send_message"),
    path("c/<uuid:conversation_id>", views.conversation, name="conversation"),
]
