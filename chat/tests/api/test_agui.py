"""AG-UI: the same turns for front ends of others, in that protocol's words."""

import json
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings

from accounts.testing import bearer, bob
from chat.assistants.interface import StepEnd, TextDelta
from chat.errors import ModelError
from chat.models import Conversation, Message
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase
from todos.models import Todo
from todos.testing import TodoFactory

TITLES = ["One", "Two", "Three", "Four"]


def said(text, message_id="m1"):
    return {"id": message_id, "role": "user", "content": text}


class AgentCase(ChatCase):
    async def run_agent(self, *messages, thread="groceries", user=None, **more):
        user = user or self.alice
        return await self.async_client.post(
            f"/api/{user.subject}/agui",
            {"threadId": thread, "runId": "r1", "messages": list(messages), **more},
            content_type="application/json",
            headers={"Authorization": bearer(user)},
        )

    async def events(self, *messages, **more):
        response = await self.run_agent(*messages, **more)
        self.assertEqual(response.status_code, 200, getattr(response, "content", ""))
        text = b"".join([frame async for frame in response.streaming_content]).decode()
        return [json.loads(frame.removeprefix("data: ")) for frame in text.strip().split("\n\n")]


def kinds(events):
    return [event["type"] for event in events]


class Runs(AgentCase):
    async def test_text_and_calls_are_messages_in_the_order_they_came_in(self):
        pieces = [TextDelta("It is "), TextDelta("there."), StepEnd()]
        with scripted_model([TextDelta("One moment. "), *calls("add_task", ADD_MILK)], pieces):
            events = await self.events(said("milk"))
        self.assertEqual(
            kinds(events),
            [
                *("RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"),
                *("TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"),
                *("TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"),
                "RUN_FINISHED",
            ],
        )
        first, call, result, second = events[1], events[4], events[7], events[8]
        self.assertEqual(call["parentMessageId"], first["messageId"])
        self.assertNotEqual(second["messageId"], first["messageId"])
        self.assertEqual(json.loads(events[5]["delta"]), ADD_MILK)
        self.assertEqual(result["toolCallId"], call["toolCallId"])
        self.assertEqual(json.loads(result["content"])["results"][0]["outcome"], "added")
        self.assertEqual(events[-1]["outcome"], {"type": "success"})
        self.assertEqual(events[-1]["result"]["tool_calls"][0]["tool_name"], "add_task")

    async def test_a_thread_is_one_conversation_of_one_person(self):
        other = await sync_to_async(bob)()
        with scripted_model(says("Hi."), says("Again."), says("Yours.")):
            await self.events(said("hello"))
            await self.events(said("more", "m2"))
            await self.events(said("hello"), user=other)
        mine = [conversation async for conversation in Conversation.objects.filter(owner=self.alice)]
        self.assertEqual([conversation.last_sequence for conversation in mine], [4])
        self.assertEqual(await Conversation.objects.filter(owner=other).acount(), 1)
        named = await self.run_agent(said("mine?"), thread=str(mine[0].pk), user=other)
        self.assertEqual((named.status_code, named.json()["error"]), (403, "not_your_conversation"))

    async def test_the_same_message_again_writes_nothing_and_is_told_the_whole_answer(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")):
            first = await self.events(said("milk"))
            again = await self.events(said("milk"))
        self.assertEqual(kinds(again), kinds(first))
        self.assertEqual(again[-1]["result"], first[-1]["result"])
        self.assertEqual(await Todo.objects.acount(), 1)
        other = await self.run_agent(said("bread"))
        self.assertEqual((other.status_code, other.json()["error"]), (422, "idempotency_mismatch"))

    async def test_a_failure_is_the_error_of_the_run_and_a_refusal_has_its_status(self):
        with scripted_model([TextDelta("Well"), ModelError()]):
            events = await self.events(said("milk"))
        self.assertEqual(kinds(events)[-2:], ["TEXT_MESSAGE_END", "RUN_ERROR"])
        self.assertEqual(events[-1]["code"], "model_error")
        picture = [{"type": "image", "source": {"type": "url", "value": "x"}}]
        wrong = ([said(picture)], [said(" ")], [said("x" * (settings.MESSAGE_MAX_CHARACTERS + 1))], [{"role": "user"}])
        for messages in wrong:
            with self.subTest(messages=str(messages)[:60]):
                answer = await self.run_agent(*messages)
                self.assertEqual((answer.status_code, answer.json()["error"]), (422, "validation_error"))

    async def test_a_run_without_a_message_tells_what_is_stored(self):
        self.assertEqual(kinds(await self.events()), ["RUN_STARTED", "RUN_FINISHED"])
        with scripted_model(calls("add_task", ADD_MILK), says("Added.")):
            await self.events(said("milk"))
        _, snapshot, finished = await self.events()
        self.assertEqual(
            [message["role"] for message in snapshot["messages"]], ["user", "assistant", "tool", "assistant"]
        )
        self.assertEqual(snapshot["messages"][-1]["content"], "Added.")
        self.assertEqual(finished["outcome"], {"type": "success"})

    async def test_an_answer_that_is_being_written_is_followed_to_its_end(self):
        with scripted_model(says("Hi.")):
            await self.events(said("hello"))
        answers = Message.objects.filter(role="assistant")
        await answers.aupdate(status="pending", content="Hel")
        frames = aiter((await self.run_agent()).streaming_content)
        begun = "".join([(await anext(frames)).decode() for _ in range(4)])
        self.assertIn("MESSAGES_SNAPSHOT", begun)
        self.assertIn('"delta": "Hel"', begun)
        await answers.aupdate(status="completed", content="Hello.")
        rest = "".join([frame.decode() async for frame in frames])
        self.assertIn('"delta": "lo."', rest)
        self.assertIn("RUN_FINISHED", rest)


class Questions(AgentCase):
    def setUp(self):
        super().setUp()
        for title in TITLES:
            TodoFactory(owner=self.alice, title=title)

    async def asked(self):
        with scripted_model(calls("delete_task", {"tasks": TITLES})):
            return (await self.events(said("delete all")))[-1]["outcome"]

    async def left(self):
        return await Todo.objects.for_user(self.alice).open().acount()

    def resume(self, interrupt, status="resolved", **more):
        return [{"interruptId": interrupt["id"], "status": status, **more}]

    async def test_a_bulk_change_interrupts_and_is_done_once_when_it_is_approved(self):
        outcome = await self.asked()
        (interrupt,) = outcome["interrupts"]
        self.assertEqual((outcome["type"], await self.left()), ("interrupt", 4))
        self.assertEqual([row["title"] for row in interrupt["metadata"]["todos"]], TITLES)
        self.assertEqual((await self.events())[-1]["outcome"], outcome)
        resume = self.resume(interrupt, payload={"approve": "all"})
        for _ in range(2):
            events = await self.events(resume=resume)
            self.assertEqual(kinds(events)[1:3], ["TOOL_CALL_RESULT", "TEXT_MESSAGE_START"])
            self.assertEqual((events[1]["toolCallId"], events[-1]["type"]), (interrupt["toolCallId"], "RUN_FINISHED"))
            self.assertEqual(await self.left(), 0)
        other = await self.run_agent(resume=self.resume(interrupt, payload={"approve": []}))
        self.assertEqual((other.status_code, other.json()["error"]), (409, "approval_decided"))
        past = await self.events(resume=self.resume(interrupt, "cancelled"))
        self.assertEqual(kinds(past), ["RUN_STARTED", "RUN_FINISHED"])

    async def test_cancelled_leaves_them_and_the_next_message_is_taken(self):
        (interrupt,) = (await self.asked())["interrupts"]
        with scripted_model(says("Fine.")):
            events = await self.events(said("thanks", "m2"), resume=self.resume(interrupt, "cancelled"))
        self.assertEqual((events[-1]["result"]["response"], await self.left()), ("Fine.", 4))

    async def test_what_is_no_answer_is_refused_and_decides_nothing(self):
        (interrupt,) = (await self.asked())["interrupts"]
        for payload in (None, True, {"approve": "some"}, {"approve": [str(uuid4())]}):
            with self.subTest(payload):
                answer = await self.run_agent(resume=self.resume(interrupt, payload=payload))
                self.assertEqual((answer.status_code, answer.json()["error"]), (422, "validation_error"))
        for unknown in ("x", str(uuid4())):
            answer = await self.run_agent(resume=self.resume({"id": unknown}, payload={"approve": "all"}))
            self.assertEqual((answer.status_code, answer.json()["error"]), (404, "approval_not_found"))
        self.assertEqual(await self.left(), 4)
