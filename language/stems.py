"""Words as people mean them: folded, stemmed, and everyday synonyms taken as one."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from language.grammar import section, words

FILLER = words("filler")
LIGHT_VERBS = words("light_verbs")
IRREGULAR = {past: verb for verb, forms in section("past_forms").entries.items() for past in forms}
SAME_THING = section("same_thing").members()
IRREGULAR_WORDS = IRREGULAR.keys() | SAME_THING.keys()
SAME_ACT = section("same_act").members()
WORD = re.compile(r"\w+")
APOSTROPHES = re.compile("['’ʼ]")
PICK_UP = re.compile(r"\bpick(?P<past>ed)?(?:ing|s)?(?P<what>(?: \w+){0,3}?)[ -]?up\b")
STEM_MIN = 3
# Longer runs of letters are no words that have a stem; stemming them would take time for nothing.
WORD_MAX = 40
# Nobody looks for more than a title; every door refuses a longer search.
SEARCH_MAX = 200
E_MAIL = re.compile(r"\be-(?=mail)")


def words_of(text: str) -> list[str]:
    """Case, width, apostrophes and punctuation do not count; “picking up” is getting."""
    folded = APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    if "pick" in folded:
        folded = PICK_UP.sub(lambda said: f"{'got' if said['past'] else 'get'}{said['what']}", folded)
    if "e-" in folded:
        folded = E_MAIL.sub("e", folded)
    return WORD.findall(folded) or folded.split()


@lru_cache(maxsize=4096)
def stem_of(word: str) -> str:
    """Snowball's English stem of the base form; 60 µs each uncached."""
    stem = _stem_word(IRREGULAR.get(word, word))
    return SAME_THING.get(word) or SAME_THING.get(stem, stem)


def _stem_word(word: str) -> str:
    """A stemmer holds the word that it works on, so each word has its own: threads share none. It costs 0.1 µs."""
    return snowballstemmer.stemmer("english").stemWord(word) if len(word) <= WORD_MAX else word


def meaning_of(words: Iterable[str]) -> set[str]:
    """The stems of a title, without the words that only say how one speaks of it."""
    return {stem_of(word) for word in telling(words)}


def telling(words: Iterable[str]) -> set[str]:
    """The words that tell one todo from another."""
    return {word for word in words if word not in FILLER}


def act_of(stem: str) -> str:
    """One stem for all verbs that mean the same act."""
    return SAME_ACT.get(stem, stem)


def search_terms(text: str) -> list[str]:
    """Beginnings of the words that matter, for a search by substring: “groceries” finds “grocery” and the reverse."""
    words = list(dict.fromkeys(words_of(text[:SEARCH_MAX])))
    return [_common_beginning(word) for word in [word for word in words if word not in FILLER] or words]


def _common_beginning(word: str) -> str:
    beginning = _stem_word(word).rstrip("i")
    return beginning if len(beginning) >= STEM_MIN and word.startswith(beginning) else word
