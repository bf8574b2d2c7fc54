"""Tickets: what somebody began, handed to their browser and taken back once.

A ticket is signed with SECRET_KEY, names the browser that it was given to, and is good for a few minutes. Nothing is
stored until it is used; then its hash is, so that it is not used again. A passkey signs one as its challenge.
"""

import datetime
import hashlib
import secrets
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop as _

from accounts.models import SpentTicket
from web.errors import ValidationFailed

BROWSER_COOKIE = "browser"
TICKET_SECONDS = 600
NONCE_BYTES = 16


class TicketRefused(ValidationFailed):
    message = _("That took too long, or was done already. Try once more.")


def browser_of(request: HttpRequest) -> str:
    """What tells this browser from others: a random word that no script reads. New where it has none yet."""
    return request.COOKIES.get(BROWSER_COOKIE) or secrets.token_urlsafe(NONCE_BYTES)


def remember_browser(request: HttpRequest, response: HttpResponseBase, browser: str) -> None:
    """Until the browser is closed. Lax: an outside provider leads back here from its own site."""
    if request.COOKIES.get(BROWSER_COOKIE) != browser:
        response.set_cookie(BROWSER_COOKIE, browser, secure=request.is_secure(), httponly=True, samesite="Lax")


def issue_ticket(kind: str, browser: str, **said: Any) -> str:
    """A ticket of this kind for this browser; `said` is JSON, signed and not secret."""
    content = {"browser": mark_of(browser), "nonce": secrets.token_urlsafe(NONCE_BYTES), "said": said}
    return signing.dumps(content, salt=f"accounts.entry.tickets.{kind}")


def read_ticket(kind: str, browser: str, ticket: str) -> dict[str, Any]:
    """What a ticket says. Raises TicketRefused: forged, of another kind or browser, or too old."""
    try:
        content = signing.loads(ticket, salt=f"accounts.entry.tickets.{kind}", max_age=TICKET_SECONDS)
    except signing.BadSignature:
        raise TicketRefused from None
    if not constant_time_compare(content["browser"], mark_of(browser)):
        raise TicketRefused
    return content["said"]


def spend_ticket(ticket: str) -> None:
    """Use it up, in the transaction of what it is used for. Raises TicketRefused for the second of two uses."""
    expires_at = timezone.now() + datetime.timedelta(seconds=TICKET_SECONDS)
    _, is_first = SpentTicket.objects.get_or_create(digest=mark_of(ticket), defaults={"expires_at": expires_at})
    if not is_first:
        raise TicketRefused


def mark_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
