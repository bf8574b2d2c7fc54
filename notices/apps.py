"""Lets notices hear what they are asked."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        # They connect their receivers once the models are there.
        from . import ways  # noqa: F401, PLC0415
        from .outbox import switched_off  # noqa: F401, PLC0415
        from .webhooks import events  # noqa: F401, PLC0415
