"""A text becomes tokens: words with what they can mean in a date, each with its place in the text.

Everything here is linear in the length of the text.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from language.dates.languages import COMPOUNDS, LEXICON, OPENINGS, PHRASED, Kind, known_word
from language.grammar import plain
from language.grammar import words as known_words

CLOSING = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’", "`": "`", "'": "'"}
OPENING_QUOTE = re.compile(r"""["“„«`]|(?<!\w)['‘](?=\S)""")
CLOSING_APOSTROPHE = re.compile(r"['’](?!\w)")
CHUNK = re.compile(
    r"@(?=\d)|(?<![\d/.-] )\b\d\d? [/-] \d\d?\b(?! ?[/\d])"
    r"|\b(?:every|ev)!|\n|[;()\[\]{}…!?—–]|(?:[^\s,;()\[\]{}…!?—–]|(?<=\d)[,–](?=\d))+|,",
    re.IGNORECASE,
)
HARD_BREAKS = frozenset("\n;()[]{}…!?—–")
SENTENCE_END = ".:"

# What a chunk with digits can be; each pattern must fit the whole chunk.
ISO_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?|(\d{4})[/.](\d\d?)[/.](\d\d?)"
)
# 4/15, 4/15/26, 15-4-2026, 15.4.2026 and 15.4. are dates; 1-2 and 1.5 are not.
NUMERIC = re.compile(r"(\d\d?)(?:/(\d\d?)(?:/(\d{4}|\d\d))?|([.-])(\d\d?)\4(\d{4}|\d\d)|\.(\d\d?)\.|-(\d\d?))")
# "Oct-2", "14april", "2019-sep-1", "8/Oct/2012": a month among numbers, in one word.
GLUED = re.compile(r"(?:(\d{1,4})[-/.]?)?([a-zà-ÿ]{3,9})\.?[-/]?(\d{1,4})?(?:[-/.](\d{4}))?", re.IGNORECASE)
CLOCK = re.compile(
    r"(\d\d?)(?::?(\d\d)(?::\d\d)?)?(?:\.?(am|pm|a\.m|p\.m|[ap])|(?<=:\d\d)h?)|(\d\d?)\.(\d\d)(am|pm)", re.IGNORECASE
)
RANGE = re.compile(r"([^-–]+)([-–])([^-–]+)")
ROUGHLY = re.compile(r"(?<=[\dm])-?ish$", re.IGNORECASE)  # "5ish", "5pm-ish"
LOOSE_CLOCK = re.compile(r"(\d\d?)(?:[.hH](\d\d)|[hH])")
ORDINAL = re.compile(r"(\d\d?)(?:st|nd|rd|th|er|e|\.)", re.IGNORECASE)
NEXT_WORD = re.compile(r" ([^\W\d_]{3,10})\b")
GERMAN_DATE = re.compile(r"\d\d?\.\d\d?")
LONGEST_ABBREVIATION = len("sept")
LONGEST_WORD = 40
AMOUNT = re.compile(r"\+?(\d{1,6})(m|min|mins|h|hr|hrs|d|w|wk|wks|mo|y|yr)?", re.IGNORECASE)
AMOUNT_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}

# What may be joined by hyphens.
SPOKEN = frozenset({Kind.NUMBER, Kind.OH})

# Words that go on after a date and are not described by it: "at 5 with Sam", but "at 5 Main Street".
LINKS = known_words("links")
# Between one of these and a noun a date describes the noun: "the monday meeting", "my daily walk".
DETERMINERS = known_words("determiners")


@dataclass(slots=True)
class Token:
    """One word, number or name at `start:end`; `kinds` is what it can mean, empty for any other word."""

    word: str
    start: int
    end: int
    kinds: dict[Kind, Any] = field(default_factory=dict)
    comma: bool = False  # a comma stands before it


@dataclass(slots=True)
class Words:
    """The tokens of one clause. Looking beyond its ends finds nothing."""

    tokens: list[Token] = field(default_factory=list)

    def get(self, place: int, kind: Kind) -> Any:
        """The value of the token as this kind, or None."""
        if 0 <= place < len(self.tokens):
            return self.tokens[place].kinds.get(kind)
        return None

    def has(self, place: int, *kinds: Kind) -> bool:
        if not 0 <= place < len(self.tokens):
            return False
        return not self.tokens[place].kinds.keys().isdisjoint(kinds)

    def skip(self, place: int, *kinds: Kind) -> int:
        """The next place if the token there is of one of the kinds, else the same."""
        return place + 1 if self.has(place, *kinds) else place

    def weekday(self, place: int) -> int | None:
        """The weekday that is named there, in full, in short or as one of many."""
        days = (self.get(place, kind) for kind in (Kind.WEEKDAYS, Kind.WEEKDAY, Kind.SHORT_WEEKDAY))
        return next((day for day in days if day is not None), None)

    def opaque(self, place: int) -> bool:
        """Whether a word stands there, with no comma before it, that means nothing in a date."""
        if not 0 <= place < len(self.tokens):
            return False
        token = self.tokens[place]
        return not token.kinds and not token.comma and token.word not in LINKS

    def word(self, place: int) -> str:
        """The word in lower case and without accents; empty beyond the ends."""
        return self.tokens[place].word if 0 <= place < len(self.tokens) else ""


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Stretches in quotation marks; an apostrophe inside a word opens nothing."""
    spans: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    position = 0
    while opening := OPENING_QUOTE.search(text, position):
        mark, position = opening[0], opening.end()
        if mark in unclosed:
            continue
        end = _closing(text, mark, position)
        if end < 0:
            unclosed.add(mark)
            continue
        spans.append((opening.start(), end))
        position = end
    return spans


def _closing(text: str, mark: str, position: int) -> int:
    if mark in "'‘":
        closing = CLOSING_APOSTROPHE.search(text, position)
        return closing.end() if closing else -1
    end = text.find(CLOSING[mark], position)
    if mark == "„" and end < 0:
        end = text.find("”", position)
    return end + 1 if end >= 0 else -1


def clauses(text: str) -> list[Words]:
    """The text as clauses: no date reaches over the end of a sentence, a bracket or a quotation."""
    found: list[Words] = []
    position = 0
    for start, end in [*quoted_spans(text), (len(text), len(text))]:
        found.extend(_clauses_between(text, position, start))
        position = end
    return [_merged(words) for words in found if words.tokens]


def may_be_date(text: str) -> bool:
    """Whether all its words can stand in a date, which is far sooner told than what they say."""
    chunks = (chunk for chunk in CHUNK.findall(text) if chunk != "," and chunk not in HARD_BREAKS)
    return all(piece.kinds or piece.word in PHRASED for chunk in chunks for piece in _pieces(chunk, ordinal=False)[0])


def _clauses_between(text: str, start: int, end: int) -> list[Words]:
    found = [Words()]
    comma = False
    for chunk in CHUNK.finditer(text, start, end):
        mark, position = chunk[0], chunk.start()
        if mark == ",":
            comma = True
            continue
        if mark in HARD_BREAKS:
            found.append(Words())
            continue
        pieces, ends = _pieces(mark, ordinal=mark[-1] == "." and _goes_on(text, chunk.end()))
        for word, offset, stop, kinds in pieces:
            listed = comma or (offset > 0 and "/" in mark)
            found[-1].tokens.append(Token(word, position + offset, position + stop, kinds, listed))
            comma = False
        if ends:
            found.append(Words())
    return found


def _goes_on(text: str, position: int) -> bool:
    """Whether the full stop before belongs to a German ordinal: "2. Mai", "15. jedes Monats"."""
    following = NEXT_WORD.match(text, position)
    kinds = LEXICON.get(plain(following[1]), {}) if following else {}
    return Kind.MONTH in kinds or (following is not None and following[1].islower() and Kind.EVERY in kinds)


class Piece(NamedTuple):
    """A word of a chunk, from `offset` to `end` in it."""

    word: str
    offset: int
    end: int
    kinds: dict[Kind, Any]


@lru_cache(maxsize=4096)
def _pieces(chunk: str, *, ordinal: bool) -> tuple[tuple[Piece, ...], bool]:
    """The words of one chunk between spaces, and whether a sentence ends after it. Chunks repeat: cached."""
    core = chunk.replace(" ", "").rstrip(".:'’-")
    if " " in chunk:
        return (Piece(core, 0, len(chunk), _kinds(core)),), False
    if chunk[len(core) :] == "." and (GERMAN_DATE.fullmatch(core) or (core.isdigit() and ordinal)):
        core = chunk  # "2." of "2. Mai" and "24.12."
    ends = any(mark in SENTENCE_END for mark in chunk[len(core) :])
    if chunk == "-":
        core = chunk
    if not core:
        return (), ends
    if len(core) > LONGEST_WORD:
        return (Piece("", 0, len(core), {}),), ends
    words = _split(core)
    kinds = words[0].kinds
    short = len(core) <= LONGEST_ABBREVIATION and not kinds.keys().isdisjoint(
        {Kind.MONTH, Kind.WEEKDAY, Kind.SHORT_WEEKDAY}
    )
    abbreviated = chunk[-1] == "." and (short or Kind.MERIDIEM in kinds)  # "p.m." and "Jan."
    if abbreviated:
        return (words[0]._replace(end=len(core) + 1),), False
    return words, ends


def _split(core: str) -> tuple[Piece, ...]:
    """One word; two of "Freitagabend"; the items of "mon/wed/fri"."""
    parts: tuple[str, ...] | None = COMPOUNDS.get(core.lower())
    mark = "/" if "/" in core else "-"
    if parts is None and mark in core and not core[0].isdigit() and plain(core) not in LEXICON:
        items = tuple(core.split(mark))
        # "mon/wed/fri" and "ten-thirty".
        known = (LEXICON.get(plain(item), {}) for item in items)
        parts = items if all(kinds if mark == "/" else SPOKEN & kinds.keys() for kinds in known) else None
    if parts is None and (ends := RANGE.fullmatch(core)) and _is_range(_kinds(ends[1]), _kinds(ends[3])):
        return tuple(Piece(plain(ends[part]), *ends.span(part), _kinds(ends[part])) for part in (1, 2, 3))
    if parts is None and any(map(str.isdigit, core)) and (glued := GLUED.fullmatch(core)):
        return _around_month(core, glued)
    if parts is None:
        word = known_word(core)
        return (Piece(word, 0, len(core), _kinds(core if word == plain(core) else word)),)
    pieces, offset = [], 0
    for part in parts:
        pieces.append(Piece(plain(part), offset, offset + len(part), LEXICON[plain(part)]))
        offset += len(part) + (mark in core)
    return tuple(pieces)


def _is_range(first: dict[Kind, Any], last: dict[Kind, Any]) -> bool:
    """Two times, one of which says so, or two weekdays: "3-5pm", "mon-fri"."""
    times = all({Kind.CLOCK, Kind.NUMBER} & kinds.keys() for kinds in (first, last))
    days = all({Kind.WEEKDAY, Kind.SHORT_WEEKDAY} & kinds.keys() for kinds in (first, last))
    return days or (times and Kind.CLOCK in first | last)


def _around_month(core: str, glued: re.Match[str]) -> tuple[Piece, ...]:
    """The month and the numbers of "14april"; the word as it is where no month is in it."""
    if Kind.MONTH not in LEXICON.get(plain(glued[2]), {}):
        return (Piece(plain(core), 0, len(core), _kinds(core)),)
    groups = [group for group in range(1, 5) if glued[group]]
    return tuple(
        Piece(plain(glued[group]), glued.start(group), glued.end(group), _kinds(glued[group])) for group in groups
    )


def _kinds(core: str) -> dict[Kind, Any]:
    if not any(mark.isdigit() for mark in core[:2]):
        lowered = core.lower().replace("’", "'")
        return LEXICON[lowered] if lowered in LEXICON else LEXICON.get(plain(core), {})
    if core in LEXICON or not core.isascii():
        return LEXICON.get(core, {})
    said, core = core, ROUGHLY.sub("", core)
    kinds: dict[Kind, Any] = {}
    if core != said and core.isdigit():
        kinds[Kind.CLOCK] = CLOCK.fullmatch(f"{core}:00")  # "11ish"
    if match := ISO_MOMENT.fullmatch(core):
        kinds[Kind.ISO] = match
    if match := NUMERIC.fullmatch(core):
        first, slashed, year, _, second, long_year, dotted, dashed = match.groups()
        kinds[Kind.NUMERIC] = (int(first), int(slashed or second or dotted or dashed), year or long_year)
    if (match := CLOCK.fullmatch(core)) and not core.isdigit():
        kinds[Kind.CLOCK] = match
    if match := LOOSE_CLOCK.fullmatch(core):
        kinds[Kind.LOOSE_CLOCK] = (int(match[1]), int(match[2] or 0))
    if match := ORDINAL.fullmatch(core):
        kinds[Kind.ORDINAL] = int(match[1])
    if match := AMOUNT.fullmatch(core):
        kinds |= _amount(core, match)
    return kinds


def _amount(core: str, match: re.Match[str]) -> dict[Kind, Any]:
    if not match[2]:
        return {Kind.NUMBER: int(match[1])}
    word = match[2].lower()
    return {Kind.AMOUNT: (int(match[1]), AMOUNT_UNITS.get(word) or AMOUNT_UNITS[word[0]])}


def _merged(words: Words) -> Words:
    """Phrases of several words become one token."""
    tokens, place = [], 0
    while place < len(words.tokens):
        token, place = _longest_phrase(words.tokens, place)
        tokens.append(token)
    return Words(tokens)


def _longest_phrase(tokens: list[Token], place: int) -> tuple[Token, int]:
    first = tokens[place]
    most = OPENINGS.get(first.word)
    if most is None:
        return first, place + 1
    words = [first.word]
    for following in tokens[place + 1 : place + most]:
        if following.comma:
            break
        words.append(following.word)
    for length in range(len(words), 1, -1):
        phrase = " ".join(words[:length])
        kinds = LEXICON.get(phrase)
        if kinds is not None:
            return Token(phrase, first.start, tokens[place + length - 1].end, kinds, first.comma), place + length
    return first, place + 1
