"""Devices that a person has signed in on before: a browser by a cookie, anything else by its name and its place."""

import hashlib

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.names.devices import device_name
from accounts.security_log import Kind
from web.ratelimits import address_of
from web.text import storable

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 365 * 24 * 3600
DEVICE_SALT = "accounts.entry.devices"
# Of a browser that a family shares, those who signed in last.
PEOPLE_MAX = 8
MARK_CHARACTERS = 16
SIGN_INS = (Kind.SIGNED_IN, Kind.SIGNED_IN_ON_NEW_DEVICE)


def is_new_device(request: HttpRequest, user: User) -> bool:
    """Whether this person signs in somewhere new. The first sign-in of an account is no news.

    A browser that lost its cookie is recognised by name and place together: neither is enough, because a name is
    shared by many and a place by all who live there. Sign-ins from before places were noted count by name.
    """
    if mark_of(user) in people_of(request):
        return False
    if not (user.sign_ins.exists() or user.security_events.filter(kind__in=SIGN_INS).exists()):
        return False
    before = user.sign_ins.filter(address__in=[address_of(request), ""])
    name = device_name(storable(request.META.get("HTTP_USER_AGENT", "")))
    return name not in {device_name(agent) for agent in before.values_list("user_agent", flat=True).distinct()}


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """For a year from now. The cookie lets nobody in, and does not say who they are."""
    mark = mark_of(user)
    people = [mark, *(other for other in people_of(request) if other != mark)][:PEOPLE_MAX]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(people, salt=DEVICE_SALT),
        max_age=DEVICE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def people_of(request: HttpRequest) -> list[str]:
    """The marks of those who signed in on this browser."""
    try:
        return signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_SALT, max_age=DEVICE_SECONDS)
    except signing.BadSignature:
        return []


def mark_of(user: User) -> str:
    return hashlib.sha256(user.pk.bytes).hexdigest()[:MARK_CHARACTERS]
