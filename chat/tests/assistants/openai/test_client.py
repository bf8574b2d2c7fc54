"""The client in each wire format, at its first request and at later ones."""

import json
import re

from django.test import SimpleTestCase

from bench.surroundings.answers import says, sends
from chat.assistants.interface import TextDelta, TextRetracted, ToolRequest, UserText
from chat.errors import ModelError, ModelUnavailable
from chat.tests.assistants.openai.wire_formats import ADD_TASK, HISTORY, WireFormatTests, request_with, step, text_of


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
