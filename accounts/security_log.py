"""The security log of an account: what happened to the ways into it, when, by which device and from where.

`record` is called in the transaction of what it tells of, so that there is no change without its line and no line
without its change. A detail is a name that the person gave (of a passkey, an app, a token), never a secret.
"""

import datetime
import ipaddress

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.mail.sending import is_mail_set_up
from web.ratelimits import address_of
from web.text import storable

from .models import AccountMail, SecurityEvent, User
from .names.devices import device_name

KEPT_DAYS = 180
# Of one person: a program that signs in for each of its runs would fill the table.
KEPT_EVENTS = 300
DETAIL_MAX_CHARACTERS = 120
Kind = SecurityEvent.Kind
# What a mail is sent for, by kinds that can be switched off: name → words, events.
MAILS: dict[str, tuple[str | Promise, frozenset[Kind]]] = {
    "device": (_("A new device signs in"), frozenset({Kind.SIGNED_IN_ON_NEW_DEVICE, Kind.RECOVERY_CODE_USED})),
    "password": (
        _("The password is changed or set by a link"),
        frozenset({Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET}),
    ),
    "passkey": (
        _("A passkey, the second factor or a linked account changes"),
        frozenset(
            {
                *(Kind.PASSKEY_ADDED, Kind.PASSKEY_REMOVED, Kind.PASSKEY_COPIED),
                *(Kind.SECOND_FACTOR_ON, Kind.SECOND_FACTOR_OFF, Kind.RECOVERY_CODES_MADE),
                *(Kind.PROVIDER_LINKED, Kind.PROVIDER_UNLINKED),
            }
        ),
    ),
    "app": (
        _("An app is connected, or a token or webhook made"),
        frozenset({Kind.APP_CONNECTED, Kind.TOKEN_MADE, Kind.WEBHOOK_ADDED, Kind.WEBHOOK_CHANGED, Kind.WEBHOOK_OFF}),
    ),
    "email": (_("The mail address is changed"), frozenset({Kind.EMAIL_CHANGED})),
}


def record(user: User, kind: Kind, request: HttpRequest | None = None, detail: str = "") -> SecurityEvent:
    """Write down that this happened, by the device that asks; without a request by the operator or by itself."""
    event = user.security_events.create(
        kind=kind,
        address=address_of(request) if request else "",
        device=device_name(storable(request.META.get("HTTP_USER_AGENT", ""))) if request else "",
        detail=storable(detail)[:DETAIL_MAX_CHARACTERS],
    )
    surplus = user.security_events.order_by("-id").values_list("pk", flat=True)[KEPT_EVENTS : KEPT_EVENTS + 50]
    user.security_events.filter(pk__in=list(surplus)).delete()
    if event.kind in kinds_mailed(user):
        AccountMail.objects.create(kind=AccountMail.Kind.EVENT, user=user, event=event, address=user.email)
    return event


def kinds_mailed(user: User) -> set[Kind]:
    """What this person is told of by mail."""
    if not user.email_verified_at or not is_mail_set_up():
        return set()
    return {kind for name, (_, kinds) in MAILS.items() if name not in user.mails_off.split() for kind in kinds}


def newest_events(user: User, count: int) -> QuerySet[SecurityEvent]:
    return user.security_events.order_by("-id")[:count]


def old_events(now: datetime.datetime) -> QuerySet[SecurityEvent]:
    return SecurityEvent.objects.filter(at__lt=now - datetime.timedelta(days=KEPT_DAYS))


def place_of(address: str, here: str = "") -> str:
    """Where an address is, in words; `here` is that of who reads it. No address is looked up anywhere."""
    if not address:
        return ""
    if address == here:
        return gettext("from the network you are in now")
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return gettext("from an unknown address")
    if known.is_loopback:
        return gettext("from the machine that this runs on")
    place = (
        gettext("from the local network, %(address)s")
        if known.is_private
        else gettext("from the internet, %(address)s")
    )
    return place % {"address": address}
