"""The notation of the word files, and the patterns made of it.

A word file (`words/en.txt`) has sections, and a section has entries. An entry is one of

    name:                forms, one a line; a form reads like the sentence that it understands
        {reschedule} {what} (back )?{to}
        where reschedule:
            move, push, postpone
    name ~               phrases between commas, found as whole words anywhere in a text
    name =               words, or phrases between commas, as a set

The section `[dates]` has its own entries, which `dates/languages.py` reads: a kind of word, what it says, the words.

In a form parentheses only group, braces hold named parts (of the entry, else of the section `[parts]`), and the rest is
a regular expression without regard to case, nor to accents, which people leave out; an accented letter that stands
alone in the form keeps its accent: "payé" is no "paye". Clauses are short (`text.clauses.CLAUSE_MAX_CHARACTERS`) and
single-spaced, so that no text makes a form slow.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "words"
# Besides English, the languages whose files say how everyday acts are asked for.
LANGUAGES = ("de", "fr", "es")
NAMED_PART = re.compile(r"\{([a-z_]+)\}")
PARENTHESIS = re.compile(r"(?<!\\)\((?!\?)")
HEAD = re.compile(r"([\w .,'-]+?)(:| ~| =)(?: (.+))?")
PART = re.compile(r"where (\w+)(?:(:)| = (.+))")
LETTER = "[ß-öø-ÿœ]"
ACCENTED = re.compile(rf"(?P<set>\[[^\]]*\])|(?<=[^\W\d_]){LETTER}|{LETTER}(?=[^\W\d_])")
TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe"}


class Forms:
    """The patterns of one entry, in order; they are asked as one pattern is."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self.patterns = tuple(patterns)

    def fullmatches(self, text: str) -> Iterator[re.Match[str]]:
        return (match for pattern in self.patterns if (match := pattern.fullmatch(text)))

    def fullmatch(self, text: str) -> re.Match[str] | None:
        # Loops: a message asks ten thousand times, and a generator takes as long as a look.
        for pattern in self.patterns:
            if match := pattern.fullmatch(text):
                return match
        return None

    def match(self, text: str, position: int = 0) -> re.Match[str] | None:
        return next((match for pattern in self.patterns if (match := pattern.match(text, position))), None)

    def search(self, text: str) -> re.Match[str] | None:
        return next((match for pattern in self.patterns if (match := pattern.search(text))), None)

    def findall(self, text: str) -> list[Any]:
        return [found for pattern in self.patterns for found in pattern.findall(text)]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return (match for pattern in self.patterns for match in pattern.finditer(text))

    def split(self, text: str) -> list[Any]:
        (pattern,) = self.patterns
        return pattern.split(text)

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        for pattern in self.patterns:
            text = pattern.sub(replacement, text, count=count)
        return text


@dataclass
class Entry:
    kind: str
    lines: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)  # the parts whose text is phrases between commas


class Section:
    """The entries of a section by name, compiled at once: no message waits for it; `written` is what stands there."""

    def __init__(self, entries: Mapping[str, Entry], parts: Mapping[str, str]) -> None:
        self.entries = {name: made(entry, parts) for name, entry in entries.items()}

        self.written = {name: " ".join(entry.lines) for name, entry in entries.items()}

    def members(self) -> dict[str, str]:
        """For sections of groups: the name of its group for each word, also for the name itself."""
        return {word: name for name, group in self.entries.items() for word in (name, *group)}

    def __getattr__(self, name: str) -> Any:
        return self.entries[name]


@cache
def section(name: str, language: str = "en") -> Section:
    sections, parts = word_file(language)
    return Section(sections[name], parts)


def first_found(entries: Iterable[Forms], text: str) -> re.Match[str] | None:
    return next(filter(None, (forms.search(text) for forms in entries)), None)


def in_english(text: str, name: str, language: str) -> str:
    """The text with what the forms of the section find as English says it: by the names of their entries."""
    for english, forms in section(name, language).entries.items():
        text = forms.sub(english, text)
    return text


@cache
def words(name: str, language: str = "en") -> frozenset[str]:
    """A set of the section `[words]`."""
    said = getattr(section("words", language), name)
    return said if language == "en" else said.union(*map(spellings, said))


@cache
def word_file(language: str) -> tuple[dict[str, dict[str, Entry]], dict[str, str]]:
    sections: dict[str, dict[str, Entry]] = {}
    lines = (WORDS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    entry = Entry("")
    part = ""
    for line in lines:
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        if line.startswith("["):
            entries = sections.setdefault(text.strip("[]"), {})
        elif not line.startswith(" "):
            name, kind, value = HEAD.fullmatch(line).groups()  # type: ignore[union-attr]
            entry, part = Entry(kind.strip(), [value] if value else []), ""
            entries[name] = entry
        elif match := PART.fullmatch(text):
            part = match[1] if match[2] else ""
            entry.parts[match[1]] = match[3] or ""
            entry.listed |= {part} - {""}
        elif part and line.startswith(" " * 8):
            entry.parts[part] = f"{entry.parts[part]} {text}".strip()
        else:
            entry.lines.append(text)
    return sections, {name: part_of(each) for name, each in sections.get("parts", {}).items()}


def part_of(entry: Entry) -> str:
    """A named part: an expression, or any of the phrases between commas."""
    return entry.lines[0] if entry.kind == "=" else phrases(" ".join(entry.lines))


def made(entry: Entry, parts: Mapping[str, str]) -> Any:
    if entry.kind == "=":
        text = " ".join(entry.lines)
        return frozenset(item.strip() for item in text.split("," if "," in text else None))
    if entry.kind == "~":
        return Forms([pattern(rf"\b{phrases(' '.join(entry.lines))}\b", parts)])
    own = {name: phrases(text) if name in entry.listed else text for name, text in entry.parts.items()}
    return Forms(pattern(form, {**parts, **own}) for form in entry.lines)


def phrases(listed: str) -> str:
    """The part that stands for any of the phrases between commas."""
    return "(" + "|".join(phrase.strip() for phrase in listed.split(",")) + ")"


def pattern(form: str, parts: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern of one form; use `fullmatch` for a whole clause."""
    return re.compile(expanded(form, parts), re.IGNORECASE)


def as_typed(found: re.Match[str]) -> str:
    """What stands in a form for a letter with an accent, alone or in a set of letters."""
    text = found[0]
    if found["set"]:
        return text[:-1] + "".join(map(plain, re.findall(LETTER, text))) + "]"
    return any_of(spellings(text))


def spellings(word: str) -> set[str]:
    """The word as it may be typed: "gießen" as "giessen", "für" as "fuer" and "fur"."""
    return {word, plain(word), "".join(TWO_LETTERS.get(letter, letter) for letter in word)}


def plain(word: str) -> str:
    """The word in lower case, with straight apostrophes and without accents."""
    word = word.lower().replace("’", "'")
    if word.isascii():
        return word
    return "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))


def expanded(form: str, parts: Mapping[str, str]) -> str:
    """The form as a regular expression."""
    typed = PARENTHESIS.sub("(?:", ACCENTED.sub(as_typed, form))
    return NAMED_PART.sub(lambda name: expanded(parts[name[1]], parts), typed)


def any_of(words: Iterable[str]) -> str:
    """One of the words, longest first."""
    return "(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"
