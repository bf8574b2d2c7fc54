"""The API of what reaches a person outside a page: the browsers that take pushes."""

import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from accounts.models import User
from database.units import database_unit
from web.repeats import Answer, answer_once
from web.requests.fields import Body
from web.text import StorableText

from .models import ENDPOINT_MAX, PushSubscription
from .push.subscriptions import end_subscription, end_subscriptions, subscribe
from .push.vapid import public_vapid_key

EXAMPLE: JsonDict = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABl",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "device": "Firefox on Android",
}

router = Router()


class BrowserKeys(Body):
    """As the browser's `PushSubscription.toJSON()` gives them."""

    p256dh: StorableText = Field(max_length=200)
    auth: StorableText = Field(max_length=100)


class NewPushSubscription(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    endpoint: StorableText = Field(max_length=ENDPOINT_MAX, description="The https address of a push service.")
    keys: BrowserKeys
    device: StorableText = Field(default="", max_length=100, description="What the person calls it.")


class PushSubscriptionOut(BaseModel):
    """A browser that takes pushes; its address and keys are for the server alone."""

    id: UUID
    device: str = Field(examples=["Firefox on Android"])
    created_at: datetime.datetime
    last_success_at: datetime.datetime | None = Field(description="When its push service last accepted a push.")

    @classmethod
    def of(cls, row: PushSubscription) -> "PushSubscriptionOut":
        return cls(id=row.pk, device=row.device, created_at=row.created_at, last_success_at=row.last_success_at)


class PushSubscriptionPage(BaseModel):
    items: list[PushSubscriptionOut]
    next: str | None = Field(description="Always null: there are at most 20.")
    public_key: str = Field(description="For `applicationServerKey` when a browser subscribes.")


@router.get("/{user_id}/push-subscriptions", response=PushSubscriptionPage)
async def list_push_subscriptions(request: HttpRequest, user_id: str) -> PushSubscriptionPage:
    """The browsers that take your pushes, the newest first."""
    user = await caller(request, user_id)
    return await subscription_page(user)


@router.post("/{user_id}/push-subscriptions", response={201: PushSubscriptionOut})
async def add_push_subscription(request: HttpRequest, user_id: str, body: NewPushSubscription) -> HttpResponse:
    """Be told by this browser. The same address a second time takes the new keys and name."""
    user = await caller(request, user_id)

    def write() -> Answer:
        row = subscribe(user, body.endpoint, body.keys.p256dh, body.keys.auth, body.device)
        return Answer(PushSubscriptionOut.of(row), 201)

    return await answer_once(request, user, write)


@router.delete("/{user_id}/push-subscriptions", response={204: None})
async def end_push_subscriptions(request: HttpRequest, user_id: str, endpoint: str = "") -> HttpResponse:
    """Be told no more by the browser with this `endpoint`; without one, by none."""
    user = await caller(request, user_id)

    def write() -> Answer:
        end_subscriptions(user, endpoint)
        return Answer(status=204)

    return await answer_once(request, user, write)


@router.delete("/{user_id}/push-subscriptions/{subscription_id}", response={204: None, 422: ErrorBody})
async def end_push_subscription(request: HttpRequest, user_id: str, subscription_id: UUID) -> HttpResponse:
    """Be told no more by one browser; one that is gone is as good as ended."""
    user = await caller(request, user_id)

    def write() -> Answer:
        end_subscription(user, subscription_id)
        return Answer(status=204)

    return await answer_once(request, user, write)


@database_unit
def subscription_page(user: User) -> PushSubscriptionPage:
    rows = PushSubscription.objects.for_user(user)
    return PushSubscriptionPage(
        items=[PushSubscriptionOut.of(row) for row in rows], next=None, public_key=public_vapid_key()
    )
