"""What a word can be in a date, and the words: the section [dates] of the word files, words/en.txt and the others.

Accents are optional in what people type.
"""

from enum import StrEnum
from typing import Any

from language.grammar import plain, word_file
from language.slips import is_slip

# What a word can be in a date, as the word files name it; `words/en.txt` says what each means.
Kind = StrEnum(
    "Kind",
    "DAY DAY_PART IN_PART PART WEEKDAY SHORT_WEEKDAY WEEKDAYS WORKDAY DAYPARTS WEEKEND MONTH FEAST UNIT NUMBER ORDINAL "
    "NAMED_TIME OH MERIDIEM OCLOCK HALF QUARTER PAST TO HALF_BEFORE NEXT THIS LAST IN FROM BETWEEN NOW LATER ON BY FOR "
    "AT THE OF AND THROUGH EVERY OTHER ADVERB END END_OF MIDDLE BEGIN AFTER FINISHED STARTING UNTIL EXCEPT "
    "ISO NUMERIC CLOCK LOOSE_CLOCK AMOUNT",  # the last five are written with digits
)


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


# The words long enough for a slip of the finger to be told from another word.
SHORTEST_MISTYPED = len("fridy")
MISTYPED = tuple(
    word
    for kind in (Kind.DAY, Kind.DAY_PART, Kind.PART, Kind.WEEKDAY, Kind.MONTH)
    for word in vocabulary("en")[kind]
    if len(word) > SHORTEST_MISTYPED and word.isalpha()
)


def known_word(word: str) -> str:
    """The word in plain letters; a weekday, month or part of the day with one slip in it is put right."""
    typed = plain(word)
    if typed in LEXICON or len(typed) < SHORTEST_MISTYPED or not typed.isalpha():
        return typed
    return next((known for known in MISTYPED if known[0] == typed[0] and is_slip(typed, known)), typed)


# First words of the phrases of several words, with the number of words of the longest.
OPENINGS = {
    phrase.partition(" ")[0]: phrase.count(" ") + 1
    for phrase in sorted(LEXICON, key=lambda phrase: phrase.count(" "))
    if " " in phrase
}
# The words of such phrases, which may mean nothing alone.
PHRASED = frozenset(word for phrase, kinds in LEXICON.items() if kinds and " " in phrase for word in phrase.split())
