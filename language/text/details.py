"""Priority and tags inside a sentence: cut out of what becomes the title."""

import re

from language.grammar import section
from language.vocabulary import PRIORITIES

forms = section("details")


BETWEEN_WORDS = re.compile(r"[\s-]+")
BETWEEN_TAGS = re.compile(r"(?:,| and)+ | ")


def cut_priority(text: str) -> tuple[str, str]:
    """The text without the words for its priority, and that priority ("" when none is said)."""
    for form in forms.priority_forms.patterns if forms.priority_sign.search(text) else ():
        if match := form.search(text):
            kept = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()
            return (kept, priority_named(match["level"])) if kept else (text, "")
    return text, ""


def priority_named(words: str) -> str:
    """The priority that "p1", "the highest priority" or "urgent" names."""
    return next((PRIORITIES[word] for word in BETWEEN_WORDS.split(words.lower()) if word in PRIORITIES), "")


def cut_tags(text: str) -> tuple[str, tuple[str, ...]]:
    tags = [match["tag"].lower() for match in forms.tag.finditer(text)]
    text = " ".join(forms.tag.sub(" ", text).split()) if tags else text
    if match := forms.tagged.search(text):
        tags += tags_named(match["tags"])
        text = text[: match.start()].rstrip()
    return text, tuple(dict.fromkeys(tags))


def tags_named(words: str) -> tuple[str, ...]:
    return tuple(tag.lstrip("#").lower() for tag in BETWEEN_TAGS.split(words.strip()) if tag.strip("#"))
