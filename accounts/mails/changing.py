"""The mail address of an account: asked for, confirmed by a link, changed with both addresses told, and removed."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.locks import lock_user
from accounts.models import User
from accounts.names.addresses import address_key
from accounts.security_log import Kind as Event
from accounts.security_log import record

from .links import user_of_confirm
from .orders import Kind, order_mail


class AddressTaken(Exception):
    """Another account has confirmed the address. Only who reads its mail is told."""


def want_address(user: User, address: str) -> None:
    """Send a link to this address. The confirmed one counts until then, and is told that somebody asked.

    Whether the address is another account's is not looked at: the answer would tell.
    """
    lock_user(user)
    user.email_wanted, user.email_wanted_at = address, timezone.now()
    if not user.email_verified_at:
        user.email = address
    user.save(update_fields=["email", "email_wanted", "email_wanted_at"])
    order_mail(user, Kind.CONFIRM, address)
    if user.email_verified_at and address_key(address) != user.email_key:
        order_mail(user, Kind.CHANGE_ASKED, user.email)


def confirm_address(key: str, request: HttpRequest) -> User | None:
    """Make the address of the link the account's own; None where the link is used or old. Raises AddressTaken."""
    user = user_of_confirm(key)
    if user is None:
        return None
    lock_user(user)
    user = user_of_confirm(key)
    if user is None:
        return None
    before = user.email if user.email_verified_at else ""
    user.email, user.email_wanted, user.email_wanted_at = user.email_wanted, "", None
    user.email_key, user.email_verified_at = address_key(user.email), timezone.now()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AddressTaken from None
    if before and address_key(before) != user.email_key:
        order_mail(user, Kind.CHANGED, before)
    record(user, Event.EMAIL_CHANGED, request)
    return user


def remove_address(user: User, request: HttpRequest) -> None:
    """Remove the address; a last mail tells the one that was confirmed."""
    lock_user(user)
    if user.email_verified_at:
        order_mail(user, Kind.CHANGED, user.email)
    user.email, user.email_wanted, user.email_wanted_at = "", "", None
    user.email_key = user.email_verified_at = None
    user.save()
    record(user, Event.EMAIL_REMOVED, request)
