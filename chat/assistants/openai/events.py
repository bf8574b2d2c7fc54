"""Server-Sent Events of an upstream: from the bytes of a streamed answer to its events as plain JSON."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from .wire import failure_of_code

DONE = b"[DONE]"
DRAIN_SECONDS = 0.1
# The last event of an answer repeats it whole; what is larger than this comes from no model.
EVENT_MAX_BYTES = 2 * 1024 * 1024


async def wire_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[list[Any], None]:
    """The events of each chunk in which any ends, until the bytes end or the upstream says it is done.

    Raises ValueError where an event is no JSON or too large, and RecursionError where it is nested too deep.
    """
    reader = EventReader()
    async for chunk in chunks:
        if events := reader.feed(chunk):
            yield events
        if reader.done:
            await drain(chunks)
            return


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Read what is left of the body: only then is its connection kept for the next request."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


class EventReader:
    """Splits bytes at CR, LF and CRLF, wherever a chunk ends. Only `data` counts: the JSON says what it is itself."""

    def __init__(self) -> None:
        self.done = False
        self._rest: list[bytes] = []
        self._held_bytes = 0
        self._ended_in_cr = False
        self._lines: list[bytes] = []

    def feed(self, chunk: bytes) -> list[Any]:
        """The events that end in this chunk; an empty line ends one."""
        events = []
        for line in self._whole_lines(chunk):
            if line.startswith(b"data:"):
                self._lines.append(line[5:].removeprefix(b" "))
            elif not line and self._lines:
                text, self._lines, self._held_bytes = b"\n".join(self._lines), [], 0
                if text.startswith(DONE):
                    self.done = True
                    break
                events.append(json.loads(text))
        return events

    def _whole_lines(self, chunk: bytes) -> list[bytes]:
        if self._ended_in_cr:  # This LF is the second half of a CRLF.
            chunk = chunk.removeprefix(b"\n")
        self._ended_in_cr = chunk.endswith(b"\r")
        self._held_bytes += len(chunk)
        if self._held_bytes > EVENT_MAX_BYTES:
            raise ValueError("an event is too large")
        self._rest.append(chunk)
        if b"\n" not in chunk and b"\r" not in chunk:
            return []
        lines, self._rest = b"".join(self._rest).splitlines(keepends=True), []
        if not lines[-1].endswith((b"\n", b"\r")):
            self._rest = [lines.pop()]
        return [line.rstrip(b"\r\n") for line in lines]


def raise_reported_error(event: Any) -> None:
    """Some upstreams put an error where an event should be."""
    if isinstance(event, dict) and (error := event.get("error")):
        code = (error.get("code") or error.get("type")) if isinstance(error, dict) else None
        raise failure_of_code(code)
