"""Addresses of notices: of their buttons, and of the settings."""

from django.urls import path

from . import pages
from .buttons import views as buttons
from .stopping import views as stop_pages

urlpatterns = [
    path("r/<str:button>", buttons.press, name="press_button"),
    path("notices", buttons.shown, name="shown_notices"),
    path("notices/<uuid:delivery_id>/<str:act>", buttons.act, name="act_on_notice"),
    path("notices/stop/<str:token>", stop_pages.stop, name="stop_mails"),
    path("accounts/settings/notices", pages.change_notices, name="change_notices"),
    path("accounts/settings/notices/devices/<uuid:subscription_id>/end", pages.end_device, name="end_device"),
    path("accounts/settings/notices/test/<str:channel>", pages.send_test, name="send_test_notice"),
]
