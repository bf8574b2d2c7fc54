"""The columns of a user that keep their language and habits. Null, and no language, is what was never said."""

from typing import cast

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from habits.regions import TAG_MAX_CHARACTERS
from habits.values import MONDAY, SATURDAY, SUNDAY, Habits
from web.languages.chosen import ENGLISH, nearest


class KeepsHabits(models.Model):
    class Clock(models.IntegerChoices):
        HOURS_24 = 24, "17:00"
        HOURS_12 = 12, _("5:00 pm")

    class WeekStart(models.IntegerChoices):
        MONDAY = MONDAY, _("Monday")
        SATURDAY = SATURDAY, _("Saturday")
        SUNDAY = SUNDAY, _("Sunday")

    clock_hours = models.PositiveSmallIntegerField(null=True, blank=True, choices=Clock)
    first_weekday = models.PositiveSmallIntegerField(null=True, blank=True, choices=WeekStart)
    day_first = models.BooleanField(null=True, blank=True, help_text="Whether 5/12 is the fifth of December.")

    language = models.CharField(
        max_length=TAG_MAX_CHARACTERS, blank=True, default="", db_default="", help_text="Empty: as their browser asks."
    )

    class Meta:
        abstract = True

    @property
    def speaks(self) -> str:
        """The language of what is written for them: as chosen; else as is being spoken, in a request by the browser."""
        return (nearest(self.language) if self.language else None) or translation.get_language() or ENGLISH

    @property
    def habits(self) -> Habits:
        return Habits(cast(int, self.clock_hours) or 24, self.first_weekday or MONDAY, self.day_first)  # type: ignore[arg-type]

    @property
    def has_habits(self) -> bool:
        return (self.clock_hours, self.first_weekday, self.day_first) != (None, None, None)
