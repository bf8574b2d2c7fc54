"""A scripted upstream: the model's HTTP side, with any answer and any fault, in both wire formats.

In tests:      with ScriptedUpstream() as upstream: upstream.script([says("Hello."), refuses(500)])
By hand:       python -m bench.surroundings.upstream --port 9100
"""

import argparse
import asyncio
import contextlib
import dataclasses
import itertools
import json
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Any

import uvicorn

from bench.surroundings.answers import (
    Answer,
    call,
    calls,
    chat_completions_events,
    hangs,
    refuses,
    responses_events,
    says,
    sends,
)
from bench.surroundings.assistant import asked_text, built_in_answer, history_of
from chat.assistants.interface import HistoryItem, ToolOutput

BYTES_PER_TOKEN = 4
# An answer that is held is let go after this, whatever becomes of the test.
HELD_SECONDS = 60
FAULTS = {
    "refuse-401": refuses(401),
    "refuse-429": refuses(429, retry_after="7"),
    "refuse-500": refuses(500),
    "hang": hangs(),
    "hang-in-stream": hangs("Let me"),
    "cut": says("Let me", ending="cut"),
    "unfinished": says("Let me", ending="unfinished"),
    "malformed": sends(b'data: {"choices": [\n\n'),
    "empty": says(""),
    "bad-arguments": calls(call("add_task", '{"tasks": [', call_id="")),
    "unknown-tool": calls(call("launch_rocket", {}, call_id="")),
    "endless-calls": calls(call("list_tasks", {}, call_id="")),
    "parallel-calls": calls(call("list_tasks", {}, call_id=""), call("list_tasks", {"filter": "done"}, call_id="")),
}


class Upstream:
    """The ASGI application. `requests` holds the bodies of the last thousand requests, in order of arrival.

    Titles and summaries are no part of that and not scripted: they get `upkeep_answer`, or the first words of their
    text.
    """

    def __init__(
        self, *, first_token_ms: float = 0, tokens_per_second: float = 0, fault: str = "", keep_alive: bool = True
    ) -> None:
        self.first_token_seconds = first_token_ms / 1000
        self.token_seconds = 1 / tokens_per_second if tokens_per_second else 0
        self.keep_alive = keep_alive
        self.requests: deque[dict[str, Any]] = deque(maxlen=1_000)
        self.request_headers: deque[dict[str, str]] = deque(maxlen=1_000)
        self.paths: deque[str] = deque(maxlen=1_000)
        self.queries: deque[str] = deque(maxlen=1_000)
        self.client_gone = threading.Event()
        self.held_word, self.go_on = b"", threading.Event()
        self.own_ms: defaultdict[str, float] = defaultdict(float)
        self.upkeep_requests: deque[dict[str, Any]] = deque(maxlen=1_000)
        self.upkeep_answer: Answer | None = None
        self._answers: Iterator[Answer] | None = itertools.repeat(FAULTS[fault]) if fault else None

    def script(self, answers: Iterable[Answer]) -> None:
        """Give these answers next, then 500; and forget what was received so far."""
        self._answers = iter(answers)
        self.requests.clear()
        self.request_headers.clear()
        self.paths.clear()
        self.queries.clear()
        self.client_gone.clear()

    async def __call__(self, scope, receive, send) -> None:
        started_at = time.perf_counter()
        if scope["path"] == "/own_ms":
            await self._send_whole(send, 200, json.dumps(self.own_ms).encode())
            return
        if scope["path"] == "/requests":
            await self._send_whole(send, 200, json.dumps(last_turn(self.requests)).encode())
            return
        text = await read_body(receive)
        body = json.loads(text)
        if is_upkeep(body):
            self.upkeep_requests.append(body)
            answer = self.upkeep_answer or says(" ".join(asked_text(history_of(body)).split()[1:6]))
            await self._send_answer(answer, scope["path"].endswith("/responses"), receive, send)
            return
        self.requests.append(body)
        self.request_headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        self.paths.append(scope["path"])
        self.queries.append(scope["query_string"].decode())
        history = history_of(body)
        answer = self.answer_to(history, input_tokens=len(text) // BYTES_PER_TOKEN)
        await self._send_answer(answer, scope["path"].endswith("/responses"), receive, send)
        self.own_ms[asked_text(history)] += (time.perf_counter() - started_at) * 1000

    @contextlib.contextmanager
    def held(self, word: str) -> Iterator[None]:
        """Answers stop before this word until the block ends: nobody has to be in time to see how they begin."""
        self.held_word, self.go_on = word.encode(), threading.Event()
        try:
            yield
        finally:
            self.held_word = b""
            self.go_on.set()

    def answer_to(self, history: list[HistoryItem], input_tokens: int) -> Answer:
        """The next one of the script; without a script, what fits."""
        if self._answers is None:
            return dataclasses.replace(built_in_answer(history), input_tokens=input_tokens)
        return next(self._answers, refuses(500))

    async def _send_answer(self, answer: Answer, responses: bool, receive, send) -> None:
        if answer.status != 200:
            await self._send_whole(send, answer.status, answer.body or b"", answer.retry_after)
            return
        if answer.ending == "hang" and not answer.text:
            await self._hang(receive)
            return
        headers = [(b"content-type", b"text/event-stream"), *self._connection_header()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await asyncio.sleep(self.first_token_seconds)
        for number, frame in enumerate([answer.body] if answer.body is not None else frames(answer, responses)):
            # Between frames and not after the last: a client that has them all waits no longer.
            if number and self.token_seconds:
                await asyncio.sleep(self.token_seconds)
            if self.held_word and self.held_word in frame:
                await asyncio.to_thread(self.go_on.wait, HELD_SECONDS)
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        if answer.ending == "hang":
            await self._hang(receive)
        elif answer.ending != "cut":  # Returning here makes the server close the connection in mid-body.
            await send({"type": "http.response.body", "body": b""})

    async def _send_whole(self, send, status: int, body: bytes, retry_after: str | None = None) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if retry_after is not None:
            headers.append((b"retry-after", retry_after.encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers + self._connection_header()})
        await send({"type": "http.response.body", "body": body})

    async def _hang(self, receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.client_gone.set()

    def _connection_header(self) -> list[tuple[bytes, bytes]]:
        return [] if self.keep_alive else [(b"connection", b"close")]


def is_upkeep(body: dict[str, Any]) -> bool:
    """Titles and summaries: asked for without tools, with a limit of length."""
    return "tools" not in body and ("max_output_tokens" in body or "max_completion_tokens" in body)


def last_turn(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests of the newest turn: those that ask about the same message as the newest that has a tool's output."""
    newest_first = list(reversed(list(requests)))
    ended = next(body for body in newest_first if isinstance(history_of(body)[-1], ToolOutput))
    asked = asked_text(history_of(ended))
    return [body for body in reversed(newest_first) if asked_text(history_of(body)) == asked]


async def read_body(receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def frames(answer: Answer, responses: bool) -> Iterator[bytes]:
    """The answer as Server-Sent Events, one frame at a time."""
    if responses:
        for event in responses_events(answer):
            yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        return
    for event in chat_completions_events(answer):
        yield f"data: {json.dumps(event)}\n\n".encode()
    if answer.ending in {"whole", "length", "content_filter"}:
        yield b"data: [DONE]\n\n"


class ScriptedUpstream(Upstream):
    """An upstream on a free port of this machine, in a thread, for as long as the `with` block lasts.

    It closes each connection after its answer, so that a test leaves none open behind it.
    """

    def __init__(self, *, first_token_ms: float = 0, tokens_per_second: float = 0, fault: str = "") -> None:
        super().__init__(
            first_token_ms=first_token_ms, tokens_per_second=tokens_per_second, fault=fault, keep_alive=False
        )
        self.upkeep_answer = refuses(400)

    def __enter__(self) -> "ScriptedUpstream":
        # The socket listens from here on: a request that comes before the thread is ready waits in its queue.
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._server = uvicorn.Server(server_config(self))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        return self

    def __exit__(self, *exc_info) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def server_config(upstream: Upstream, **options) -> uvicorn.Config:
    """Quiet, and without what an upstream does not need. A client that stays holds its end up for 1 s at most."""
    options |= {"log_config": None, "log_level": "critical", "timeout_graceful_shutdown": 1}
    return uvicorn.Config(upstream, lifespan="off", ws="none", **options)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.surroundings.upstream", description="A scripted upstream.")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--first-token-ms", type=float, default=0, help="wait before the first token of each answer")
    parser.add_argument("--tokens-per-second", type=float, default=0, help="pace of each answer; 0 is unpaced")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="", help="give this in place of every answer")
    options = parser.parse_args()
    upstream = Upstream(
        first_token_ms=options.first_token_ms, tokens_per_second=options.tokens_per_second, fault=options.fault
    )
    print(f"OPENAI_BASE_URL=http://127.0.0.1:{options.port}/v1", flush=True)
    uvicorn.Server(server_config(upstream, host="127.0.0.1", port=options.port)).run()


if __name__ == "__main__":
    main()
