"""Personal access tokens: a person's keys for programs of their own, good at /mcp and nowhere else.

Random, shown once and stored as a hash. One ends when it is revoked, at its date, and with all other ways in: when the
account is disabled or deleted, at a new password and at “sign out everywhere”.
"""

import datetime
import secrets
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.locks import lock_user
from accounts.models import PersonalToken, User
from accounts.tokens.digest import digest_of
from database.units import database_read
from web.errors import ValidationFailed

PREFIX = "todo_pat_"
SHOWN_CHARACTERS = len(PREFIX) + 4
TOKENS_MAX = 20
USE_NOTED = datetime.timedelta(minutes=1)


class TooManyTokens(ValidationFailed):
    def __init__(self) -> None:
        super().__init__(gettext("You have %(number)s tokens. Revoke one that is not in use.") % {"number": TOKENS_MAX})


def issue_personal_token(user: User, name: str, scope: str, days: int) -> str:
    """Store a new token and return it, once. Raises TooManyTokens."""
    lock_user(user)  # two requests at once must not both be the last
    user.personal_tokens.filter(expires_at__lte=timezone.now()).delete()
    if tokens_in_use(user).count() >= TOKENS_MAX:
        raise TooManyTokens
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    expires_at = timezone.now() + datetime.timedelta(days=days)
    user.personal_tokens.create(
        name=name, scope=scope, digest=digest_of(token), shown=token[:SHOWN_CHARACTERS], expires_at=expires_at
    )
    return token


@database_read
def find_personal_token(token: str) -> PersonalToken | None:
    """The token with its user, noted as in use; None when it lets nobody in."""
    found = alive(PersonalToken.objects.filter(digest=digest_of(token))).select_related("user").first()
    now = timezone.now()
    if found and (found.last_used_at is None or now - found.last_used_at > USE_NOTED):
        PersonalToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def tokens_in_use(user: User) -> QuerySet[PersonalToken]:
    return alive(user.personal_tokens.all())


def alive(tokens: QuerySet[PersonalToken]) -> QuerySet[PersonalToken]:
    not_before = Q(user__tokens_not_before=None) | Q(user__tokens_not_before__lte=F("created_at"))
    return tokens.filter(not_before, user__is_active=True, expires_at__gt=timezone.now())


def revoke_personal_token(user: User, token_id: UUID) -> PersonalToken | None:
    """The one that was revoked, of a person's own; None: one that is gone, or not theirs, is as good as revoked."""
    if token := user.personal_tokens.filter(pk=token_id).first():
        token.delete()
    return token
