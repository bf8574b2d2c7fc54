"""Dates inside sentences: where the person's date words are, so that titles and names go without them."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from habits.values import UNSAID, Habits
from language.acts import Unclear
from language.dates import FoundDate, date_places, find_date
from language.dates.phrases import Effort
from language.errors import DateNotUnderstood
from language.grammar import section

forms = section("clock")
TIME_ALONE = forms.time_alone
# Each look reads the rest of the text again.
DATES_LOOKED_AT = 6


@dataclass(frozen=True)
class Clock:
    """The person's present: what "tomorrow" is counted from, and how they are used to read a date.

    The clock of one message (`for_message`) reads a text `once`, however many forms ask; all texts share one effort.
    """

    now: datetime.datetime
    zone: ZoneInfo
    effort: Effort | None = field(default=None, compare=False)
    read: dict[tuple[Callable[..., Any], str], Any] = field(default_factory=dict, compare=False)
    habits: Habits = UNSAID

    def for_message(self) -> "Clock":
        return replace(self, effort=Effort(), read={})

    @property
    def today(self) -> datetime.date:
        return self.now.astimezone(self.zone).date()

    def once(self, reading: "Callable[[str, Clock], Any]", text: str) -> Any:
        """What the reading makes of the text, once a message; raises Unclear for a date that is refused."""
        if (reading, text) in self.read:
            return self.read[reading, text]
        try:
            made = reading(text, self)
        except DateNotUnderstood as refusal:
            raise Unclear(refusal.sentence) from refusal
        if self.effort is not None:
            self.read[reading, text] = made
        return made

    def find(self, text: str) -> FoundDate | None:
        """The date words in the text; raises Unclear for an impossible or two-way date."""
        return self.once(found_in, text)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where the text has date words; raises Unclear where the message has too many to be read."""
        return self.once(places_in, text)


def found_in(text: str, clock: Clock) -> FoundDate | None:
    return find_date(text, clock.zone, clock.now, habits=clock.habits, effort=clock.effort)


def places_in(text: str, clock: Clock) -> list[tuple[int, int]]:
    return date_places(text, clock.zone, clock.now, clock.effort, clock.habits)


def cut_date(text: str, clock: Clock) -> tuple[str, str]:
    """The text without its date words, and those words ("" without any)."""
    found = clock.find(text)
    if found is None:
        return text, ""
    places = [(found.start, found.end), *([found.time_span] if found.time_span else [])]
    kept = text
    # The last first, so that the place of the other stays: "tomorrow call Sam at 5pm".
    for start, end in sorted(places, reverse=True):
        parts = (forms.before_date.sub("", kept[:start]), forms.after_date.sub("", kept[end:]))
        kept = " ".join(filter(None, parts))
    return kept, found.text.strip(" ,")


def cut_final_date(text: str, clock: Clock) -> tuple[str, str]:
    """As `cut_date`, but only date words at the very end count, and the words before them stay as they are."""
    start = 0
    for _ in range(DATES_LOOKED_AT):
        if (found := clock.find(text[start:])) is None:
            break
        if not text[start + found.end :].strip(" ,.!"):
            return text[: start + found.start].rstrip(), text[start + found.start : start + found.end].strip(" ,")
        start += found.end
    return text, ""


def is_date(text: str, clock: Clock) -> bool:
    """Whether the text is date words alone, perhaps behind a preposition."""
    rest, due = cut_date(text, clock)
    return bool(due) and not rest


def completed_date(meant: str, day: str, time: str, clock: Clock) -> str:
    """The date that is meant, with the day or the time of the one before, “2026-03-06” and “17:00”, if it lacks one."""
    if TIME_ALONE.fullmatch(meant):
        return f"{day} {meant}"
    found = clock.find(meant) or clock.find(f"on {meant}")
    if found is None or found.due is None or not day:
        return meant
    if found.recurrence and "DAILY" in found.recurrence.rule and day > found.due.date.isoformat():
        meant = f"{meant} from {day}"
    return f"{meant} at {time}" if time and not found.due.time else meant
