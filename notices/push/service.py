"""One push to one browser, and what its push service says to it."""

import json
from typing import Any
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings

from notices.channel import Outcome
from notices.models import PushSubscription
from web.addresses.outbound import NotReachable, post, resolved, wait_asked

from .encryption import MESSAGE_MAX_BYTES, encrypt
from .vapid import authorization

TIMEOUT = httpx2.Timeout(8, connect=4)
# A push service keeps a message so long for a device that is off.
KEPT_SECONDS = 24 * 3600
RETRY_MAX_SECONDS = 3600
# The browser is gone, or belongs to another pair of keys: https://www.rfc-editor.org/rfc/rfc8030#section-7.3
ENDED = {401, 403, 404, 410}
ENDED_CODE = "ended"
PASSING = {408, 413, 425, 429}


async def push(
    subscription: PushSubscription, key: EllipticCurvePrivateKey, message: dict[str, Any], topic: UUID
) -> Outcome:
    """Encrypt and send. A second message of the same `topic` replaces one that was not delivered yet."""
    try:
        body = encrypt(packed(message), subscription.p256dh, subscription.auth)
        target = await resolved(subscription.endpoint, loopback=settings.CALLS_TO_LOOPBACK)
    except (NotReachable, ValueError):
        return Outcome("failed", "not_public")
    except OSError:
        return Outcome("again", "unknown_host")
    headers = {
        "Authorization": authorization(key, subscription.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
        "Topic": topic.hex,
    }
    try:
        return outcome_of(*await post(target, body, headers, TIMEOUT))
    except httpx2.HTTPError as error:
        return Outcome("again", type(error).__name__.lower()[:40])


def outcome_of(status: int, headers: httpx2.Headers) -> Outcome:
    code = f"http_{status}"
    if httpx2.codes.is_success(status):
        return Outcome("sent", code)
    if status in ENDED:
        return Outcome("failed", ENDED_CODE)
    if status >= 500 or status in PASSING:
        return Outcome("again", code, wait_asked(headers, RETRY_MAX_SECONDS))
    return Outcome("failed", code)


def packed(message: dict[str, Any]) -> bytes:
    """As JSON; what is too long for one push loses the end of its text."""
    content = json.dumps(message, ensure_ascii=False).encode()
    while len(content) > MESSAGE_MAX_BYTES and message["body"]:
        keep = max(0, len(message["body"]) - (len(content) - MESSAGE_MAX_BYTES) - 1)
        message = {**message, "body": message["body"][:keep] + ("…" if keep else "")}
        content = json.dumps(message, ensure_ascii=False).encode()
    return content
