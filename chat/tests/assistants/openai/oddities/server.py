"""A scripted model server with any oddity: what it answers to each request of a turn, byte for byte.

`CASES` say what each does; here is the wire: a real server on a free port.
"""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from bench.surroundings.upstream import read_body, server_config

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Reply:
    """`pieces` go out one by one; with `stays_open` the connection is not closed after them."""

    pieces: Sequence[bytes] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stays_open: bool = False
    pause_seconds: float = 0


Answer = Reply | Callable[[dict[str, Any]], Reply]


def event(value: Any, **fields: str) -> bytes:
    lines = "".join(f"{name}: {text}\n" for name, text in fields.items())
    return f"{lines}data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode()


def choice(delta: Any, finish: Any = None, **more: Any) -> dict[str, Any]:
    one = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [one], **more}


def stream(*events: Any, done: bool = True, stays_open: bool = False, **headers: str) -> Reply:
    """A stream of events: bytes as they are, anything else as JSON."""
    pieces = [one if isinstance(one, bytes) else event(one) for one in events]
    kind = {"content-type": "text/event-stream"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply((*pieces, *([DONE] if done else ())), headers=kind, stays_open=stays_open)


def says(text: Any) -> Reply:
    return stream(choice({"role": "assistant", "content": text}), choice({}, "stop"))


def calls(*pieces: dict[str, Any], finish: Any = "tool_calls") -> Reply:
    """Each piece of a call in an event of its own."""
    return stream(*(choice({"tool_calls": [piece]}) for piece in pieces), choice({}, finish))


def whole(value: Any, status: int = 200, **headers: str) -> Reply:
    """One JSON document."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply((json.dumps(value).encode(),), status, {"content-type": "application/json"} | names)


def page(status: int = 200) -> Reply:
    return Reply((b"<html><body>Welcome to nginx</body></html>",), status, {"content-type": "text/html"})


class OddServer:
    """Gives the answers in order, the last one again and again; `bodies` are what it was sent."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._answers: list[Answer] = []

    def script(self, answers: Iterable[Answer]) -> None:
        self._answers = list(answers)
        self.bodies.clear()
        self.paths.clear()
        self.headers.clear()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = json.loads(await read_body(receive))
        self.bodies.append(body)
        self.paths.append(f"{scope['path']}?{scope['query_string'].decode()}".rstrip("?"))
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        reply = answer(body) if callable(answer) else answer
        headers = [(name.encode(), text.encode()) for name, text in reply.headers.items()]
        start = {"type": "http.response.start", "status": reply.status}
        await send({**start, "headers": [*headers, (b"connection", b"close")]})
        for piece in reply.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(reply.pause_seconds)
        if reply.stays_open:
            while (await receive())["type"] != "http.disconnect":
                pass
        await send({"type": "http.response.body", "body": b""})

    def __enter__(self) -> "OddServer":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._server = uvicorn.Server(server_config(self))  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
