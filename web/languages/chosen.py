"""Which language somebody is spoken to in, of those that there are. English is where nothing else fits."""

from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils import translation

from habits.regions import asked_for

ENGLISH = "en"


def languages_in(folder: Path) -> list[tuple[str, str]]:
    """English, and each language that has a catalogue in the folder, with the name that its speakers give it."""
    others = sorted(path.name for path in folder.iterdir() if (path / "LC_MESSAGES").is_dir())
    return [(code, name_of(code)) for code in (ENGLISH, *others)]


def name_of(code: str) -> str:
    name = LANG_INFO.get(code, {}).get("name_local", code)
    return name[:1].upper() + name[1:]


def nearest(tag: str) -> str | None:
    """The language that stands for the tag: “de” for “de-AT”. None where there is none, or no such tag exists."""
    try:
        return translation.get_supported_language_variant(tag)
    except LookupError:
        return None


def language_asked(accept_language: str) -> str | None:
    """The first language of the header that there is."""
    return next((found for tag in asked_for(accept_language) if (found := nearest(tag))), None)
