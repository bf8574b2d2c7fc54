"""Where the rooms that know no Django look up what they say in the person's language: where Django does.

Words are marked as everywhere: `_("…")`, `ngettext("…", "…", count)`. Until `speak_by` is told who looks them up, they
are said as they stand.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class LookUp:
    """Who looks words up: alone, counted, and in a context that tells two meanings apart."""

    one: Callable[[str], str]
    counted: Callable[[str, str, int], str]
    in_context: Callable[[str, str], str]


look_up = LookUp(
    one=lambda words: words,
    counted=lambda one, several, count: one if count == 1 else several,
    in_context=lambda context, words: words,
)


def speak_by(
    one: Callable[[str], str], counted: Callable[[str, str, int], str], in_context: Callable[[str, str], str]
) -> None:
    """Called once, when the program begins."""
    look_up.one, look_up.counted, look_up.in_context = one, counted, in_context


def gettext(words: str) -> str:
    return look_up.one(words)


def ngettext(one: str, several: str, count: int) -> str:
    return look_up.counted(one, several, count)


def pgettext(context: str, words: str) -> str:
    return look_up.in_context(context, words)


def gettext_noop(words: str) -> str:
    """Marks a constant, which is looked up where it is said."""
    return words
