"""One line becomes a todo: “water plants friday 6pm #home p1, remind me an hour before”, with the place of every part.

Quoted text is never read, and a part that the person wants to keep as text stays text.
"""

from __future__ import annotations

import bisect
import datetime
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habits.values import UNSAID, Habits
from language.acts import Unclear
from language.clock import Clock
from language.dates import FoundDate, date_text, find_date
from language.dates.tokens import quoted_spans
from language.errors import DateNotUnderstood
from language.marks import MARK, priority_of_mark
from language.reading.clauses.reminding import forms as reminding
from language.reading.clauses.reminding import reminding_of_line
from language.recurrence import recurrence_text
from language.reminders.passed import BEHIND, passed_in_title
from language.reminders.phrases import read_rules
from language.reminders.text import rule_text

from .commands import TodoFields
from .fields.rules import clean_tag

Span = tuple[int, int]

JOINTS = " ,;:–-"
CLOSERS = ",.;:!?)"
# Each look for a date reads the line again; more dates than this are not kept as text one by one.
DATES_LOOKED_AT = 6
QUOTE_IT = gettext_noop("Put the words in quotes to keep them as text.")
NEVER, NO_TIME = gettext_noop("no reminder"), gettext_noop("no time to remind at")
AT_THE_TIME = gettext_noop("at the time")


@dataclass(frozen=True)
class Part:
    """Something recognised at `spans` of a line, more than one for “tomorrow call Sam at 5pm”.

    `text` is its own words, by which it can be kept as text; `value` is what they mean, in words for people; of a
    reminder `phrase` is what it is asked for with, empty where the line only begins with “remind me to”.
    """

    kind: Literal["due", "priority", "tag", "remind"]
    spans: tuple[Span, ...]
    text: str
    value: str
    phrase: str = ""


@dataclass(frozen=True)
class QuickAdd:
    """A line that was read. `due` and `remind` are phrases; `parts` and `kept`, which stay text, are in its order."""

    line: str
    title: str
    due: str
    remind: str
    priority: str
    tags: tuple[str, ...]
    parts: tuple[Part, ...]
    kept: tuple[str, ...]

    def todo_fields(self) -> TodoFields:
        fields: TodoFields = {"title": self.title, "tags": self.tags}
        if self.due:
            fields["due"] = self.due
        if self.remind:
            fields["remind"] = self.remind
        if self.priority:
            fields["priority"] = self.priority
        return fields

    @property
    def chips(self) -> list[Part]:
        """The parts, each text once."""
        return list({part.text: part for part in self.parts}.values())

    def stretches(self) -> Iterator[tuple[str, str]]:
        """The whole line in pieces, each with the kind of its part; plain text has none."""
        position = 0
        for (start, end), kind in sorted((span, part.kind) for part in self.parts for span in part.spans):
            yield self.line[position:start], ""
            yield self.line[start:end], kind
            position = end
        yield self.line[position:], ""


def parse_quick_add(
    line: str, zone: ZoneInfo, now: datetime.datetime, keep: Collection[str] = (), habits: Habits = UNSAID
) -> QuickAdd:
    """Read a line; a part whose text is in `keep` stays text.

    Raises DateNotUnderstood for words that are meant as a date and are none.
    """
    found = list(_marks(line, keep))
    marks = [part for part in found if part.text not in keep]
    clock = Clock(now, zone, habits=habits)
    if reminding := _reminder(line, marks, clock, keep):
        found.append(reminding)
    cut = [part for part in found if part.text not in keep]
    dates = list(_dates(line, cut, clock, keep))
    date = next((part for part in dates if part.text not in keep), None)
    if date and not _says_something(_title(line, [*cut, date])):
        # “tomorrow” alone is what there is to do, not when
        date, cut = None, [part for part in cut if part is not reminding]
    cut = [_reminder_told(part, line, date, clock) if part is reminding else part for part in cut]
    parts = sorted([*cut, *([date] if date else [])], key=lambda part: part.spans)
    return QuickAdd(
        line=line,
        title=_title(line, parts),
        due=date.text if date else "",
        remind=next((part.phrase for part in cut if part.kind == "remind"), ""),
        priority=next((part.value for part in parts if part.kind == "priority"), ""),
        tags=tuple(dict.fromkeys(part.value for part in parts if part.kind == "tag")),
        parts=tuple(parts),
        kept=tuple(dict.fromkeys(part.text for part in [*found, *dates] if part.text in keep)),
    )


def tag_of_mark(word: str) -> str:
    """The tag as it is stored; empty for what cannot be one, and for “#12”, the number of something."""
    try:
        return "" if word.isdigit() else clean_tag(word)
    except ValueError:
        return ""


def _marks(line: str, keep: Collection[str]) -> Iterator[Part]:
    """Tags, and of several priorities the first that counts."""
    quoted, prioritised = quoted_spans(line), False
    for match in MARK.finditer(line):
        if _overlaps(match.span(), quoted):
            continue
        spans = (_with_brackets(line, match.span()),)
        if match["tag"] and (tag := tag_of_mark(match["tag"])):
            yield Part("tag", spans, match[0], tag)
        elif match["priority"] and not prioritised:
            prioritised = match[0] not in keep
            yield Part("priority", spans, match[0], priority_of_mark(match["priority"]))


def _reminder(line: str, marks: list[Part], clock: Clock, keep: Collection[str]) -> Part | None:
    """How to remind, as the chat reads it; None where nothing else would be left of the line.

    Raises DateNotUnderstood for a moment that is over.
    """
    text = _blanked(_blanked(line, [span for part in marks for span in part.spans], " "), quoted_spans(line), "x")
    try:
        found = reminding_of_line(text, clock)
    except Unclear as unclear:
        raise DateNotUnderstood(f"{unclear.question} {_(QUOTE_IT)}") from None
    if found is None:
        if (passed := passed_in_title(text, clock)) and passed.when not in keep:
            raise DateNotUnderstood(f"{_(BEHIND) % {'when': passed.when}} {_(QUOTE_IT)}")
        return None
    words = line[found.start : found.end].strip(JOINTS)
    start = line.index(words, found.start)
    part = Part("remind", ((start, start + len(words)),), words, "", found.remind)
    return part if _says_something(_title(line, [*marks, part])) else None


def _reminder_told(part: Part, line: str, date: Part | None, clock: Clock) -> Part:
    """With what it means for this date. Raises DateNotUnderstood where it counts from what is not there."""
    found = _find(date.text, clock) if date else None
    due = found.due if found else None
    if part.phrase:
        told = (clock.zone, clock.now, clock.habits)
        rules = read_rules([part.phrase], [], due, *told) or []
        return replace(part, value="; ".join(rule_text(rule, *told) for rule in rules) or _(NEVER))
    joints = [reminding.behind_date.match(line, end) for _, end in (date.spans if date else ())]
    spans = (*part.spans, *(joint.span() for joint in joints if joint))
    return replace(part, spans=spans, value=_(AT_THE_TIME) if due and due.time else _(NO_TIME))


def _overlaps(span: Span, others: list[Span]) -> bool:
    """Whether the span shares a place with one of the others, which are in order and apart."""
    before = bisect.bisect_left(others, (span[1], 0))
    return before > 0 and others[before - 1][1] > span[0]


def _dates(line: str, marks: list[Part], clock: Clock, keep: Collection[str]) -> Iterator[Part]:
    """The date of a line; where it is to stay text, also the next one that is found without it, and so on."""
    cuts = [span for part in marks for span in part.spans]
    text = _blanked(line, cuts, " ")
    for _look in range(DATES_LOOKED_AT):
        if (found := _find(text, clock)) is None:
            return
        part = _date_part(line, found, cuts, clock)
        yield part
        if part.text not in keep:
            return
        text = _blanked(text, part.spans, "x")


def _find(text: str, clock: Clock) -> FoundDate | None:
    try:
        found = find_date(text, clock.zone, clock.now, habits=clock.habits)
    except DateNotUnderstood as refusal:
        raise DateNotUnderstood(f"{refusal.sentence} {_(QUOTE_IT)}") from None
    return found if found and found.due else None


def _date_part(line: str, found: FoundDate, cuts: list[Span], clock: Clock) -> Part:
    stretches = [(found.start, found.end), *([found.time_span] if found.time_span else [])]
    spans = tuple(span for stretch in stretches for span in _around(line, stretch, cuts))
    value = date_text(found.due, clock.zone, clock.now, clock.habits)
    if found.recurrence:
        value = f"{value}, {recurrence_text(found.recurrence, clock.habits)}"
    return Part("due", spans, " ".join(line[start:end] for start, end in spans), value)


def _around(line: str, stretch: Span, cuts: list[Span]) -> Iterator[Span]:
    """What is left of a stretch around the cuts inside it, without the space beside them."""
    start, stop = stretch
    for cut_start, cut_end in [*sorted(cut for cut in cuts if start < cut[0] < stop), (stop, stop)]:
        piece = line[start:cut_start]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = cut_end


def _blanked(text: str, spans: Collection[Span], character: str) -> str:
    """The text with a character in every place of the spans, so that all other places stay where they are."""
    for start, end in spans:
        text = text[:start] + character * (end - start) + text[end:]
    return text


def _with_brackets(line: str, span: Span) -> Span:
    start, end = span
    inside = line[start - 1 : start] == "(" and line[end : end + 1] == ")"
    return (start - 1, end + 1) if inside else span


def _title(line: str, parts: list[Part]) -> str:
    """The line without the parts and without the commas that led to them; a title in quotes loses the quotes."""
    title, position = "", 0
    for start, end in [*sorted(span for part in parts for span in part.spans), (len(line), len(line))]:
        title = _joined(title, line[position:start]) if position else line[:start]
        position = end
    if parts and max(end for part in parts for _, end in part.spans) >= len(line.rstrip()):
        title = title.rstrip(JOINTS)
    if quoted_spans(title) == [(0, len(title))] and _says_something(title[1:-1]):
        title = title[1:-1]
    return " ".join(title.split())


def _joined(before: str, after: str) -> str:
    """Two pieces of a title around a cut."""
    before, after = before.rstrip(), after.lstrip()
    if not before:
        return after.lstrip(JOINTS)
    if after[:1] and after[0] in JOINTS + CLOSERS:
        return before.rstrip(JOINTS) + after
    return f"{before} {after}"


def _says_something(title: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNS" for character in title)
