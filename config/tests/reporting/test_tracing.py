"""Traces: what hangs below what, across threads and to the model; and that they leave the machine without any text."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from django.conf import settings
from django.test import SimpleTestCase, TransactionTestCase, override_settings
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accounts.testing import alice
from accounts.tokens.access import issue_access_token
from bench.surroundings.answers import call, calls, says
from bench.surroundings.upstream import ScriptedUpstream
from chat.testing import upkeep_done
from chat.turn import model_named
from config.testing import close_database_threads
from config.tests.asking import ask
from telemetry import tracing

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SAID, TITLE, ANSWERED = "zebra-in-the-message", "gnu-in-the-title", "yak-in-the-answer"
# Of the SDK, redis imports what it finds.
UNUSED = "import sys, config.asgi; print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"


class Collector(BaseHTTPRequestHandler):
    """Takes spans as OTLP over HTTP, like a collector of OpenTelemetry."""

    def do_POST(self):
        received = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.spans += [
            span for resource in received.resource_spans for scope in resource.scope_spans for span in scope.spans
        ]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@override_settings(OTEL_EXPORTER_OTLP_ENDPOINT="http://collector", OPENAI_API="chat_completions", FALLBACK=False)
class OneTurn(TransactionTestCase):
    def setUp(self):
        model_named.cache_clear()
        self.addCleanup(model_named.cache_clear)
        self.addCleanup(close_database_threads)
        self.alice = alice()
        self.provider = TracerProvider()
        self.addCleanup(self.provider.shutdown)
        self.enterContext(mock.patch.object(tracing, "tracer", return_value=self.provider.get_tracer("test")))

    async def take_turn(self) -> list[str]:
        """Take a turn with one tool call; returns the `traceparent` of each request to the model."""
        headers = [
            (b"authorization", f"Bearer {issue_access_token(self.alice)}".encode()),
            (b"content-type", b"application/json"),
            (b"traceparent", CALLER.encode()),
        ]
        body = json.dumps({"message": f"add {SAID}", "conversation_id": None}).encode()
        adding = calls(call("add_task", {"tasks": [{"title": TITLE}]}, "c1"), text=ANSWERED)
        with (
            ScriptedUpstream() as upstream,
            override_settings(OPENAI_BASE_URL=upstream.url, CHAT_MODEL="chat.assistants.openai.client.OpenAIModel"),
        ):
            upstream.script([adding, says(ANSWERED)])
            status, _, _ = await ask(f"/api/{self.alice.subject}/chat", method="POST", headers=headers, body=[body])
            self.assertEqual(status, 200)
            await upkeep_done()
            await model_named(settings.CHAT_MODEL).close()
            return [headers["traceparent"] for headers in upstream.request_headers]

    async def test_spans_hang_below_what_they_are_part_of_and_hold_no_text(self):
        exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(exporter))
        sent = await self.take_turn()
        spans = exporter.get_finished_spans()
        by_id = {span.context.span_id: span for span in spans}

        def path(span):
            parent = by_id.get(span.parent.span_id) if span.parent else None
            return [*(path(parent) if parent else []), span.name]

        paths = [" > ".join(path(span)) for span in spans]
        top = "POST api/<user_id>/chat"
        for expected, count in (
            (top, 1),
            (f"{top} > database counted", 1),
            (f"{top} > turn", 1),
            (f"{top} > turn > model step", 2),
            (f"{top} > turn > tool call", 1),
            (f"{top} > turn > database store_answer", 1),
        ):
            with self.subTest(expected):
                self.assertEqual(paths.count(expected), count, paths)
        self.assertEqual({format(span.context.trace_id, "032x") for span in spans}, {CALLER.split("-")[1]})
        steps = [format(span.context.span_id, "016x") for span in spans if span.name == "model step"]
        self.assertEqual([header.split("-")[2] for header in sent], steps)
        [tool] = [span for span in spans if span.name == "tool call"]
        self.assertEqual(tool.attributes["tool"], "add_task")
        told = "".join(span.to_json() for span in spans)
        for text in (SAID, TITLE, ANSWERED):
            self.assertNotIn(text, told)

    async def test_a_collector_gets_them(self):
        collector = HTTPServer(("127.0.0.1", 0), Collector)
        collector.spans = []
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        self.addCleanup(collector.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(collector.shutdown)
        exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{collector.server_port}/v1/traces")
        self.provider.add_span_processor(SimpleSpanProcessor(exporter))
        await self.take_turn()
        self.assertIn("turn", [span.name for span in collector.spans])
        for text in (SAID, TITLE, ANSWERED):
            self.assertNotIn(text, str(collector.spans))

    async def test_of_an_error_the_kind_is_told_and_no_word(self):
        exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(exporter))
        with self.assertRaises(ValueError), tracing.span("x"):
            raise ValueError(SAID)
        [told] = exporter.get_finished_spans()
        self.assertEqual(told.status.description, "ValueError")
        self.assertNotIn(SAID, told.to_json())


class WithoutACollector(SimpleTestCase):
    def test_nothing_of_it_is_imported(self):
        printed = subprocess.run(
            [sys.executable, "-c", UNUSED], cwd=settings.BASE_DIR, env=os.environ, capture_output=True, check=True
        ).stdout
        self.assertEqual(printed.strip(), b"[]")

    def test_spans_are_nothing(self):
        with tracing.span("x") as opened:
            self.assertIsNone(opened)
        self.assertEqual((tracing.begin_span("x"), tracing.trace_headers(), tracing.trace_ids()), (None, {}, {}))

    def test_one_tracer_is_made_of_the_real_exporter(self):
        tracing.tracer.cache_clear()
        self.addCleanup(tracing.tracer.cache_clear)
        made = tracing.tracer()
        self.assertIs(made, tracing.tracer())
        self.assertEqual(made.resource.attributes["service.name"], settings.OTEL_SERVICE_NAME)
        made.span_processor.shutdown()
