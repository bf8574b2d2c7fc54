"""The one door to dates: a phrase, the user's zone and now become a date, a repeat and the words they came from.

Nobody else computes dates: the model passes on what the user wrote, and the same words at the same moment
always give the same date. What vague words mean:

- A weekday, also with "next", is the nearest one after today; "this friday" on a Friday is today.
- A date without a year is the next one to come, today included.
- The morning is 9:00, the afternoon 15:00, the evening 19:00, tonight and night 20:00; if that hour of today is
  over, the whole day is meant.
- A time alone is the next such moment. "at 5" is 17:00; "at 8" is 8:00 or, if that is over, 20:00.
- Midnight ends the day it is said with.
- The end of a week, and late in it, is its Friday; next week, month and year begin with their first day.
- “In 15” is in so many minutes, where it ends what is said; “saturday week” is a week after saturday.
- "The first tuesday of the month" repeats; "the first tuesday of this month" does not.
- 04/05 is read in the order that the person is used to; where they never said, in the one that is usual in their zone;
  where none is, they are asked.
"""

import datetime
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from habits.speech import gettext as _
from habits.values import UNSAID, Habits
from habits.wording import long_day_text, time_text
from language.dates.calendar import Reference
from language.dates.languages import Kind
from language.dates.phrases import Effort, Phrase, find_phrases, read_phrase
from language.dates.resolution import resolve
from language.dates.tokens import clauses
from language.dates.zones import day_comes_first
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence

LONGEST_QUOTE = 60
LONGEST_PHRASE = 200


@dataclass(frozen=True)
class FoundDate:
    """What was found at `start:end` of a text.

    `note` is a sentence for the person, or empty. `time_span` is the place of a time that stands apart from its day,
    as in "tomorrow call Sam at 5pm"; `text` has both, so that it resolves to the same date. `names_day`: they say more
    than a time.
    """

    due: Due | None
    recurrence: Recurrence | None
    start: int
    end: int
    text: str
    note: str = ""
    time_span: tuple[int, int] | None = None
    names_day: bool = True


def find_date(
    text: str, zone: ZoneInfo, now: datetime.datetime, *, habits: Habits = UNSAID, effort: Effort | None = None
) -> FoundDate | None:
    """The date words inside a longer text, or None where nothing says when; quoted text is never read.

    Raises DateNotUnderstood for an impossible date, or one with two readings, that is clearly meant as a date, and
    where the `effort` for the message is spent.
    """
    reference = _reference(zone, now, habits, whole=False)
    phrases = find_phrases(clauses(text), reference, effort)
    days = [phrase for phrase in phrases if phrase.has_day or phrase.problem]
    times = [phrase for phrase in phrases if not (phrase.has_day or phrase.problem)]
    # "A 3pm meeting on friday": what describes a thing says when, where its day is told.
    times = times if days else [phrase for phrase in times if not phrase.described]
    if not (days or times):
        return None
    chosen = max(days or times, key=lambda phrase: _strength(phrase, text))
    apart = times[0] if days and len(times) == 1 and not (chosen.clock or (chosen.day and chosen.day.time)) else None
    if apart is not None:
        chosen = replace(chosen, clock=apart.clock, part=apart.part or chosen.part)
    return _found(chosen, apart, text, reference)


def date_places(
    text: str, zone: ZoneInfo, now: datetime.datetime, effort: Effort | None = None, habits: Habits = UNSAID
) -> list[tuple[int, int]]:
    """Where the text has date words, in order, whether they can be read or not."""
    phrases = find_phrases(clauses(text), _reference(zone, now, habits, whole=False), effort)
    return [phrase.span for phrase in phrases if not phrase.described]


def resolve_date(
    phrase: str, zone: ZoneInfo, now: datetime.datetime, *, habits: Habits = UNSAID, part: str = ""
) -> FoundDate:
    """The whole phrase as a date, a date-time or a repeat; raises DateNotUnderstood with a sentence that asks.

    `part` of the day is that of an hour with two readings: in the "morning", “at 7” is 7:00.
    """
    reference = _reference(zone, now, habits, whole=True)
    parts = clauses(phrase[:LONGEST_PHRASE])
    whole = read_phrase(parts[0], 0, reference) if len(parts) == 1 else None
    if whole is None or len(phrase) > LONGEST_PHRASE or (whole.end < len(parts[0].tokens) and not whole.problem):
        said = phrase.strip()
        shown = said if len(said) <= LONGEST_QUOTE else f"{said[:LONGEST_QUOTE]}…"
        raise DateNotUnderstood(
            _("I could not read “%(words)s” as a date. Try “friday 5pm”, “in 2 weeks” or “2026-04-15”.")
            % {"words": shown}
        )
    if whole.clock is not None:
        whole = replace(whole, part=whole.part or part)
    return _found(whole, None, phrase, reference)


def _reference(zone: ZoneInfo, now: datetime.datetime, habits: Habits, *, whole: bool) -> Reference:
    order = day_comes_first(zone) if habits.day_first is None else habits.day_first
    return Reference(now.astimezone(zone), zone, order, habits, whole)


def _strength(phrase: Phrase, text: str) -> int:
    """Which of several phrases says when: a repeat or the one after "by", else after "on", "at" or at an end."""
    start, end = phrase.span
    led = phrase.words.has(phrase.start, Kind.AT)
    at_edge = not text[:start].strip() or not text[end:].strip(" .!?")
    return max(phrase.strength, int(led or at_edge), 2 * (phrase.repeat is not None))


def _found(phrase: Phrase, apart: Phrase | None, text: str, reference: Reference) -> FoundDate:
    due, recurrence, note = resolve(phrase, reference)
    start, end = phrase.span
    if text[start - 1 : start] == "(" and text[end : end + 1] == ")":
        start, end = start - 1, end + 1
    time_span = apart.span if apart else None
    said = " ".join(text[slice(*span)] for span in ((start, end), time_span) if span)
    return FoundDate(due, recurrence, start, end, said, note, time_span, phrase.has_day)


def date_text(due: Due | None, zone: ZoneInfo, now: datetime.datetime, habits: Habits = UNSAID) -> str:
    """The date for a person in `zone`: “today”, “tomorrow, 17:00”, “Friday 6 March, 17:00”, “Monday, May 3, 2027”."""
    if due is None:
        return ""
    date, time = due.date, due.time
    if due.at is not None:
        local = due.at.astimezone(zone)
        date, time = local.date(), local.time()
    today = now.astimezone(zone).date()
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    words = near.get((date - today).days) or long_day_text(date, habits, year=date.year != today.year)
    return _("%(day)s, %(time)s") % {"day": words, "time": time_text(time, habits)} if time is not None else words
