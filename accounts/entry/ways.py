"""How people get in, and that one way in is always left."""

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from accounts.habits.first import keep_first_habits
from accounts.issuers import TrustedIssuer
from accounts.models import User
from web.errors import ValidationFailed

PASSWORD, PASSKEY, APP_CODE, RECOVERY_CODE, OUTSIDE = "pwd", "pop", "otp", "rec", "fed"


async def enter(request: HttpRequest, user: User, *methods: str) -> None:
    """Sign the browser in: with a new session id, and a sign-in that says how."""
    request.amr = " ".join(methods)  # type: ignore[attr-defined]
    await auth.alogin(request, user)
    await keep_first_habits(request, user)


class LastWayIn(ValidationFailed):
    message = _("This is your only way in. Add another passkey or choose a password first.")


def providers() -> list[TrustedIssuer]:
    """The outside issuers that people may sign in with in a browser."""
    return [issuer for issuer in settings.JWT_TRUSTED_ISSUERS.values() if issuer.client_id]


def check_way_in(user: User) -> None:
    """Call it after a way in was removed, in the same transaction: LastWayIn rolls that back."""
    if ways_in(user) == 0:
        raise LastWayIn


def ways_in(user: User) -> int:
    """How many ways in a person has by themselves."""
    return int(user.has_usable_password()) + ways_beside_password(user)


def ways_beside_password(user: User) -> int:
    """Those that a new password does not end."""
    names = {issuer.issuer for issuer in providers()}
    linked = user.outside_identities.filter(issuer__in=names).count()
    return user.passkeys.count() + linked + int(user.issuer in names)
