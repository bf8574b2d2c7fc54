"""The words of English that code asks for by themselves, and the numbers and priorities that words name."""

from __future__ import annotations

import re
from functools import cache

from language.grammar import WORDS, words
from language.marks import PRIORITY_MARKS

TODO_VERBS = words("todo_verbs")
COMMAND_VERBS = words("command_verbs")
NOT_A_TITLE = words("not_a_title")
IRREGULAR_PAST = words("irregular_past")
NOT_WORK = words("not_work")
VAGUE_TITLES = words("vague_titles")

PRIORITIES = PRIORITY_MARKS | {
    "urgent": "urgent", "asap": "urgent", "critical": "urgent", "top": "urgent", "highest": "urgent",
    "high": "high", "important": "high", "medium": "medium", "normal": "medium", "moderate": "medium",
    "low": "low", "lowest": "low", "minor": "low", "no": "none", "none": "none",
}  # fmt: skip
PRIORITIES |= {f"!{level}": level for level in ("none", "low", "medium", "high", "urgent")}

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "both": 2, "couple": 2, "couple of": 2, "few": 3,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "last": -1, "bottom": -1, "top": 1,
}  # fmt: skip

WORD = re.compile(r"[a-z][a-z']*")
NOTATION = re.compile(r"\(\?p<\w+>|\{\w+\}|where \w+|^#.*$", re.MULTILINE)


@cache
def grammar_words() -> frozenset[str]:
    """The words that forms and phrases of the grammar mention: its function words and the words of commands."""
    text = (WORDS / "en.txt").read_text(encoding="utf-8").lower()
    return frozenset(WORD.findall(NOTATION.sub(" ", text.partition("[words]")[0])))
