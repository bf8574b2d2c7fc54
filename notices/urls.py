"""Addresses of notices: of their buttons, and of the settings."""

from django.urls import path

from . import pages
from .buttons import views as buttons
from .stopping import views as stop_pages
from .webhooks import pages as webhooks

urlpatterns = [
    path("r/<str:button>", buttons.press, name="press_button"),
    path("notices", buttons.shown, name="shown_notices"),
    path("notices/<uuid:delivery_id>/<str:act>", buttons.act, name="act_on_notice"),
    path("notices/stop/<str:token>", stop_pages.stop, name="stop_mails"),
    path("accounts/settings/notices", pages.change_notices, name="change_notices"),
    path("accounts/settings/notices/devices/<uuid:subscription_id>/end", pages.end_device, name="end_device"),
    path("accounts/settings/notices/test/<str:channel>", pages.send_test, name="send_test_notice"),
    path("accounts/settings/webhooks", webhooks.add, name="add_webhook"),
    path("accounts/settings/webhooks/<uuid:webhook_id>/secret", webhooks.show_secret, name="show_webhook_secret"),
    path(
        "accounts/settings/webhooks/<uuid:webhook_id>/new-secret", webhooks.change_secret, name="change_webhook_secret"
    ),
    path("accounts/settings/webhooks/<uuid:webhook_id>/test", webhooks.test, name="test_webhook"),
    path("accounts/settings/webhooks/<uuid:webhook_id>/switch", webhooks.switch, name="switch_webhook"),
    path("accounts/settings/webhooks/<uuid:webhook_id>/remove", webhooks.remove, name="remove_webhook"),
]
