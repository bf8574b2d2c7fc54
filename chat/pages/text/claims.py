"""Whether an answer says that something was changed, to be held against what the calls of its turn did.

A claim is a sentence that reports a deed of this turn, in whatever form people read one: “I've just added milk”,
“**Added:** milk”, “Milk has been added”, “Milk is on your list now”, “✅ Milk”, “Done!”. Questions, offers, conditions,
what was not done, what the person did, and what the list says of a todo are none. Titles in quotation marks are not
read. The time grows with the length of the text: sentences are taken one by one, and no pattern looks past one.
"""

import re

from .claim_words import (
    ARRIVED,
    CHECKED_OFF,
    COMPLETED_HEADING,
    CONDITION,
    DONE,
    EARLIER,
    FIRST_PERSON,
    FOREIGN,
    LABEL,
    NAMED,
    OPEN_HEADING,
    OPENER,
    PASSIVE,
    RELATIVE,
    RULE,
    SAID_BARELY,
    SUBJECT_OF_ANOTHER,
    TALK,
    UNREAL,
    WITHOUT_SUBJECT,
)

# Nobody reads past this; what a model writes is bounded far above it.
SENTENCE_MAX = 2_000
QUOTED = re.compile(
    r'“[^“”\n]{0,300}”|"[^"\n]{0,300}"|«[^«»\n]{0,300}»|„[^„“\n]{0,300}“|(?<!\w)\'[^\'\n]{2,80}\'(?=[\s.,;:!?]|$)'
)
MARKUP = re.compile(r"[*_`~#>|\u200d\ufe0f]+")
SENTENCES = re.compile(r"(?<=[.!?…])\s|\n")
CLAUSES = re.compile(r"[,;:()–—]| - | (?:and|but|so|because|then|und|et|y) ")
BULLET = re.compile(r"^(?:[-+•·]|\d{1,3}[.)]) +")
CHECK = re.compile(r"^(?:[✅✔☑✓🗹]|\[[xX]\])")
CHECKED = re.compile(r"\w\W{0,3}[✅✔☑✓]$")
BOX = re.compile(r"[⬜☐◻🔲▢❌⏳🟡🔴]|\[ \]")
GONE_AHEAD = re.compile(r"\b(?:went|gone) ahead (?:and|&) ")


def claims_change(text: str) -> bool:
    plain = MARKUP.sub("", QUOTED.sub("q", text.replace("’", "'")))
    sentences = [BULLET.sub("", said.strip()[:SENTENCE_MAX].strip()) for said in SENTENCES.split(plain)]
    bare = [GONE_AHEAD.sub("", re.sub(r"^[^\w\[]+", "", said).rstrip(" .!✅✔☑✓").lower()) for said in sentences]
    # With open ones beside them, what is ticked or headed “Completed” is a list.
    is_list = bool(BOX.search(plain)) or any(map(OPEN_HEADING.match, bare))
    return any(
        is_claim(said) or (not is_list and is_ticked(sentence, said))
        for sentence, said in zip(sentences, bare, strict=True)
        if said and not said.endswith("?") and not (is_list and COMPLETED_HEADING.match(said))
    )


def is_ticked(sentence: str, said: str) -> bool:
    """A line with a check mark before what was done, or after it."""
    if CHECK.match(sentence):
        return not TALK.match(said) and not COMPLETED_HEADING.match(said)
    return bool(CHECKED_OFF.search(said) or (CHECKED.search(sentence) and SAID_BARELY.search(said)))


def is_claim(said: str) -> bool:
    """Of a sentence in lower case, without full stop."""
    opened = OPENER.match(said + " ")
    begun = said[opened.end() :] if opened else said
    if DONE.match(said) or DONE.match(begun) or (not begun and "done" in said):
        return True
    if EARLIER.search(begun) or CONDITION.search(begun):
        return False
    if WITHOUT_SUBJECT.match(begun):
        return not LABEL.match(begun) and not SUBJECT_OF_ANOTHER.search(begun)
    return any(map(clause_claims, CLAUSES.split(begun)))


def clause_claims(clause: str) -> bool:
    clause = clause.strip(" ✅✔☑✓")
    if RULE.search(clause):
        return False
    for pattern, named in ((FIRST_PERSON, NAMED), (PASSIVE, RELATIVE), (ARRIVED, RELATIVE), (FOREIGN, RELATIVE)):
        found = pattern.search(clause)
        before = clause[: found.start()].rstrip() if found else ""
        if found and not UNREAL.search(before) and not named.search(before):
            return True
    return False
