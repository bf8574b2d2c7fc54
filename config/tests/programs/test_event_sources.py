"""Event sources of others take up a stream that was cut at each of its events, at another process, while the turn runs.

They are `httpx2`'s in Python and npm's `eventsource` in Node; the database is that of the test run, beside a Redis.
"""

import asyncio
import contextlib
import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from unittest import TestCase

import httpx2

from bench.surroundings.assistant import built_in_answer
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, running_redis, running_server

NODE = Path(__file__).parents[1] / "node"
CLIENT = NODE / "node_modules" / "eventsource"
OTHERS = ["turn.started", "tool_call.started", "tool_call.finished", "turn.completed"]
LIMITS = {"TURNS_AT_ONCE": "100", "TURNS_PER_MINUTE": "1000", "TOKENS_PER_DAY": "100000000"}


class WordyUpstream(ScriptedUpstream):
    """It says what was done in a dozen words, one after another."""

    def answer_to(self, history, input_tokens):
        answer = built_in_answer(history)
        return dataclasses.replace(answer, text=f"{answer.text} Eight more words are said of it here.".strip())


def told(events) -> tuple[str, list[str]]:
    """The text, and the names of all other events."""
    text = "".join(event["data"]["text"] for event in events if event["type"] == "message.delta")
    return text, [event["type"] for event in events if event["type"] != "message.delta"]


async def events_of(response, at_most=None) -> list[dict]:
    events = []
    async with contextlib.aclosing(aiter(httpx2.EventSource(response))) as source:
        async for event in source:
            events.append({"id": event.id, "type": event.event, "data": event.json()})
            if len(events) == at_most:
                break
    return events


class EventSources(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.enterClassContext(empty_database())
        upstream = cls.enterClassContext(WordyUpstream(tokens_per_second=40))
        _, redis = cls.enterClassContext(running_redis())
        settings = {"OPENAI_BASE_URL": upstream.url, "REDIS_URL": redis, **LIMITS}
        servers = [cls.enterClassContext(running_server(database, **settings)) for _ in range(2)]
        cls.addresses = [f"http://127.0.0.1:{server.port}" for server in servers]
        person = {"username": "alice", "password": "seven green bottles"}
        cls.me = servers[0].request("POST", "/api/auth/register", person).body

    def check_whole(self, events, number):
        text, others = told(events)
        self.assertEqual(others, OTHERS)
        self.assertEqual(text, events[-1]["data"]["response"])
        self.assertIn(f"Thing {number}.", text.replace("”", ""))
        ids = [int(event["id"]) for event in events]
        self.assertEqual(ids, sorted(set(ids)))

    def test_in_python_cut_at_each_event_it_has_all_of_them_once(self):
        asyncio.run(self.cut_at_each_event())

    async def cut_at_each_event(self):
        headers = {"Authorization": f"Bearer {self.me['access_token']}"}
        one, other = (httpx2.AsyncClient(base_url=origin, headers=headers, timeout=30) for origin in self.addresses)
        async with one, other:
            whole = await self.begun(one, 0)
            self.check_whole(whole, 0)
            self.assertGreater(len(whole), 10)
            counts = range(1, len(whole) + 1)
            readers = await asyncio.gather(*(self.cut_after(one, other, count) for count in counts))
        for count, (had, status, rest) in zip(counts, readers, strict=True):
            with self.subTest(count, after=had[-1]["type"]):
                self.check_whole(had + rest, count)
                # 204 tells an event source that there is nothing to come back for.
                self.assertEqual(status, 204 if had[-1]["type"] == "turn.completed" else 200)

    async def begun(self, client, number, at_most=None):
        body = {"message": f"Create a todo: Thing {number}", "stream": True}
        async with client.stream("POST", f"/api/{self.me['user_id']}/chat", json=body) as response:
            return await events_of(response, at_most)

    async def cut_after(self, one, other, count):
        """What came before the cut, and what another process gave after it."""
        had = await self.begun(one, count, at_most=count)
        path = f"/api/{self.me['user_id']}/turns/{had[0]['data']['message_id']}/events"
        async with other.stream("GET", path, headers={"Last-Event-ID": had[-1]["id"]}) as response:
            return had, response.status_code, await events_of(response) if response.status_code == 200 else []

    def test_in_node_cut_at_some_events_it_has_all_of_them_once_and_stops_at_the_end(self):
        if not (CLIENT.exists() and shutil.which("node")):
            self.skipTest("NOT TESTED with an event source of Node: it needs npm (make test)")
        command = ["node", NODE / "resume.mjs", *self.addresses, self.me["user_id"], self.me["access_token"]]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        for count, events, stopped_by in json.loads(ended.stdout):
            with self.subTest(count):
                self.check_whole(events, count)
                self.assertEqual(stopped_by, 204)
