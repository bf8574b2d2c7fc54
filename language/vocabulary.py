"""The words of English that code asks for by themselves, and the numbers and priorities that words name."""

import re
from functools import cache

from language.grammar import WORDS, section, words
from language.marks import PRIORITY_MARKS

TODO_VERBS = words("todo_verbs")
COMMAND_VERBS = words("command_verbs")
NOT_A_TITLE = words("not_a_title")
IRREGULAR_PAST = words("irregular_past")
NOT_WORK = words("not_work")
VAGUE_TITLES = words("vague_titles")

PRIORITIES = PRIORITY_MARKS | section("priorities").members()
PRIORITIES |= {f"!{level}": level for level in section("priorities").entries}
NUMBERS = {word: int(number) for word, number in section("numbers").members().items()}

WORD = re.compile(r"[a-z][a-z']*")
NOTATION = re.compile(r"\(\?p<\w+>|\{\w+\}|where \w+|^#.*$", re.MULTILINE)


@cache
def grammar_words() -> frozenset[str]:
    """The words that forms and phrases of the grammar mention: its function words and the words of commands."""
    text = (WORDS / "en.txt").read_text(encoding="utf-8").lower()
    return frozenset(WORD.findall(NOTATION.sub(" ", text.partition("[words]")[0])))
