"""One event to one webhook, and what its server says to it."""

import asyncio
import datetime
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from database.units import database_read, database_unit
from notices.channel import Outcome
from notices.models import Delivery
from notices.models.webhooks import Webhook
from web.addresses.outbound import NotReachable, post, resolved, wait_asked
from web.errors import TokenInvalid

from .health import note_failure, note_success
from .signing import secrets_of, signed_headers

# The whole of an attempt: the standard asks for 15 to 30 seconds.
ANSWER_SECONDS = 15
TIMEOUT = httpx2.Timeout(ANSWER_SECONDS, connect=5)
RETRY_MAX_SECONDS = 24 * 3600
GONE_CODE = "http_410"


@dataclass(frozen=True)
class Letter:
    """What is sent where, and with what it is signed."""

    id: UUID
    webhook_id: UUID
    url: str
    keys: list[str]
    content: dict[str, Any]
    is_test: bool


@database_read
def letter_of(owner: User, notice_id: UUID, delivery_id: UUID, webhook_id: UUID) -> Letter | None:
    """What is to be sent; None where the webhook is gone or off by now."""
    webhook = Webhook.objects.for_user(owner).filter(pk=webhook_id).first()
    delivery = Delivery.objects.filter(pk=delivery_id).first()
    if webhook is None or delivery is None:
        return None
    is_test = delivery.kind == Delivery.Kind.TEST
    if not (webhook.is_on or is_test):
        return None
    return Letter(notice_id, webhook.pk, webhook.url, secrets_of(webhook, timezone.now()), delivery.content, is_test)


async def send(owner: User, letter: Letter) -> Outcome:
    """Post it, and note how its webhook fares by that. A test that fails is no failure of the webhook."""
    outcome = await posted(letter)
    if outcome.result == "sent":
        await database_unit(note_success)(letter.webhook_id)
        return outcome
    if letter.is_test:
        return Outcome("failed", outcome.code)
    try:
        seconds = await database_unit(note_failure)(
            owner, letter.webhook_id, is_gone=outcome.code == GONE_CODE, asked_seconds=outcome.retry_after_seconds
        )
    except TokenInvalid:
        return Outcome("failed", "erased")  # with its owner, meanwhile
    return Outcome("failed", outcome.code) if seconds is None else Outcome("again", outcome.code, seconds)


async def posted(letter: Letter) -> Outcome:
    """What the server said; nothing that it does or does not is raised."""
    if not letter.keys:
        return Outcome("again", "no_secret")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            status, headers = await answer_to(letter)
    except (NotReachable, OSError, httpx2.HTTPError) as error:
        return Outcome("again", code_of(error))
    if httpx2.codes.is_success(status):
        return Outcome("sent", f"http_{status}")
    return Outcome("again", f"http_{status}", wait_asked(headers, RETRY_MAX_SECONDS))


async def answer_to(letter: Letter) -> tuple[int, httpx2.Headers]:
    target = await resolved(letter.url, loopback=settings.CALLS_TO_LOOPBACK)
    body = json.dumps(letter.content, ensure_ascii=False, separators=(",", ":")).encode()
    return await post(target, body, headers_of(letter, body, timezone.now()), TIMEOUT)


def code_of(error: Exception) -> str:
    match error:
        case NotReachable():
            return "not_public"
        case TimeoutError():
            return "timeout"
        case OSError():
            return "unknown_host"
    return type(error).__name__.lower()[:40]


def headers_of(letter: Letter, body: bytes, now: datetime.datetime) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Todo-Chat-Webhooks",
        **signed_headers(letter.id, now, body, letter.keys),
    }
