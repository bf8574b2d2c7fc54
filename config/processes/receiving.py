"""How daphne receives requests: heads and bodies are bounded in bytes and in time, as they come in.

By itself daphne reads every request to its end before the application hears of it. Whoever sends too much or too
slowly is told so and let go, and is heard no further.
"""

import functools
import sys
from http import HTTPStatus
from io import BytesIO
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

from config.api import (
    HEADERS_MAX,
    HeadersTooLarge,
    PayloadTooLarge,
    RequestTimeout,
    body_limit,
    refusal_before_django,
)
from config.reporting.observing import report
from telemetry.notes import begin_notes
from web.errors import ProductError

# A client that sends while it is refused would lose the answer with its connection: it may send on for so long.
LINGER_SECONDS = 5
LINGER_BYTES = 8 * 1024 * 1024


class BoundedRequest(WebRequest):
    """A request whose body is counted as it comes in."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802 twisted's name
        self.content = BytesIO()  # twisted would make a file on disk for each body of unknown length

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.content.tell() + len(data) > self.channel.body_limit:
            raise PayloadTooLarge(details={"limit_bytes": self.channel.body_limit})
        super().handleContentChunk(data)

    def __repr__(self) -> str:
        return f"<request at {id(self):#x}>"  # daphne logs this: twisted's has the address, which may hold a secret


class BoundedChannel(HTTPChannel):
    """A connection. One deadline runs at a time: for a head, for a body, or for leaving."""

    transport: Any
    totalHeadersSize = maxHeaders = sys.maxsize  # noqa: N815 twisted answers these with a bare 400; ours come first

    def __init__(self) -> None:
        super().__init__()
        self.MAX_LENGTH = settings.HEADERS_MAX_BYTES
        self.deadline: Any = None
        self.body_limit = settings.BODY_MAX_BYTES
        self.head_lines = self.head_bytes = self.discarded_bytes = 0
        self.refused = False

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self.expect_within(settings.HEAD_SECONDS)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        self.expect_nothing()
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.refused:
            self.discard(data)
            return
        if self.deadline is None and not self.requests:
            self.expect_within(settings.HEAD_SECONDS)  # the next request of a connection that is kept
        try:
            super().dataReceived(data)
        except (HeadersTooLarge, PayloadTooLarge) as error:
            self.refuse(error)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        self.head_lines += 1
        self.head_bytes += len(line)
        # The first line is the address, the last one is empty.
        if self.head_bytes > settings.HEADERS_MAX_BYTES or self.head_lines > HEADERS_MAX + 2:
            self.lineLengthExceeded(line)
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        raise HeadersTooLarge(details={"limit_bytes": settings.HEADERS_MAX_BYTES, "limit_headers": HEADERS_MAX})

    def allHeadersReceived(self) -> None:  # noqa: N802
        self.body_limit = body_limit(self.path_asked())
        if (self.length or 0) > self.body_limit:
            raise PayloadTooLarge(details={"limit_bytes": self.body_limit})
        self.expect_within(settings.BODY_SECONDS)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:  # noqa: N802
        self.expect_nothing()
        self.head_lines = self.head_bytes = 0
        super().allContentReceived()

    def path_asked(self) -> str:
        address: bytes = vars(self)["_path"]  # as its first line has it; twisted says another type
        return address.partition(b"?")[0].decode("latin-1")

    def expect_within(self, seconds: float) -> None:
        self.expect_nothing()
        self.deadline = self.callLater(seconds, self.end)

    def expect_nothing(self) -> None:
        if self.deadline is not None and self.deadline.active():
            self.deadline.cancel()
        self.deadline = None

    def end(self) -> None:
        """End the connection: its time is up."""
        if self.refused:
            self.transport.abortConnection()
        elif self.head_bytes or self._buffer:
            self.refuse(RequestTimeout())
        else:
            self.loseConnection()

    def refuse(self, error: ProductError) -> None:
        self.refused = True
        self.setTimeout(None)
        notes = begin_notes()
        status, headers, body = refusal_before_django(error)
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%s: %s" % header for header in [*headers, (b"content-length", b"%d" % len(body))]]
        self.transport.writeSequence([b"\r\n".join(lines), b"\r\n\r\n", body])
        self.transport.loseWriteConnection()
        self.expect_within(LINGER_SECONDS)
        report("other", notes, status, None)

    def discard(self, data: bytes) -> None:
        self.discarded_bytes += len(data)
        if self.discarded_bytes > LINGER_BYTES:
            self.transport.abortConnection()


class BoundedFactory(HTTPFactory):
    """What makes daphne's connections."""

    protocol = BoundedChannel

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        server.action_logger = None  # its lines have whole addresses, which may hold secrets; ours have the route

    def buildProtocol(self, addr: Any) -> BoundedChannel:  # noqa: N802
        channel = super().buildProtocol(addr)
        # Django reads forms; twisted need not do it first.
        channel.requestFactory = functools.partial(BoundedRequest, parsePOSTFormSubmission=False)
        return channel

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802
        return [b"http/1.1"]


def bound_daphne() -> None:
    """Let the server that daphne is about to start make its connections here; it has no setting for that."""
    sys.modules["daphne.server"].HTTPFactory = BoundedFactory  # type: ignore[attr-defined]
