"""From the bytes of an answer to its events as plain JSON: Server-Sent Events, lines of JSON, or one JSON document."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

DONE = b"[DONE]"
DRAIN_SECONDS = 0.1
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# More than any answer is long: forty thousand tokens come in about 10 MB of events.
ANSWER_MAX_BYTES, EVENT_MAX_BYTES = 32_000_000, 2 * 1024 * 1024
MARKUP = re.compile(rb"\s*<", re.DOTALL)

DECODE = json.JSONDecoder().decode  # what json.loads does, without looking for other encodings

Event = dict[str, Any]


class AnswerTooLarge(ValueError):
    """More bytes than an answer may have."""


class NotAnAnswer(ValueError):
    """A page of markup: the address is not that of a model."""


async def wire_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[list[Event], None]:
    """The events of each chunk in which any ends, until the bytes end or the server says that it is done.

    Raises ValueError where what came is not JSON, or too much, and RecursionError where it is nested too deep.
    """
    reader = EventReader()
    async for chunk in chunks:
        if events := reader.feed(chunk):
            yield events
        if reader.fault:
            raise reader.fault
        if reader.done:
            await drain(chunks)
            return
    if events := reader.end():
        yield events
    if reader.fault:
        raise reader.fault


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Read what is left of the body: only then is its connection kept for the next request."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


class EventReader:
    """Splits bytes at CR, LF and CRLF, wherever a chunk ends, and reads an event as soon as its JSON is whole.

    So it needs no empty line between events, as some servers send none. `done` is set by the server's [DONE], `fault`
    by what cannot be read; nothing is read after either. Lines that are not of an event stream are kept: together they
    may be a JSON document.
    """

    def __init__(self) -> None:
        self.done = False
        self.fault: ValueError | RecursionError | None = None
        self._bytes_read = 0
        self._rest: list[bytes] = []
        self._rest_bytes = 0
        self._ended_in_cr = False
        self._name = ""
        self._lines: list[bytes] = []
        self._loose: list[bytes] = []
        self._is_stream = False

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end in this chunk."""
        if not self._bytes_read:
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
        self._bytes_read += len(chunk)
        events: list[Event] = []
        try:
            for line in self._whole_lines(chunk):
                if not line and not self._lines and not self._name:
                    continue  # as after each event that was read already
                self._read_line(line, events)
                if self.done:
                    break
        except (ValueError, RecursionError) as fault:
            self.fault = fault
        return events

    def end(self) -> list[Event]:
        """What the last lines hold that nothing ended, and the document that all of them are where it is no stream."""
        events: list[Event] = []
        try:
            if self._rest:
                self._read_line(b"".join(self._rest), events)
            self._end_event(events)
            if not self._is_stream and self._loose:
                events += read_document(self._loose)
        except (ValueError, RecursionError) as fault:
            self.fault = fault
        return events

    def _read_line(self, line: bytes, events: list[Event]) -> None:
        if line.startswith(b"data:"):
            self._is_stream = True
            self._read_data(line[5:].strip(), events)
        elif not line:
            self._end_event(events)
        elif line.startswith(b"event:"):
            self._name = line[6:].strip().decode(errors="replace")
        elif not self._is_stream and not line.startswith((b":", b"id:", b"retry:")):
            if not self._loose and MARKUP.match(line):
                raise NotAnAnswer
            self._loose.append(line)

    def _read_data(self, text: bytes, events: list[Event]) -> None:
        if self._lines:  # JSON on several lines
            self._lines.append(text)
        elif text[:6].upper() == DONE:
            self.done = True
        elif text[:1] in {b"{", b"["}:  # Anything else is a word to keep the connection open.
            try:
                value = DECODE(text.decode())
            except ValueError:
                self._lines.append(text)
            else:
                self._add(value, events)

    def _end_event(self, events: list[Event]) -> None:
        """An event that is not JSON when it ends will never be."""
        lines, self._lines = self._lines, []
        if lines:
            self._add(json.loads(b"\n".join(lines).decode(errors="replace")), events)
        self._name = ""

    def _add(self, value: Any, events: list[Event]) -> None:
        for event in value if isinstance(value, list) else (value,):
            if isinstance(event, dict):
                if self._name:
                    event.setdefault("type", self._name)
                events.append(event)

    def _whole_lines(self, chunk: bytes) -> list[bytes]:
        if self._bytes_read > ANSWER_MAX_BYTES:
            raise AnswerTooLarge
        if not self._rest and not self._ended_in_cr and b"\r" not in chunk:
            *lines, rest = chunk.split(b"\n")
            self._keep(rest)
            return lines
        if self._ended_in_cr:  # This LF is the second half of a CRLF.
            chunk = chunk.removeprefix(b"\n")
        self._ended_in_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines(keepends=True)
        rest = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        if lines and self._rest:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest, self._rest_bytes = [], 0
        self._keep(rest)
        return [line.rstrip(b"\r\n") for line in lines]

    def _keep(self, rest: bytes) -> None:
        """The beginning of a line whose end has not come."""
        if rest:
            self._rest.append(rest)
            self._rest_bytes += len(rest)
            if self._rest_bytes > EVENT_MAX_BYTES:
                raise AnswerTooLarge


def read_document(lines: list[bytes]) -> list[Event]:
    """One JSON document over all lines, or one on each: ValueError for anything else."""
    try:
        values = [json.loads(b"\n".join(lines).decode(errors="replace"))]
    except ValueError:
        values = [json.loads(line) for line in lines if line.strip()]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [item for item in items if isinstance(item, dict)]
