"""All addresses of the program."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.pages.views import admin_login

from .api import api, api_not_found
from .endpoints.mcp import METADATA_PATH, mcp, protected_resource
from .openapi.changes import changes_page

handler500 = "accounts.pages.sign_in.server_error"
urlpatterns = [
    path("api/changes", changes_page),
    path("api/", api.urls),
    re_path(r"^api/", api_not_found),
    path("mcp", mcp),
    path("mcp/", mcp),
    path(METADATA_PATH.removeprefix("/"), protected_resource),
    path(f"{METADATA_PATH.removeprefix('/')}/mcp", protected_resource),
    path(f"{METADATA_PATH.removeprefix('/')}/api", protected_resource, {"door": "api"}),
    path("admin/login/", admin_login),
    path("admin/password_change/", RedirectView.as_view(pattern_name="settings")),  # guesses count there
    path("admin/", admin.site.urls),
    path("", include("web.app.urls")),
    path("", include("accounts.urls")),
    path("", include("todos.urls")),
    path("", include("notices.urls")),
    path("", include("chat.urls")),
]
