"""The life of a server process: it sweeps as long as it lasts, and ends when its running turns have.

For these it waits SHUTDOWN_GRACE_SECONDS; then they are interrupted.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from django.conf import settings

from accounts.mails.sending import send_mails_for_ever
from chat.briefing.sweep import brief_for_ever
from chat.live import tell_untold_for_ever
from chat.privacy.purge import purge_for_ever
from chat.running import finish_running_turns
from chat.turns.settling import sweep_for_ever
from config.endpoints import health
from notices.outbox.sending import send_for_ever

from .leaving import leave

# What a turn that must end has to store it, and its request to send it.
LAST_WORDS_SECONDS = 3

Message = MutableMapping[str, Any]


class Lifetime:
    """What a process does besides answering, and the answers it still owes."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.answers: set[asyncio.Task[None]] = set()
        self.leave: Callable[[], Awaitable[bool]] = has_left

    def begin(self) -> None:
        # All that is loaded by now stays: full collections, in which nothing is answered, need not look through it.
        gc.freeze()
        sending = (send_for_ever, send_mails_for_ever, brief_for_ever)
        works = (sweep_for_ever, tell_untold_for_ever, purge_for_ever, *sending)
        self.tasks = [asyncio.create_task(work()) for work in works]

    async def end(self) -> None:
        health.stopping.set()
        give_up_at = time.monotonic() + settings.SHUTDOWN_GRACE_SECONDS + LAST_WORDS_SECONDS
        all_gone = False
        while not all_gone and time.monotonic() < give_up_at:
            all_gone = await self.leave()
            await finish_running_turns(settings.SHUTDOWN_GRACE_SECONDS)
            await self.answer_all()
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)

    async def answer_all(self) -> None:
        if self.answers:
            await asyncio.wait(self.answers, timeout=LAST_WORDS_SECONDS)

    async def outlast_cancel(self, answering: Coroutine[Any, Any, None]) -> None:
        """Servers cancel requests when they are told to stop: let each finish its answer before it goes."""
        answer = asyncio.create_task(answering)
        self.answers.add(answer)
        answer.add_done_callback(self.answers.discard)
        try:
            await asyncio.shield(answer)
        except asyncio.CancelledError:
            await asyncio.wait([answer], timeout=settings.SHUTDOWN_GRACE_SECONDS + LAST_WORDS_SECONDS)
            answer.cancel()
            raise


async def has_left() -> bool:
    """uvicorn has closed its connections before it says that it ends."""
    return True


lifetime = Lifetime()


async def lifespan(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    """The lifespan protocol, which uvicorn speaks."""
    while True:
        message = await receive()
        is_end = message["type"] == "lifespan.shutdown"
        if is_end:
            await lifetime.end()
        else:
            lifetime.begin()
        await send({"type": f"{message['type']}.complete"})
        if is_end:
            return


def live_under_daphne() -> None:
    """daphne speaks no lifespan protocol; its reactor runs what it is given, and waits for that before it stops."""
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is None:
        return
    from twisted.internet.defer import Deferred  # noqa: PLC0415 not there at all under uvicorn

    lifetime.leave = leave
    # By itself it cancels all requests, and one that had just come in would never begin.
    sys.modules["daphne.server"].Server.kill_all_applications = lambda server: None

    def end() -> Deferred[None]:
        return Deferred.fromFuture(asyncio.ensure_future(lifetime.end()))

    reactor.callWhenRunning(reactor.callLater, 0, lifetime.begin)  # from inside its loop, where tasks can be made
    reactor.addSystemEventTrigger("before", "shutdown", end)
