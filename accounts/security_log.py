"""The security log of an account: what happened to the ways into it, when, by which device and from where.

`record` is called in the transaction of what it tells of, so that there is no change without its line and no line
without its change. A detail is a name that the person gave (of a passkey, an app, a token), never a secret.
"""

import datetime
import ipaddress

from django.db.models import QuerySet
from django.http import HttpRequest

from web.ratelimits import address_of
from web.text import storable

from .devices import device_name
from .models import SecurityEvent, User

KEPT_DAYS = 180
# Of one person: a program that signs in for each of its runs would fill the table.
KEPT_EVENTS = 300
DETAIL_MAX_CHARACTERS = 120
Kind = SecurityEvent.Kind


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
    return event


def newest_events(user: User, count: int) -> QuerySet[SecurityEvent]:
    return user.security_events.order_by("-id")[:count]


def old_events(now: datetime.datetime) -> QuerySet[SecurityEvent]:
    return SecurityEvent.objects.filter(at__lt=now - datetime.timedelta(days=KEPT_DAYS))


def place_of(address: str, here: str = "") -> str:
    """Where an address is, in words; `here` is that of who reads it. No address is looked up anywhere."""
    if not address:
        return ""
    if address == here:
        return "from the network you are in now"
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "from an unknown address"
    if known.is_loopback:
        return "from the machine that this runs on"
    return f"from {'the local network' if known.is_private else 'the internet'}, {address}"
