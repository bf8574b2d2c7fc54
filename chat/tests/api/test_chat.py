"""POST /api/{user_id}/chat: how it streams, and what concurrent and repeated requests meet."""

import asyncio
import datetime
import json
import uuid

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.testing import bearer, bob
from chat.errors import ModelUnavailable
from chat.models import Conversation, Message, ToolCall
from chat.running import finish_running_turns, running_turns
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase, rows


class OneTurnAtATime(ChatCase):
    async def test_a_second_request_meets_a_busy_conversation(self):
        refused = []

        async def ask_again(request):
            conversation = await Conversation.objects.aget()
            refused.append(await self.send("and this?", conversation_id=str(conversation.pk)))
            return says("1")

        with scripted_model(ask_again):
            await self.answer("one")
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (409, "conversation_busy"))
        self.assertIn("Retry-After", refused[0])
        self.assertEqual([row["sequence"] for row in await rows(Message)], [1, 2])

    async def test_a_turn_that_lost_its_conversation_writes_nothing_more(self):
        async def take_over(request):
            await Conversation.objects.aupdate(lease_token=uuid.uuid4())
            return calls("add_task", ADD_MILK)

        with scripted_model(take_over):
            response = await self.send("add milk")
        self.assertEqual((response.status_code, response.json()["error"]), (409, "interrupted"))
        self.assertEqual(await rows(ToolCall), [])
        self.assertEqual((await Message.objects.aget(role="assistant")).status, "pending")

    async def test_a_conversation_that_is_deleted_during_its_turn(self):
        async def delete(request):
            await Conversation.objects.all().adelete()
            return calls("add_task", ADD_MILK)

        with scripted_model(delete):
            response = await self.send("add milk")
        self.assertEqual(response.json()["error"], "interrupted")
        self.assertEqual(await rows(Message), [])

    async def test_the_turn_of_a_dead_process_is_closed_by_the_next_request_and_its_calls_are_told(self):
        conversation = await sync_to_async(self.conversation_of_a_dead_process)()
        with scripted_model(says("Let me look.")) as model:
            await self.answer("did you?", conversation_id=str(conversation.pk))
        self.assertEqual(
            [(row["role"], row["status"]) for row in await rows(Message)],
            [("user", "completed"), ("assistant", "interrupted"), ("user", "completed"), ("assistant", "completed")],
        )
        self.assertIn("interrupted", model.requests[0].history[2].output)

    async def test_reading_also_closes_it(self):
        conversation = await sync_to_async(self.conversation_of_a_dead_process)()
        response = await self.async_client.get(
            f"/api/{self.alice.subject}/conversations/{conversation.pk}/messages",
            headers={"Authorization": bearer(self.alice)},
        )
        message = response.json()["items"][1]
        self.assertEqual((message["status"], message["error"]), ("interrupted", "interrupted"))
        self.assertEqual(message["tool_calls"][0]["status"], "error")

    def conversation_of_a_dead_process(self):
        conversation = ConversationFactory(
            owner=self.alice,
            lease_token=uuid.uuid4(),
            lease_until=timezone.now() - datetime.timedelta(seconds=1),
        )
        MessageFactory(conversation=conversation, content="add milk")
        answer = MessageFactory(conversation=conversation, role="assistant", content="", status="pending")
        ToolCall.objects.create(
            conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="a", input={}
        )
        return conversation


class IdempotencyKeys(ChatCase):
    key = {"Idempotency-Key": "one-and-only"}

    async def test_the_same_request_gets_the_stored_answer(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")):
            first = await self.answer("add milk", headers=self.key)
            second = await self.answer("add milk", headers=self.key)
        self.assertEqual(first, second)
        self.assertEqual(await Message.objects.acount(), 2)

    async def test_another_request_with_the_key_is_refused(self):
        with scripted_model(says("Hello."), says("Hello.")):
            await self.answer("hi", headers=self.key)
            elsewhere = await self.answer("hello")
            for text, conversation_id in (("ho", None), ("hi", elsewhere["conversation_id"])):
                response = await self.send(text, conversation_id=conversation_id, headers=self.key)
                self.assertEqual((response.status_code, response.json()["error"]), (422, "idempotency_mismatch"))

    async def test_while_the_first_still_runs(self):
        refused = []

        async def send_again(request):
            refused.append(await self.send("hi", headers=self.key))
            return says("Hello.")

        with scripted_model(send_again):
            await self.answer("hi", headers=self.key)
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (409, "idempotency_in_progress"))

    async def test_keys_of_two_users_do_not_meet(self):
        other = await sync_to_async(bob)()
        with scripted_model(says("Hello Alice."), says("Hello Bob.")):
            await self.answer("hi", headers=self.key)
            answer = await self.answer("hi", headers=self.key, user=other)
        self.assertEqual(answer["response"], "Hello Bob.")


class Streams(ChatCase):
    async def frames(self, message, **body):
        response = await self.send(message, **body)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response["Content-Type"], "text/event-stream")
        return [frame async for frame in response.streaming_content]

    def parsed(self, frames):
        events = []
        for frame in b"".join(frames).decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in frame.split("\n"))
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        return events

    async def test_the_events_of_a_turn_end_with_the_json_answer(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added “Buy\n\nmilk”.")):
            events = self.parsed(await self.frames("add milk", stream=True))
        numbers = [number for number, _, _ in events]
        self.assertEqual((numbers[0], numbers), (1, sorted(set(numbers))))
        self.assertEqual(
            [name for _, name, _ in events],
            ["turn.started", "tool_call.started", "tool_call.finished", "message.delta", "turn.completed"],
        )
        self.assertEqual(events[1][2]["tool_call"]["status"], "pending")
        self.assertEqual(events[2][2]["tool_call"]["status"], "success")
        self.assertEqual(events[4][2]["response"], "Added “Buy\n\nmilk”.")
        self.assertEqual(events[3][2]["text"], events[4][2]["response"])

    async def test_the_accept_header_asks_for_it_too(self):
        with scripted_model(says("Hello.")):
            events = self.parsed(await self.frames("hi", headers={"Accept": "text/event-stream"}))
        self.assertEqual(events[-1][1], "turn.completed")

    async def test_a_failure_after_the_first_byte_is_the_last_event(self):
        with scripted_model([ModelUnavailable(retry_after_seconds=3)]):
            events = self.parsed(await self.frames("hi", stream=True))
        self.assertEqual(events[-1][1], "turn.failed")
        self.assertEqual(events[-1][2]["error"], "model_unavailable")
        self.assertEqual(events[-1][2]["details"]["retry_after_seconds"], 3)

    async def test_a_refusal_has_a_real_status(self):
        response = await self.send("", stream=True)
        self.assertEqual((response.status_code, response["Content-Type"]), (422, "application/json"))

    async def test_a_client_that_goes_away_does_not_end_the_turn(self):
        go_on = asyncio.Event()

        async def wait(request):
            await go_on.wait()
            return calls("add_task", ADD_MILK)

        with scripted_model(wait, says("Added.")):
            response = await self.send("add milk", stream=True)
            stream = aiter(response.streaming_content)
            await anext(stream)
            await stream.aclose()
            go_on.set()
            await finish_running_turns(grace_seconds=10)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.content), ("completed", "Added."))

    async def test_a_client_that_goes_away_before_the_turn_has_begun_does_not_end_it_either(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")), self.assertNoLogs(level="ERROR"):
            sending = asyncio.create_task(self.send("add milk"))
            while not running_turns:  # noqa: ASYNC110 it is begun by the request, which tells nobody
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.wait([sending])
            await finish_running_turns(grace_seconds=10)
        message = await Message.objects.aget(role="assistant")
        self.assertEqual((message.status, message.content), ("completed", "Added."))

    async def test_a_turn_that_begins_while_the_process_ends_is_waited_for_as_well(self):
        first, second = asyncio.Event(), asyncio.Event()

        async def wait(go_on):
            await go_on.wait()
            return says("Here.")

        with scripted_model(lambda _: wait(first), lambda _: wait(second)) as model:
            turns = [asyncio.create_task(self.send("one"))]
            await self.asked(model, 1)
            ending = asyncio.create_task(finish_running_turns(grace_seconds=10))
            turns.append(asyncio.create_task(self.send("two")))
            await self.asked(model, 2)
            first.set()
            await turns[0]
            await asyncio.wait([ending], timeout=0.2)
            self.assertFalse(ending.done())
            second.set()
            self.assertEqual([(await turn).json()["response"] for turn in turns], ["Here.", "Here."])
            await ending
        self.assertEqual(running_turns, set())

    async def asked(self, model, count):
        while len(model.requests) < count:  # noqa: ASYNC110 a scripted model tells nobody
            await asyncio.sleep(0)
