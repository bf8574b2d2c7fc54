"""The sweep that sends, of each process: it sleeps until the next moment, hands over what is due, and sends it.

Each channel has slots of its own, so that a mail server that hangs makes no push late. Nothing is locked and no
connection is held while one is sent.
"""

import asyncio
import logging
from collections import Counter

from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils import timezone

from database.background import repeat
from database.units import database_read, database_unit
from notices.channel import Notice, Outcome
from notices.channels.registry import channels
from notices.models import Delivery
from telemetry import metrics
from todos.models.reminders import Reminder

from .claims import Claim, claim, store_outcome
from .filling import expire_old, hand_over_due

# At most: a reminder that is set for the next second was not known when the sleep began.
SLEEP_SECONDS = 1.0
LAST_SENDS_SECONDS = 3.0

logger = logging.getLogger(__name__)


async def send_for_ever() -> None:
    """Its owner cancels it; what is being sent then has a few seconds to be sent and written down."""
    sender = Sender()
    try:
        await repeat("reminders and notices", sender.look)
    finally:
        await sender.finish(LAST_SENDS_SECONDS)


async def send_due() -> Counter[str]:
    """All that is due now, for a command: what came of it, by channel and outcome."""
    sender = Sender()
    while await sender.send_some():
        await sender.finish(None)
    return sender.outcomes


class Sender:
    """What one process is sending."""

    def __init__(self) -> None:
        self.running: dict[asyncio.Task[None], str] = {}
        self.outcomes: Counter[str] = Counter()

    async def look(self) -> float:
        """Send what is due; how many seconds there is nothing to do, unless a slot gets free before."""
        wait = await seconds_to_next()
        if wait <= 0 and not await self.send_some() and not self.running:
            # Others are at it: what is due is locked by them, or behind what they are sending.
            wait = SLEEP_SECONDS
        if wait <= 0 and self.running:
            await asyncio.wait(self.running, timeout=SLEEP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return min(max(wait, 0), SLEEP_SECONDS)

    async def send_some(self) -> int:
        """Hand over, claim, and begin to send; how many reminders and notices that was."""
        handed_over = await hand_over()
        busy = Counter(self.running.values())
        claims = await claim_some({name: free for name in channels if (free := channels[name].slots - busy[name]) > 0})
        for claimed in claims:
            task = asyncio.create_task(self.send(claimed))
            self.running[task] = claimed.channel
            task.add_done_callback(self.running.pop)
        return handed_over + len(claims)

    async def send(self, claimed: Claim) -> None:
        outcome = await attempt(claimed.channel, claimed.notice)
        try:
            held = await database_unit(store_outcome)(claimed, outcome)
        except DatabaseError as error:
            # It was said, and cannot be written down: when the claim ends it is said again, under the same id.
            logger.warning("outcome of a notice not stored: %s notice=%s", type(error).__name__, claimed.notice.id)
            return
        if not held:
            logger.warning("claim of a notice was lost notice=%s", claimed.notice.id)
            return
        self.outcomes[f"{claimed.channel} {outcome.result}"] += len(claimed.notice.items)
        note_outcome(claimed, outcome)

    async def finish(self, seconds: float | None) -> None:
        if self.running:
            await asyncio.wait(self.running, timeout=seconds)


async def attempt(name: str, notice: Notice) -> Outcome:
    """One try of a channel; whatever it raises is tried again later."""
    channel = channels[name]
    try:
        async with asyncio.timeout(channel.timeout_seconds):
            return await channel.send(notice)
    except TimeoutError:
        return Outcome("again", "timeout")
    except Exception as error:
        logger.exception("channel failed channel=%s notice=%s", name, notice.id)
        return Outcome("again", type(error).__name__[:40])


def note_outcome(claimed: Claim, outcome: Outcome) -> None:
    metrics.deliveries.labels(claimed.channel, outcome.result).inc(len(claimed.notice.items))
    if outcome.result == "sent":
        for item in claimed.notice.items:
            late = (timezone.now() - item.occurred_at).total_seconds()
            metrics.delivery_late_seconds.labels(claimed.channel).observe(max(0.0, late))


@database_unit
def hand_over() -> int:
    return hand_over_due()


@database_unit
def claim_some(free: dict[str, int]) -> list[Claim]:
    expire_old()
    return [claimed for channel, slots in free.items() for claimed in claim(channel, slots)]


@database_read
def seconds_to_next() -> float:
    """Until the first moment of a reminder or of an attempt, by the database's clock: two lookups in small indexes."""
    reminders = Reminder.objects.waiting().order_by("at").values_list("at", Now())[:1]
    attempts = Delivery.objects.open().order_by("not_before").values_list("not_before", Now())[:1]
    waits = [(moment - now).total_seconds() for rows in (reminders, attempts) for moment, now in rows]
    return min(waits, default=SLEEP_SECONDS)
