"""A phrase becomes a due date: the hour that its words mean, and the wall clock's leaps."""

import datetime

from habits.speech import gettext, gettext_noop
from habits.wording import time_text
from language.dates.calendar import DayReading, Reference
from language.dates.phrases import Phrase
from language.dates.repeats import RepeatReading
from language.dates.times import MIDNIGHT, part_time
from language.due import Due, instant_of
from language.errors import DateNotUnderstood
from language.recurrence import SHORTEST_MONTH, TOO_FAR, Recurrence, Rule, first_occurrence, roll

PAST_NOTE = gettext_noop("That is already in the past.")
ONE_DAY = datetime.timedelta(days=1)


def resolve(phrase: Phrase, reference: Reference) -> tuple[Due, Recurrence | None, str]:
    """The date, the repeat and a note for the person; raises DateNotUnderstood with the phrase's own question."""
    if phrase.problem:
        raise DateNotUnderstood(phrase.problem)
    if phrase.repeat is not None:
        return _first_of_repeat(phrase, phrase.repeat, reference)
    if phrase.day is None:
        due, note = _due(*_coming_moment(phrase, reference), reference, [])
    else:
        due, note = _due(*_moment_on(phrase.day, phrase, reference), reference, [phrase.day.note])
    return due, None, note


def _first_of_repeat(phrase: Phrase, repeat: RepeatReading, reference: Reference) -> tuple[Due, Recurrence, str]:
    """The first occurrence from today, or from the day it starts, on."""
    rule, time = repeat.rule, _time_of_repeat(phrase)
    start = phrase.starting.date if phrase.starting else reference.today
    date = first_occurrence(rule, time, start, reference.local, reference.zone)
    if rule.frequency in {"MONTHLY", "YEARLY"} and not (rule.days or rule.month_days) and date.day > SHORTEST_MONTH:
        # Named, because the 31st would become the 28th for good after one February.
        month = date.month if rule.frequency == "YEARLY" else 0
        rule = Rule(rule.frequency, rule.interval, month_days=(date.day,), month=month)
    due, note = _due(date, time, reference, [repeat.note], keep_wall_time=True)
    return due, Recurrence(str(rule), phrase.from_completion), note


def _time_of_repeat(phrase: Phrase) -> datetime.time | None:
    if phrase.clock is not None:
        return datetime.time(phrase.clock.hours(phrase.part)[0] % MIDNIGHT, phrase.clock.minute)
    return part_time(phrase.part) if phrase.part else None


def _moment_on(day: DayReading, phrase: Phrase, reference: Reference) -> tuple[datetime.date, datetime.time | None]:
    """The day with its time, the first reading that is still to come."""
    if day.time is not None:
        return day.date, day.time
    if not (phrase.clock or phrase.part):
        return day.date, None
    moments = _moments(phrase, day.date)
    missed = moments[0] if phrase.clock else (day.date, None)
    return next((moment for moment in moments if _is_ahead(moment, reference)), missed)


def _coming_moment(phrase: Phrase, reference: Reference) -> tuple[datetime.date, datetime.time]:
    """The next moment at which a clock shows the time."""
    moments = _moments(phrase, reference.today) + _moments(phrase, reference.today + ONE_DAY)
    return next(moment for moment in moments if _is_ahead(moment, reference))


def _moments(phrase: Phrase, date: datetime.date) -> list[tuple[datetime.date, datetime.time]]:
    """The moments of the day that the time of the phrase can mean, the likeliest first."""
    if phrase.clock is None:
        return [(date, part_time(phrase.part))]
    moments = []
    for hour in phrase.clock.hours(phrase.part):
        day = roll(date, datetime.timedelta(days=hour // MIDNIGHT))
        if day is None:
            raise DateNotUnderstood(gettext(TOO_FAR))
        moments.append((day, datetime.time(hour % MIDNIGHT, phrase.clock.minute)))
    return moments


def _is_ahead(moment: tuple[datetime.date, datetime.time], reference: Reference) -> bool:
    return instant_of(*moment, reference.zone) > reference.local


def _due(
    date: datetime.date,
    time: datetime.time | None,
    reference: Reference,
    notes: list[str],
    *,
    keep_wall_time: bool = False,
) -> tuple[Due, str]:
    """The due date and a note; a time that the clock skips is moved, but a repeat keeps it for its other days."""
    if time is None:
        due, past = Due(date), date < reference.today
    else:
        due = Due(date, time, reference.zone.key)
        moment = instant_of(date, time, reference.zone).astimezone(reference.zone)
        past = moment <= reference.local
        if (moment.date(), moment.time()) != (date, time):
            notes = [*notes, gap_note(time, moment, reference)]
            due = due if keep_wall_time else Due(moment.date(), moment.time(), reference.zone.key)
    return due, " ".join(filter(None, [*notes, gettext(PAST_NOTE) if past else ""]))


def gap_note(time: datetime.time, moment: datetime.datetime, reference: Reference) -> str:
    skipped, shown = (time_text(either, reference.habits) for either in (time, moment))
    return gettext("%(time)s does not exist that day; moved to %(moved)s.") % {"time": skipped, "moved": shown}
