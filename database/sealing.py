"""Secrets that must be read again, at rest: a copy of the database alone opens none of them."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def sealed(secret: str, purpose: str) -> str:
    """Encrypted for one purpose; what was sealed for another does not open with it."""
    return keys(purpose).encrypt(secret.encode()).decode()


def unsealed(text: str, purpose: str) -> str | None:
    """None where it was sealed with a key that is neither SECRET_KEY nor one of SECRET_KEY_FALLBACKS."""
    try:
        return keys(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def keys(purpose: str) -> MultiFernet:
    """The newest first: it seals, all of them open."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(derived_key(key, purpose)) for key in secrets])


def derived_key(key: str, purpose: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest())
