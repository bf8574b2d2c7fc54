"""When a todo is due: a day, or a moment by somebody's wall clock."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Due:
    """A day, or a moment by the wall clock of `zone`; `zone` is empty without a time."""

    date: datetime.date
    time: datetime.time | None = None
    zone: str = ""

    @property
    def at(self) -> datetime.datetime | None:
        """The instant in UTC, or None for a whole day."""
        if self.time is None:
            return None
        return instant_of(self.date, self.time, ZoneInfo(self.zone))


def instant_of(date: datetime.date, time: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    """UTC. A time the clock shows twice is its first; one it skips is the first moment after the gap."""
    wall = datetime.datetime.combine(date, time, zone)
    instant = wall.astimezone(datetime.UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Read with the offset after the gap, the wall time lies before it: the clock was changed in between.
    before, after = wall.replace(fold=1).astimezone(datetime.UTC), instant
    offset = before.astimezone(zone).utcoffset()
    while after - before > datetime.timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
