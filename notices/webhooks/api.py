"""The API of webhooks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from accounts.models import User
from database.units import database_read
from notices.models import Delivery
from todos.finding.references import read_id
from web.ratelimits import check_use
from web.repeats import Answer, answer_once
from web.requests.conditional import json_or_not_modified

from .acts import (
    TESTS_PER_USER,
    add_webhook,
    change_webhook,
    deliveries_of,
    find_webhook,
    put_test,
    remove_webhook,
    rotate_secret,
    webhooks_of,
)
from .schema import (
    NEWEST_FIRST,
    DeliveryQuery,
    NewWebhook,
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookOut,
    WebhookPage,
    WebhookPatch,
    WebhookSecret,
)
from .signing import secret_of

ON_LIST = frozenset({401, 403, 422, 503})
ON_WEBHOOK = ON_LIST | {404}

router = Router()


@router.get("/{user_id}/webhooks", response={200: WebhookPage, ON_LIST: ErrorBody})
async def list_webhooks(request: HttpRequest, user_id: str) -> HttpResponse:
    """Your webhooks, the newest first."""
    user = await caller(request, user_id)
    return json_or_not_modified(request, await database_read(page_of)(user))


@router.post("/{user_id}/webhooks", response={201: WebhookOut, ON_LIST: ErrorBody})
async def create_webhook(request: HttpRequest, user_id: str, body: NewWebhook) -> HttpResponse:
    """Be told at an address what happens to your todos and turns; at most ten."""
    user = await caller(request, user_id)

    def write() -> Answer:
        webhook = add_webhook(user, request, body.url, body.name, body.events)
        return Answer(WebhookOut.of(webhook), 201, {"Location": f"/api/{user_id}/webhooks/{webhook.pk}"})

    return await answer_once(request, user, write)


@router.get("/{user_id}/webhooks/{webhook_id}", response={200: WebhookOut, ON_WEBHOOK: ErrorBody})
async def get_webhook(request: HttpRequest, user_id: str, webhook_id: str) -> HttpResponse:
    """One of your webhooks."""
    user = await caller(request, user_id)
    return json_or_not_modified(request, WebhookOut.of(await database_read(find_webhook)(user, read_id(webhook_id))))


@router.patch("/{user_id}/webhooks/{webhook_id}", response={200: WebhookOut, ON_WEBHOOK: ErrorBody})
async def update_webhook(request: HttpRequest, user_id: str, webhook_id: str, body: WebhookPatch) -> HttpResponse:
    """Change its address, its name or its events, or switch it on or off."""
    user = await caller(request, user_id)

    def write() -> Answer:
        fields = body.model_dump(exclude_unset=True)
        return Answer(WebhookOut.of(change_webhook(user, read_id(webhook_id), request, **fields)))

    return await answer_once(request, user, write)


@router.delete("/{user_id}/webhooks/{webhook_id}", response={204: None, ON_LIST: ErrorBody})
async def delete_webhook(request: HttpRequest, user_id: str, webhook_id: str) -> HttpResponse:
    """Remove it; one that is gone is as good as removed. What waits for it is dropped."""
    user = await caller(request, user_id)

    def write() -> Answer:
        remove_webhook(user, read_id(webhook_id), request)
        return Answer(status=204)

    return await answer_once(request, user, write)


@router.get("/{user_id}/webhooks/{webhook_id}/secret", response={200: WebhookSecret, ON_WEBHOOK: ErrorBody})
async def get_webhook_secret(request: HttpRequest, user_id: str, webhook_id: str) -> WebhookSecret:
    """What its messages are signed with."""
    user = await caller(request, user_id)
    return WebhookSecret(secret=secret_of(await database_read(find_webhook)(user, read_id(webhook_id))))


@router.post("/{user_id}/webhooks/{webhook_id}/rotate", response={200: WebhookOut, ON_WEBHOOK: ErrorBody})
async def rotate_webhook_secret(request: HttpRequest, user_id: str, webhook_id: str) -> HttpResponse:
    """A new secret; for 24 hours messages are signed with the one before as well."""
    user = await caller(request, user_id)

    def write() -> Answer:
        return Answer(WebhookOut.of(rotate_secret(user, read_id(webhook_id), request)))

    return await answer_once(request, user, write)


@router.post("/{user_id}/webhooks/{webhook_id}/test", response={202: WebhookDelivery, ON_WEBHOOK: ErrorBody})
async def test_webhook(request: HttpRequest, user_id: str, webhook_id: str) -> HttpResponse:
    """Send it a `webhook.test`, also while it is off; `deliveries` says what came of it."""
    user = await caller(request, user_id)
    await check_use("notice_tests", user, TESTS_PER_USER)

    def write() -> Answer:
        return Answer(WebhookDelivery.of(put_test(user, read_id(webhook_id))), 202)

    return await answer_once(request, user, write)


@router.get("/{user_id}/webhooks/{webhook_id}/deliveries", response={200: WebhookDeliveryPage, ON_WEBHOOK: ErrorBody})
async def list_webhook_deliveries(
    request: HttpRequest, user_id: str, webhook_id: str, query: Query[DeliveryQuery]
) -> WebhookDeliveryPage:
    """What it was sent, or is to be, and what came of it."""
    user = await caller(request, user_id)
    return await database_read(delivery_page)(user, read_id(webhook_id), query)


def page_of(user: User) -> WebhookPage:
    return WebhookPage(items=[WebhookOut.of(webhook) for webhook in webhooks_of(user)], next=None)


def delivery_page(user: User, webhook_id: UUID | None, query: DeliveryQuery) -> WebhookDeliveryPage:
    rows: list[Delivery]
    rows, cursor = NEWEST_FIRST.page(deliveries_of(user, find_webhook(user, webhook_id)), query.limit, query.cursor)
    return WebhookDeliveryPage(items=[WebhookDelivery.of(row) for row in rows], next=cursor)
