"""How long a server may be silent."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Silence:
    """Ends a wait that lasts too long. One timer for a whole answer: one a piece costs as much as reading it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._until = 0.0
        self._has_ended = False

    async def heard(self, coming: Awaitable[T], seconds: float) -> T:
        """What comes; raises TimeoutError where that takes longer than so many seconds."""
        self._task, self._until = asyncio.current_task(), self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._until:
            self._set()
        try:
            return await coming
        except asyncio.CancelledError:
            if self._has_ended and self._task and not self._task.uncancel():
                raise TimeoutError from None
            raise
        finally:
            self._task = None

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _set(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        """Of the wait that goes on now, not of the one for which the timer was set. Between waits there is none."""
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._until:
            self._set()
            return
        self._has_ended = True
        self._task.cancel()
