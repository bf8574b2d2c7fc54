"""How people get in, and that one way in is always left."""

from django.contrib import auth
from django.http import HttpRequest

from .models import User

PASSWORD, PASSKEY, APP_CODE, RECOVERY_CODE = "pwd", "pop", "otp", "rec"


async def enter(request: HttpRequest, user: User, *methods: str) -> None:
    """Sign the browser in: with a new session id, and a sign-in that says how."""
    request.amr = " ".join(methods)  # type: ignore[attr-defined]
    await auth.alogin(request, user)


def ways_in(user: User) -> int:
    """How many ways in a person has by themselves."""
    return int(user.has_usable_password()) + user.passkeys.count()
