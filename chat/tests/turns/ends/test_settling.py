"""Turns whose process died: how they are closed, and how they go on."""

import contextlib
import datetime
import json
import uuid

from asgiref.sync import async_to_sync, sync_to_async
from django.db import OperationalError, connection
from django.test import override_settings
from django.utils import timezone

from accounts.testing import bearer
from chat.assistants.interface import AssistantText, ToolOutput, ToolRequest, UserText
from chat.errors import (
    ContextTooLong,
    ModelError,
    ModelKeyRefused,
    ModelQuotaUsedUp,
    ModelTimeout,
    ModelUnavailable,
    TurnInterrupted,
)
from chat.history.context import INTERRUPTED_OUTPUT
from chat.models import Approval, Conversation, Message, ToolCall
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase, rows
from chat.turns.settling import settle_dead_turn, settle_dead_turns
from database.units import CommitUnknown
from todos.models import Todo, TodoChange
from todos.testing import TodoFactory, make_many

MILK = "Buy milk"
KEY = {"Idempotency-Key": "one-and-only"}
count_todos = sync_to_async(Todo.objects.count)


class DeadTurnCase(ChatCase):
    async def die(self, *steps, key=False, message="add milk"):
        """Take these steps, and leave what a process leaves that dies: a pending answer, a lease that ran out."""
        with scripted_model(*steps, [ModelUnavailable()]):
            await self.send(message, headers=KEY if key else {})
        await self.leave_dead()
        return await Message.objects.aget(role="assistant")

    async def leave_dead(self):
        over = timezone.now() - datetime.timedelta(seconds=1)
        await Conversation.objects.aupdate(lease_token=uuid.uuid4(), lease_until=over)
        await Message.objects.filter(role="assistant").aupdate(status="pending", error_code="")

    async def forget_outcome(self):
        await ToolCall.objects.aupdate(status="pending", output=None)

    async def forget_write(self):
        await self.forget_outcome()
        await Todo.objects.all().adelete()
        await TodoChange.objects.all().adelete()

    async def retry(self, answer):
        response = await self.post(f"conversations/{answer.conversation_id}/messages/{answer.pk}/retry", {})
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    async def post(self, path, body):
        headers = {"Authorization": bearer(self.alice)}
        address = f"/api/{self.alice.subject}/{path}"
        return await self.async_client.post(address, body, content_type="application/json", headers=headers)


class Closing(DeadTurnCase):
    async def test_the_sweep_closes_turns_that_no_request_meets(self):
        answer = await self.die(calls("add_task", ADD_MILK))
        await settle_dead_turns()
        await answer.arefresh_from_db()
        self.assertEqual((answer.status, answer.error_code), ("interrupted", "interrupted"))
        conversation = await Conversation.objects.aget()
        self.assertEqual((conversation.lease_token, conversation.lease_until), (None, None))

    async def test_the_sweep_leaves_turns_alone_that_are_kept(self):
        answer = await self.die()
        await Conversation.objects.aupdate(lease_until=timezone.now() + datetime.timedelta(seconds=20))
        await settle_dead_turns()
        await answer.arefresh_from_db()
        self.assertEqual(answer.status, "pending")

    async def test_a_call_that_wrote_before_the_death_counts_as_made_and_tells_what_it_wrote(self):
        await self.die(calls("add_task", ADD_MILK))
        await self.forget_outcome()
        await settle_dead_turns()
        (call,) = await rows(ToolCall)
        self.assertEqual(call["status"], "success")
        self.assertEqual(call["output"]["results"][0]["task"]["title"], "Buy milk")

    async def test_a_call_that_wrote_nothing_is_told_to_have_changed_nothing(self):
        await self.die(calls("add_task", ADD_MILK))
        await self.forget_write()
        await settle_dead_turns()
        (call,) = await rows(ToolCall)
        self.assertEqual((call["status"], call["output"]), ("error", INTERRUPTED_OUTPUT))

    async def test_a_call_that_would_have_asked_the_person_is_not_left_waiting_for_ever(self):
        await sync_to_async(make_many)(self.alice, 5)
        titles = [title async for title in Todo.objects.values_list("title", flat=True)]
        with scripted_model(calls("delete_task", {"tasks": titles})):
            await self.send("delete all")
        await sync_to_async(Approval.objects.all().delete)()
        await self.leave_dead()
        await settle_dead_turns()
        self.assertEqual([row["status"] for row in await rows(ToolCall)], ["error"])
        answer = await Message.objects.aget(role="assistant")
        with scripted_model():
            body = await self.retry(answer)
        self.assertEqual(body["status"], "needs_approval")
        self.assertEqual(await Todo.objects.filter(deleted_at=None).acount(), 5)

    async def test_what_the_person_was_asked_can_still_be_decided_after_the_process_died(self):
        await sync_to_async(make_many)(self.alice, 5)
        titles = [title async for title in Todo.objects.values_list("title", flat=True)]
        with scripted_model(calls("delete_task", {"tasks": titles})):
            await self.send("delete all")
        await self.leave_dead()
        await settle_dead_turns()
        self.assertEqual([row["status"] for row in await rows(ToolCall)], ["pending"])
        approval = await Approval.objects.aget()
        response = await self.post(f"approvals/{approval.pk}", {"approve": "all"})
        self.assertEqual(response.json()["approval"]["status"], "approved")
        self.assertEqual([row["status"] for row in await rows(ToolCall)], ["success"])
        self.assertEqual(await Todo.objects.filter(deleted_at=None).acount(), 0)

    async def test_a_turn_that_came_back_to_life_since_it_was_looked_at_is_left_alone(self):
        """As a process that was stopped for longer than a lease, and renews it before another takes it away."""
        answer = await self.die()
        seen = await Conversation.objects.with_lease().aget()
        await Conversation.objects.aupdate(lease_until=timezone.now() + datetime.timedelta(seconds=20))
        await sync_to_async(settle_dead_turn)(seen)
        await answer.arefresh_from_db()
        self.assertEqual(answer.status, "pending")


class GoingOn(DeadTurnCase):
    async def test_a_call_that_was_not_made_is_made_by_its_stored_id_and_the_model_not_asked_for_it_again(self):
        answer = await self.die(calls("add_task", ADD_MILK))
        await self.forget_write()
        with scripted_model(says("Added.")) as model:
            body = await self.retry(answer)
        self.assertEqual([call["status"] for call in body["tool_calls"]], ["success"])
        self.assertEqual(await count_todos(), 1)
        (request,) = model.requests
        self.assertEqual([type(item) for item in request.history], [UserText, ToolRequest, ToolOutput])
        self.assertIn("Buy milk", request.history[2].output)

    async def test_a_call_whose_outcome_was_not_stored_is_not_made_again(self):
        answer = await self.die(calls("add_task", ADD_MILK))
        await self.forget_outcome()
        with scripted_model(says("Added.")):
            body = await self.retry(answer)
        self.assertEqual(body["tool_calls"][0]["output"]["results"][0]["task"]["title"], "Buy milk")
        self.assertEqual(await count_todos(), 1)

    async def test_a_turn_that_dies_twice_still_adds_once(self):
        answer = await self.die(calls("add_task", ADD_MILK))
        await self.forget_write()
        with scripted_model([ModelUnavailable()]):
            await self.send_retry(answer)
        await self.forget_outcome()
        await self.leave_dead()
        with scripted_model(says("Added.")):
            await self.retry(answer)
        self.assertEqual(await count_todos(), 1)

    async def send_retry(self, answer):
        with self.assertRaises(AssertionError):
            await self.retry(answer)

    async def test_a_question_to_the_person_that_was_stored_is_asked_again_and_not_twice(self):
        await sync_to_async(make_many)(self.alice, 5)
        titles = [title async for title in Todo.objects.values_list("title", flat=True)]
        with scripted_model(calls("delete_task", {"tasks": titles})):
            await self.send("delete all")
        await self.leave_dead()
        with scripted_model():
            body = await self.retry(await Message.objects.aget(role="assistant"))
        self.assertEqual((body["status"], await Approval.objects.acount()), ("needs_approval", 1))

    async def test_a_question_that_was_answered_meanwhile_is_answered_in_words(self):
        await sync_to_async(make_many)(self.alice, 5)
        titles = [title async for title in Todo.objects.values_list("title", flat=True)]
        with scripted_model(calls("delete_task", {"tasks": titles})):
            await self.send("delete all")
        approval = await Approval.objects.aget()
        await self.leave_dead()
        path = f"/api/{self.alice.subject}/approvals/{approval.pk}"
        headers = {"Authorization": bearer(self.alice)}
        await self.async_client.post(path, {"approve": "all"}, content_type="application/json", headers=headers)
        with scripted_model():
            body = await self.retry(await Message.objects.aget(role="assistant"))
        self.assertIn("are in the trash now.", body["response"])
        self.assertEqual(await Todo.objects.filter(deleted_at=None).acount(), 0)


# What ends a turn too early and passes, with the status and code that the client gets.
PASSING = {
    "a process that ends": (TurnInterrupted(), 409, "interrupted"),
    "a database out of reach": (OperationalError("connection lost"), 503, "service_unavailable"),
    "a COMMIT without an answer": (CommitUnknown(None), 503, "outcome_unknown"),
    "a model that says nothing of use": (ModelError(), 502, "model_error"),
    "a model out of reach": (ModelUnavailable(), 503, "model_unavailable"),
    "a model that is slow": (ModelTimeout(), 504, "model_timeout"),
}
LASTING = {
    "an error of ours": (RuntimeError("secret"), 500, "internal_error"),
    "a history that no model takes": (ContextTooLong(), 502, "context_too_long"),
}


@override_settings(FALLBACK=False, TURNS_PER_MINUTE=100)
class SameKey(DeadTurnCase):
    def setUp(self):
        super().setUp()
        self.told = f"Done so far, and not done again: added “{MILK}”."

    async def fail(self, name, failure, status, code):
        """A first attempt that adds milk and then fails so; its key, and what was answered."""
        headers = {"Idempotency-Key": name.replace(" ", "-")}
        with scripted_model(calls("add_task", ADD_MILK), [failure], [failure]):
            response = await self.send("add milk", headers=headers)
        body = response.json()
        self.assertEqual((response.status_code, body["error"]), (status, code))
        self.assertEqual(response.get("Retry-After") is not None, name in PASSING)
        self.assertIn(self.told, body["message"])
        return headers, body

    async def test_the_same_request_goes_on_with_a_turn_that_failed_for_a_reason_that_passes(self):
        for name, failure in PASSING.items():
            with self.subTest(name):
                before = await count_todos()
                headers, failed = await self.fail(name, *failure)
                with scripted_model(says("Added.")) as model:
                    body = await self.answer("add milk", headers=headers)
                    again = await self.answer("add milk", headers=headers)
                self.assertEqual((body["status"], body["response"]), ("completed", "Added."))
                self.assertEqual([call["status"] for call in body["tool_calls"]], ["success"])
                self.assertEqual(body["message_id"], failed["details"]["message_id"])
                self.assertEqual((again, len(model.requests)), (body, 1))
                self.assertEqual(await count_todos(), before + 1)

    async def test_a_model_that_was_mended_goes_on_with_the_turns_that_it_failed(self):
        for number, failure in enumerate((ModelKeyRefused(), ModelQuotaUsedUp())):
            with self.subTest(failure.code):
                headers = {"Idempotency-Key": f"mended-{number}"}
                with scripted_model(calls("add_task", ADD_MILK), [failure], says("Added.")):
                    response = await self.send("add milk", headers=headers)
                    body = await self.answer("add milk", headers=headers)
                self.assertEqual((response.status_code, response.json()["error"]), (failure.status, failure.code))
                self.assertEqual((body["response"], await count_todos()), ("Added.", number + 1))

    async def test_a_failure_that_lasts_is_told_again_with_what_was_done(self):
        for name, failure in LASTING.items():
            with self.subTest(name), self.assertLogs() if "ours" in name else contextlib.nullcontext():
                before = await count_todos()
                headers, failed = await self.fail(name, *failure)
                with scripted_model() as model:
                    response = await self.send("add milk", headers=headers)
                self.assertEqual((response.status_code, model.requests), (failure[1], []))
                self.assertIn(self.told, response.json()["message"])
                self.assertEqual(response.json()["details"], failed["details"])
                self.assertEqual(await count_todos(), before + 1)

    async def test_what_passes_after_what_lasts_leaves_the_key_good(self):
        headers, failed = await self.fail("what lasts", *LASTING["a history that no model takes"])
        path = "conversations/{conversation_id}/messages/{message_id}/retry".format(**failed["details"])
        with scripted_model([ModelUnavailable()], says("Added.")):
            retried = await self.post(path, {})
            body = await self.answer("add milk", headers=headers)
        self.assertEqual((retried.status_code, retried.json()["error"]), (503, "model_unavailable"))
        self.assertEqual((body["status"], body["response"]), ("completed", "Added."))

    async def test_what_was_undone_since_is_not_told_as_done(self):
        headers, failed = await self.fail("undone", *LASTING["a history that no model takes"])
        await self.post("undo", {"message_id": failed["details"]["message_id"]})
        response = await self.send("add milk", headers=headers)
        self.assertEqual(response.status_code, 502)
        self.assertNotIn("Done so far", response.json()["message"])

    async def test_a_call_that_was_refused_is_not_made_when_the_turn_goes_on(self):
        with scripted_model(calls("complete_task", {"tasks": [MILK]}), [ModelUnavailable()], says("There is none.")):
            await self.send("milk is done", headers=KEY)
            todo = await sync_to_async(TodoFactory)(owner=self.alice, title=MILK)
            body = await self.answer("milk is done", headers=KEY)
        self.assertEqual([call["status"] for call in body["tool_calls"]], ["error"])
        await todo.arefresh_from_db()
        self.assertIsNone(todo.completed_at)

    async def test_where_more_was_said_since_it_is_told_what_the_turn_did(self):
        for name, failure in PASSING.items():
            with self.subTest(name):
                headers, failed = await self.fail(name, *failure)
                conversation, message = failed["details"]["conversation_id"], failed["details"]["message_id"]
                with scripted_model(says("Hello.")) as model:
                    await self.answer("hello", conversation_id=conversation)
                    stored = await rows(Message)
                    body = await self.answer("add milk", headers=headers)
                    streamed = await self.send("add milk", headers=headers, stream=True)
                    frames = b"".join([frame async for frame in streamed]).decode()
                self.assertEqual((body["status"], body["message_id"]), ("interrupted", message))
                self.assertEqual([call["status"] for call in body["tool_calls"]], ["success"])
                self.assertIn(self.told, body["response"])
                self.assertEqual(json.loads(frames.partition("data: ")[2]), body)
                self.assertEqual(await self.retry(await Message.objects.aget(pk=message)), body)
                self.assertEqual((len(model.requests), await rows(Message)), (1, stored))

    async def test_a_turn_that_did_nothing_says_so(self):
        answer = await self.die(key=True)
        with scripted_model(says("Hello.")):
            await self.answer("hello", conversation_id=str(answer.conversation_id))
            body = await self.answer("add milk", headers=KEY)
        self.assertEqual((body["status"], body["tool_calls"]), ("interrupted", []))
        self.assertIn("Nothing was changed.", body["response"])

    async def test_a_stopped_turn_is_told_as_it_was_stopped_by_its_key_and_by_retry(self):
        answer = await self.die(calls("add_task", ADD_MILK), key=True)
        with scripted_model(says("Hello.")):
            await self.answer("hello", conversation_id=str(answer.conversation_id))
        await Message.objects.filter(pk=answer.pk).aupdate(status="stopped", content="Let me", error_code="")
        body = await self.answer("add milk", headers=KEY)
        self.assertEqual((body["status"], body["response"]), ("stopped", "Let me"))
        self.assertEqual(await self.retry(answer), body)

    async def test_a_page_that_offers_retry_too_late_shows_the_conversation_as_it_is(self):
        _, failed = await self.fail("a model out of reach", *PASSING["a model out of reach"])
        conversation, message = failed["details"]["conversation_id"], failed["details"]["message_id"]
        with scripted_model(says("Hello.")) as model:
            await self.answer("hello", conversation_id=conversation)
            await self.async_client.aforce_login(self.alice)
            address = f"/c/{conversation}/messages/{message}/retry"
            plain = await self.async_client.post(address)
            live = await self.async_client.post(address, headers={"HX-Request": "true"})
            frames = b"".join([frame async for frame in live]).decode()
        self.assertRedirects(plain, f"/c/{conversation}", fetch_redirect_response=False)
        self.assertIn("The assistant is out of reach right now.", frames)
        self.assertIn("Hello.", frames)
        self.assertEqual((len(model.requests), await count_todos()), (1, 1))

    async def test_the_same_request_goes_on_with_a_turn_that_died(self):
        answer = await self.die(calls("add_task", ADD_MILK), key=True)
        await self.forget_write()
        with scripted_model(says("Added.")) as model:
            body = await self.answer("add milk", headers=KEY)
        self.assertEqual((body["message_id"], body["response"]), (str(answer.pk), "Added."))
        self.assertEqual((len(model.requests), await count_todos(), await Message.objects.acount()), (1, 1, 2))

    async def test_another_body_is_refused_all_the_same(self):
        await self.die(key=True)
        response = await self.send("add bread", headers=KEY)
        self.assertEqual((response.status_code, response.json()["error"]), (422, "idempotency_mismatch"))

    @override_settings(TOKENS_PER_DAY=1)
    async def test_a_turn_that_goes_on_is_bounded_like_any_other(self):
        await self.die([*says("Hm.", 5, 5), ModelUnavailable()], key=True, message="think about life")
        response = await self.send("think about life", headers=KEY)
        self.assertEqual((response.status_code, response.json()["error"]), (429, "quota_exhausted"))


class LastWords(DeadTurnCase):
    def test_a_turn_that_fails_inside_a_call_tells_what_the_call_wrote(self):
        """The connection breaks after the tool's commit, before its outcome is stored."""

        def break_off(execute, sql, params, many, context):
            if sql.startswith("UPDATE") and '"chat_toolcall"' in sql and "duration_ms" in sql:
                raise OperationalError("connection lost")
            return execute(sql, params, many, context)

        with scripted_model(calls("add_task", ADD_MILK)), connection.execute_wrapper(break_off):
            response = async_to_sync(self.send)("add milk")
        self.assertEqual((response.status_code, response.json()["error"]), (503, "service_unavailable"))
        call, answer = ToolCall.objects.get(), Message.objects.get(role="assistant")
        self.assertEqual((call.status, answer.status), ("success", "failed"))

    async def test_a_history_shows_what_an_interrupted_turn_did(self):
        answer = await self.die(calls("add_task", ADD_MILK))
        await self.forget_outcome()
        with scripted_model(says("Yes.")) as model:
            await self.answer("did you?", conversation_id=str(answer.conversation_id))
        self.assertNotIn(AssistantText(""), model.requests[0].history)
        self.assertIn("Buy milk", model.requests[0].history[2].output)
