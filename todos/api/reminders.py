"""The API of the reminders of a todo."""

import datetime
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from accounts.models import User
from database.units import database_unit
from language.reminders.text import rule_text
from todos.commands import update_todo
from todos.errors import ReminderNotFound
from todos.finding.references import read_id
from todos.models.reminders import Reminder
from todos.reminder_commands import reminder_of, reminders_of, remove_reminder, snooze_reminder
from web.repeats import Answer, answer_once
from web.requests.fields import Body
from web.requests.typed_at import moment_of
from web.text import StorableText

from .endpoints import BY_API, ON_TODO, id_of

Phrase = Annotated[StorableText, Field(min_length=1, max_length=200)]

router = Router()


class ReminderOut(BaseModel):
    """`at` is null where the todo lacks the date to count from; `text` says in words how it follows from the date."""

    id: UUID
    at: str | None = Field(examples=["2026-03-06T14:30:00+01:00"])
    before_minutes: int | None = Field(description="Before the due time; null for one at a time of the clock.")
    text: str = Field(examples=["30 minutes before"])
    state: str = Field(description="waiting, sent, done (the person has seen to it) or cancelled.")
    snoozed: bool


class ReminderPage(BaseModel):
    items: list[ReminderOut] = Field(description="The next one first; a todo has few, so that this is all.")
    next: None = None


class ReminderIn(Body):
    when: Phrase = Field(
        description="Words or a date-time: “30 minutes before”, “the evening before”, “at 8am”, “tomorrow at 9”.",
        examples=["30 minutes before"],
    )


class SnoozeIn(Body):
    until: Phrase = Field(
        description="A length or a moment: “10 minutes”, “this evening”, an RFC 3339 date-time.", examples=["1 hour"]
    )


@router.get("/{user_id}/todos/{todo_id}/reminders", response={200: ReminderPage, ON_TODO: ErrorBody})
async def list_reminders(request: HttpRequest, user_id: str, todo_id: str):
    """The reminders of a todo, also those that were sent."""
    user = await caller(request, user_id)
    return await database_unit(page_of)(user, id_of(todo_id), moment_of(request))


@router.post("/{user_id}/todos/{todo_id}/reminders", response={201: ReminderPage, ON_TODO: ErrorBody})
async def add_reminder(request: HttpRequest, user_id: str, todo_id: str, body: ReminderIn) -> HttpResponse:
    """One more reminder, beside those there are; all of them are the answer."""

    def add(user: User, pk: UUID, now: datetime.datetime) -> None:
        update_todo(user, pk, now=now, by=BY_API, remind=[f"also {body.when}"])

    return await changed(request, user_id, todo_id, add, status=201)


@router.delete("/{user_id}/todos/{todo_id}/reminders/{reminder_id}", response={204: None, ON_TODO: ErrorBody})
async def delete_reminder(request: HttpRequest, user_id: str, todo_id: str, reminder_id: str) -> HttpResponse:
    """Take one away; the others stay."""

    def remove(user: User, pk: UUID, now: datetime.datetime) -> None:
        remove_reminder(user, reminder_of(user, pk, known(reminder_id)), now=now, by=BY_API)

    return await changed(request, user_id, todo_id, remove, status=204)


@router.post(
    "/{user_id}/todos/{todo_id}/reminders/{reminder_id}/snooze", response={200: ReminderPage, ON_TODO: ErrorBody}
)
async def snooze(request: HttpRequest, user_id: str, todo_id: str, reminder_id: str, body: SnoozeIn) -> HttpResponse:
    """Put one off: it is dealt with for now, and comes once more."""

    def put_off(user: User, pk: UUID, now: datetime.datetime) -> None:
        reminder = reminder_of(user, pk, known(reminder_id))
        snooze_reminder(user, reminder, body.until, now=now, by=BY_API)

    return await changed(request, user_id, todo_id, put_off, status=200)


async def changed(
    request: HttpRequest,
    user_id: str,
    todo_id: str,
    change: Callable[[User, UUID, datetime.datetime], None],
    status: int,
) -> HttpResponse:
    """A change of one todo of the user whose address it is, answered with its reminders."""
    user = await caller(request, user_id)
    pk, now = id_of(todo_id), moment_of(request)

    def write() -> Answer:
        change(user, pk, now)
        return Answer(status=204) if status == 204 else Answer(page_of(user, pk, now), status)

    return await answer_once(request, user, write)


def page_of(user: User, todo_id: UUID, now: datetime.datetime) -> ReminderPage:
    return ReminderPage(items=[reminder_out(reminder, user, now) for reminder in reminders_of(user, todo_id)])


def reminder_out(reminder: Reminder, user: User, now: datetime.datetime) -> ReminderOut:
    rule = reminder.parsed_rule
    return ReminderOut(
        id=reminder.pk,
        at=reminder.at.astimezone(user.zone).isoformat() if reminder.at else None,
        before_minutes=rule.minutes,
        text=rule_text(rule, user.zone, now, user.habits),
        state=reminder.state,
        snoozed=rule.once,
    )


def known(text: str) -> UUID:
    reminder_id = read_id(text)
    if reminder_id is None:
        raise ReminderNotFound
    return reminder_id
