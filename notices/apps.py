"""Lets notices hear what they are asked."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        from . import ways  # noqa: F401, PLC0415 connects its receiver once the models are there
