"""When a todo is due, how it repeats, and from where the repeat counts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence, next_occurrence


@dataclass(frozen=True)
class Schedule:
    """`anchor` is where the rule put this occurrence: moving it changes `due` alone, and the rhythm stays.

    There is a recurrence only with a date, and an anchor only with a recurrence.
    """

    due: Due | None = None
    recurrence: Recurrence | None = None
    anchor: Due | None = None

    def moved_to(self, due: Due | None) -> Schedule:
        """This occurrence at another time. Without a date nothing repeats either."""
        return replace(self, due=due) if due else Schedule()

    def repeating(self, recurrence: Recurrence | None) -> Schedule:
        """The same date under another rule, or none. The rule it has already keeps its rhythm."""
        if recurrence == self.recurrence:
            return self
        return Schedule(self.due, recurrence, self.due if recurrence else None)

    def next(self, completed_at: datetime.datetime, zone: ZoneInfo) -> Schedule | None:
        """The occurrence after one done at `completed_at`, always later than that; None where nothing follows.

        A rule with a time counts in the zone it was given in, one of whole days in `zone`, the user's.
        """
        if self.recurrence is None or self.anchor is None:
            return None
        zone = ZoneInfo(self.anchor.zone) if self.anchor.zone else zone
        try:
            due = next_occurrence(self.recurrence, self.anchor, completed_at, zone)
        except DateNotUnderstood:
            return None
        return Schedule(due, self.recurrence, due)

    @property
    def columns(self) -> dict[str, Any]:
        """As a todo stores it."""
        due, anchor, recurrence = self.due, self.anchor, self.recurrence
        return {
            "due_date": due.date if due else None,
            "due_time": due.time if due else None,
            "due_zone": due.zone if due else "",
            "due_at": due.at if due else None,
            "recurrence": recurrence.rule if recurrence else "",
            "recurs_from_completion": bool(recurrence and recurrence.from_completion),
            "anchor_date": anchor.date if anchor else None,
            "anchor_time": anchor.time if anchor else None,
            "anchor_zone": anchor.zone if anchor else "",
        }
