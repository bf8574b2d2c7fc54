"""The twelve steps, seen from the chat endpoint: what the model is sent and what the database holds at each moment."""

import asyncio
import uuid
import weakref

from asgiref.sync import async_to_sync, sync_to_async
from django.db import OperationalError, connection
from django.test import override_settings

from accounts.testing import bob
from chat.assistants.interface import AssistantText, StepEnd, TextDelta, ToolOutput, ToolRequest, UserText, json_text
from chat.errors import ModelError, ModelTimeout, ModelUnavailable
from chat.models import Conversation, Message, ToolCall
from chat.running import running_turns
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase, rows
from todos.models import Todo


class TwelveSteps(ChatCase):
    async def test_step_1_refuses_a_request_without_a_token_before_anything_is_stored(self):
        response = await self.async_client.post(
            f"/api/{self.alice.subject}/chat", {"message": "hello"}, content_type="application/json"
        )
        self.assertEqual((response.status_code, response.json()["error"]), (401, "token_missing"))
        self.assertEqual(await rows(Message), [])

    async def test_step_2_refuses_the_address_of_another_user(self):
        response = await self.send("hello", to=str(uuid.uuid4()))
        self.assertEqual((response.status_code, response.json()["error"]), (403, "user_mismatch"))
        self.assertEqual(await rows(Message), [])

    async def test_step_3_opens_a_conversation_or_loads_the_one_that_is_named(self):
        with scripted_model(says("Hello."), says("Still here.")) as model:
            first = await self.answer("hi")
            second = await self.answer("are you there?", conversation_id=first["conversation_id"])
        self.assertEqual(first["conversation_id"], second["conversation_id"])
        self.assertEqual(
            model.requests[1].history,
            (UserText("hi"), AssistantText("Hello."), UserText("are you there?")),
        )

    async def test_steps_4_and_5_the_message_is_in_the_history_and_stored_before_the_model_runs(self):
        stored = []

        async def look(request):
            stored.extend(await rows(Message))
            return says("Hello.")

        with scripted_model(look) as model:
            await self.answer("  hi  ")
        self.assertEqual(model.requests[0].history[-1], UserText("hi"))
        self.assertEqual(
            [(row["sequence"], row["role"], row["content"], row["status"]) for row in stored],
            [(1, "user", "hi", "completed"), (2, "assistant", "", "pending")],
        )

    async def test_step_6_the_model_gets_the_instructions_the_clock_and_the_tool_definitions(self):
        with scripted_model(says("Hello.")) as model:
            await self.answer("hi")
        request = model.requests[0]
        self.assertEqual(
            {tool.name for tool in request.tools},
            {"add_task", "list_tasks", "complete_task", "update_task", "delete_task", "undo", "set_briefing"},
        )
        self.assertIn("(UTC)", request.instructions)
        self.assertEqual(request.time_zone, "UTC")

    def test_steps_7_and_8_each_call_is_a_row_before_it_runs_and_has_its_outcome_after(self):
        before = []
        watched = watch_statements(before)
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")), connection.execute_wrapper(watched):
            answer = async_to_sync(self.answer)("add milk")
        (call,) = ToolCall.objects.values()
        self.assertEqual(before, [{"tool_name": "add_task", "status": "pending", "input": ADD_MILK, "output": None}])
        self.assertEqual(call["status"], "success")
        self.assertEqual(call["output"]["results"][0]["task"]["title"], "Buy milk")
        self.assertEqual(answer["tool_calls"][0]["output"], call["output"])
        self.assertEqual(answer["tool_calls"][0]["id"], str(call["id"]))

    async def test_the_next_request_to_the_model_holds_the_call_and_its_output_in_order(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added."), says("One.")) as model:
            first = await self.answer("add milk")
            await self.answer("how many?", conversation_id=first["conversation_id"])
        output = ToolOutput("call_1", json_text(first["tool_calls"][0]["output"]))
        request = ToolRequest("call_1", "add_task", json_text(ADD_MILK))
        self.assertEqual(model.requests[1].history, (UserText("add milk"), request, output))
        self.assertEqual(
            model.requests[2].history,
            (UserText("add milk"), request, output, AssistantText("Added."), UserText("how many?")),
        )

    async def test_steps_9_to_11_the_final_message_is_stored_and_is_the_answer(self):
        step = [TextDelta("Let me "), TextDelta("see."), *calls("list_tasks", {})[:-1], StepEnd(10, 5)]
        with scripted_model(step, says("Nothing to do.", 20, 3)):
            answer = await self.answer("what is open?")
        message = await Message.objects.aget(role="assistant")
        self.assertEqual(answer["response"], "Let me see.\n\nNothing to do.")
        self.assertEqual((message.content, message.status), (answer["response"], "completed"))
        self.assertEqual(answer["usage"], {"input_tokens": 30, "output_tokens": 8})
        self.assertEqual((message.input_tokens, message.output_tokens), (30, 8))
        self.assertEqual((answer["status"], answer["model"]), ("completed", "scripted"))
        self.assertEqual(answer["message_id"], str(message.id))
        self.assertIsNotNone(message.total_ms)
        self.assertIsNotNone(message.first_token_ms)

    async def test_step_12_nothing_of_the_turn_stays_in_the_process(self):
        seen = []

        async def look(request):
            (running,) = running_turns
            seen.append(weakref.ref(running))
            return says("Hello.")

        with scripted_model(look):
            answer = await self.answer("hi")
        self.assertEqual(running_turns, set())
        self.assertIsNone(seen[0]())
        conversation = await Conversation.objects.aget(pk=answer["conversation_id"])
        self.assertEqual((conversation.lease_token, conversation.lease_until), (None, None))


def watch_statements(before):
    """Keeps what the tool call rows say at the moment when a todo is inserted."""

    def watch(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"todos_todo"' in sql:
            before.extend(ToolCall.objects.values("tool_name", "status", "input", "output"))
        return execute(sql, params, many, context)

    return watch


class OnlyThroughTools(ChatCase):
    def test_every_statement_of_a_turn_that_touches_todos_runs_inside_a_tool(self):
        outside, inside = [], []

        def watch(execute, sql, params, many, context):
            if "todos_todo" in sql:
                (inside if ToolCall.objects.filter(status="pending").exists() else outside).append(sql)
            return execute(sql, params, many, context)

        steps = [
            calls("add_task", ADD_MILK),
            calls("update_task", {"updates": [{"task": "milk", "priority": "high"}]}),
            calls("complete_task", {"tasks": ["milk"]}),
            calls("delete_task", {"tasks": ["milk"]}),
            calls("list_tasks", {}),
            says("Done."),
        ]
        with scripted_model(*steps), connection.execute_wrapper(watch):
            async_to_sync(self.answer)("do all of it")
        self.assertEqual(outside, [])
        self.assertGreater(len(inside), 4)


class HostileModels(ChatCase):
    async def test_a_user_named_in_the_arguments_is_not_obeyed(self):
        victim = await sync_to_async(bob)()
        arguments = {"tasks": [{"title": "Mine"}], "user": victim.subject, "user_id": victim.subject}
        with scripted_model(calls("add_task", arguments), says("Done.")):
            await self.answer("add it")
        self.assertEqual(await Todo.objects.filter(owner=victim).acount(), 0)

    async def test_arguments_that_are_no_json_object_are_told_to_the_model_and_change_nothing(self):
        for text in ('{"tasks": [', "[1, 2]", '{"tasks": NaN}', "[" * 100_000):
            with self.subTest(text[:20]), scripted_model(calls("add_task", text), says("Sorry.")) as model:
                answer = await self.answer("add milk")
                self.assertEqual(answer["tool_calls"][0]["status"], "error")
                self.assertIn("invalid_arguments", model.requests[1].history[-1].output)
        self.assertEqual(await rows(Todo), [])

    async def test_an_unknown_tool_is_told_to_the_model_and_its_name_cannot_break_later_requests(self):
        with scripted_model(calls("drop table; ünïcode " * 9, {}), says("Sorry.")) as model:
            answer = await self.answer("hi")
        self.assertEqual(answer["tool_calls"][0]["status"], "error")
        self.assertRegex(model.requests[1].history[1].tool_name, r"\A[A-Za-z0-9_-]{1,64}\Z")

    async def test_two_calls_with_one_id_are_two_calls(self):
        twice = [*calls("add_task", ADD_MILK)[:-1], *calls("add_task", {"tasks": [{"title": "Bread"}]})]
        with scripted_model(twice, says("Added.")) as model:
            await self.answer("add milk and bread")
        ids = [item.call_id for item in model.requests[1].history if isinstance(item, ToolRequest)]
        outputs = [item.call_id for item in model.requests[1].history if isinstance(item, ToolOutput)]
        self.assertEqual(len(set(ids)), 2)
        self.assertEqual(ids, outputs)

    async def test_characters_that_no_database_stores_are_replaced(self):
        arguments = '{"tasks": [{"title": "Milk", "notes": "a\\u0000b\\ud800"}]}'
        with scripted_model(calls("add_task", arguments), says("Ad\0ded \ud800.")):
            answer = await self.answer("add milk")
        self.assertEqual(answer["response"], "Ad\ufffdded \ufffd.")

    @override_settings(TURN_MAX_STEPS=3)
    async def test_a_model_that_never_ends_is_stopped_after_the_last_step_and_keeps_what_it_did(self):
        endless = [calls("add_task", {"tasks": [{"title": f"Todo {n}"}]}, f"call_{n}") for n in range(9)]
        with scripted_model(*endless):
            answer = await self.answer("go on for ever")
        self.assertEqual(answer["status"], "stopped")
        self.assertEqual(len(answer["tool_calls"]), 3)
        self.assertEqual(await Todo.objects.acount(), 3)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.error_code), ("stopped", "too_many_steps"))

    @override_settings(TURN_MAX_TOOL_CALLS=2)
    async def test_no_more_calls_run_than_a_turn_may_make(self):
        many = [ToolRequest(f"call_{n}", "list_tasks", "{}") for n in range(50)]
        with scripted_model([*many, StepEnd()]):
            answer = await self.answer("hi")
        self.assertEqual((answer["status"], len(answer["tool_calls"])), ("stopped", 2))

    @override_settings(TURN_DEADLINE_SECONDS=0)
    async def test_the_deadline_ends_a_turn_and_keeps_the_text(self):
        async def hang(request):
            await asyncio.Event().wait()

        with scripted_model(hang):
            answer = await self.answer("hi")
        self.assertEqual(answer["status"], "stopped")
        self.assertIn("too long", answer["response"])

    @override_settings(TURN_DEADLINE_SECONDS=0.2, TURN_MAX_STEPS=500, TURN_MAX_TOOL_CALLS=500)
    async def test_the_deadline_is_that_of_the_whole_turn_and_not_of_each_step(self):
        async def look_again(request):
            await asyncio.sleep(0)  # as with a real model, the turn waits for each step
            return calls("list_tasks", {}, f"call_{len(model.requests)}")

        with scripted_model(*[look_again] * 500) as model:
            await self.answer("go on for ever")
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.error_code), ("stopped", "turn_deadline"))


class FailingModels(ChatCase):
    async def test_the_reference_that_is_told_is_stored_with_the_answer(self):
        """Where an administrator searches for it."""
        response = await self.failed(ModelError(), 502, "model_error")
        message = await Message.objects.aget(role="assistant")
        self.assertEqual(message.metadata["request_id"], response.json()["request_id"])

    async def failed(self, error, status, code, *before):
        with scripted_model(*before, [error]):
            response = await self.send("hi")
        body = response.json()
        self.assertEqual((response.status_code, body["error"]), (status, code))
        self.assertEqual(set(body), {"error", "message", "details", "request_id"})
        self.assertEqual(body["request_id"], response["X-Request-ID"])
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.error_code), ("failed", code))
        self.assertTrue(await Message.objects.filter(role="user", content="hi").aexists())
        return response

    async def test_an_unusable_answer_is_502(self):
        await self.failed(ModelError(), 502, "model_error")

    async def test_an_unavailable_model_is_503_and_says_when_to_come_back(self):
        response = await self.failed(ModelUnavailable(retry_after_seconds=7), 503, "model_unavailable")
        self.assertEqual(response["Retry-After"], "7")

    async def test_a_silent_model_is_504(self):
        await self.failed(ModelTimeout(), 504, "model_timeout")

    async def test_an_outage_of_the_database_is_503(self):
        await self.failed(OperationalError("connection lost"), 503, "service_unavailable")

    async def test_an_error_nobody_expected_is_500_and_tells_nothing(self):
        with self.assertLogs("chat.turn", "ERROR") as logs:
            response = await self.failed(ZeroDivisionError("secret detail"), 500, "internal_error")
        self.assertNotIn("secret detail", response.content.decode())
        self.assertIn("secret detail", logs.output[0])

    async def test_an_empty_answer_is_502(self):
        with scripted_model([StepEnd()]):
            response = await self.send("hi")
        self.assertEqual((response.status_code, response.json()["error"]), (502, "model_error"))

    async def test_a_failure_after_a_tool_ran_keeps_the_call_and_the_text(self):
        step = [TextDelta("Adding."), *calls("add_task", ADD_MILK)]
        await self.failed(ModelUnavailable(), 503, "model_unavailable", step)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual(message.content, "Adding.")
        self.assertEqual([row["status"] for row in await rows(ToolCall)], ["success"])

    async def test_the_conversation_goes_on_after_a_failure(self):
        with scripted_model([ModelError()], says("Hello again.")) as model:
            await self.send("hi")
            conversation = await Conversation.objects.aget()
            await self.answer("hello?", conversation_id=str(conversation.pk))
        self.assertEqual(model.requests[1].history, (UserText("hi"), UserText("hello?")))
        self.assertEqual([row["sequence"] for row in await rows(Message)], [1, 2, 3, 4])
