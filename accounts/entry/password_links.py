"""Links with which somebody chooses a password without having one: signed, good once, and for a while."""

from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest
from django.utils import timezone

from accounts.locks import lock_user
from accounts.models import User
from accounts.security_log import Kind, record


class PasswordLinks(PasswordResetTokenGenerator):
    """One kind of link. Password, last sign-in and address are part of its signature: it ends when one changes."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__()
        self.key_salt, self.seconds = f"accounts.{name}", seconds

    def key_of(self, user: User) -> str:
        return f"{user.pk.hex}.{self.make_token(user)}"

    def user_of(self, key: str) -> User | None:
        """The active user whom it was made for, unless it was used or is old. One query."""
        user_id, _, token = key.partition(".")
        try:
            user = User.objects.filter(pk=UUID(user_id), is_active=True).first()
        except ValueError:
            return None
        return user if user and self.check_token(user, token) and self.is_fresh(token) else None

    def is_fresh(self, token: str) -> bool:
        made = int(token.partition("-")[0], 36)
        return self._num_seconds(self._now()) - made <= self.seconds

    def store_password(self, key: str, hashed: str, request: HttpRequest, *, end_tokens: bool) -> User | None:
        """Give the user of the link this password; None where it is used or old, also by somebody who was faster.

        Browsers are signed out in any case; with `end_tokens` programs, connected apps and personal tokens as well.
        """
        user = self.user_of(key)
        if user is None:
            return None
        lock_user(user)
        user = self.user_of(key)
        if user is None:
            return None
        user.password = hashed
        if end_tokens:
            user.tokens_not_before = timezone.now()
        user.save(update_fields=["password", "tokens_not_before"])
        record(user, Kind.PASSWORD_RESET, request)
        return user


# Mailed to who forgot the password, and printed for who was made an administrator.
RESET = PasswordLinks("mails.reset", 30 * 60)
FIRST_SIGN_IN = PasswordLinks("entry.first_sign_in", 24 * 3600)
