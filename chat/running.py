"""Turns that run in this process: each is a task of its own, so that a client that goes away does not end it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Coroutine
from typing import Any
from uuid import UUID

from django.utils import translation

from database.units import task_thread
from telemetry import metrics
from telemetry.notes import note_ids
from telemetry.stages import begin_clock
from telemetry.tracing import annotate, span

from .events import Event, TurnCompleted, TurnFailed
from .turn import run_turn
from .turns.keeping import turn_kept
from .turns.state.turn import Turn
from .turns.upkeep import cancel_upkeep, start_upkeep

# How long a turn may take to store that it was interrupted, and its streams to say so.
INTERRUPTED_SECONDS = 2

logger = logging.getLogger(__name__)
running_turns: set["RunningTurn"] = set()


class RunningTurn:
    """One turn and its events so far. Any number of readers may follow; each gets all events from the first."""

    def __init__(self, begin: Coroutine[Any, Any, Turn | TurnCompleted]) -> None:
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begun.add_done_callback(consume_error)
        self.conversation_id: UUID | None = None
        self.turn: Turn | None = None
        self.seen: list[Event] = []
        # Events of calls that an earlier run of the turn has told already.
        self.told_before = 0
        self.news = asyncio.Event()
        self.task = asyncio.create_task(self.run(begin))
        running_turns.add(self)
        metrics.running_turns.inc()
        self.task.add_done_callback(self.forget)

    async def run(self, begin: Coroutine[Any, Any, Turn | TurnCompleted]) -> None:
        begin_clock()
        async with task_thread():
            try:
                turn = await begin
            except Exception as error:  # noqa: BLE001 whoever waits for the beginning gets it
                self.begun.set_exception(error)
                return
            if isinstance(turn, TurnCompleted):
                self.conversation_id = turn.conversation_id
                self.begun.set_result(None)
                self.publish(turn)
                return
            self.conversation_id, self.turn = turn.conversation.pk, turn
            self.told_before = 2 * (len(turn.tool_calls) - len(turn.open_calls))
            self.begun.set_result(None)
            # Of this task alone.
            translation.activate(turn.language)
            await self.follow(turn)
            start_upkeep(turn)

    async def follow(self, turn: Turn) -> None:
        ids = {"turn_id": str(turn.answer.pk), "conversation_id": str(turn.conversation.pk)}
        note_ids(**ids)
        with span("turn", **ids, user_id=str(turn.user.pk)) as opened:
            async with turn_kept(turn):
                async for event in run_turn(turn):
                    self.publish(event)
            annotate(opened, status=turn.answer.status, error=turn.answer.error_code, steps=turn.step)

    def publish(self, event: Event) -> None:
        self.seen.append(event)
        self.wake_readers()

    def wake_readers(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def forget(self, task: asyncio.Task[None]) -> None:
        running_turns.discard(self)
        metrics.running_turns.dec()
        self.begun.cancel()
        self.wake_readers()
        if not task.cancelled() and (error := task.exception()):
            logger.error("turn task died", exc_info=error)

    async def end_within(self, grace_seconds: float) -> None:
        """Then interrupt it, so that a retry goes on; if it cannot even end so, cancel it, and its lease runs out."""
        await asyncio.wait([self.task], timeout=grace_seconds)
        if self.turn and not self.task.done():
            self.turn.wait.interrupt()
        await asyncio.wait([self.task], timeout=INTERRUPTED_SECONDS)
        self.task.cancel()
        await asyncio.wait([self.task])

    async def events(self, idle_seconds: float | None = None) -> AsyncGenerator[Event | None, None]:
        """Every event from the first to the last; None whenever nothing happened for `idle_seconds`."""
        position = 0
        while True:
            for event in self.seen[position:]:
                yield event
                position += 1
            if position == len(self.seen):
                if self.task.done():
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(idle_seconds):
                        await self.news.wait()
                if position == len(self.seen) and not self.task.done():
                    yield None

    async def outcome(self) -> TurnCompleted | TurnFailed:
        """The last event. The wait may be cancelled; the turn goes on."""
        await asyncio.wait([self.task])
        if self.seen and isinstance(self.seen[-1], TurnCompleted | TurnFailed):
            return self.seen[-1]
        await self.task  # the turn was cancelled at shutdown or died: raise that
        raise RuntimeError("a turn ended without an outcome")


def consume_error(begun: asyncio.Future[None]) -> None:
    """A client may be gone when its request is refused: then nobody else looks at the refusal."""
    if not begun.cancelled():
        begun.exception()


async def start_turn(begin: Coroutine[Any, Any, Turn | TurnCompleted]) -> RunningTurn:
    """Run `begin_turn(…)` and, unless it refuses, the rest of the turn. Raises what `begin_turn` raises."""
    running = RunningTurn(begin)
    await asyncio.shield(running.begun)
    return running


def turn_running_in(conversation_id: UUID) -> RunningTurn | None:
    """The turn that runs in the conversation, where it runs in this process."""
    return next((running for running in running_turns if running.conversation_id == conversation_id), None)


async def finish_running_turns(grace_seconds: float) -> None:
    """Shutdown: let each turn end, also one that begins meanwhile, for at most `grace_seconds`; then interrupt it."""
    while running_turns:
        await asyncio.gather(*(running.end_within(grace_seconds) for running in running_turns))
    await cancel_upkeep()
