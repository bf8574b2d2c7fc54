"""Tool calls of long ago are removed; what was said stays, and what never arrived can still go on."""

import datetime
from io import StringIO

from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from accounts.testing import bearer
from chat.errors import ModelUnavailable
from chat.models import Message, ToolCall
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase
from todos.models import Todo

HELD = "Added it."


@override_settings(HISTORY_DAYS=30)
class PurgeToolCalls(ChatCase):
    async def age(self, days):
        moment = timezone.now() - datetime.timedelta(days=days)
        for model in (Message, ToolCall):
            await model.objects.aupdate(created_at=moment)

    async def purge(self) -> str:
        printed = StringIO()
        await sync_to_async(call_command)("purge", stdout=printed)
        return printed.getvalue()

    async def messages(self, conversation_id):
        response = await self.async_client.get(
            f"/api/{self.alice.subject}/conversations/{conversation_id}/messages",
            headers={"Authorization": bearer(self.alice)},
        )
        return response.json()["items"]

    async def test_those_of_answers_that_arrived_go_and_the_conversation_goes_on(self):
        with scripted_model(calls("add_task", ADD_MILK), says(HELD)):
            turn = await self.answer("add milk")
        await self.age(29)
        self.assertIn(" 0 tool calls", await self.purge())
        await self.age(31)
        self.assertIn(" 1 tool calls", await self.purge())
        [question, answer] = await self.messages(turn["conversation_id"])
        self.assertEqual((question["content"], answer["content"], answer["tool_calls"]), ("add milk", HELD, []))
        with scripted_model(says("You are welcome.")) as model:
            await self.answer("thanks", conversation_id=turn["conversation_id"])
        self.assertEqual(
            [getattr(item, "text", item) for item in model.requests[0].history], ["add milk", HELD, "thanks"]
        )
        self.assertEqual(await Todo.objects.acount(), 1)

    async def test_those_of_an_answer_that_never_arrived_stay_so_that_a_retry_writes_nothing_twice(self):
        with scripted_model(calls("add_task", ADD_MILK), [ModelUnavailable()]):
            await self.send("add milk")
        await self.age(400)
        self.assertIn(" 0 tool calls", await self.purge())
        answer = await Message.objects.aget(role="assistant")
        path = f"/api/{self.alice.subject}/conversations/{answer.conversation_id}/messages/{answer.pk}/retry"
        with scripted_model(says(HELD)):
            headers = {"Authorization": bearer(self.alice)}
            response = await self.async_client.post(path, {}, content_type="application/json", headers=headers)
        self.assertEqual((response.status_code, response.json()["response"]), (200, HELD))
        self.assertEqual(await Todo.objects.acount(), 1)
