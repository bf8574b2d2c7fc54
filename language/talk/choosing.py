"""Which of several todos an answer picks: "the second one", "both", "yes, but not the bread one"."""

import re
from collections.abc import Sequence

from habits.speech import gettext, gettext_noop, ngettext
from language.acts import Unclear
from language.clock import Clock
from language.grammar import section
from language.talk.exchanges import Row
from language.talk.matching import Fit, each_of_several, find
from language.text.clauses import CLAUSE_MAX_CHARACTERS
from language.text.naming import is_pronoun, is_several, places_of

forms = section("choosing")


NO_LIST = gettext_noop(
    "I have no list to count in yet. Say a few words of the todo's title, or ask for your list first."
)
CHOICE_MAX_WORDS = 8
DEEDS = frozenset(["delete", "complete", "reopen"])
MARKS = re.compile(r"[^\w' ]")


def part_of(text: str, offered: Sequence[Row], verb: str, clock: Clock) -> list[Row]:
    """Those of the todos whose change, `verb`, was asked about that the whole answer surely picks; none by a question.

    "Only the first two" and "delete them all" say which; "go on then, but not the bread one" which are left out.
    """
    is_answer = len(text) <= CLAUSE_MAX_CHARACTERS and "?" not in text
    for match in forms.part.fullmatches(" ".join(MARKS.sub(" ", text).split())) if is_answer else ():
        said = match.groupdict()
        if any(said.get(deed) for deed in DEEDS - {verb}):
            continue
        named = named_of(said.get("only") or said["but"], offered, clock)
        picked = named if said.get("only") else [row for row in offered if named and row not in named]
        if picked:
            return picked
    return []


def named_of(words: str, rows: Sequence[Row], clock: Clock, *, or_almost: bool = False) -> list[Row]:
    """The rows that "the second one", "both" or words of titles surely name, or else almost."""
    if is_several(words) or forms.all.fullmatch(words):
        return [*rows]
    if places := places_of(words):
        return rows_at(places, [*rows])
    if len(words.split()) > CHOICE_MAX_WORDS or is_pronoun(words):
        return []
    found = find(words, rows, clock)
    # "Just the calls" are all of them.
    are_all = found.fit == Fit.SEVERAL and forms.plural.fullmatch(words)
    if found.fit == Fit.ONE or are_all or (or_almost and len(found.rows) == 1):
        return [*found.rows]
    ids = each_of_several(words, rows, clock)
    return [row for row in rows if row.id in ids]


def choice(text: str, candidates: Sequence[Row], said: str, clock: Clock) -> list[Row]:
    """The candidates that "the second one", "2", "both", "yes" or words of a title pick."""
    if said == "yes" and len(candidates) == 1:
        return [*candidates]
    picked = part_of(text, candidates, "", clock)
    return picked or named_of(forms.i_mean.sub("", text), candidates, clock, or_almost=True)


def rows_at(places: tuple[int, ...], rows: list[Row]) -> list[Row]:
    """The rows at places counted from 1, or from the end when negative."""
    if not rows:
        raise Unclear(gettext(NO_LIST))
    if any(not -len(rows) <= place <= len(rows) for place in places):
        raise Unclear(
            ngettext(
                "The last list has %(count)s todo. Which number do you mean?",
                "The last list has %(count)s todos. Which number do you mean?",
                len(rows),
            )
            % {"count": len(rows)}
        )
    return [rows[place - 1 if place > 0 else place] for place in places]
