"""All addresses of the program."""

from django.contrib import admin
from django.urls import include, path, re_path

from .api import api, api_not_found

urlpatterns = [
    path("api/", api.urls),
    re_path(r"^api/", api_not_found),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("todos.urls")),
    path("", include("chat.urls")),
]
