"""Links with which a user whom the operator made chooses a password: signed, good once, and for a day."""

from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils import timezone

from accounts.models import User

LINK_SECONDS = 24 * 3600


class FirstSignIn(PasswordResetTokenGenerator):
    """The signature covers the password and the last sign-in: what changes one of them ends the link."""

    key_salt = "accounts.entry.first_sign_in"

    def is_fresh(self, token: str) -> bool:
        made = int(token.partition("-")[0], 36)
        return self._num_seconds(self._now()) - made <= LINK_SECONDS


generator = FirstSignIn()


def link_key(user: User) -> str:
    return f"{user.pk.hex}.{generator.make_token(user)}"


def user_of_key(key: str) -> User | None:
    """The active user whom it was made for, unless it was used or is old. One query."""
    user_id, _, token = key.partition(".")
    try:
        user = User.objects.filter(pk=UUID(user_id), is_active=True).first()
    except ValueError:
        return None
    return user if user and generator.check_token(user, token) and generator.is_fresh(token) else None


def store_first_password(key: str, hashed: str) -> User | None:
    """Give the user of the link this password; None where somebody was faster."""
    user = user_of_key(key)
    if user is None:
        return None
    password_before = user.password
    changed = User.objects.filter(pk=user.pk, password=password_before).update(
        password=hashed, last_login=timezone.now()
    )
    user.password = hashed
    return user if changed else None
