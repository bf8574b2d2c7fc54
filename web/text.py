"""Text that every database and every JSON encoder can keep."""

import re
import unicodedata
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import StringConstraints

# PostgreSQL cannot store NUL. Half a surrogate pair, which JSON can smuggle in as "\ud800" and UTF-8 cannot
# express, is refused by pydantic's own string type. A constraint, not a validator function: length limits and
# trimming declared on top of it stay pydantic's own, with their order (trim, then count) and their messages.
StorableText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

# Letters and symbols by their category that are drawn as nothing: Hangul fillers, the empty Braille cell, a null note.
DRAWN_AS_NOTHING = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
VISIBLE = frozenset("LNPS")


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of the text: no letter, digit, punctuation or symbol that has a shape."""
    return not any(unicodedata.category(sign)[0] in VISIBLE and sign not in DRAWN_AS_NOTHING for sign in text)


def unstorable_reason(text: str) -> str:
    """Why the text cannot be stored, as a sentence; empty where it can."""
    match = UNSTORABLE.search(text)
    if match is None:
        return ""
    if match[0] == "\x00":
        return _("This text contains a NUL character, which cannot be stored.")
    return _("This text contains half a character (a lone surrogate), which cannot be stored.")


def storable(text: str) -> str:
    """The text of a model, which cannot be asked to correct itself: U+FFFD in place of what cannot be stored.

    The two halves of one character are joined.
    """
    if not UNSTORABLE.search(text):
        return text
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def displayable(text: str) -> str:
    """The text of a model without what no reader sees and some terminal or browser obeys.

    Control characters other than tab and line ends, overrides of the direction of writing, and tag characters,
    which are an invisible alphabet. Marks of direction and joiners stay: languages and emoji need them.
    """
    return UNSEEN.sub("", storable(text))
