"""What was looked for, marked in the texts that have it."""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from database.search import Terms

HIT_BEFORE, HIT_AFTER = 12, 96
# A tag of HTML that was cleaned: its attributes stand in double quotes.
TAG = re.compile(r'(<[^">]*(?:"[^"]*"[^">]*)*>)')


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text; `marked` where it is what was looked for."""

    text: str
    marked: bool = False


def marked_parts(text: str, terms: Terms) -> list[Stretch]:
    """The whole text in parts, in order."""
    parts, end = [], 0
    for hit in hits_in(text, terms):
        parts += [Stretch(text[end : hit.start()]), Stretch(text[hit.start() : hit.end()], marked=True)]
        end = hit.end()
    return [part for part in [*parts, Stretch(text[end:])] if part.text]


def snippet_parts(text: str, terms: Terms) -> list[Stretch]:
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


def marked_html(html: str, terms: Terms) -> SafeString:
    """Cleaned HTML with hits marked in its text; its tags stay as they are."""
    pieces = (
        piece if number % 2 else parts_html(marked_parts(unescape(piece), terms))
        for number, piece in enumerate(TAG.split(html))
    )
    return mark_safe("".join(pieces))  # noqa: S308 tags were cleaned before, text is escaped again


def parts_html(parts: list[Stretch]) -> SafeString:
    """Escaped text with its hits in <mark>."""
    marked = (f"<mark>{escape(part.text)}</mark>" if part.marked else escape(part.text) for part in parts)
    return mark_safe("".join(marked))  # noqa: S308 every part is escaped
