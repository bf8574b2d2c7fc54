"""What a word can be in a date, and the words: the section [dates] of the word files, words/en.txt and the others.

Accents are optional in what people type.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum, auto
from typing import Any

from language.grammar import word_file


class Kind(StrEnum):
    """What a word can be in a date; the comment says what its value is."""

    DAY = auto()  # days from today
    DAY_PART = auto()  # a part of today: "tonight"
    IN_PART = auto()  # the next such part of a day: "in the morning"
    PART = auto()  # a part of a day already named: "morning" in "tomorrow morning"
    WEEKDAY = auto()  # 0 is Monday
    SHORT_WEEKDAY = auto()  # 0 is Monday; also another word: "sat", "sun", "wed", "mon"
    WEEKDAYS = auto()  # every such day: "mondays"
    WORKDAY = auto()  # "one" or "many"; many repeat: "weekdays"
    DAYPARTS = auto()  # such a part of every day: "mornings"
    WEEKEND = auto()  # "one" or "many"
    MONTH = auto()  # 1 to 12
    FEAST = auto()  # its month and day, days from Easter, or the month, weekday and place of one that moves
    UNIT = auto()  # "minute" … "year"
    NUMBER = auto()
    ORDINAL = auto()  # -1 is the last
    NAMED_TIME = auto()  # the hour: 12 or 24
    MERIDIEM = auto()  # hours to add: 0 or 12
    OCLOCK = auto()  # 12 or 24, the hours of its clock
    HALF = auto()
    QUARTER = auto()
    PAST = auto()
    TO = auto()
    HALF_BEFORE = auto()  # German "halb neun" is 8:30
    NEXT = auto()
    THIS = auto()
    LAST = auto()
    IN = auto()
    FROM = auto()
    BETWEEN = auto()
    NOW = auto()
    LATER = auto()  # behind a distance: "3 days later"
    ON = auto()
    BY = auto()
    FOR = auto()
    AT = auto()
    THE = auto()
    OF = auto()
    AND = auto()
    THROUGH = auto()
    EVERY = auto()  # what it counts from: "due" or "completion"
    OTHER = auto()
    ADVERB = auto()  # a rule: "daily"
    ONCE = auto()
    END = auto()
    END_OF = auto()  # a unit: "eom"
    MIDDLE = auto()
    BEGIN = auto()
    AFTER = auto()
    FINISHED = auto()
    STARTING = auto()
    UNTIL = auto()
    # Written with digits
    ISO = auto()
    NUMERIC = auto()
    CLOCK = auto()
    LOOSE_CLOCK = auto()
    AMOUNT = auto()


# Where two languages have one word, the later one says what it means.
FILES = ("hi", "es", "fr", "de", "en")


def vocabulary(language: str) -> dict[Kind, dict[str, Any]]:
    """The words of its file by kind, each with its value."""
    kinds: dict[Kind, dict[str, Any]] = {}
    for head, entry in word_file(language)[0]["dates"].items():
        name, _, said = head.partition(" ")
        words = [word.strip() for word in " ".join(entry.lines).split(",")]
        if name != "names":
            kinds.setdefault(Kind(name.replace("-", "_")), {}).update(valued(words, said))
    return kinds


def valued(words: list[str], said: str) -> dict[str, Any]:
    """Each word with what its entry says, or counted up from "5..", where "/" parts spellings of one value."""
    if not said.endswith(".."):
        return dict.fromkeys(words, value_of(said))
    first = int(said.removesuffix(".."))
    return {spelling: place for place, word in enumerate(words, first) for spelling in word.split("/")}


def value_of(said: str) -> Any:
    """A number, a word or several of them; a mere kind is True."""
    if said.isupper():
        frequency, *interval = said.split()
        return f"FREQ={frequency}" + "".join(f";INTERVAL={count}" for count in interval)
    values = tuple(int(each) if each.lstrip("-").isdecimal() else each for each in said.split())
    return values if len(values) > 1 else values[0] if values else True


def plain(word: str) -> str:
    """The word in lower case, with straight apostrophes and without accents."""
    word = word.lower().replace("’", "'")
    if word.isascii():
        return word
    return "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))


def _lexicon() -> dict[str, dict[Kind, Any]]:
    lexicon: dict[str, dict[Kind, Any]] = {}
    for language in FILES:
        for kind, phrases in vocabulary(language).items():
            for phrase, value in phrases.items():
                key = "à" if phrase == "à" else plain(phrase)  # without its accent it is the English article
                lexicon.setdefault(key, {})[kind] = value
    # Names and sayings that contain a word of a date and are none.
    for name in " ".join(word_file("en")[0]["dates"]["names"].lines).split(","):
        lexicon[plain(name.strip())] = {}
    return lexicon


LEXICON = _lexicon()
# German writes a weekday and its part as one word: "Freitagabend".
COMPOUNDS = {
    f"{day}{part}": (day, part)
    for day in vocabulary("de")[Kind.WEEKDAY]
    for part in ("morgen", "vormittag", "mittag", "nachmittag", "abend")
}


def _openings() -> dict[str, int]:
    """First words of the phrases of several words, with the number of words of the longest."""
    openings: dict[str, int] = {}
    for phrase in LEXICON:
        words = phrase.split(" ")
        if len(words) > 1:
            openings[words[0]] = max(openings.get(words[0], 0), len(words))
    return openings


OPENINGS = _openings()
