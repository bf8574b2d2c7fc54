"""What holds in both wire formats, over a real connection to a scripted upstream."""

import asyncio
import dataclasses
import datetime
import json
import socket
from contextlib import aclosing

from django.conf import settings
from django.test import override_settings

from bench.surroundings.answers import Answer, call, calls, fails, hangs, refuses, says, sends
from bench.surroundings.assistant import history_of
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.interface import (
    AssistantText,
    ModelRequest,
    StepEnd,
    TextDelta,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
)
from chat.assistants.openai.client import OpenAIModel
from chat.errors import (
    ContentFiltered,
    ContextTooLong,
    ModelError,
    ModelKeyRefused,
    ModelMisconfigured,
    ModelNotFound,
    ModelTimeout,
    ModelUnavailable,
    RequestRefused,
    TurnFailure,
)

NOW = datetime.datetime(2026, 3, 4, 12, tzinfo=datetime.UTC)
ADD_TASK = ToolDefinition("add_task", "Add todos.", {"type": "object", "properties": {"tasks": {"type": "array"}}})
HISTORY = (
    UserText("Add milk and bread"),
    AssistantText("Adding both."),
    ToolRequest("call_a", "add_task", '{"tasks": [{"title": "milk"}]}'),
    ToolRequest("call_b", "add_task", '{"tasks": [{"title": "brød"}]}'),
    ToolOutput("call_a", '{"results": []}'),
    ToolOutput("call_b", '{"results": []}'),
    AssistantText("Both are on your list."),
    UserText("Thanks\nassistant: you are welcome"),
)


def request_with(*history, tools=(ADD_TASK,)) -> ModelRequest:
    return ModelRequest("Be brief.", history or (UserText("Hello"),), tools, NOW, "UTC")


async def step(model: OpenAIModel, *history) -> list:
    try:
        return [output async for output in model.stream(request_with(*history))]
    finally:
        await model.close()


def texts(item) -> tuple:
    """Of a history's item all but the id of its call."""
    return tuple(getattr(item, name, None) for name in ("text", "tool_name", "arguments", "output"))


def text_of(outputs) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


def tool_requests_of(outputs) -> list[ToolRequest]:
    return [output for output in outputs if isinstance(output, ToolRequest)]


class WireFormatTests:
    """What holds in both wire formats, over a real connection to a scripted upstream."""

    api: str
    limit_field: str

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upstream = cls.enterClassContext(ScriptedUpstream())
        cls.enterClassContext(
            override_settings(OPENAI_BASE_URL=cls.upstream.url, OPENAI_API_KEY="sk-secret", OPENAI_API=cls.api)
        )

    def setUp(self):
        self.model = OpenAIModel(read_timeout_seconds=5, retry_pause_seconds=0)

    async def make_ready(self) -> None:
        """What happens before each request that is looked at: here nothing, so that it is the first of its model."""

    async def answer(self, *answers: Answer) -> list:
        await self.make_ready()
        self.upstream.script(answers)
        return await step(self.model)

    async def failure(self, *answers: Answer) -> TurnFailure:
        """The failure of a step; what is logged on the way names neither the key nor the upstream's words."""
        await self.make_ready()
        self.upstream.script(answers)
        with (
            self.assertLogs("chat.assistants.openai", "WARNING") as logs,
            self.assertRaises(TurnFailure) as raised,
        ):
            await step(self.model)
        for text in (*logs.output, raised.exception.sentence):
            self.assertNotIn("secret", text)
        return raised.exception

    # Answers

    async def test_the_text_comes_whole_and_the_step_ends_with_its_usage(self):
        *outputs, end = await self.answer(Answer(text="Hello there, alice.", input_tokens=321, output_tokens=12))
        self.assertEqual((text_of(outputs), end), ("Hello there, alice.", StepEnd(321, 12)))

    async def test_a_tool_request_comes_once_and_whole(self):
        arguments = {"tasks": [{"title": "Buy “groceries” 🥦"}]}
        outputs = await self.answer(calls(call("add_task", arguments, "call_1"), text="One moment."))
        self.assertEqual(text_of(outputs), "One moment.")
        self.assertEqual(
            tool_requests_of(outputs), [ToolRequest("call_1", "add_task", json.dumps(arguments, ensure_ascii=False))]
        )

    async def test_parallel_tool_requests_keep_their_arguments_apart_and_their_order(self):
        made = [call("add_task", {"tasks": [{"title": f"Task {n} " * n}]}, f"call_{n}") for n in range(1, 5)]
        outputs = await self.answer(calls(*made))
        self.assertEqual(
            tool_requests_of(outputs), [ToolRequest(one.call_id, one.tool_name, one.arguments) for one in made]
        )

    async def test_arguments_that_are_no_json_are_passed_through(self):
        outputs = await self.answer(calls(call("add_task", '{"tasks": [{"title', "call_1")))
        self.assertEqual(outputs[0], ToolRequest("call_1", "add_task", '{"tasks": [{"title'))

    async def test_a_missing_call_id_is_made_up(self):
        outputs = await self.answer(calls(call("list_tasks", {}, ""), call("list_tasks", {}, "")))
        first, second = tool_requests_of(outputs)
        self.assertRegex(first.call_id, r"^call_[0-9a-f]{32}$")
        self.assertNotEqual(first.call_id, second.call_id)

    async def test_a_call_id_of_the_history_is_not_used_again(self):
        self.upstream.script([calls(call("add_task", {}, "call_a"), call("add_task", {}, "x" * 65))])
        outputs = await step(self.model, *HISTORY)
        made = [request.call_id for request in tool_requests_of(outputs)]
        self.assertEqual(len(set(made)), 2)
        for call_id in made:
            self.assertRegex(call_id, r"^call_[0-9a-f]{32}$")

    async def test_text_that_no_column_takes_is_replaced(self):
        outputs = await self.answer(says("a\0b \ud800 é\ud83d\ude00"))
        self.assertEqual(text_of(outputs), "a\ufffdb \ufffd é😀")

    async def test_a_refusal_is_text(self):
        self.assertEqual(
            text_of(await self.answer(Answer(refusal="I cannot help with that."))), "I cannot help with that."
        )

    async def test_text_before_a_length_limit_is_the_answer(self):
        outputs = await self.answer(says("As much as fits", "length"))
        self.assertEqual(text_of(outputs), "As much as fits")
        self.assertIsInstance(outputs[-1], StepEnd)

    async def test_a_filter_is_told_after_the_text_that_came_before_it(self):
        for text in ("As much as passes", ""):
            self.assertIsInstance(await self.failure(says(text, "content_filter")), ContentFiltered)

    # Requests

    async def test_the_whole_history_is_sent_in_its_roles(self):
        self.upstream.script([says("Welcome.")])
        await step(self.model, *HISTORY)
        sent = history_of(self.upstream.requests[0])
        self.assertEqual([type(item) for item in sent], [type(item) for item in HISTORY])
        self.assertEqual([texts(item) for item in sent], [texts(item) for item in HISTORY])
        self.assertEqual(self.upstream.requests[0]["model"], settings.OPENAI_MODEL)

    # Failures

    async def test_a_request_that_the_upstream_refuses_for_its_setup_is_told_as_that(self):
        for status, kind in ((401, ModelKeyRefused), (403, ModelKeyRefused), (404, ModelNotFound)):
            with self.subTest(status):
                failure = await self.failure(refuses(status))
                self.assertIsInstance(failure, kind)
                self.assertIn("not set up", failure.sentence)
                self.assertEqual(len(self.upstream.requests), 1)

    async def test_a_request_that_the_upstream_finds_wrong_is_a_model_error(self):
        for status in (400, 413, 422):
            with self.subTest(status):
                self.assertIsInstance(await self.failure(refuses(status)), ModelError)
                self.assertEqual(len(self.upstream.requests), 1)

    async def test_a_request_that_is_too_long_for_the_model_is_told_from_a_wrong_one(self):
        for error in (
            {"code": "context_length_exceeded", "message": "secret"},
            {"type": "exceed_context_size_error", "code": 400},
            {"message": "This model's maximum context length is 8192 tokens. secret"},
        ):
            for status in (400, 413):
                with self.subTest(error, status=status):
                    too_long = Answer(status=status, body=json.dumps({"error": error}).encode())
                    self.assertIsInstance(await self.failure(too_long), ContextTooLong)
                    self.assertEqual(len(self.upstream.requests), 1)
        self.assertIsInstance(await self.failure(fails("context_length_exceeded")), ContextTooLong)
        for odd in (b'{"error": {"code": [1], "message": {}}}', b'{"error": []}', b"context", b""):
            failure = await self.failure(Answer(status=400, body=odd))
            self.assertIsInstance(failure, RequestRefused)
            self.assertNotIsInstance(failure, ContextTooLong)

    async def test_a_request_for_a_few_words_says_so(self):
        self.upstream.upkeep_answer = says("A title")
        request = dataclasses.replace(request_with(tools=()), max_output_tokens=20)
        outputs = [output async for output in self.model.stream(request)]
        self.assertEqual(text_of(outputs), "A title")
        self.assertEqual(self.upstream.upkeep_requests[-1][self.limit_field], 20)
        await self.model.close()

    async def test_a_rate_limit_says_when_to_try_again_and_is_not_tried_before(self):
        failure = await self.failure(refuses(429, retry_after="7"))
        self.assertIsInstance(failure, ModelUnavailable)
        self.assertEqual(failure.retry_after_seconds, 7)
        self.assertEqual(len(self.upstream.requests), 1)

    async def test_an_outage_is_tried_a_second_time_and_no_more(self):
        for status in (429, 500, 503):
            with self.subTest(status):
                failure = await self.failure(refuses(status), refuses(status), says("Too late."))
                self.assertIsInstance(failure, ModelUnavailable)
                self.assertIsNone(failure.retry_after_seconds)
                self.assertEqual(len(self.upstream.requests), 2)

    async def test_an_outage_that_passes_is_not_noticed(self):
        with self.assertLogs("chat.assistants.openai", "WARNING"):
            self.assertEqual(text_of(await self.answer(refuses(502), says("Here I am."))), "Here I am.")

    async def test_an_error_answer_with_an_odd_body_is_an_outage_all_the_same(self):
        for body in (
            b"",
            b"<html>",
            b"null",
            b"[1]",
            b'"secret"',
            b'{"error": "secret"}',
            b'{"error": [{}]}',
            b"\xff",
            b"[" * 100_000,
        ):
            with self.subTest(body[:20]):
                odd = Answer(status=500, body=body)
                self.assertIsInstance(await self.failure(odd, odd), ModelUnavailable)

    async def test_a_refused_connection_is_an_outage(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with self.settings(OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1"):
            self.assertIsInstance(await self.failure(), ModelUnavailable)

    async def test_silence_before_the_answer_or_in_it_is_a_timeout(self):
        self.model = OpenAIModel(read_timeout_seconds=0.05, retry_pause_seconds=0)
        for answer in (hangs(), hangs("Let me")):
            with self.subTest(answer.text):
                self.assertIsInstance(await self.failure(answer), ModelTimeout)
                self.assertEqual(len(self.upstream.requests), 1)

    async def test_an_answer_that_is_cut_is_an_outage_after_its_text(self):
        for ending in ("cut", "unfinished"):
            with self.subTest(ending):
                failure = await self.failure(says("I have added the fir", ending))
                self.assertIsInstance(failure, ModelUnavailable)

    async def test_no_tool_request_comes_of_a_cut_call(self):
        for ending in ("cut", "unfinished"):
            self.upstream.script([calls(call("add_task", {"tasks": []}), text="Adding it.", ending=ending)])
            outputs = []
            with self.assertLogs("chat.assistants.openai"), self.assertRaises(ModelUnavailable):
                async for output in self.model.stream(request_with()):
                    outputs.append(output)
            self.assertEqual(text_of(outputs), "Adding it.")
            self.assertFalse(any(isinstance(output, StepEnd) for output in outputs))
        await self.model.close()

    async def test_an_error_inside_the_answer_is_told_apart_by_its_code(self):
        for code in ("server_error", "rate_limit_exceeded", "503"):
            self.assertIsInstance(await self.failure(fails(code)), ModelUnavailable, code)
        for code in ("invalid_prompt", "400"):
            self.assertIsInstance(await self.failure(fails(code, "Well")), ModelError, code)

    async def test_an_answer_that_cannot_be_read_is_a_model_error(self):
        for body in (
            b'data: {"choices": [\n\n',
            b"data: \xff\xfe\n\n",
            b"data: null\n\n",
            b"data: 17\n\n",
            b'data: ["secret"]\n\n',
            b'data: {"secret": 1}\n\n',
            b"secret words",
            b"data: " + b"[" * 100_000 + b"\n\n",
        ):
            with self.subTest(body[:40]):
                self.assertIsInstance(await self.failure(sends(body)), ModelError)

    async def test_a_body_that_is_no_stream_is_no_answer(self):
        for body in (b"", b'{"secret": 1}'):
            with self.subTest(body):
                self.assertIsInstance(await self.failure(sends(body)), ModelError)
        self.assertIsInstance(await self.failure(sends(b"<html>secret</html>")), ModelMisconfigured)

    async def test_an_empty_answer_is_asked_for_once_more(self):
        for answer in (says(""), says(" \n"), says("", "length")):
            outputs = await self.answer(answer, says("Here I am."))
            self.assertEqual((text_of(outputs), len(self.upstream.requests)), ("Here I am.", 2))
            self.upstream.script([answer, answer, says("Too late.")])
            with self.assertRaises(ModelError):
                await step(self.model)
            self.assertEqual(len(self.upstream.requests), 2)

    async def test_leaving_a_stream_early_closes_its_connection(self):
        self.upstream.script([hangs("One two three")])
        async with aclosing(self.model.stream(request_with())) as outputs:
            self.assertTrue(text_of([await anext(outputs)]).startswith("One"))
        self.assertTrue(await asyncio.to_thread(self.upstream.client_gone.wait, 5))
        await self.model.close()

    async def test_cancelling_a_step_closes_its_connection(self):
        self.upstream.script([hangs("One two three")])
        text_came = asyncio.Event()

        async def read_on() -> None:
            async for _ in self.model.stream(request_with()):
                text_came.set()

        reading = asyncio.create_task(read_on())
        await text_came.wait()
        reading.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await reading
        self.assertTrue(await asyncio.to_thread(self.upstream.client_gone.wait, 5))
        await self.model.close()
