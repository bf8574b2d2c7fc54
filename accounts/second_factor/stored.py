"""The second factor of people: turned on and off, and its codes used. Each function runs in a unit of its caller."""

import time

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from accounts.entry.ways import APP_CODE, RECOVERY_CODE
from accounts.locks import lock_user
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.security_log import Kind, record
from web.errors import ValidationFailed

from .codes import digest_of, is_of_app, new_recovery_codes, plain, sealed, step_of_code, unsealed


class CodeWrong(ValidationFailed):
    message = _("This code is not right. Codes change every half minute: enter the one that is shown now.")


class SecondFactorOff(ValidationFailed):
    message = _("Your second factor is off. Set it up, and recovery codes come with it.")


class PasskeyNeeded(ValidationFailed):
    message = _("Add a passkey first.")


def has_second_factor(user: User) -> bool:
    return SecondFactor.objects.filter(pk=user.pk).exists()


def turn_on_app(user: User, secret: str, code: str) -> list[str]:
    """From now on codes of this app count, and no other's; returns new recovery codes, once. Raises CodeWrong."""
    lock_user(user)
    step = step_of_code(secret, plain(code), time.time())
    if step is None:
        raise CodeWrong
    SecondFactor.objects.update_or_create(user=user, defaults={"secret": sealed(secret), "last_step": step})
    return renew_recovery_codes(user)


def turn_on_passkeys(user: User) -> list[str]:
    """From now on a password wants a passkey beside it; returns new recovery codes, once. Raises PasskeyNeeded."""
    lock_user(user)
    if not user.passkeys.exists():
        raise PasskeyNeeded
    SecondFactor.objects.get_or_create(user=user)
    return renew_recovery_codes(user)


def renew_recovery_codes(user: User) -> list[str]:
    """New ones, which end the old. They are returned, and only hashes stay. Raises SecondFactorOff."""
    if not has_second_factor(user):
        raise SecondFactorOff
    codes = new_recovery_codes()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=digest_of(code)) for code in codes)
    return codes


def turn_off(user: User) -> None:
    lock_user(user)
    SecondFactor.objects.filter(pk=user.pk).delete()
    user.recovery_codes.all().delete()


def use_code(user: User, code: str, request: HttpRequest) -> str | None:
    """How this code lets in, as a sign-in says it; None of a wrong one. Each counts once, also for two at a time."""
    if is_of_app(code):
        return APP_CODE if use_app_code(user, plain(code)) else None
    unused = user.recovery_codes.filter(digest=digest_of(code), used_at=None)
    if not unused.update(used_at=timezone.now()):
        return None
    record(user, Kind.RECOVERY_CODE_USED, request)
    return RECOVERY_CODE


def use_app_code(user: User, code: str) -> bool:
    factor = SecondFactor.objects.exclude(secret="").filter(pk=user.pk).first()
    secret = unsealed(factor.secret) if factor else None
    step = step_of_code(secret, code, time.time()) if secret else None
    if secret is None or step is None:
        return False
    # Sealed anew, so that an old key is needed no longer than until its owner signs in.
    fresh = SecondFactor.objects.filter(pk=user.pk, last_step__lt=step)
    return bool(fresh.update(last_step=step, secret=sealed(secret)))
