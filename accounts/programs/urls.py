"""Addresses that programs and the people they ask come to."""

from django.urls import path

from . import endpoints, views

urlpatterns = [
    path("o/authorize", views.authorize, name="authorize"),
    path("o/token", endpoints.token),
    path("o/register", endpoints.registration),
    path("o/revoke", endpoints.revocation),
    path(".well-known/oauth-authorization-server/o", endpoints.server_metadata),
    path("accounts/settings/programs/<int:program_id>/disconnect", views.end_connection, name="disconnect_program"),
]
