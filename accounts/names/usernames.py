"""What a username looks like, so that nobody is taken for somebody else.

Letters of other alphabets that look like ASCII count as it, by the confusables of Unicode. Within ASCII nothing is
confusable here: “user1” and “userl” are different names.
"""

import unicodedata

from confusable_homoglyphs.categories import alias
from confusable_homoglyphs.confusables import confusables_data, is_confusable

# Scripts that are written together. What belongs to all scripts, such as digits, mixes with each.
WRITTEN_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
OF_ALL_SCRIPTS = {"COMMON", "INHERITED"}


def look_of(username: str) -> str:
    """A key that is equal for names that look alike, whatever their case."""
    composed = unicodedata.normalize("NFKC", username)
    return "".join(map(_likeness, composed)).casefold()


def mixes_lookalikes(username: str) -> bool:
    """Whether it mixes alphabets, and with letters that could be taken for Latin ones."""
    scripts = {alias(letter) for letter in username} - OF_ALL_SCRIPTS
    if len(scripts) < 2 or any(scripts <= together for together in WRITTEN_TOGETHER):
        return False
    return bool(is_confusable(username, preferred_aliases=["latin"]))


def _likeness(letter: str) -> str:
    if letter.isascii():
        return letter
    alike = (other["c"] for other in confusables_data.get(letter, ()))
    return next((other for other in alike if other.isascii()), letter)
