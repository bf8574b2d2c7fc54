"""Conversations of strangers: the todos before and after, and what the last turn called and answered."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from chat.events import TurnCompleted
from chat.turns.limits import NewMessage
from language.dates import resolve_date
from language.due import Due
from language.errors import DateNotUnderstood
from todos.fields.priority import Priority
from todos.models import Todo, TodoTag

from .judging import Sentence
from .turns import take_turn

MINUTE = datetime.timedelta(minutes=1)


async def converse(line: dict[str, Any]) -> dict[str, Any]:
    """One conversation of a new person: a message or several, a minute apart."""
    texts = [line["text"]] if isinstance(line["text"], str) else line["text"]
    now, zone = datetime.datetime.fromisoformat(line["clock"]), ZoneInfo(line["zone"])
    user = await user_with(line.get("seed_todos") or [], zone)
    before = await rows_of(user)
    conversation_id, answer = None, None
    for number, text in enumerate(texts):
        sentence = Sentence("", text, {}, now + number * MINUTE, zone)
        answer = await take_turn(user, sentence, NewMessage(text, conversation_id))
        conversation_id = answer.conversation_id
    assert isinstance(answer, TurnCompleted)
    return {
        "text": line["text"],
        "answer": answer.response,
        "tool_calls": [call.tool_name for call in answer.tool_calls],
        "waits": answer.approval is not None,
        "before": before,
        "after": await rows_of(user),
    }


def read_date(line: dict[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(line["zone"])
    outcome: dict[str, Any] = {"phrase": line["phrase"], "date": None, "time": None, "rrule": None, "refused": False}
    try:
        found = resolve_date(line["phrase"], zone, datetime.datetime.fromisoformat(line["clock"]))
    except DateNotUnderstood:
        return outcome | {"refused": True}
    due, rule = found.due, found.recurrence.rule if found.recurrence else None
    if due is None:
        return outcome | {"rrule": rule}
    return outcome | {"date": due.date.isoformat(), "time": f"{due.time:%H:%M}" if due.time else None, "rrule": rule}


@sync_to_async
def user_with(todos: Sequence[str | dict[str, Any]], zone: ZoneInfo) -> User:
    user = User.objects.create_user(uuid.uuid4().hex, time_zone=str(zone))
    for todo in todos:
        fields = {"title": todo} if isinstance(todo, str) else todo
        stored = Todo.objects.create(owner=user, **stored_fields(fields, zone))
        TodoTag.objects.bulk_create(TodoTag(todo=stored, name=name) for name in fields.get("tags", []))
    return user


def stored_fields(fields: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    time = datetime.time.fromisoformat(fields["time"]) if fields.get("time") else None
    due = Due(datetime.date.fromisoformat(fields["due"]), time, str(zone) * bool(time)) if fields.get("due") else None
    rule = fields.get("rrule") or ""
    columns = {"title": fields["title"], "notes": fields.get("notes", ""), "recurrence": rule}
    if due:
        columns |= {"due_date": due.date, "due_time": due.time, "due_zone": due.zone, "due_at": due.at}
    if due and rule:
        columns |= {"anchor_date": due.date, "anchor_time": due.time, "anchor_zone": due.zone}
    done_at = timezone.now() if fields.get("done") else None
    return columns | {"priority": Priority[fields.get("priority", "none").upper()], "completed_at": done_at}


@sync_to_async
def rows_of(user: User) -> dict[str, dict[str, Any]]:
    return {str(todo.pk): row_of(todo) for todo in Todo.objects.filter(owner=user).order_by("pk")}


def row_of(todo: Todo) -> dict[str, Any]:
    return {
        "title": todo.title,
        "notes": todo.notes,
        "due": todo.due_date.isoformat() if todo.due_date else None,
        "time": f"{todo.due_time:%H:%M}" if todo.due_time else None,
        "rrule": todo.recurrence or None,
        "priority": todo.priority_word,
        "tags": todo.tags,
        "done": todo.completed_at is not None,
        "deleted": todo.deleted_at is not None,
    }
