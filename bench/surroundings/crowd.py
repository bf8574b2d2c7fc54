"""People for the scale bench: they chat, list their todos, and keep sockets open."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

TURNS_PER_CONVERSATION = 5
TURNS_PER_LIST = 3


@dataclass
class Person:
    user_id: str
    token: str
    conversation_id: str | None = None
    turns: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Told:
    """What a crowd met. `added_ms` is what a turn took beyond what the model itself did."""

    seconds: float = 0
    failed: int = 0
    total_ms: list[float] = field(default_factory=list)
    added_ms: list[float] = field(default_factory=list)
    list_ms: list[float] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)
    most_open: int = 0
    texts: list[str] = field(default_factory=list)


class Crowd:
    """All requests go through one session; `sent` counts the messages that were sent since the beginning."""

    def __init__(self, session: aiohttp.ClientSession, port: int, upstream_port: int, people: list[Person]) -> None:
        self.session = session
        self.address = f"http://127.0.0.1:{port}"
        self.upstream = f"http://127.0.0.1:{upstream_port}"
        self.people = people
        self.sent = 0

    async def turn(self, person: Person, told: Told | None = None, *, warm: bool = False) -> None:
        """One message and its whole answer; every sixth turn of a person opens a new conversation."""
        told = told or Told()
        self.sent += 1
        text = f"Bench turn {self.sent}"
        body = {"message": text, "conversation_id": person.conversation_id}
        started_at = time.perf_counter()
        status, answer = await self.request("POST", f"/api/{person.user_id}/chat", person, body)
        if status != 200:
            told.failed += 1
            if warm:
                raise RuntimeError(answer)
            return
        told.total_ms.append((time.perf_counter() - started_at) * 1000)
        told.texts.append(text)
        person.turns += 1
        person.conversation_id = answer["conversation_id"] if person.turns % TURNS_PER_CONVERSATION else None

    async def request(self, method: str, path: str, person: Person, body: Any = None) -> tuple[int, Any]:
        """Status and body; 0 for a connection that broke."""
        try:
            async with self.session.request(method, self.address + path, json=body, headers=person.headers) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return 0, repr(error)

    async def add_own_times(self, told: Told) -> None:
        async with self.session.get(f"{self.upstream}/own_ms") as answer:
            own_ms = await answer.json(content_type=None)
        pairs = zip(told.total_ms, told.texts, strict=True)
        told.added_ms = [total - own_ms.get(text, 0) for total, text in pairs]

    async def chat(self, people: list[Person], seconds: float) -> Told:
        """Turn after turn without a pause."""
        told, started_at = Told(), time.perf_counter()

        async def talk(person: Person) -> None:
            while time.perf_counter() - started_at < seconds:
                await self.turn(person, told)

        await asyncio.gather(*map(talk, people))
        told.seconds = time.perf_counter() - started_at
        return told

    async def live(self, count: int, seconds: float, think_seconds: float) -> Told:
        """Each of them with a socket open, a list of todos now and then, and pauses of half to one and a half."""
        told, started_at = Told(), time.perf_counter()

        async def talk(person: Person) -> None:
            async with self.socket(person) as page:
                reading = asyncio.create_task(read_all(page))
                await asyncio.sleep(random.random() * (think_seconds or 1))
                while time.perf_counter() - started_at < seconds:
                    await self.turn(person, told)
                    if person.turns % TURNS_PER_LIST == 0:
                        await self.list_todos(person, told)
                    await asyncio.sleep(think_seconds * (0.5 + random.random()))
                reading.cancel()

        await asyncio.gather(*map(talk, self.people[:count]))
        told.seconds = time.perf_counter() - started_at
        await self.add_own_times(told)
        return told

    async def list_todos(self, person: Person, told: Told) -> None:
        started_at = time.perf_counter()
        status, _ = await self.request("GET", f"/api/{person.user_id}/todos", person)
        told.failed += status != 200
        told.list_ms.append((time.perf_counter() - started_at) * 1000)

    def socket(self, person: Person) -> Any:
        return self.session.ws_connect(f"{self.address}/live", headers=person.headers)

    # Streams

    async def stream_all(self, ramp_seconds: float) -> Told:
        """One stream of each person, begun over so many seconds; open are those whose model has begun to answer."""
        told, opened = Told(), 0

        async def follow(number: int, person: Person) -> None:
            nonlocal opened
            await asyncio.sleep(ramp_seconds * number / len(self.people))
            self.sent += 1
            text, started_at, last, answering = f"Bench turn {self.sent}", time.perf_counter(), "", False
            try:
                async for last in self.events(person, text, told, started_at):
                    if last == "message.delta" and not answering:
                        answering = True
                        opened += 1
                        told.most_open = max(told.most_open, opened)
            except (aiohttp.ClientError, TimeoutError) as error:
                last = repr(error)
            opened -= answering
            if last == "turn.completed":
                told.total_ms.append((time.perf_counter() - started_at) * 1000)
                told.texts.append(text)
            else:
                told.failed += 1

        await asyncio.gather(*(follow(number, person) for number, person in enumerate(self.people)))
        await self.add_own_times(told)
        return told

    async def events(self, person: Person, text: str, told: Told, started_at: float) -> AsyncIterator[str]:
        body = {"message": text, "stream": True}
        path = f"{self.address}/api/{person.user_id}/chat"
        async with self.session.post(path, json=body, headers=person.headers) as answer:
            answer.raise_for_status()
            told.first_ms.append((time.perf_counter() - started_at) * 1000)
            async for line in answer.content:
                if line.startswith(b"event: "):
                    yield line[7:].decode().strip()

    # Sockets

    async def open_tabs(self, tabs: int, changes: int) -> list[float]:
        """Milliseconds from sending a change of a person to the last of their tabs hearing of it."""
        async with contextlib.AsyncExitStack() as stack:
            pages: dict[str, list[Any]] = {}
            for person in self.people:
                opening = [stack.enter_async_context(self.socket(person)) for _ in range(tabs)]
                pages[person.user_id] = await asyncio.gather(*opening)
                await asyncio.gather(*(page.receive_str() for page in pages[person.user_id]))
            reached = []
            for number in range(changes):
                person = self.people[number * 7 % len(self.people)]
                started_at = time.perf_counter()
                hearing = [asyncio.create_task(page.receive_str()) for page in pages[person.user_id]]
                status, answer = await self.request(
                    "POST", f"/api/{person.user_id}/todos", person, {"title": f"Todo {number}"}
                )
                assert status == 201, answer
                await asyncio.gather(*hearing)
                reached.append((time.perf_counter() - started_at) * 1000)
            return reached


async def read_all(page: Any) -> None:
    async for _ in page:
        pass


async def bare_turns(crowd: Crowd, count: int, seconds: float, think_seconds: float) -> list[float]:
    """What the same turns take when a script makes the two requests to the model and nothing else: milliseconds."""
    taken: list[float] = []
    started_at = time.perf_counter()
    asked = {"role": "user", "content": "Bench turn 0"}
    call = {"id": "call_1", "type": "function", "function": {"name": "list_tasks", "arguments": '{"filter": "open"}'}}
    heard = [
        asked,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "{}"},
    ]

    async def talk() -> None:
        await asyncio.sleep(random.random() * (think_seconds or 1))
        while not taken or time.perf_counter() - started_at < seconds:
            turn_at = time.perf_counter()
            for messages in ([asked], heard):
                body = {"model": "bench", "messages": messages, "stream": True}
                async with crowd.session.post(f"{crowd.upstream}/v1/chat/completions", json=body) as answer:
                    answer.raise_for_status()
                    async for line in answer.content:
                        if line.startswith(b"data: {"):
                            json.loads(line[6:])
            taken.append((time.perf_counter() - turn_at) * 1000)
            await asyncio.sleep(think_seconds * (0.5 + random.random()))

    await asyncio.gather(*(talk() for _ in range(count)))
    return taken
