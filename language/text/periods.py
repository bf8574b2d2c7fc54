"""Which days a phrase speaks of: "this week", "from monday to wednesday", "before the weekend", "in march"."""

import datetime
import re
from collections.abc import Callable

from habits.values import UNSAID
from habits.weeks import week_begins
from habits.wording import MONTH_NAMES
from language.acts import Span
from language.clock import Clock
from language.grammar import Forms, section
from language.vocabulary import NUMBERS

forms = section("periods")


SATURDAY = 5
# What is due "after thursday" may be due at any time to come.
ANY_TIME = datetime.timedelta(days=3650)
SpanOf = Callable[[re.Match[str], Clock], Span]


def cut_span(text: str, clock: Clock, *, looks_back: bool = False) -> tuple[Span | None, str]:
    """The days that the text speaks of, and the text without them; `looks_back` where it asks for what is over."""
    for form, read in READ_TO_END:
        if (match := form.search(text)) and (days := read(match, clock)):
            return days
    for form, span_of in SPANS:
        if match := form.search(text):
            return span_of(match, clock), without(match, text)
    if match := forms.month.search(text):
        return month_of(match, clock.today, looks_back=looks_back), without(match, text)
    return cut_day(text, clock, looks_back=looks_back)


def without(match: re.Match[str], text: str) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def day_of(days: int, name: str) -> SpanOf:
    def span_of(match: re.Match[str], clock: Clock) -> Span:
        day = clock.today + datetime.timedelta(days=days)
        return Span(day, day, name)

    return span_of


def cut_day(text: str, clock: Clock, *, looks_back: bool) -> tuple[Span | None, str]:
    """The day that the date words of the text name, or with "by" before them all days up to it."""
    found = clock.find(text)
    if found is None or found.due is None:
        return None, text
    words = text[found.start : found.end].strip()
    name, last_on = forms.preposition.sub("", words), found.due.date
    until = forms.until.search(f"{text[: found.start].rstrip()} {words.removesuffix(name)}".rstrip())
    if until and last_on > clock.today and not looks_back:
        last_on -= datetime.timedelta(days=until["word"].lower() == "before")
        rest = f"{forms.until.sub('', text[: found.start].rstrip())} {text[found.end :]}"
        return Span(clock.today, last_on, f"{until['word'].lower()} {name}"), rest
    rest = f"{forms.due_before.sub('', text[: found.start])} {text[found.end :]}"
    return Span(found.due.date, found.due.date, name), rest


def range_of(match: re.Match[str], clock: Clock) -> tuple[Span, str] | None:
    """ "From monday to wednesday": all days between two that can be read; a weekday is the next one after the first."""
    words, tail = match["between"] or match["first"] or match["weekday"], match["last"]
    first, last = clock.find(words), clock.find(tail)
    if not (first and first.due and last and last.due) or first.text != words or last.start:
        return None
    first_on, last_on = first.due.date, last.due.date
    if last_on < first_on:
        last_on += datetime.timedelta(weeks=1)
    name = f"from {words} to {tail[: last.end].strip()}"
    return Span(first_on, last_on, name), f"{match.string[: match.start()]} {tail[last.end :]}"


def week_of(match: re.Match[str], clock: Clock) -> tuple[Span, str] | None:
    """ "The weekend of the 14th": the week or weekend with that day in it."""
    found = clock.find(match["day"])
    if found is None or found.due is None or found.start:
        return None
    is_weekend = match["unit"].lower() == "weekend"
    begins = week_begins(found.due.date, UNSAID if is_weekend else clock.habits)
    first_on = begins + datetime.timedelta(days=SATURDAY * is_weekend)
    name = f"in the {match['unit'].lower()} of {found.text}"
    rest = f"{match.string[: match.start()]} {match['day'][found.end :]}"
    return Span(first_on, begins + datetime.timedelta(days=6), name), rest


def days_after(match: re.Match[str], clock: Clock) -> tuple[Span, str] | None:
    span, rest = cut_span(match["day"], clock)
    if span is None or rest.strip():
        return None
    first_on = span.last_on + datetime.timedelta(days=1)
    return Span(first_on, first_on + ANY_TIME, f"after {span.name}"), match.string[: match.start()]


def days_to_come(match: re.Match[str], clock: Clock) -> Span:
    """ "The next three days" are today and three more."""
    today = clock.today
    if not match["count"]:
        return Span(today, today + datetime.timedelta(weeks=2), "in the next fortnight")
    count, unit = match["count"].lower(), match["unit"].lower()
    days = (int(count) if count.isdecimal() else NUMBERS[count]) * {"week": 7, "month": 30}.get(unit, 1)
    return Span(today, today + datetime.timedelta(days=days), f"in the next {count} {unit}s")


def month_of(match: re.Match[str], today: datetime.date, *, looks_back: bool) -> Span:
    """The nearest month of that name: to come, or for what is done, past."""
    month = [name.lower() for name in MONTH_NAMES].index(match["month"].lower()) + 1
    year = int(match["year"] or today.year)
    if not match["year"]:
        year += (month < today.month and not looks_back) - (month > today.month and looks_back)
    first_on = datetime.date(year, month, 1)
    following = (first_on + datetime.timedelta(days=31)).replace(day=1)
    name = f"in {MONTH_NAMES[month - 1]}" + (f" {year}" if year != today.year else "")
    return Span(first_on, following - datetime.timedelta(days=1), name)


def period(match: re.Match[str], clock: Clock) -> Span:
    """The calendar days of "this week", "next month", "the weekend", which is that of the week from Monday on."""
    today = clock.today
    which, unit = (match["which"] or "this").lower(), (match["unit"] or match["own"] or "weekend").lower()
    steps = {"next": 1, "last": -1, "past": -1}.get(which, 0)
    name = f"{which if steps else 'this'} {unit}"
    if unit == "month":
        first_on = (today.replace(day=1) + datetime.timedelta(days=steps * 31)).replace(day=1)
        last_on = (first_on + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
    else:
        first_on = week_begins(today, UNSAID if unit == "weekend" else clock.habits) + datetime.timedelta(weeks=steps)
        last_on = first_on + datetime.timedelta(days=6)
    if unit == "weekend":
        first_on += datetime.timedelta(days=SATURDAY)
    if match["until"] and first_on > today:
        until = match["until"].lower()
        last_on = first_on - datetime.timedelta(days=until != "by")
        return Span(today, last_on, f"{until} {'the' if name == 'this weekend' else which} {unit}")
    return Span(first_on, last_on, name)


READ_TO_END = ((forms.range, range_of), (forms.week_of, week_of), (forms.after, days_after))
SPANS: tuple[tuple[Forms, SpanOf], ...] = (
    (forms.today, day_of(0, "today")),
    (forms.period, period),
    (forms.yesterday, day_of(-1, "yesterday")),
    (forms.next_days, days_to_come),
)
