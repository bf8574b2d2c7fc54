"""Small typos in the words of a command: "delte the milk task", "remnd me to …". Titles are never touched.

Only what people write for short is spelled out everywhere: "u", "dont", "pls".
"""

import re
from functools import lru_cache

from language.grammar import any_of, section, words
from language.slips import is_slip
from language.vocabulary import NOT_A_TITLE, TODO_VERBS, grammar_words

FIRST_WORDS = words("first_words")
LIST_WORDS = words("list_words")
# "Would you mind adding …", "adding to my list: …".
SHORT_FORMS = section("first_forms").written
SHORTHAND = section("shorthand").written
SHORT_WORD = re.compile(rf"\b{any_of(SHORTHAND)}\b(?!['.])", re.IGNORECASE)


def spelled_out(text: str) -> str:
    """The text with shorthand in full; capitals (an "IM", the "UR" of a name) are no shorthand."""
    return SHORT_WORD.sub(in_full, text)


def in_full(word: re.Match[str]) -> str:
    begins = word.start() == 0 and not word[0].isupper()
    return SHORTHAND.get(word[0].lower() if begins else word[0], word[0])


def respelled(text: str) -> str | None:
    """The text with its first word and its words for the list put right; None where there is nothing to mend."""
    first, *others = text.split(" ")
    words = [mended_first(first), *(mended(word, LIST_WORDS) for word in others)]
    return None if words == [first, *others] else " ".join(words)


def mended_first(word: str) -> str:
    lower = word.lower()
    if lower in TODO_VERBS or lower in NOT_A_TITLE:
        return word
    return SHORT_FORMS.get(lower) or mended(word, FIRST_WORDS | LIST_WORDS)


@lru_cache(maxsize=4096)
def mended(word: str, vocabulary: frozenset[str]) -> str:
    lower = word.lower()
    if lower in vocabulary or lower in grammar_words() or lower in TODO_VERBS:
        return word
    return next((known for known in sorted(vocabulary) if is_slip(lower, known)), word)
