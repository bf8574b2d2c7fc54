"""Links in mails: their host is SITE_URL, never what a request claims. One to confirm an address is good for a day."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

CONFIRM_SECONDS = 24 * 3600
CONFIRM_SALT = "accounts.mails.confirm"
LOCAL_SITE = "http://localhost:8000"


def link_to(page: str, **query: str) -> str:
    question = f"?{urlencode(query)}" if query else ""
    return f"{settings.SITE_URL or LOCAL_SITE}{reverse(page)}{question}"


def confirm_key(user: User) -> str:
    """For the address that is to be confirmed now: another wish, or the same anew, ends it."""
    return signing.dumps(wish_of(user), salt=CONFIRM_SALT)


def user_of_confirm(key: str) -> User | None:
    try:
        said = signing.loads(key, salt=CONFIRM_SALT, max_age=CONFIRM_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    return user if user and user.email_wanted and wish_of(user) == said else None


def wish_of(user: User) -> dict[str, Any]:
    asked_at = user.email_wanted_at
    return {
        "user": str(user.pk),
        "address": user.email_wanted,
        "asked_at": asked_at.isoformat() if asked_at else "",
    }
