"""What was sent to webhooks holds what todos say, and is kept for who looks why something did not arrive."""

import datetime

from accounts.purge import purge_batch
from notices.models import OPEN_STATES, Delivery
from notices.webhooks.events import CHANNEL

KEPT = datetime.timedelta(days=7)


def purge_letters(now: datetime.datetime) -> int:
    """Those that were put a week ago or earlier; all of them have ended by then."""
    return purge_batch(
        Delivery.objects.filter(channel=CHANNEL, created_at__lt=now - KEPT).exclude(state__in=OPEN_STATES)
    )
