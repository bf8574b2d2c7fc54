"""Where the rooms that know no Django look up what they say in the person's language: where Django does.

Words are marked as everywhere: `_("…")`, `ngettext("…", "…", count)`. Until `speak_by` is told who looks them up, they
are said as they stand.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

PLACE, ANYTHING = re.compile(r"%\(\w+\)s"), ".+?"


@dataclass
class LookUp:
    """Who looks words up: alone, counted, in a context that tells two meanings apart, and in all languages."""

    one: Callable[[str], str]
    counted: Callable[[str, str, int], str]
    in_context: Callable[[str, str], str]
    everywhere: Callable[[str], Iterable[str]]


look_up = LookUp(
    one=lambda words: words,
    counted=lambda one, several, count: one if count == 1 else several,
    in_context=lambda context, words: words,
    everywhere=lambda words: (words,),
)


def speak_by(told: LookUp) -> None:
    """Called once, when the program begins."""
    vars(look_up).update(vars(told))


def gettext(words: str) -> str:
    return look_up.one(words)


def ngettext(one: str, several: str, count: int) -> str:
    return look_up.counted(one, several, count)


def pgettext(context: str, words: str) -> str:
    return look_up.in_context(context, words)


def gettext_noop(words: str) -> str:
    """Marks a constant, which is looked up where it is said."""
    return words


@cache
def pattern_of(words: str) -> re.Pattern[str]:
    """What these words are in all languages, with anything in their places."""
    forms = {words, *look_up.everywhere(words)}
    return re.compile("|".join(ANYTHING.join(map(re.escape, PLACE.split(form))) for form in forms), re.DOTALL)


def said_in(text: str, words: str) -> bool:
    """Whether the text has these words in it, in whatever language they were said."""
    return pattern_of(words).search(text) is not None


def without_ending(text: str, words: str) -> str:
    """The text without these words at its end, in whatever language they were said."""
    for form in (words, *look_up.everywhere(words)):
        text = text.removesuffix(form)
    return text
