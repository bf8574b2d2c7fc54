"""Checks the second factor in the API, where the code comes in the same request as the password."""

from django.http import HttpRequest

from accounts.models import SecondFactor, User
from database.units import database_read, database_unit
from web.errors import SecondFactorFailed, SecondFactorRequired
from web.ratelimits import address_of

from .limits import count_try, note_right_code
from .stored import use_code


async def method_of_second_factor(request: HttpRequest, user: User, code: str | None) -> str | None:
    """How the code confirms the user, whose password was right; None where none is asked for.

    Raises SecondFactorRequired, SecondFactorFailed, RateLimited or ServiceUnavailable.
    """
    methods = await database_read(methods_of)(user)
    if not methods:
        return None
    if not code:
        raise SecondFactorRequired(details={"methods": methods})
    address = address_of(request)
    await count_try(user, address)
    if (how := await database_unit(use_code)(user, code, request)) is None:
        raise SecondFactorFailed
    await note_right_code(user, address)
    return how


def methods_of(user: User) -> list[str]:
    """What the API takes of an account that has a second factor; nothing of one that has none."""
    factor = SecondFactor.objects.filter(pk=user.pk).first()
    if factor is None:
        return []
    return ["totp", "recovery_code"] if factor.secret else ["recovery_code"]
