"""The app of what all endpoints share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 registers them
