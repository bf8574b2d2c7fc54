"""Addresses of the settings of notices."""

from django.urls import path

from . import pages

urlpatterns = [
    path("accounts/settings/notices", pages.change_notices, name="change_notices"),
    path("accounts/settings/notices/devices/<uuid:subscription_id>/end", pages.end_device, name="end_device"),
    path("accounts/settings/notices/test/<str:channel>", pages.send_test, name="send_test_notice"),
]
