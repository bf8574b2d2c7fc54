"""How the rooms that know no Django look up their words: Django does, in the language that is spoken."""

from django.conf import settings
from django.utils import translation

from habits.speech import LookUp


def in_all_languages(words: str) -> list[str]:
    """What a question that was asked before may have been asked with."""
    found = []
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            found.append(translation.gettext(words))
    return found


DJANGO = LookUp(translation.gettext, translation.ngettext, translation.pgettext, in_all_languages)
