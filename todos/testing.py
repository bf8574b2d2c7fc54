"""Todos for tests, and what a test needs to call tools."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import factory

from accounts.models import User
from accounts.testing import UserFactory

from .changing.changes import Origin
from .fields.priority import Priority
from .models import Door, Todo, TodoTag
from .tools import ToolOutcome, call_tool

NEW_YORK = ZoneInfo("America/New_York")
# A Wednesday morning in New York, where it is five hours before UTC.
NOW = datetime.datetime(2026, 3, 4, 10, 0, tzinfo=NEW_YORK)
BY_PAGE, BY_CHAT = Origin(Door.PAGE), Origin(Door.CHAT)


class TodoFactory(factory.django.DjangoModelFactory):
    """An open todo without a date; `tags=["home"]` tags it, `done=True` and `trashed=True` say where it is."""

    class Meta:
        model = Todo
        skip_postgeneration_save = True

    class Params:
        done = factory.Trait(completed_at=NOW)
        trashed = factory.Trait(deleted_at=NOW)

    owner = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Todo {number}")
    priority = Priority.NONE

    @factory.post_generation
    def tags(self, create, names, **kwargs):
        TodoTag.objects.bulk_create(TodoTag(todo=self, name=name) for name in names or [])


def make_many(owner: User, count: int, **fields: Any) -> list[Todo]:
    """Many todos with three-word titles that differ, in one query."""
    verbs = ["Buy", "Call", "Clean", "Read", "Paint", "Repair", "Order", "Sell", "Plan", "Water"]
    nouns = ["window", "garden", "bicycle", "sofa", "invoice", "report", "kitchen", "lamp", "fence", "roof"]
    titles = [f"{verbs[number % 10]} {nouns[number // 10 % 10]} no{number // 100}x{number}" for number in range(count)]
    return Todo.objects.bulk_create(Todo(owner=owner, title=title, **fields) for title in titles)


def no_fence() -> None:
    """The fence of calls that belong to no turn."""


async def use_tool(user: User, name: str, /, *, by: Origin = BY_CHAT, **arguments: Any) -> ToolOutcome:
    """Call a tool at NOW."""
    return await call_tool(name, arguments, user=user, by=by, fence=no_fence, now=NOW)
