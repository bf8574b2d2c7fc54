"""The ASGI application itself: what it refuses before Django, what it serves, how it ends."""

import asyncio
import json
from unittest import IsolatedAsyncioTestCase

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import SimpleTestCase, override_settings

from config.asgi import application
from config.endpoints.health import stopping

from .asking import ask


class Bodies(SimpleTestCase):
    async def test_a_body_that_announces_too_much_is_refused_unread(self):
        length = str(settings.BODY_MAX_BYTES + 1).encode()
        status, headers, body = await ask(
            "/api/auth/token", method="POST", headers=[(b"content-length", length)], body=()
        )
        self.assertEqual((status, json.loads(body)["error"]), (413, "payload_too_large"))
        self.assertEqual(json.loads(body)["request_id"], headers[b"x-request-id"].decode())

    async def test_a_body_that_grows_too_large_is_refused_where_it_does(self):
        half = b"x" * (settings.BODY_MAX_BYTES // 2)
        for kind, pieces in {
            "by its last byte": [half, half, b"x", b"never read"],
            "in small pieces": [*[b"x" * 1_000] * (settings.BODY_MAX_BYTES // 1_000 + 1), b"never read"],
            "at once": [b"x" * (settings.BODY_MAX_BYTES + 1), b"never read"],
        }.items():
            with self.subTest(kind):
                status, _, body = await ask("/api/auth/token", method="POST", body=pieces)
                self.assertEqual((status, json.loads(body)["error"]), (413, "payload_too_large"))
                self.assertEqual(pieces, [b"never read"])

    async def test_a_client_that_leaves_in_the_middle_of_its_body_is_forgotten(self):
        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            self.fail("nobody is there")

        await application({"type": "http", "path": "/api/auth/token", "headers": [], "method": "POST"}, receive, send)

    @override_settings(BODY_SECONDS=0)
    async def test_a_client_that_sends_headers_and_no_body_is_told_so_and_let_go(self):
        async def receive():
            await asyncio.Event().wait()

        sent = []

        async def send(message):
            sent.append(message)

        await application({"type": "http", "path": "/api/auth/token", "headers": [], "method": "POST"}, receive, send)
        self.assertEqual((sent[0]["status"], json.loads(sent[1]["body"])["error"]), (408, "request_timeout"))
        self.assertIn((b"connection", b"close"), sent[0]["headers"])


class Heads(SimpleTestCase):
    async def test_too_many_or_too_large_headers_are_refused_before_anything_reads_them(self):
        for name, headers in {
            "many": [(b"x-%d" % number, b"1") for number in range(120)],
            "one that is large": [(b"cookie", b"x" * settings.HEADERS_MAX_BYTES)],
            "large together": [(b"x-%d" % number, b"x" * 1_000) for number in range(17)],
        }.items():
            for path in ("/api/auth/me", "/todos", "/mcp"):
                with self.subTest(name, path=path):
                    status, sent, body = await ask(path, headers=headers, body=())
                    self.assertEqual((status, json.loads(body)["error"]), (431, "headers_too_large"))
                    self.assertEqual(sent[b"connection"], b"close")

    async def test_a_long_address_counts_too(self):
        status, _, body = await ask("/api/" + "x" * settings.HEADERS_MAX_BYTES, body=())
        self.assertEqual((status, json.loads(body)["error"]), (431, "headers_too_large"))

    async def test_a_long_query_counts_too_alone_and_together_with_the_rest(self):
        half = settings.HEADERS_MAX_BYTES // 2
        for kind, path, headers, query in (
            ("alone", "/todos", [], b"q=" + b"x" * settings.HEADERS_MAX_BYTES),
            ("with the path", "/" + "x" * half, [], b"q=" + b"x" * half),
            ("with a header", "/todos", [(b"cookie", b"x" * half)], b"q=" + b"x" * half),
        ):
            with self.subTest(kind):
                status, _, body = await ask(path, headers=headers, query=query, body=())
                self.assertEqual((status, json.loads(body)["error"]), (431, "headers_too_large"))

    async def test_a_socket_with_too_many_headers_is_not_opened(self):
        headers = [(b"x-%d" % number, b"1") for number in range(120)]
        self.assertFalse((await WebsocketCommunicator(application, "/live", headers).connect())[0])

    async def test_what_browsers_send_passes(self):
        status, _, _ = await ask("/api/x", headers=[(b"x-%d" % number, b"x" * 100) for number in range(90)])
        self.assertEqual(status, 404)


class Addresses(SimpleTestCase):
    async def test_errors_of_unknown_addresses_under_api_are_json_with_a_request_id(self):
        status, headers, body = await ask("/api/no/such/thing")
        self.assertEqual((status, json.loads(body)["error"]), (404, "not_found"))
        self.assertEqual(json.loads(body)["request_id"], headers[b"x-request-id"].decode())

    async def test_a_host_that_is_not_ours_is_refused_and_no_error_of_the_program(self):
        with self.assertNoLogs(level="ERROR"):
            status, _, body = await ask("/api/x", headers=[(b"host", b"evil.example")], host=b"")
        self.assertEqual((status, json.loads(body)["error"]), (400, "bad_request"))

    async def test_a_request_id_that_the_client_sends_is_kept_when_it_is_harmless(self):
        _, headers, _ = await ask("/api/x", headers=[(b"x-request-id", b"trace-0123456789")])
        self.assertEqual(headers[b"x-request-id"], b"trace-0123456789")
        _, headers, _ = await ask("/api/x", headers=[(b"x-request-id", b"a\tb<script>")])
        self.assertNotIn(b"script", headers[b"x-request-id"])


class Life(IsolatedAsyncioTestCase):
    async def test_the_lifespan_protocol_is_spoken(self):
        messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent = []

        async def receive():
            return messages.pop(0)

        async def send(message):
            sent.append(message["type"])

        self.addCleanup(stopping.clear)
        await application({"type": "lifespan"}, receive, send)
        self.assertEqual(sent, ["lifespan.startup.complete", "lifespan.shutdown.complete"])
        status, _, body = await ask("/readyz")
        self.assertEqual((status, json.loads(body)), (503, {"status": "stopping"}))
        self.assertEqual((await ask("/healthz"))[0], 200)


class PolicyTests(SimpleTestCase):
    async def test_every_answer_says_what_a_browser_may_load(self):
        for path in ("/accounts/login", "/api/openapi.json", "/api/nowhere", "/nowhere"):
            with self.subTest(path):
                _, headers, _ = await ask(path, headers=[(b"host", b"localhost")])
                policy = headers[b"content-security-policy"].decode()
                self.assertIn("script-src 'self';", policy)
                self.assertNotIn("unsafe", policy)

    async def test_no_answer_is_kept_by_a_cache(self):
        for path in ("/", "/accounts/login", "/api/openapi.json", "/api/auth/me", "/api/nowhere", "/nowhere", "/mcp"):
            with self.subTest(path):
                _, headers, _ = await ask(path)
                self.assertIn(b"no-store", headers[b"cache-control"])

    async def test_sockets_have_one_address(self):
        socket = WebsocketCommunicator(application, "/nowhere")
        self.assertFalse((await socket.connect())[0])

    async def test_a_file_that_is_not_there_is_not_found(self):
        status, _, _ = await ask("/static/nowhere.js")
        self.assertEqual(status, 404)
