"""Secrets and signatures of webhooks: https://github.com/standard-webhooks/standard-webhooks, symmetric, `v1`."""

import base64
import datetime
import hashlib
import hmac
import secrets
from uuid import UUID

from database.sealing import sealed, unsealed
from notices.models.webhooks import Webhook

PREFIX = "whsec_"
# The standard asks for 24 to 64 bytes.
SECRET_BYTES = 32
PURPOSE = "notices.webhooks"


def new_secret() -> str:
    """As it is stored: sealed."""
    return sealed(PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(), PURPOSE)


def secret_of(webhook: Webhook) -> str:
    """As the receiver has it, `whsec_…`; empty where it was sealed with a SECRET_KEY that is gone."""
    return unsealed(webhook.secret, PURPOSE) or ""


def secrets_of(webhook: Webhook, now: datetime.datetime) -> list[str]:
    """What to sign with: the secret, and for a while after it was changed the one before."""
    stored = [webhook.secret, *([webhook.old_secret] if webhook.has_old_secret(now) else [])]
    return [secret for text in stored if (secret := unsealed(text, PURPOSE))]


def signed_headers(message_id: UUID, now: datetime.datetime, body: bytes, keys: list[str]) -> dict[str, str]:
    """The id is the same at each attempt, and neither it nor the time has a full stop, which parts what is signed."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((str(message_id).encode(), timestamp.encode(), body))
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature(key, signed)}" for key in keys),
    }


def signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
