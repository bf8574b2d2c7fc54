"""The wait for a model's next output, which ends early when the person stops the turn or the process ends."""

import asyncio
from dataclasses import dataclass

from chat.errors import TurnInterrupted


@dataclass
class ModelWait:
    """`limit` is that of the present wait; None while nobody waits."""

    limit: asyncio.Timeout | None = None
    is_interrupted: bool = False

    def end(self) -> None:
        if self.limit and not self.limit.expired():
            self.limit.reschedule(asyncio.get_running_loop().time())

    def interrupt(self) -> None:
        """Stop because the process shuts down. The turn stays unfinished; a retry resumes it."""
        self.is_interrupted = True
        self.end()

    def check_not_interrupted(self) -> None:
        if self.is_interrupted:
            raise TurnInterrupted
