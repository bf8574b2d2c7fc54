"""The rule of one reminder: how its moment follows from the date of a todo, or which moment it is by itself."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from language.due import Due, instant_of

# Where a todo is due on a whole day and nothing says when to remind.
MORNING = datetime.time(9)
TEXT = re.compile(
    r"(?P<minutes>\d{1,6}) min|(?P<days>\d{1,4}) d(?: (?P<time>\d\d:\d\d))?"
    r"|(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) (?P<zone>\S+?)(?P<once> once)?",
    re.ASCII,
)


@dataclass(frozen=True)
class ReminderRule:
    """One of three: `minutes` before the due time; `days` before the due day, at `time`; the moment `on` at `time`.

    Days and moments are wall time. `days` without a time is at the time of the date itself, or in the morning.
    A moment keeps the `zone` that it was said in; `once`, of a snooze, does not go on to the next occurrence.
    """

    minutes: int | None = None
    days: int | None = None
    time: datetime.time | None = None
    on: datetime.date | None = None
    zone: str = ""
    once: bool = False

    @classmethod
    def parse(cls, text: str) -> ReminderRule:
        """What `str` of a rule has written; raises ValueError."""
        match = TEXT.fullmatch(text)
        if match is None:
            raise ValueError("This is no rule of a reminder.")
        if match["minutes"]:
            return cls(minutes=int(match["minutes"]))
        if match["days"]:
            return cls(
                days=int(match["days"]), time=datetime.time.fromisoformat(match["time"]) if match["time"] else None
            )
        wall = datetime.datetime.fromisoformat(match["at"])
        ZoneInfo(match["zone"])
        return cls(time=wall.time(), on=wall.date(), zone=match["zone"], once=bool(match["once"]))

    def moved_by(self, days: datetime.timedelta) -> ReminderRule:
        """The rule of an occurrence so many days later: a moment moves along, at the same time of day."""
        return replace(self, on=self.on + days) if self.on else self

    def __str__(self) -> str:
        if self.minutes is not None:
            return f"{self.minutes} min"
        if self.days is not None:
            return f"{self.days} d {self.time:%H:%M}" if self.time else f"{self.days} d"
        return f"{self.on} {self.time:%H:%M} {self.zone}{' once' if self.once else ''}"

    def instant(self, due: Due | None, zone: ZoneInfo) -> datetime.datetime | None:
        """UTC, for a todo with this date of a user in `zone`; None where the date lacks what the rule counts from.

        Minutes are elapsed time. Days count by the wall clock of the date: a time that it shows twice is the first,
        one that it skips is the first moment after the gap.
        """
        if self.on is not None:
            return instant_of(self.on, self.time or MORNING, ZoneInfo(self.zone))
        if due is None:
            return None
        if self.minutes is not None:
            return due.at - datetime.timedelta(minutes=self.minutes) if due.at else None
        day = due.date - datetime.timedelta(days=self.days or 0)
        return instant_of(day, self.time or due.time or MORNING, ZoneInfo(due.zone) if due.zone else zone)


AT_THE_TIME = ReminderRule(minutes=0)
