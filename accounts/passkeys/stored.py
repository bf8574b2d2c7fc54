"""Passkeys of people: added, named, used and removed. Each function runs in a unit of its caller, or is one."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.entry.tickets import TicketRefused, browser_of, read_ticket, spend_ticket
from accounts.entry.ways import check_way_in
from accounts.locks import lock_user
from accounts.models import Passkey, SecondFactor, User
from accounts.security_log import Kind, record
from database.units import database_unit, one_or_none
from web.errors import ValidationFailed

from .ceremonies import Answer, PasskeyRefused, checked_registration, checked_use
from .site import Site

ADDING, ENTERING = "passkey.add", "passkey.enter"
PASSKEYS_MAX = 20


class PasskeyKnown(ValidationFailed):
    message = _("This passkey is here already.")


class TooManyPasskeys(ValidationFailed):
    def __init__(self) -> None:
        super().__init__(
            gettext("You have %(number)s passkeys. Remove one that is not in use.") % {"number": PASSKEYS_MAX}
        )


class SecondFactorNeedsIt(ValidationFailed):
    message = _("Your password asks for this passkey. Turn the second factor off first, or set up an app for it.")


@database_unit
def add_passkey(user: User, browser: str, site: Site, answer: Answer, name: str) -> Passkey:
    """Store what the browser made. Raises TicketRefused, PasskeyUnreadable, PasskeyKnown or TooManyPasskeys."""
    lock_user(user)
    if read_ticket(ADDING, browser, answer.ticket) != {"user": str(user.pk)}:
        raise TicketRefused
    spend_ticket(answer.ticket)
    passkey = checked_registration(answer, site)
    if user.passkeys.count() >= PASSKEYS_MAX:
        raise TooManyPasskeys
    return store_passkey(passkey, user, name)


def store_passkey(passkey: Passkey, user: User, name: str) -> Passkey:
    """Store the passkey. Raises PasskeyKnown."""
    passkey.user, passkey.name = user, name
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError:
        raise PasskeyKnown from None
    return passkey


@database_unit
def user_of_passkey(request: HttpRequest, site: Site, answer: Answer) -> User | None:
    """Who signs in, their passkey noted as used. Raises TicketRefused or PasskeyRefused.

    None where the count did not grow, which is that of a copy: the use is refused, whoever made it, and its owner's
    security log says so. Raising would take that line back.
    """
    read_ticket(ENTERING, browser_of(request), answer.ticket)
    spend_ticket(answer.ticket)
    known = Passkey.objects.select_related("user").filter(credential_id=answer.credential_id, user__is_active=True)
    if (passkey := one_or_none(known)) is None:
        raise PasskeyRefused
    count = checked_use(answer, site, passkey)
    grown = Q(sign_count__lt=count) if count else Q(sign_count=0)
    used = Passkey.objects.filter(grown, pk=passkey.pk)
    if used.update(sign_count=count, last_used_at=timezone.now()):
        return passkey.user
    record(passkey.user, Kind.PASSKEY_COPIED, request, passkey.name)
    return None


def rename_passkey(user: User, passkey_id: UUID, name: str) -> None:
    """One that is gone, or another's, stays as it is."""
    user.passkeys.filter(pk=passkey_id).update(name=name)


def remove_passkey(user: User, passkey_id: UUID) -> str:
    """Remove one; its name. One that is gone, or another's, is as good as removed, and has none.

    Raises LastWayIn or SecondFactorNeedsIt.
    """
    lock_user(user)
    passkey = user.passkeys.filter(pk=passkey_id).first()
    if passkey is None:
        return ""
    passkey.delete()
    check_way_in(user)
    if not user.passkeys.exists() and SecondFactor.objects.filter(pk=user.pk, secret="").exists():
        raise SecondFactorNeedsIt
    return passkey.name
