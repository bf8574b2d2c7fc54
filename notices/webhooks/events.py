"""What webhooks are told: each change of a todo and each end of a turn, put into the outbox with what it is about.

Who has no webhook pays nothing for them: that is known of every user who is loaded (`User.has_webhooks`).
"""

import datetime
import json
from typing import Any, Literal, cast, get_args
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder
from pydantic import BaseModel

from accounts.models import User
from notices.models import Delivery
from notices.models.webhooks import Webhook
from todos.changing.changes import todo_changed
from todos.models import Todo, TodoChange
from todos.rows import TodoOut, todo_out

CHANNEL = "webhook"
EVERYTHING = "*"
TodoEventName = Literal[
    "todo.added", "todo.updated", "todo.completed", "todo.reopened", "todo.deleted", "todo.restored", "todo.removed"
]
TurnEventName = Literal["turn.completed", "turn.failed"]
TestEventName = Literal["webhook.test"]
EVENTS: tuple[str, ...] = (*get_args(TodoEventName), *get_args(TurnEventName))
# So many events wait for a webhook that does not answer; an older one gives its place to the newest.
WAITING_MAX = 1_000
DROPPED = "dropped"
# The last of the attempts that health.PAUSES_SECONDS leads to is within it.
WORTH_SENDING = datetime.timedelta(hours=26)


class ChangeTold(BaseModel):
    """Where a change came from. `undoes` is the change that it took back."""

    id: UUID
    door: Literal["chat", "page", "api", "mcp", "admin"]
    conversation_id: UUID | None
    message_id: UUID | None
    tool_call_id: UUID | None
    undoes: UUID | None


class TodoTold(BaseModel):
    """The todo as the API shows it after the change; before it, where it was removed by an undo."""

    change: ChangeTold
    todo: TodoOut


class WebhookTold(BaseModel):
    webhook_id: UUID


class ToolCallTold(BaseModel):
    id: UUID
    tool_name: str
    status: Literal["pending", "success", "error", "denied", "undone"]


class TurnTold(BaseModel):
    """How a turn ended, without what was said: `GET …/conversations/{id}/messages` has that.

    `error` is the code of what failed. `status` as in the answer of the turn, and "failed".
    """

    conversation_id: UUID
    message_id: UUID
    status: Literal["completed", "needs_approval", "stopped", "failed", "interrupted"]
    error: str | None
    tool_calls: list[ToolCallTold]


def tell(owner: User, name: str, source_id: UUID, at: datetime.datetime, told: BaseModel) -> int:
    """Put an event before each webhook of the person that wants it; how many those are.

    In the transaction of what happened, `at` this moment. Nothing is asked of the database for a
    person without webhooks.
    """
    if not owner.has_webhooks:
        return 0
    webhooks = [hook for hook in Webhook.objects.for_user(owner).on() if {name, EVERYTHING} & set(hook.events)]
    put_letters(webhooks, Delivery.Kind.EVENT, source_id, WORTH_SENDING, letter(name, at, told))
    for webhook in webhooks:
        if webhook.failures or not webhook.last_success_at:
            drop_oldest(webhook)
    return len(webhooks)


def drop_oldest(webhook: Webhook) -> None:
    """Of what waits there, what is older than the newest `WAITING_MAX`; its list of deliveries keeps saying so."""
    mine = Delivery.objects.filter(channel=CHANNEL, target=str(webhook.pk), kind=Delivery.Kind.EVENT)
    if beyond := mine.order_by("-id").values_list("pk", flat=True)[WAITING_MAX : WAITING_MAX + 1]:
        too_old = mine.filter(pk__lte=beyond[0], state=Delivery.State.WAITING)
        too_old.update(state=Delivery.State.EXPIRED, code=DROPPED)


def letter(name: str, at: datetime.datetime, told: BaseModel) -> dict[str, Any]:
    """What is sent, in the form that the standard asks for, with values as the API writes them."""
    content = {"type": name, "timestamp": at, "data": told.model_dump()}
    return json.loads(json.dumps(content, cls=NinjaJSONEncoder))


def put_letters(
    webhooks: list[Webhook], kind: Delivery.Kind, source_id: UUID, lasts: datetime.timedelta, content: dict[str, Any]
) -> list[Delivery]:
    """Rows of the outbox; those of a webhook that is failing wait with the others until it is tried again."""
    now = timezone.now()
    rows = []
    for webhook in webhooks:
        row = Delivery(owner_id=webhook.owner_id, kind=kind, source_id=source_id, channel=CHANNEL, content=content)
        row.target, row.occurrence, row.not_before, row.expires_at = str(webhook.pk), now, now, now + lasts
        if kind == Delivery.Kind.EVENT:
            row.not_before, row.code = place_of(webhook, now)
        rows.append(row)
    return Delivery.objects.bulk_create(rows)


# Codes of what was not tried so far: where nothing ever arrived, and because what went before it failed. In this
# order, and before all codes of attempts, they come after what has none (`outbox/claims.py`).
FIRST, HELD = "first", "held"


def place_of(webhook: Webhook, now: datetime.datetime) -> tuple[datetime.datetime, str]:
    """From when an event may be sent, and its code: who was reached before does not wait behind who never was."""
    if webhook.paused_until and webhook.paused_until > now:
        return webhook.paused_until, HELD
    return now, "" if webhook.last_success_at else FIRST


@receiver(todo_changed)
def tell_of_todo(change: TodoChange, todo: Todo, owner: User, **kwargs: Any) -> None:
    """As the todo is told to its owner, now."""
    if not owner.has_webhooks:
        return
    told = TodoTold(
        change=ChangeTold(
            id=change.pk,
            door=cast(Any, change.door),
            conversation_id=change.conversation_id,
            message_id=change.message_id,
            tool_call_id=change.tool_call_id,
            undoes=change.undoes_id,
        ),
        todo=todo_out(todo, owner, timezone.now()),
    )
    tell(owner, f"todo.{change.kind}", change.pk, change.created_at, told)
