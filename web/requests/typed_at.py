"""When something was typed: what waited on a device without a network counts from that moment, not from its arrival."""

import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from web.errors import ValidationFailed

HEADER = "X-Typed-At"
OLDEST = datetime.timedelta(days=7)


def moment_of(request: HttpRequest) -> datetime.datetime:
    """The `X-Typed-At` of a request; now without one, and where the clock of a device runs ahead.

    Raises ValidationFailed for what is no moment, and for one more than OLDEST ago: by then “tomorrow” is better read
    again by the person.
    """
    sent, now = request.headers.get(HEADER), timezone.now()
    if sent is None:
        return now
    typed = parsed(sent)
    if typed is None:
        raise ValidationFailed(
            details={HEADER: _("This must be a moment with its offset, such as 2026-03-04T10:00:00Z.")}
        )
    if typed < now - OLDEST:
        raise ValidationFailed(
            details={HEADER: _("This was typed over %(days)s days ago. Write it once more.") % {"days": OLDEST.days}}
        )
    return min(typed, now)


def late_moment_of(request: HttpRequest) -> datetime.datetime | None:
    """The same where the request says it; None for what comes as it is typed."""
    return moment_of(request) if HEADER in request.headers else None


def parsed(text: str) -> datetime.datetime | None:
    """None also for a moment without an offset, which could be any of a day."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
