"""The app of what all endpoints share."""

from django.apps import AppConfig

from habits.speech import speak_by

from .languages.lookup import DJANGO


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 registers them

        speak_by(DJANGO)
