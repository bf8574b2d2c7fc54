"""What the API says of webhooks, and what webhooks are sent."""

import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from notices.models import Delivery
from notices.models.webhooks import NAME_MAX, URL_MAX, Webhook
from web.paging import Key, Sort
from web.requests.fields import Body
from web.text import StorableText

from .events import TestEventName, TodoEventName, TodoTold, TurnEventName, TurnTold, WebhookTold

NEWEST_FIRST = Sort("deliveries.newest", (Key("id", descending=True),))
EventName = Literal["*", TodoEventName, TurnEventName]
WebhookState = Literal["on", "failing", "off"]
OffReason = Literal["owner", "gone", "failing"]
DeliveryState = Literal["waiting", "claimed", "sent", "failed", "expired"]
URL_WORDS = "An https address at port 443 of a public host. It is called as it stands; redirects are not followed."
EVENTS_WORDS = "What it is told; “*” is every event, also those that there will be."


class NewWebhook(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://example.com/hooks/todos", "events": ["todo.completed"]}]}
    )

    url: StorableText = Field(min_length=1, max_length=URL_MAX, description=URL_WORDS)
    name: StorableText = Field(default="", max_length=NAME_MAX, description="What you call it.")
    events: list[EventName] = Field(default=["*"], max_length=20, description=f"{EVENTS_WORDS} Without it, every one.")


class WebhookPatch(Body):
    """What is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": True}]})

    url: StorableText = Field(default="", min_length=1, max_length=URL_MAX, description=URL_WORDS)
    name: StorableText = Field(default="", max_length=NAME_MAX)
    events: list[EventName] = Field(default=[], max_length=20, description=EVENTS_WORDS)
    on: bool = Field(default=True, description="Off, it is sent nothing, and what waits for it is dropped.")


class WebhookOut(BaseModel):
    """`state` is “failing” while the last attempt failed; after three days of that it is “off”, and you are told.

    `old_secret_until`: until then each message is signed with the secret before as well.
    """

    id: UUID
    url: str
    name: str
    events: list[EventName]
    state: WebhookState
    off_because: OffReason | None
    failing_since: datetime.datetime | None
    last_success_at: datetime.datetime | None
    old_secret_until: datetime.datetime | None
    created_at: datetime.datetime

    @classmethod
    def of(cls, row: Webhook) -> "WebhookOut":
        same = ("id", "url", "name", "events", "state", "failing_since", "last_success_at", "created_at")
        shown: dict[str, Any] = {name: getattr(row, name) for name in same}
        return cls(off_because=cast(Any, row.off_because or None), old_secret_until=row.both_until, **shown)


class WebhookPage(BaseModel):
    items: list[WebhookOut] = Field(description="The newest first.")
    next: str | None = Field(description="Always null: there are at most 10.")


class WebhookSecret(BaseModel):
    secret: str = Field(description="For a library of Standard Webhooks, as it is.")


class WebhookDelivery(BaseModel):
    """One event for one webhook; `id` is its `webhook-id`, the same at each attempt.

    `code` is what the last attempt came to: `http_500`, `timeout`, `not_public`. Before one, “held” waits behind what
    failed, and “first” is for an address where nothing arrived so far. One that is “dropped” waited at an address that
    does not answer, and 1,000 newer ones came.
    """

    id: UUID
    type: str = Field(description="The event.")
    state: DeliveryState
    code: str
    attempts: int
    created_at: datetime.datetime
    sent_at: datetime.datetime | None
    next_attempt_at: datetime.datetime | None

    @classmethod
    def of(cls, row: Delivery) -> "WebhookDelivery":
        return cls(
            id=row.pk,
            type=row.content["type"],
            state=cast(Any, row.state),
            code=row.code,
            attempts=row.attempts,
            created_at=row.created_at,
            sent_at=row.sent_at,
            next_attempt_at=row.not_before if row.state == Delivery.State.WAITING else None,
        )


class DeliveryQuery(BaseModel):
    limit: int = Field(20, ge=1, le=100)
    cursor: StorableText | None = Field(None, description="`next` of the page before.")


class WebhookDeliveryPage(BaseModel):
    items: list[WebhookDelivery] = Field(description="The newest first; those of a week are kept.")
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class WebhookTodoEvent(BaseModel):
    """A todo was changed, through whatever door. Events may arrive in another order: `data.todo.version` tells."""

    type: TodoEventName
    timestamp: datetime.datetime
    data: TodoTold


class WebhookTurnEvent(BaseModel):
    """A turn of the assistant ended."""

    type: TurnEventName
    timestamp: datetime.datetime
    data: TurnTold


class WebhookTestEvent(BaseModel):
    """Somebody pressed “Send a test”."""

    type: TestEventName
    timestamp: datetime.datetime
    data: WebhookTold
