import asyncio
import dataclasses
import datetime
import json
import re
import socket
import subprocess
import sys
from contextlib import aclosing

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from bench.surroundings.answers import Answer, call, calls, fails, hangs, refuses, says, sends
from bench.surroundings.assistant import history_of
from bench.surroundings.upstream import ScriptedUpstream
from chat.assistants.interface import (
    AssistantText,
    ModelRequest,
    StepEnd,
    TextDelta,
    TextRetracted,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
)
from chat.assistants.openai.address import server_address
from chat.assistants.openai.client import OpenAIModel
from chat.assistants.openai.waits import retry_after_seconds
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
        for made in tool_requests_of(outputs):
            self.assertRegex(made.call_id, r"^call_[0-9a-f]{32}$")

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


class ResponsesTests(WireFormatTests, SimpleTestCase):
    api = "responses"
    limit_field = "max_output_tokens"

    async def test_nothing_is_stored_upstream(self):
        await self.answer(says("Hello."))
        self.assertEqual(self.upstream.paths[0], "/v1/responses")
        body = self.upstream.requests[0]
        self.assertEqual((body["store"], body["stream"], body["instructions"]), (False, True, "Be brief."))
        self.assertEqual(
            body["tools"],
            [
                {
                    "type": "function",
                    "name": "add_task",
                    "description": "Add todos.",
                    "parameters": ADD_TASK.parameters,
                    "strict": False,
                }
            ],
        )

    async def test_parts_of_an_answer_are_paragraphs(self):
        delta = 'data: {"type": "response.output_text.delta", "output_index": %d, "delta": "%s"}\n\n'
        end = 'data: {"type": "response.completed", "response": {}}\n\n'
        body = delta % (0, "Look") + delta % (0, "ing.") + delta % (1, "Done.") + end
        self.assertEqual(text_of(await self.answer(sends(body.encode()))), "Looking.\n\nDone.")

    async def test_an_error_event_is_told_apart_by_its_code(self):
        for event, expected in (
            ({"type": "error", "code": "server_error", "message": "secret"}, ModelUnavailable),
            ({"type": "error", "code": "invalid_prompt", "message": "secret"}, ModelError),
            ({"type": "error", "error": {"code": "server_error", "message": "secret"}}, ModelUnavailable),
            ({"type": "error", "error": {"type": "invalid_request_error", "code": None}}, ModelError),
        ):
            with self.subTest(event):
                body = f"event: error\ndata: {json.dumps(event)}\n\n".encode()
                self.assertIsInstance(await self.failure(sends(body)), expected)

    async def test_events_of_the_wrong_shape_are_a_model_error(self):
        for event in (
            {"type": "response.output_text.delta", "delta": {"secret": 1}},
            {"type": "response.output_text.delta"},
            {"type": "response.output_item.done", "item": "secret"},
            {"type": "response.output_item.done", "item": {"type": "function_call", "arguments": "{}"}},
            {"type": "response.completed", "response": "secret"},
        ):
            with self.subTest(event):
                self.assertIsInstance(await self.failure(sends(f"data: {json.dumps(event)}\n\n".encode())), ModelError)


class ChatCompletionsTests(WireFormatTests, SimpleTestCase):
    api = "chat_completions"
    limit_field = "max_completion_tokens"

    async def test_usage_is_asked_for(self):
        await self.answer(says("Hello."))
        self.assertEqual(self.upstream.paths[0], "/v1/chat/completions")
        body = self.upstream.requests[0]
        self.assertEqual((body["stream"], body["stream_options"]), (True, {"include_usage": True}))
        self.assertEqual(body["messages"][0], {"role": "system", "content": "Be brief."})
        function = {"name": "add_task", "description": "Add todos.", "parameters": ADD_TASK.parameters}
        self.assertEqual(body["tools"], [{"type": "function", "function": function}])

    async def test_no_tools_are_no_key_in_the_request(self):
        self.upstream.script([says("Hello.")])
        async for _ in self.model.stream(request_with(tools=())):
            pass
        self.assertNotIn("tools", self.upstream.requests[0])
        await self.model.close()

    async def test_tool_requests_of_one_step_are_one_message_with_the_outputs_right_behind(self):
        self.upstream.script([says("Welcome.")])
        await step(self.model, *HISTORY)
        messages = self.upstream.requests[0]["messages"]
        self.assertEqual(
            [message["role"] for message in messages],
            ["system", "user", "assistant", "tool", "tool", "assistant", "user"],
        )
        self.assertEqual(messages[2]["content"], "Adding both.")
        ids = [made["id"] for made in messages[2]["tool_calls"]]
        self.assertEqual(ids, [message["tool_call_id"] for message in messages[3:5]])
        self.assertTrue(all(re.fullmatch("[0-9A-Za-z]{9}", call_id) for call_id in ids))

    async def test_calls_without_an_index_are_told_apart_by_their_ids(self):
        pieces = [
            {"id": "call_1", "function": {"name": "add_task", "arguments": '{"a"'}},
            {"function": {"arguments": ": 1}"}},
            {"id": "call_2", "function": {"name": "list_tasks", "arguments": "{}"}},
        ]
        chunks = [{"choices": [{"delta": {"tool_calls": [piece]}}]} for piece in pieces]
        chunks.append({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})
        outputs = await self.answer(sends("".join(f"data: {json.dumps(one)}\n\n" for one in chunks).encode()))
        self.assertEqual(
            outputs,
            [ToolRequest("call_1", "add_task", '{"a": 1}'), ToolRequest("call_2", "list_tasks", "{}"), outputs[-1]],
        )

    async def test_a_stream_that_breaks_after_the_answer_is_whole_is_a_whole_answer(self):
        finished = {"choices": [{"delta": {"content": "All done."}, "finish_reason": "stop"}]}
        outputs = await self.answer(sends(f"data: {json.dumps(finished)}\n\ndata: {{".encode()))
        self.assertEqual(outputs, [TextDelta("All done."), outputs[-1]])
        self.assertTrue(outputs[-1].is_estimate)

    async def test_chunks_of_the_wrong_shape_are_a_model_error(self):
        for choice in (
            "secret",
            {"delta": "secret"},
            {"delta": {"content": {"secret": 1}}},
            {"delta": {"tool_calls": ["secret"]}},
        ):
            with self.subTest(choice):
                body = f"data: {json.dumps({'choices': [choice]})}\n\n".encode()
                self.assertIsInstance(await self.failure(sends(body)), ModelError)
        broken = b'data: {"choices": [{"delta": {}, "finish_reason": "error"}]}\n\n'
        self.assertIsInstance(await self.failure(sends(broken)), ModelUnavailable)

    async def test_thoughts_of_which_only_the_end_is_marked_are_taken_back_and_from_then_on_withheld(self):
        """The next answer too is streamed, from the end of its thoughts on."""
        thinks = b"".join(
            f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n".encode()
            for text in ("I plan. ", "More.</think>", "Hello ", "there.")
        )
        whole = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
        self.upstream.script([sends(thinks + whole)] * 3 + [says("No thoughts.")] * 2)
        texts = []
        for _ in range(5):
            shown = ""
            async for output in self.model.stream(request_with()):
                if isinstance(output, TextRetracted):
                    shown = ""
                elif isinstance(output, TextDelta):
                    shown += output.text
                    texts += ["leaked"] * ("plan" in output.text)
            texts.append(shown)
        await self.model.close()
        self.assertEqual(texts[-5:], ["Hello there."] * 3 + ["No thoughts."] * 2)
        self.assertLessEqual(texts.count("leaked"), 1)


class ConnectionTests(SimpleTestCase):
    def test_the_format_follows_the_address_unless_it_is_chosen(self):
        for api, base_url, expected in (
            ("auto", "", True),
            ("auto", "https://api.openai.com/v1", True),
            ("auto", "http://localhost:11434/v1", False),
            ("auto", "https://example.com/api.openai.com", False),
            ("responses", "http://localhost:11434/v1", True),
            ("chat_completions", "", False),
        ):
            with self.subTest(api=api, base_url=base_url):
                self.assertEqual(server_address(base_url, "m", api).api == "responses", expected)

    def test_a_model_without_a_key_can_be_reached_from_one_event_loop_after_another(self):
        with ScriptedUpstream() as upstream, self.settings(OPENAI_BASE_URL=upstream.url, OPENAI_API_KEY=""):
            model = OpenAIModel()
            upstream.script([says("One."), says("Two.")])

            async def one_loop() -> str:
                text = text_of(await step(model))
                await model.close()
                return text

            self.assertEqual([asyncio.run(one_loop()), asyncio.run(one_loop())], ["One.", "Two."])

    def test_the_whole_program_loads_without_openai(self):
        program = (
            "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
            "os.environ['OPENAI_API_KEY'] = 'x'; import django; django.setup(); import config.urls;"
            "sys.exit('openai' in sys.modules)"
        )
        self.assertEqual(
            subprocess.run([sys.executable, "-c", program], check=False, cwd=settings.BASE_DIR).returncode, 0
        )

    def test_a_retry_after_is_whole_seconds_or_nothing(self):
        for header, expected in (
            ("7", 7),
            ("1.2", 2),
            ("0", 1),
            ("-5", 1),
            ("1e9", 24 * 3600),
            ("nan", None),
            ("inf", None),
            ("soon", None),
            ("Wed, 99 Foo 2026", None),
            ("", None),
            (None, None),
            ("Wed, 04 Mar 2026 12:01:30 GMT", 90),
            ("Wed, 04 Mar 2026 11:00:00 GMT", 1),
        ):
            with self.subTest(header):
                headers = {} if header is None else {"Retry-After": header}
                self.assertEqual(retry_after_seconds(headers, None, now=NOW.timestamp()), expected)


class SecondRequests:
    """All of that holds for the requests after the first, which the SDK has no part in."""

    async def make_ready(self):
        self.upstream.script([says("Hello.")])
        outputs = [output async for output in self.model.stream(request_with(UserText("A longer first question")))]
        self.assertEqual(text_of(outputs), "Hello.")

    async def test_it_has_the_headers_of_the_first_but_for_its_length(self):
        await self.make_ready()
        first = dict(self.upstream.request_headers[0])
        self.upstream.script([says("Hello.")])
        await step(self.model)
        second = dict(self.upstream.request_headers[0])
        self.assertNotEqual(first.pop("content-length"), second.pop("content-length"))
        self.assertEqual(first, second)


class SecondRequestsInResponsesTests(SecondRequests, ResponsesTests):
    pass


class SecondRequestsInChatCompletionsTests(SecondRequests, ChatCompletionsTests):
    pass


class AzureTests(SimpleTestCase):
    """Azure's way: the version in the address, the deployment in the path, the key in a header of its own."""

    async def asked(self, address, api):
        """(path, query, headers) of a request to the scripted upstream, which is reached at `address`."""
        with ScriptedUpstream() as upstream:
            upstream.script([says("Hello.")] * 2)
            origin = upstream.url.removesuffix("/v1")
            with override_settings(
                OPENAI_BASE_URL=f"{origin}{address}", OPENAI_API_KEY="azure-key", OPENAI_API=api, OPENAI_MODEL="my-gpt"
            ):
                model = OpenAIModel(read_timeout_seconds=5, retry_pause_seconds=0)
                outputs = [output async for output in model.stream(request_with())] + await step(model)
            self.assertEqual(text_of(outputs), "Hello." * 2)
            self.assertEqual(upstream.request_headers[0], upstream.request_headers[1])
            self.assertEqual((upstream.paths[0], upstream.queries[0]), (upstream.paths[1], upstream.queries[1]))
            return upstream.paths[-1], upstream.queries[-1], upstream.request_headers[-1]

    async def test_the_version_and_the_deployment_are_in_the_address_and_the_key_in_its_header(self):
        for address, api, path in (
            ("/openai?api-version=2024-10-21", "auto", "/openai/deployments/my-gpt/chat/completions"),
            ("/?api-version=2024-10-21", "chat_completions", "/openai/deployments/my-gpt/chat/completions"),
            ("/openai?api-version=2025-04-01-preview", "responses", "/openai/responses"),
            ("/openai/deployments/x?api-version=2024-10-21", "auto", "/openai/deployments/x/chat/completions"),
            ("/openai/deployments/x/chat/completions?api-version=1", "auto", "/openai/deployments/x/chat/completions"),
        ):
            with self.subTest(address, api=api):
                asked, query, headers = await self.asked(address, api)
                self.assertEqual(asked, path)
                self.assertEqual(query, address.partition("?")[2])
                self.assertEqual(headers["api-key"], "azure-key")
                self.assertNotIn("authorization", headers)

    async def test_a_path_of_another_server_stays_as_it_is_and_the_key_a_bearer_token(self):
        path, query, headers = await self.asked("/some/proxy/v1", "auto")
        self.assertEqual((path, query), ("/some/proxy/v1/chat/completions", ""))
        self.assertEqual(headers["authorization"], "Bearer azure-key")
