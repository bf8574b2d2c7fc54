"""Searching titles and messages: what was typed becomes terms, terms a condition, a text found a marked snippet.

PostgreSQL answers from an index over the text itself, SQLite from an FTS5 table that triggers keep (`index.py`).
"""

import functools
import operator
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Lookup, Q, TextField
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Signs that PostgreSQL's parser would take for parts of words, addresses or numbers.
SIGNS = "./_-:@#+&=~|*,;!?()<>[]“”„‘’«»–—…·•"
# `left` because a vector has at most 1 MB.
VECTOR_POSTGRESQL = f"to_tsvector('simple', translate(left({{column}}, 100000), '{SIGNS}', '{' ' * len(SIGNS)}'))"
FIND_SQLITE = "SELECT row_id FROM chat_search WHERE chat_search MATCH %s"

TYPED_MAX_CHARACTERS = 200
WORD = re.compile(r"[^\W_]+")
HIT_BEFORE, HIT_AFTER = 12, 96


@dataclass(frozen=True)
class Terms:
    """What is looked for: all `words`, the last also as the beginning of a longer one.

    Not `indexed` are scripts that write words without spaces, and signs such as emoji: any stretch of the text counts.
    """

    words: tuple[str, ...]
    indexed: bool

    def __bool__(self) -> bool:
        return bool(self.words)


def terms_of(typed: str) -> Terms:
    """Nothing that can be typed is an error: no sign has a meaning of its own."""
    text = unicodedata.normalize("NFC", typed.replace("\0", " ")[:TYPED_MAX_CHARACTERS])
    words = tuple(WORD.findall(text))
    if words and all(written_in_words(character) for character in text):
        return Terms(words, indexed=True)
    return Terms(tuple(text.split()), indexed=False)


def written_in_words(character: str) -> bool:
    """Whether both databases find the same words here: Latin, Greek, Cyrillic and Armenian letters, and any ASCII."""
    code = ord(character)
    return code < 0x590 or 0x1E00 <= code <= 0x206F


def said_in(field: str, terms: Terms) -> Q:
    """The condition that a text column has all terms."""
    if terms.indexed:
        return Q(**{f"{field}__matches": terms.words})
    return functools.reduce(operator.and_, (Q(**{f"{field}__icontains": word}) for word in terms.words))


@TextField.register_lookup
@CharField.register_lookup
class Matches(Lookup):
    """`content__matches=("buy", "mil")`; for columns that `index.py` knows."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        quoted = [f'"{word}"' for word in self.rhs]
        return f'{table}."id" IN ({FIND_SQLITE})', [f"text : ({' AND '.join(quoted)} *)"]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        quoted = [f"'{word}'" for word in self.rhs]
        vector = VECTOR_POSTGRESQL.format(column=column)
        return f"{vector} @@ to_tsquery('simple', %s)", [*params, f"{' & '.join(quoted)}:*"]


@dataclass(frozen=True)
class Part:
    """A stretch of a text; `marked` where it is what was looked for."""

    text: str
    marked: bool = False


def marked_parts(text: str, terms: Terms) -> list[Part]:
    """The whole text in parts, in order."""
    parts, end = [], 0
    for hit in hits_in(text, terms):
        parts += [Part(text[end : hit.start()]), Part(text[hit.start() : hit.end()], marked=True)]
        end = hit.end()
    return [part for part in [*parts, Part(text[end:])] if part.text]


def snippet_parts(text: str, terms: Terms) -> list[Part]:
    """One line of the text around the first place that has a term, which a narrow column still shows."""
    text = " ".join(text.split())
    first = next(iter(hits_in(text, terms)), None)
    start = max(0, first.start() - HIT_BEFORE) if first else 0
    if start and first and (space := text.find(" ", start, first.start())) != -1:
        start = space + 1
    end = (first.end() if first else start) + HIT_AFTER
    return marked_parts(("…" if start else "") + text[start:end] + ("…" if end < len(text) else ""), terms)


def hits_in(text: str, terms: Terms) -> list[re.Match[str]]:
    """Where the terms stand: words from their beginning; with accents where they were typed without."""
    stretches = "|".join(re.escape(word) for word in sorted(terms.words, key=len, reverse=True))
    if not stretches:
        return []
    pattern = re.compile(rf"(?<![^\W_])(?:{stretches})" if terms.indexed else stretches, re.IGNORECASE)
    return list(pattern.finditer(text)) or list(pattern.finditer(unaccented(text)))


def unaccented(text: str) -> str:
    """The text without accents, each character in its place."""
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)


def parts_html(parts: list[Part]) -> SafeString:
    """Escaped text with its hits in <mark>."""
    marked = (f"<mark>{escape(part.text)}</mark>" if part.marked else escape(part.text) for part in parts)
    return mark_safe("".join(marked))  # noqa: S308 every part is escaped
