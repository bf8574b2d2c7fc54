"""The app of what all endpoints share."""

from django.apps import AppConfig
from django.utils import translation

from habits.speech import speak_by


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 registers them

        speak_by(translation.gettext, translation.ngettext, translation.pgettext)
