"""What tests of undo share."""

import datetime
import uuid

from django.test import TestCase

from accounts.testing import alice
from todos.changing.changes import Origin, same, snapshot
from todos.changing.undo import undo
from todos.commands import add_todo
from todos.models import Door, Todo
from todos.testing import BY_PAGE, NOW

DAYS_LATER = NOW + datetime.timedelta(days=5)


def in_turn(conversation_id=None):
    """Where a tool call of some turn comes from."""
    return Origin(Door.CHAT, conversation_id or uuid.uuid4(), uuid.uuid4(), uuid.uuid4())


class UndoTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def add(self, title="Buy milk", by=BY_PAGE, **fields):
        return add_todo(self.alice, now=NOW, by=by, title=title, **fields)

    def run_command(self, command, todo, by=BY_PAGE, **fields):
        return command(self.alice, todo.id, now=NOW, by=by, **fields)

    def undo(self, written=None, by=BY_PAGE, **target):
        target = {"change_id": written.change.pk} if written else target
        return undo(self.alice, now=DAYS_LATER, by=by, **target)

    def state(self):
        return {todo.pk: snapshot(todo) for todo in Todo.objects.with_tags()}

    def assert_state(self, state):
        now = self.state()
        self.assertEqual(now.keys(), state.keys())
        for todo_id, shot in state.items():
            self.assertTrue(same(shot, now[todo_id]), (shot, now[todo_id]))

    def titles(self):
        return [todo.title for todo in Todo.objects.order_by("title")]
