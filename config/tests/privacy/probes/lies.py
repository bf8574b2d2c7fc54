"""Eve and carol, whose rows lie about whose they are, and the list of probes."""

import datetime
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.testing import UserFactory
from chat.briefing.hours import DAILY
from chat.models import Conversation, Message
from chat.models.briefings import Briefing
from chat.testing import belongings
from notices.models import Delivery
from todos.changing.changes import Origin
from todos.mcp.schema import Changed
from todos.models import Door, Reminder, Todo, TodoChange
from todos.rows import todo_row

WORDS = "greenotter"
Probe = Callable[["Lies"], Any]
PROBES: list[Probe] = []


def probe(function: Probe) -> Probe:
    PROBES.append(function)
    return function


class Lies:
    """Eve's belongings among carol's rows that name eve's, and rows of eve that name carol's."""

    def __init__(self, carol: User, carols: dict[str, str]) -> None:
        self.carol, self.carols, self.now = carol, carols, timezone.now()
        self.eve = UserFactory(username="eve")
        self.eves = belongings(self.eve, WORDS)
        self.conversation = Conversation.objects.get(pk=self.eves["conversation_id"])
        self.answer = Message.objects.get(pk=self.eves["message_id"])
        self.carols_todo = Todo.objects.get(pk=carols["todo_id"])
        self.eves_todo = Todo.objects.get(pk=self.eves["todo_id"])
        self.by = Origin(Door.CHAT, self.conversation.pk, self.answer.pk, uuid7())
        stored = TodoChange.objects.get(pk=carols["change_id"]).after
        self.carols_todo_as_it_is = stored
        self.snapshot = stored | {"title": "What a change says", "notes": ""}

    def change(self, owner: User, todo: Todo, **fields: Any) -> TodoChange:
        """A change that says it is `owner`'s."""
        fields = {"act": uuid7(), "door": Door.CHAT, "after": self.snapshot} | fields
        return TodoChange.objects.create(owner=owner, actor=owner, todo_id=todo.pk, **fields)

    def reminder(self, owner: User, todo: Todo) -> Reminder:
        """A reminder that says it is `owner`'s."""
        return Reminder.objects.create(owner=owner, todo=todo, rule="5 min", at=self.now, state="sent")

    def delivery(self, owner: User, todo: Todo, **fields: Any) -> Delivery:
        """What a page of `owner` was told about a todo, which may be another's."""
        told = dict.fromkeys(("occurrence", "not_before", "expires_at"), self.now + datetime.timedelta(minutes=5))
        told |= {"kind": "reminder", "channel": "page", "state": "sent", "source_id": todo.pk, "todo_id": todo.pk}
        return Delivery.objects.create(owner=owner, **told | fields)

    def told_of_reminder(self, owner: User, todo: Todo) -> Delivery:
        """The same of a reminder that is as it was told."""
        reminder = self.reminder(todo.owner, todo)
        return self.delivery(owner, todo, source_id=reminder.pk, occurrence=reminder.at)

    def briefing(self, owner: User, **fields: Any) -> Briefing:
        return Briefing.objects.create(
            **{"owner": owner, "kind": "day", "time": datetime.time(7), "rule": DAILY} | fields
        )

    def item(self, todo: Todo, outcome: str = "deleted") -> Changed:
        return Changed(outcome=outcome, task=todo_row(todo, self.eve, self.now))
