"""Whatever is moved, taken back, done and opened again: a reminder comes at the wall-clock moment of its row, once."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from accounts.testing import UserFactory
from language.due import Due
from language.reminders.rule import MORNING, ReminderRule
from notices.models import Delivery
from notices.outbox.filling import hand_over_due
from notices.testing import ScriptedChannel, only_channels
from todos.changing.changes import Origin
from todos.changing.undo import undo_todo
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, restore_todo, update_todo
from todos.errors import NothingToUndo, TodoNotFound
from todos.models import Door, Todo
from todos.reminders.following import follow_zone, rules_of

# Everything is said long before it comes, and the sweep runs when all of it has come.
SAID_AT = datetime.datetime(2025, 1, 1, 12, tzinfo=datetime.UTC)
BY = Origin(Door.API)
HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu")
# Around the days on which clocks of these zones change.
CHANGES = tuple(datetime.date(2025, *day) for day in ((3, 9), (3, 30), (4, 6), (9, 7), (10, 5), (10, 26), (11, 2)))

zones = st.sampled_from(ZONES)
days = st.builds(lambda day, apart: day + datetime.timedelta(days=apart), st.sampled_from(CHANGES), st.integers(-1, 1))
times = st.builds(datetime.time, st.integers(0, 3) | st.integers(0, 23), st.sampled_from([0, 15, 30]))
dues = st.builds(lambda day, time, zone: Due(day, time, zone if time else ""), days, st.none() | times, zones)
rules = st.one_of(
    st.builds(ReminderRule, minutes=st.sampled_from([0, 30, 60, 24 * 60])),
    st.builds(ReminderRule, days=st.integers(0, 2), time=st.none() | times),
    st.builds(ReminderRule, on=days, time=times, zone=zones),
)
acts = st.one_of(
    st.builds(lambda due: ("move", due), dues),
    st.builds(lambda rules: ("remind", rules), st.lists(rules, max_size=2)),
    st.builds(lambda zone: ("live in", zone), zones),
    st.sampled_from([(name, None) for name in ("complete", "reopen", "delete", "restore", "undo", "sweep", "sweep")]),
)
COMMANDS = {"complete": complete_todo, "reopen": reopen_todo, "delete": delete_todo, "restore": restore_todo}


def first_moment(wall: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The first instant at which a clock on the wall shows this or, where it leaps over it, more: minute by minute."""
    instant = wall.replace(tzinfo=datetime.UTC) - 15 * HOUR
    while instant.astimezone(zone).replace(tzinfo=None) < wall:
        instant += 15 * MINUTE
    return instant


def moment_of(rule: ReminderRule, todo: Todo, home: ZoneInfo) -> datetime.datetime | None:
    """What the row says, worked out on the wall clock alone."""
    if rule.on:
        return first_moment(datetime.datetime.combine(rule.on, rule.time), ZoneInfo(rule.zone))
    if todo.due_date is None or (rule.minutes is not None and todo.due_time is None):
        return None
    zone = ZoneInfo(todo.due_zone) if todo.due_time else home
    if rule.minutes is not None:
        due = first_moment(datetime.datetime.combine(todo.due_date, todo.due_time), zone)
        return due - datetime.timedelta(minutes=rule.minutes)
    day = todo.due_date - datetime.timedelta(days=rule.days)
    return first_moment(datetime.datetime.combine(day, rule.time or todo.due_time or MORNING), zone)


class Moments(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(home=zones, due=dues, told=st.lists(rules, max_size=2), done=st.lists(acts, max_size=8))
    def test_each_comes_once_at_the_moment_of_its_row(self, home, due, told, done):
        owner = UserFactory(time_zone=home)
        with only_channels(ScriptedChannel()):
            todo_id = add_todo(owner, now=SAID_AT, by=BY, title="Dentist", due=due, remind=told or None).todo.pk
            for act, value in done:
                owner = self.act(owner, todo_id, act, value)
            hand_over_due()
        todo = Todo.objects.filter(pk=todo_id, completed_at=None, deleted_at=None).first()
        said = Counter(Delivery.objects.values_list("source_id", "occurrence"))
        self.assertLessEqual(set(said.values()), {1})
        if todo:
            expected = {str(rule): moment_of(rule, todo, owner.zone) for rule in rules_of(todo)}
            rows = {row.rule: row.pk for row in todo.reminders.all()}
            for rule, at in expected.items():
                self.assertEqual(at is None or said[rows[rule], at], True if at is None else 1, (rule, at, said))

    def act(self, owner: User, todo_id, act: str, value) -> User:
        if act == "sweep":
            hand_over_due()
        elif act == "live in":
            User.objects.filter(pk=owner.pk).update(time_zone=value)
            owner = User.objects.get(pk=owner.pk)
            follow_zone(owner, SAID_AT)
        elif Todo.objects.filter(pk=todo_id).exists():
            self.change(owner, todo_id, act, value)
        return owner

    def change(self, owner: User, todo_id, act: str, value) -> None:
        now = SAID_AT
        try:
            match act:
                case "move" if self.is_open(todo_id):
                    update_todo(owner, todo_id, now=now, by=BY, due=value)
                case "remind" if self.is_open(todo_id):
                    update_todo(owner, todo_id, now=now, by=BY, remind=value)
                case "undo":
                    undo_todo(owner, todo_id, now=now, by=BY)
                case "complete" | "reopen" | "delete" | "restore":
                    COMMANDS[act](owner, todo_id, now=now, by=BY)
        except (NothingToUndo, TodoNotFound):  # what lies in the trash is only restored
            return

    def is_open(self, todo_id) -> bool:
        return Todo.objects.filter(pk=todo_id, completed_at=None, deleted_at=None).exists()
