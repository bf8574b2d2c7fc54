"""Several things in one breath: "milk, eggs and bread" apart, "call Sam, the plumber, about the leak" together."""

import re

from .dating import Clock
from .words import TODO_VERBS

SEPARATOR = re.compile(
    r"\s*[,;]\s*(?:and |& |then )*(?:also )?|\s+(?:and(?: also| then)?|&|plus|as well as)\s+", re.IGNORECASE
)
AND = re.compile(r"\s*,?\s+(?:and(?: also| then)?|then)(?: to)?\s+", re.IGNORECASE)
# A part that begins so belongs to the part before it.
BELONGS = re.compile(
    r"^(?:about|which|who|that|with|without|for|in|at|on|by|to|from|because|so|if|when|while|but|or|not|including|like"
    r"|especially|e\.g|i\.e|etc|after|before|until|since|as|it|she|he|they|we|i|you|preferably|maybe)\b",
    re.IGNORECASE,
)
PART_MAX_WORDS = 6
ITEMS_MAX = 100


def listed_items(text: str, clock: Clock) -> list[str]:
    """The items of a list inside a sentence; the text itself when it is not surely a list."""
    if dated := both_dated(text, clock):
        return dated
    parts = [part for part in SEPARATOR.split(text) if part.strip()]
    if len(parts) < 2 or len(parts) > ITEMS_MAX or not is_list(parts, text):
        return [text]
    return with_common_date(parts, clock)


def is_list(parts: list[str], text: str) -> bool:
    """Parts of one kind, each short: all begin with a verb and say more than it, or none does and commas stand between."""
    if any(BELONGS.match(part) or len(part.split()) > PART_MAX_WORDS + 2 for part in parts):
        return False
    led_by_verb = [is_verb_phrase(part) for part in parts]
    if all(led_by_verb):
        return True
    return "," in text and not any(begins_with_verb(part) for part in parts) and all_short(parts)


def all_short(parts: list[str]) -> bool:
    return (
        all(len(part.split()) <= PART_MAX_WORDS // 2 for part in parts[:-1])
        and len(parts[-1].split()) <= PART_MAX_WORDS
    )


def begins_with_verb(part: str) -> bool:
    return part.split(maxsplit=1)[0].lower() in TODO_VERBS


def is_verb_phrase(part: str) -> bool:
    return begins_with_verb(part) and len(part.split()) > 1


def with_common_date(parts: list[str], clock: Clock) -> list[str]:
    """A date said once at the end is meant for all: "milk, eggs and bread for tomorrow"."""
    found = clock.find(parts[-1])
    if found is None or parts[-1][found.end :].strip() or any(clock.find(part) for part in parts[:-1]):
        return parts
    words = parts[-1][found.start : found.end]
    return [f"{part} {words}" for part in parts[:-1]] + parts[-1:]


def dated_items(text: str, clock: Clock) -> list[str]:
    """For titles that run to the end: two only where each has its own date."""
    return both_dated(text, clock) or [text]


def both_dated(text: str, clock: Clock) -> list[str]:
    """The parts around "and" or a comma where every one holds a date of its own and something else, else nothing."""
    parts = [part for part in AND.split(text) if part.strip()]
    if len(parts) < 2 or len(parts) > ITEMS_MAX:
        return []
    for part in parts:
        found = clock.find(part)
        if found is None or not (part[: found.start] + part[found.end :]).strip(" ,"):
            return []
    return parts
