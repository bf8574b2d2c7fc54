"""From a message to clauses: sentences apart, courtesies off, spaces single."""

import re
from dataclasses import dataclass

from language.grammar import section
from language.marks import MARK
from language.text.spelling import spelled_out

forms = section("clauses")


CLAUSE_MAX_CHARACTERS = 400
END_MARKS = " \t,.;:!?…-–"

BULLET = re.compile(r"^\s*(?:(?:[-*•–] )?\[[ xX]?\]|[-*•–→➡▶►☐·]\ufe0f?|\d{1,3}[.)])\s+")

COURTESY_MAX_CHARACTERS = 40


@dataclass(frozen=True)
class Clause:
    """One thing said. `text` is without courtesies and end marks; `asked` when it ended in a question mark.

    `of_assistant` when the assistant itself was to do it: "can you order a pizza", "order a pizza for me". `corrects`
    when it speaks against what was said or planned before: "actually, the dentist is at 3pm"; `polite` when it says
    please, which nobody says to a list.
    """

    text: str
    asked: bool = False
    of_assistant: bool = False
    corrects: bool = False
    polite: bool = False


def sentences(text: str) -> list[str]:
    """The sentences of a message with their end marks; a list point comes without its bullet."""
    return [
        sentence
        for line in spelled_out(text).splitlines()
        for sentence in line_sentences(BULLET.sub("", line, count=1))
    ]


def line_sentences(line: str) -> list[str]:
    line = forms.shouted_head.sub(lambda head: head[0].rstrip("!. ") + ": ", line)
    starts = [0, *(end.end() for end in forms.sentence_end.finditer(line))]
    parts = [line[start:end] for start, end in zip(starts, [*starts[1:], len(line)], strict=True)]
    return [single_spaced(part) for part in parts if part.strip(END_MARKS)]


def clause_of(sentence: str) -> Clause:
    text = with_marks_last(spelled_out(single_spaced(sentence)))
    text = forms.event_reminder.sub(r"\g<event>", forms.repeats.sub("", text))
    text = forms.when_time.sub("", forms.when_it_is.sub(r"at \g<hour>", text))
    return Clause(
        without_courtesies(text),
        asked=text.endswith("?"),
        of_assistant=forms.of_assistant.search(text) is not None,
        corrects=forms.corrects.search(text) is not None,
        polite=forms.polite.search(text) is not None,
    )


def with_marks_last(text: str) -> str:
    """ "!high pay rent" as "pay rent !high": a mark for a priority says the same wherever it stands."""
    found = MARK.match(text)
    rest = text[found.end() :].strip(" ,:") if found and found["priority"] else ""
    return f"{rest.rstrip(END_MARKS)} {found[0]}{'?' * rest.endswith('?')}" if found and rest else text


def without_courtesies(text: str) -> str:
    """The command inside "hey, could you please … for me, thanks!"; the text itself where nothing would be left."""
    kept = text
    while match := forms.courtesy_before.match(kept):
        kept = kept[match.end() :]
    while match := forms.courtesy_after.search(kept[-COURTESY_MAX_CHARACTERS:]):
        kept = kept[: len(kept) - len(match[0])]
    return kept.strip(" ,") or text.strip(END_MARKS)


def single_spaced(text: str) -> str:
    return " ".join(text.split())
