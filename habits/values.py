"""What a person is used to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@dataclass(frozen=True)
class Habits:
    """The clock, the first day of the week (0 is Monday), and whether 5/12 is the fifth of December.

    `day_first` is None where the person never said: what is typed is then read as in their time zone, or they are
    asked, and the day stands first in what is shown.
    """

    clock_hours: Literal[12, 24] = 24
    first_weekday: int = MONDAY
    day_first: bool | None = None

    @property
    def month_first(self) -> bool:
        """Whether the month stands before the day in what is shown."""
        return self.day_first is False


UNSAID = Habits()
