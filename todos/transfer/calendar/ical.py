"""Todos as a calendar (RFC 5545) of events, which is what calendar programs show of an address they subscribe to."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vRecur

from language.due import Due, instant_of
from language.recurrence import SHORTEST_MONTH, parse_rule
from language.reminders.rule import ReminderRule
from todos.fields.priority import Priority
from todos.fields.schedule import Schedule
from todos.models import Todo
from todos.reminders.following import rules_of

# A moment has no length, and of that calendars draw nothing.
EVENT_LENGTH = datetime.timedelta(minutes=30)
REFRESH = datetime.timedelta(hours=1)
PRIORITIES = {Priority.URGENT: 1, Priority.HIGH: 3, Priority.MEDIUM: 5, Priority.LOW: 7}
ZONE_YEARS = 10
# Line breaks that are control characters, which a calendar must not have.
CONTROLS = str.maketrans("\v\f\x85\t", "\n\n\n ")


def calendar_bytes(todos: Iterable[Todo], zone: ZoneInfo, now: datetime.datetime) -> bytes:
    """`todos` have a date, and their tags loaded; `zone` is the user's, in which repeats of whole days count."""
    calendar = Calendar()
    calendar.add("prodid", "-//Todo Chat//Todos//EN")
    calendar.add("version", "2.0")
    calendar.calendar_name = "Todos"
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for todo in todos:
        for event in events(todo, zone, now):
            calendar.add_component(event)
    calendar.add_missing_timezones(datetime.date(now.year - 1, 1, 1), datetime.date(now.year + ZONE_YEARS, 1, 1))
    return calendar.to_ical()


def events(todo: Todo, zone: ZoneInfo, now: datetime.datetime) -> Iterator[Event]:
    """One event, with its rule if it repeats. An occurrence that was moved stands alone; the rule goes on after it."""
    schedule = todo.schedule
    rule = calendar_rule(schedule)
    if rule is None or schedule.anchor == schedule.due:
        yield event_of(todo, schedule.due, rule, zone)
        return
    yield event_of(todo, schedule.due, None, zone)
    if following := schedule.next(now, zone):
        yield event_of(todo, following.due, rule, zone, "-next")


def event_of(todo: Todo, due: Due | None, rule: str | None, zone: ZoneInfo, suffix: str = "") -> Event:
    event = Event()
    event.add("uid", f"{todo.pk}{suffix}@todo-chat")
    event.add("dtstamp", todo.updated_at)
    event.add("last-modified", todo.updated_at)
    event.add("sequence", todo.version - 1)
    event.add("summary", todo.title.translate(CONTROLS))
    event.add("transp", "TRANSPARENT")
    add_times(event, due, repeats=rule is not None)
    if rule:
        event.add("rrule", vRecur.from_ical(rule))
    if todo.notes:
        event.add("description", todo.notes.translate(CONTROLS))
    if todo.tags:
        event.add("categories", todo.tags)
    if todo.priority:
        event.add("priority", PRIORITIES[Priority(todo.priority)])
    for reminder in [] if todo.completed_at else rules_of(todo):
        if alarm := alarm_of(reminder, todo, due, zone):
            event.add_component(alarm)
    return event


def alarm_of(rule: ReminderRule, todo: Todo, due: Due | None, zone: ZoneInfo) -> Alarm | None:
    """At a distance from the start, so that each day of a repeat has it; a moment by itself as that moment."""
    at = rule.instant(due, zone)
    if due is None or at is None:
        return None
    start = due.at or instant_of(due.date, datetime.time(), zone)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", todo.title.translate(CONTROLS))
    if rule.on:
        alarm.add("trigger", at, parameters={"VALUE": "DATE-TIME"})
    else:
        alarm.add("trigger", at - start)
    return alarm


def add_times(event: Event, due: Due | None, *, repeats: bool) -> None:
    """A day, or half an hour in UTC; a repeat keeps the wall time of its zone through summer and winter."""
    if due is None or due.at is None or due.time is None:
        event.add("dtstart", due and due.date)
        return
    start = datetime.datetime.combine(due.date, due.time, ZoneInfo(due.zone)) if repeats else due.at
    event.add("dtstart", start)
    event.add("duration", EVENT_LENGTH)


def calendar_rule(schedule: Schedule) -> str | None:
    """The RRULE, or None for what comes once or counts from a completion nobody knows yet.

    Here the 31st of a shorter month is its last day, and in a calendar that month has none: the rule says so at length.
    """
    recurrence, anchor = schedule.recurrence, schedule.anchor
    if recurrence is None or anchor is None or recurrence.from_completion:
        return None
    rule = parse_rule(recurrence.rule)
    by_date = rule.frequency in {"MONTHLY", "YEARLY"} and not rule.days
    days = rule.month_days or ((anchor.date.day,) if by_date else ())
    if len(days) != 1 or days[0] <= SHORTEST_MONTH:
        return str(rule)
    month = rule.month or (anchor.date.month if rule.frequency == "YEARLY" else 0)
    return str(replace(rule, month=month, month_days=tuple(range(SHORTEST_MONTH, days[0] + 1)), position=-1))
