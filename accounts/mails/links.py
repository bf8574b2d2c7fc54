"""Links in mails: signed, good for a while and once; their host is SITE_URL, never what a request claims."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.urls import reverse

from accounts.models import User

RESET_SECONDS = 30 * 60
CONFIRM_SECONDS = 24 * 3600
CONFIRM_SALT = "accounts.mails.confirm"
LOCAL_SITE = "http://localhost:8000"


class Resets(PasswordResetTokenGenerator):
    """The signature covers the password, the last sign-in and the address: what changes one of them ends the link."""

    key_salt = "accounts.mails.reset"

    def is_fresh(self, token: str) -> bool:
        made = int(token.partition("-")[0], 36)
        return self._num_seconds(self._now()) - made <= RESET_SECONDS


resets = Resets()


def link_to(page: str, **query: str) -> str:
    return f"{settings.SITE_URL or LOCAL_SITE}{reverse(page)}?{urlencode(query)}"


def reset_key(user: User) -> str:
    return f"{user.pk.hex}.{resets.make_token(user)}"


def user_of_reset(key: str) -> User | None:
    """The active user whom it was made for, unless it was used or is old. One query."""
    user_id, _, token = key.partition(".")
    try:
        user = User.objects.filter(pk=UUID(user_id), is_active=True).first()
    except ValueError:
        return None
    return user if user and resets.check_token(user, token) and resets.is_fresh(token) else None


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
