"""What the fields of a todo may hold. Every door's text comes through here, and what comes out can be stored.

Each `clean_…` returns the value to store or raises ValueError with a sentence for the person.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from accounts.errors import ValidationFailed

from .dates import FoundDate, resolve_date
from .due import Due
from .errors import DateNotUnderstood
from .models import Priority

TITLE_MAX = 200
NOTES_MAX = 10_000
TAG_MAX = 50
TAGS_MAX = 20
DUE_PHRASE_MAX = 200
NO_REPEAT_NOTE = "It is due once: repeating todos are not available yet."
CLOCK_ALONE = re.compile(
    r"(at\s+|by\s+)?(\d{1,2}(:\d\d)?\s*[ap]\.?m\.?|\d{1,2}:\d\d|noon|midnight)|at\s+\d{1,2}", re.IGNORECASE | re.ASCII
)


def clean_title(text: str) -> str:
    """One line: white space and line breaks fold into single spaces. Markup stays the text it is."""
    _refuse_unstorable(text)
    title = " ".join(text.split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in title):
        raise ValueError("A todo needs a title.")
    if len(title) > TITLE_MAX:
        raise ValueError(f"A title has at most {TITLE_MAX} characters; this one has {len(title)}.")
    return title


def clean_notes(text: str) -> str:
    _refuse_unstorable(text)
    notes = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(notes) > NOTES_MAX:
        raise ValueError(f"Notes have at most {NOTES_MAX:,} characters; these have {len(notes):,}.")
    return notes


def clean_priority(name: str) -> Priority:
    try:
        return Priority[name.strip().upper()]
    except KeyError:
        raise ValueError("A priority is none, low, medium, high or urgent.") from None


def clean_tag(text: str) -> str:
    """Lower case and composed (NFC), so that one word is one tag; a leading # is dropped."""
    tag = unicodedata.normalize("NFC", text.strip().removeprefix("#").lower())
    # Marks (M) too: many scripts write vowels with them.
    kinds = [unicodedata.category(character)[0] for character in tag if character not in "-_"]
    if not 1 <= len(tag) <= TAG_MAX or not kinds or not set(kinds) <= set("LNM"):
        raise ValueError(f"A tag has 1 to {TAG_MAX} letters, digits, “-” or “_”.")
    return tag


def clean_tags(names: Iterable[str]) -> set[str]:
    tags = {clean_tag(name) for name in names}
    if len(tags) > TAGS_MAX:
        raise ValueError(f"A todo has at most {TAGS_MAX} tags.")
    return tags


def clean_due(
    due: str | Due | None, zone: ZoneInfo, now: datetime.datetime, day: datetime.date | None = None
) -> tuple[Due | None, str]:
    """The date and a note for the person; raises DateNotUnderstood for a phrase that is none.

    `day` is when the todo is due so far: “4pm” alone moves it on that day, unless the day is over.
    """
    if not isinstance(due, str):
        return due, ""
    _refuse_unstorable(due)
    if len(due) > DUE_PHRASE_MAX:
        raise ValueError(f"A date has at most {DUE_PHRASE_MAX} characters.")
    phrase = due.strip()
    if day and day >= now.astimezone(zone).date() and CLOCK_ALONE.fullmatch(phrase):
        phrase = f"{day.isoformat()} {phrase}"
    found = resolve_date(phrase, zone, now)
    if found.due is None:
        raise DateNotUnderstood(f"I could not read “{due}” as a date. Give a first day, such as “friday 5pm”.")
    return found.due, _note(found)


CLEANERS: Mapping[str, Callable[[Any], Any]] = {
    "title": clean_title,
    "notes": clean_notes,
    "priority": clean_priority,
    "tags": clean_tags,
    "add_tags": clean_tags,
    "remove_tags": clean_tags,
}


def clean_fields(
    fields: Mapping[str, Any], zone: ZoneInfo, now: datetime.datetime, day: datetime.date | None = None
) -> tuple[dict[str, Any], str]:
    """The values to store and a note about the date; `day` as in `clean_due`.

    Raises DateNotUnderstood when the date alone is wrong, else ValidationFailed with all reasons.
    """
    cleaned: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    note, wrong_date = "", None
    for name, value in fields.items():
        try:
            if name == "due":
                cleaned[name], note = clean_due(value, zone, now, day)
            else:
                cleaned[name] = CLEANERS[name](value)
        except DateNotUnderstood as error:
            wrong_date, reasons[name] = error, error.sentence
        except ValueError as error:
            reasons[name] = str(error)
    if wrong_date and len(reasons) == 1:
        raise DateNotUnderstood(wrong_date.sentence, details=reasons) from None
    if reasons:
        raise ValidationFailed(details=reasons)
    return cleaned, note


def _refuse_unstorable(text: str) -> None:
    """Control characters, and halves of surrogate pairs that no database can encode."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r\v\f\x85":
            raise ValueError("This text holds a character that cannot be stored.")


def _note(found: FoundDate) -> str:
    return " ".join(filter(None, [found.note, NO_REPEAT_NOTE if found.recurrence else ""]))
