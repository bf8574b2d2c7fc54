"""Keeps the turns that run in this process: their leases, their texts for pages that look on, requests to stop them.

A tick costs one look at the database and, where something is new, one unit of work, however many turns run: a unit
for each turn would take a process with 500 streams all of its time.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError

from database.units import task_thread
from telemetry.tracing import stand_alone

from .lease import stops_requested
from .state.turn import Turn
from .storage import store_progress

# A page in another process sees the text, and a turn hears that it should stop, within this time.
TICK_SECONDS = 0.4
RENEWALS_PER_LEASE = 3

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class KeptTurn:
    """A turn with the text that was stored of it last, and when that was, by the monotonic clock."""

    turn: Turn
    stored_text: str
    stored_at: float

    @property
    def is_due(self) -> bool:
        renewal_seconds = settings.TURN_LEASE_SECONDS / RENEWALS_PER_LEASE
        return self.turn.answer.content != self.stored_text or time.monotonic() - self.stored_at >= renewal_seconds


class Keeper:
    """Keeps all turns of one event loop by one task, which lives while there are any."""

    def __init__(self) -> None:
        self.kept: list[KeptTurn] = []
        self.task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def keeping(self, turn: Turn) -> AsyncGenerator[None, None]:
        """Keep the turn for as long as the block runs."""
        kept = KeptTurn(turn, turn.answer.content, time.monotonic())
        self.kept.append(kept)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.keep())
        try:
            yield
        finally:
            self.kept.remove(kept)
            if not self.kept:
                self.task.cancel()
                await asyncio.wait([self.task])

    async def keep(self) -> None:
        stand_alone()  # it was begun by one turn, and is no part of that
        async with task_thread():
            while True:
                await asyncio.sleep(TICK_SECONDS)
                try:
                    await self.store_news()
                    await self.hear_stops()
                except DatabaseError as error:
                    logger.warning("turns not kept: %s", type(error).__name__)

    async def store_news(self) -> None:
        due = [kept for kept in self.kept if kept.is_due]
        texts = [kept.turn.answer.content for kept in due]
        if due:
            await store_progress([kept.turn for kept in due], texts)
        for kept, text in zip(due, texts, strict=True):
            kept.stored_text, kept.stored_at = text, time.monotonic()

    async def hear_stops(self) -> None:
        running = {kept.turn.conversation.pk: kept.turn for kept in self.kept if not kept.turn.stopped}
        for conversation_id in await stops_requested(list(running)):
            running[conversation_id].stop_for_user()


# A task belongs to its event loop: a server has one, each test its own.
keepers: WeakKeyDictionary[asyncio.AbstractEventLoop, Keeper] = WeakKeyDictionary()


def turn_kept(turn: Turn) -> contextlib.AbstractAsyncContextManager[None]:
    """`async with` this: the turn keeps its lease, its text is stored as it grows, and it hears a request to stop."""
    return keepers.setdefault(asyncio.get_running_loop(), Keeper()).keeping(turn)
