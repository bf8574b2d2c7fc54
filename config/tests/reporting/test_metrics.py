"""Who may read /metrics, and that what happened is in them, by names of ours alone."""

import json

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import SimpleTestCase, TransactionTestCase, override_settings
from prometheus_client import REGISTRY

from accounts.testing import PASSWORD, alice
from accounts.tokens.access import issue_access_token
from bench.surroundings.answers import call, calls, refuses, says
from bench.surroundings.upstream import ScriptedUpstream
from chat.testing import upkeep_done
from chat.turn import model_named
from config.asgi import application
from config.testing import close_database_threads
from config.tests.asking import ask
from telemetry.tests.test_metrics import samples
from web.errors import RateLimited
from web.ratelimits import check_rate

TOKEN = "the-token-of-our-prometheus"


class WhoMayRead(SimpleTestCase):
    async def status(self, authorization: bytes = b"") -> int:
        return (await ask("/metrics", headers=[(b"authorization", authorization)] if authorization else []))[0]

    @override_settings(DEBUG=False)
    async def test_nobody_where_no_token_is_set(self):
        self.assertEqual(await self.status(), 404)
        self.assertEqual(await self.status(b"Bearer "), 404)

    @override_settings(DEBUG=True)
    async def test_this_machine_while_it_is_developed_on(self):
        self.assertEqual(await self.status(), 200)

    @override_settings(METRICS_TOKEN=TOKEN)
    async def test_whoever_has_the_token_where_one_is_set(self):
        for debug in (True, False):
            with override_settings(DEBUG=debug):
                for authorization in (b"", b"Bearer no", b"Bearer \xff", b"Basic " + TOKEN.encode()):
                    with self.subTest(authorization, debug=debug):
                        self.assertEqual(await self.status(authorization), 401)
                self.assertEqual(await self.status(b"bearer " + TOKEN.encode()), 200)


@override_settings(METRICS_TOKEN=TOKEN)
class WhatIsCounted(TransactionTestCase):
    def setUp(self):
        model_named.cache_clear()
        self.addCleanup(model_named.cache_clear)
        self.addCleanup(close_database_threads)
        self.alice = alice(password=PASSWORD)
        self.bearer = (b"authorization", f"Bearer {issue_access_token(self.alice)}".encode())

    def value(self, name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"todo_chat_{name}", labels) or 0

    async def say(self, text: str) -> int:
        body = json.dumps({"message": text}).encode()
        headers = [self.bearer, (b"content-type", b"application/json")]
        return (await ask(f"/api/{self.alice.subject}/chat", method="POST", headers=headers, body=[body]))[0]

    async def test_turns_tool_calls_and_failures_of_the_model(self):
        counted = (
            ("turns_total", {"outcome": "completed", "error": ""}),
            ("turns_total", {"outcome": "failed", "error": "model_key_refused"}),
            ("turn_seconds_count", {}),
            ("first_token_seconds_count", {}),
            ("tool_calls_total", {"door": "chat", "tool": "list_tasks", "outcome": "success"}),
            ("tool_calls_total", {"door": "chat", "tool": "an unknown tool", "outcome": "unknown_tool"}),
            ("upstream_errors_total", {"code": "model_key_refused"}),
            ("http_requests_total", {"method": "POST", "route": "api/<user_id>/chat", "status": "200"}),
            ("http_requests_total", {"method": "POST", "route": "api/<user_id>/chat", "status": "502"}),
        )
        before = [self.value(name, **labels) for name, labels in counted]
        script = [calls(call("list_tasks", {}, "c1"), call("launch", {}, "c2")), says("Nothing."), refuses(401)]
        with (
            ScriptedUpstream() as upstream,
            override_settings(
                OPENAI_BASE_URL=upstream.url, CHAT_MODEL="chat.assistants.openai.client.OpenAIModel", FALLBACK=False
            ),
        ):
            upstream.script(script)
            self.assertEqual([await self.say("list"), await self.say("list")], [200, 502])
            await upkeep_done()
            await model_named(settings.CHAT_MODEL).close()
        grown = [self.value(name, **labels) - old for (name, labels), old in zip(counted, before, strict=True)]
        self.assertEqual(grown, [1, 1, 2, 1, 1, 1, 1, 1, 1])
        self.assertEqual(self.value("turns_running"), 0)
        self.assertEqual(self.value("database_units_running"), 0)

    async def test_refusals_by_a_limit(self):
        before = self.value("rate_limit_hits_total", limit="test")
        with self.assertRaises(RateLimited):
            for _ in range(3):
                await check_rate("test", "x", "2/h")
        self.assertEqual(self.value("rate_limit_hits_total", limit="test"), before + 1)

    async def test_open_sockets_until_they_close(self):
        before = self.value("websockets")
        socket = WebsocketCommunicator(application, "/live", headers=[self.bearer])
        self.assertTrue((await socket.connect())[0])
        self.assertEqual(self.value("websockets"), before + 1)
        await socket.disconnect()
        self.assertEqual(self.value("websockets"), before)
        refused = WebsocketCommunicator(application, "/live")
        self.assertFalse((await refused.connect())[0])
        self.assertEqual(self.value("websockets"), before)

    async def test_what_is_told_is_read_by_prometheus_and_names_nobody(self):
        await self.say("add zebra-in-the-title")
        _, headers, body = await ask("/metrics", headers=[(b"authorization", f"Bearer {TOKEN}".encode())])
        self.assertIn("text/plain", headers[b"content-type"].decode())
        self.assertGreater(samples(body.decode())["todo_chat_turns_total"], 0)
        for text in ("zebra", "alice", self.alice.subject):
            self.assertNotIn(text, body.decode())
