"""A forgotten password: a new one for whoever has the link that was mailed, once and for half an hour."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.locks import lock_user
from accounts.models import User
from accounts.security_log import Kind, record

from .links import user_of_reset


def store_new_password(key: str, hashed: str, request: HttpRequest, *, end_tokens: bool) -> User | None:
    """Give the user of the link this password; None where the link is used or old, also by somebody who was faster.

    Browsers are signed out in any case; with `end_tokens` programs, connected apps and personal tokens as well.
    """
    user = user_of_reset(key)
    if user is None:
        return None
    lock_user(user)
    user = user_of_reset(key)
    if user is None:
        return None
    user.password = hashed
    if end_tokens:
        user.tokens_not_before = timezone.now()
    user.save(update_fields=["password", "tokens_not_before"])
    record(user, Kind.PASSWORD_RESET, request)
    return user
