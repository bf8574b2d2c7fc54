"""Links in mails: their host is SITE_URL, never what a request claims. One to confirm an address is good for a day."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

from accounts.models import User
from web.addresses.site import site_address

CONFIRM_SECONDS = 24 * 3600
CONFIRM_SALT = "accounts.mails.confirm"


def link_to(page: str, *, site: str | None = None, **query: str) -> str:
    """At `site`, where somebody names another than the setting."""
    question = f"?{urlencode(query)}" if query else ""
    return site_address(f"{reverse(page)}{question}", site)


def confirm_key(user: User) -> str:
    """The key that confirms an address. Asking for another address or a new password ends it."""
    return signing.dumps({**wish_of(user), "until": marks_of(user)[0]}, salt=CONFIRM_SALT)


def user_of_confirm(key: str) -> User | None:
    try:
        said = signing.loads(key, salt=CONFIRM_SALT, max_age=CONFIRM_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    until = said.pop("until", None)
    return user if user and user.email_wanted and wish_of(user) == said and until in marks_of(user) else None


def marks_of(user: User) -> list[str]:
    """Marks that change with a new password and a sign-out everywhere; one by each key of the installation."""
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return [hashlib.sha256(known.encode()).hexdigest() for known in hashes]


def wish_of(user: User) -> dict[str, Any]:
    asked_at = user.email_wanted_at
    return {
        "user": str(user.pk),
        "address": user.email_wanted,
        "asked_at": asked_at.isoformat() if asked_at else "",
    }
