"""Random changes, undone in reverse, give back the state before."""

import datetime
import uuid

from django.db import connection, transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from accounts.testing import UserFactory
from language.due import Due
from language.recurrence import Recurrence
from todos.changing.changes import Origin, snapshot
from todos.changing.undo import undo
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, restore_todo, update_todo
from todos.models import Door, Todo, TodoChange
from todos.testing import NOW

# What is undone does not depend on the database: a look is enough on a server, where each statement is a round trip.
RUNS = 2_000 if connection.vendor == "sqlite" else 200
STEPS = 4

dues = st.none() | st.builds(
    lambda days, hour: Due(
        NOW.date() + datetime.timedelta(days=days), *([datetime.time(hour), "Europe/Berlin"] if hour else [])
    ),
    st.integers(-3, 400),
    st.integers(0, 23),
)
rules = st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY"])
repeats = st.none() | st.builds(Recurrence, rules, st.booleans())
tags = st.sets(st.sampled_from(["home", "work", "café"]))


class Changes(RuleBasedStateMachine):
    """Every rule is one command, in a turn of its own or in the one before; what it changed is put on a stack."""

    owner = None

    def __init__(self):
        super().__init__()
        self.unit = transaction.atomic()
        self.unit.__enter__()
        self.before = self.state()
        self.turns = []
        self.clock = NOW

    def state(self):
        shots = {todo.pk: snapshot(todo) for todo in Todo.objects.with_tags()}
        return {todo_id: {**shot, "version": 0} for todo_id, shot in shots.items()}

    def run(self, command, *arguments, same_turn, **fields):
        self.clock += datetime.timedelta(hours=7)
        if not (same_turn and self.turns):
            self.turns.append(uuid.uuid4())
        by = Origin(Door.CHAT, message_id=self.turns[-1], tool_call_id=uuid.uuid4())
        return command(self.owner, *arguments, now=self.clock, by=by, **fields)

    def some(self, number):
        todos = list(Todo.objects.order_by("pk"))
        return todos[number % len(todos)] if todos else None

    @initialize(due=dues, recurrence=repeats, names=tags)
    def add_first(self, due, recurrence, names):
        self.add(due, recurrence, names, same_turn=False)

    @rule(due=dues, recurrence=repeats, names=tags, same_turn=st.booleans())
    def add(self, due, recurrence, names, same_turn):
        repeat = {"recurrence": recurrence} if due else {}
        self.run(add_todo, same_turn=same_turn, title="Buy milk", due=due, tags=names, **repeat)

    @precondition(lambda self: self.turns)
    @rule(number=st.integers(0, 5), same_turn=st.booleans())
    def complete(self, number, same_turn):
        self.press(number, complete_todo, same_turn)

    @precondition(lambda self: self.turns)
    @rule(
        number=st.integers(0, 5),
        command=st.sampled_from([reopen_todo, delete_todo, restore_todo]),
        same_turn=st.booleans(),
    )
    def press(self, number, command, same_turn):
        todo = self.some(number)
        if todo and (not todo.deleted_at or command in {delete_todo, restore_todo}):
            self.run(command, todo.pk, same_turn=same_turn)

    @precondition(lambda self: self.turns)
    @rule(
        number=st.integers(0, 5),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "title": st.sampled_from(["Buy bread", "🎉", "x" * 200]),
                "notes": st.sampled_from(["", "a\nb"]),
                "priority": st.sampled_from(["none", "urgent"]),
                "due": dues,
                "tags": tags,
            },
        ),
        same_turn=st.booleans(),
    )
    def update(self, number, fields, same_turn):
        todo = self.some(number)
        if todo and not todo.deleted_at:
            self.run(update_todo, todo.pk, same_turn=same_turn, **fields)

    @precondition(lambda self: self.turns)
    @rule(same_turn=st.booleans(), of_a_turn=st.booleans())
    def undo_something(self, same_turn, of_a_turn):
        """A change like others, which may refuse."""
        last = TodoChange.objects.in_effect().newest_first().first()
        if last:
            target = {"message_id": last.message_id} if of_a_turn else {"change_id": last.pk}
            self.run(undo, same_turn=same_turn, **target)

    def teardown(self):
        try:
            for turn in reversed(self.turns):
                self.undo_turn(turn)
            assert self.state() == self.before, (self.state(), self.before)
        finally:
            transaction.set_rollback(True)
            self.unit.__exit__(None, None, None)

    def undo_turn(self, turn):
        if TodoChange.objects.filter(message_id=turn).in_effect().exists():
            report = undo(self.owner, now=self.clock, by=Origin(Door.API), message_id=turn)
            assert not any(undone.differences for undone in report.todos), report


class UndoTests(TestCase):
    def test_random_changes_undone_in_reverse_give_back_the_state_before(self):
        Changes.owner = UserFactory(time_zone="Europe/Berlin")
        self.addCleanup(setattr, Changes, "owner", None)
        run_state_machine_as_test(
            Changes,
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
