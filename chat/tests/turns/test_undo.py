"""What becomes of tool calls whose changes are taken back."""

from django.utils import timezone

from accounts.testing import bearer
from chat.history.context import tool_output
from chat.models import Conversation, ToolCall
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ChatCase
from database.units import database_unit
from todos.changing.changes import Door, Origin
from todos.changing.undo import undo
from todos.models import Todo, TodoChange

ADD_TWO = {"tasks": [{"title": "Buy milk"}, {"title": "Call mom"}]}
BY_PAGE = Origin(Door.PAGE)


class UndoTests(ChatCase):
    async def add_two(self, **body):
        with scripted_model(calls("add_task", ADD_TWO), says("Added.")):
            return await self.answer("add milk and mom", **body)

    async def undo(self, **target):
        response = await self.async_client.post(
            f"/api/{self.alice.subject}/undo",
            target,
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    async def status(self, answer):
        return (await ToolCall.objects.aget(pk=answer["tool_calls"][0]["id"])).status

    async def test_changes_of_a_turn_know_its_conversation_answer_and_call(self):
        answer = await self.add_two()
        change = await TodoChange.objects.afirst()
        self.assertEqual(
            [change.door, *map(str, (change.conversation_id, change.message_id, change.tool_call_id))],
            ["chat", answer["conversation_id"], answer["message_id"], answer["tool_calls"][0]["id"]],
        )

    async def test_a_call_is_undone_when_all_its_changes_are_and_done_again_by_another_undo(self):
        answer = await self.add_two()
        report = await self.undo(tool_call_id=answer["tool_calls"][0]["id"])
        self.assertEqual(await self.status(answer), "undone")
        call = await ToolCall.objects.aget()
        self.assertIn("taken back", tool_output(call).output)
        await self.undo(change_id=report["change_id"])
        self.assertEqual(await self.status(answer), "success")

    async def test_a_call_of_which_something_is_left_is_not_undone(self):
        answer = await self.add_two()
        change = await TodoChange.objects.afirst()
        await database_unit(undo)(self.alice, now=timezone.now(), by=BY_PAGE, change_id=change.pk)
        self.assertEqual(await self.status(answer), "success")
        await self.undo(message_id=answer["message_id"])
        self.assertEqual(await self.status(answer), "undone")
        self.assertFalse(await Todo.objects.aexists())

    async def test_the_assistant_undoes_what_it_did_in_the_turn_before(self):
        answer = await self.add_two()
        with scripted_model(calls("undo", {}), says("Both are off the list.")):
            undone = await self.answer("undo that", conversation_id=answer["conversation_id"])
        outcomes = [item["outcome"] for item in undone["tool_calls"][0]["output"]["results"]]
        self.assertEqual((outcomes, await self.status(answer)), (["undone", "undone"], "undone"))
        self.assertFalse(await Todo.objects.aexists())
        await self.undo(message_id=undone["message_id"])
        self.assertEqual((await Todo.objects.acount(), await self.status(answer)), (2, "success"))
        self.assertEqual(await self.status(undone), "undone")

    async def test_undo_redo_and_undo_each_say_what_is_in_effect_then(self):
        """After each of them: which todos there are, and what is undone of adding, undo, redo, undo and redo."""
        answer = await self.add_two()
        expected = [
            ({}, 0, ["undone", "success"]),
            ({"redo": True}, 2, ["success", "undone", "success"]),
            ({}, 0, ["undone", "undone", "success", "success"]),
            ({"redo": True}, 2, ["success", "undone", "success", "undone", "success"]),
        ]
        for arguments, todos, statuses in expected:
            with scripted_model(calls("undo", arguments), says("Done.")):
                done = await self.answer("and now?", conversation_id=answer["conversation_id"])
            self.assertEqual(done["tool_calls"][0]["status"], "success", done)
            made = [call.status async for call in ToolCall.objects.order_by("message__sequence")]
            self.assertEqual((await Todo.objects.acount(), made), (todos, statuses))
        with scripted_model(calls("undo", {"redo": True}), says("Nothing.")):
            done = await self.answer("and again?", conversation_id=answer["conversation_id"])
        self.assertEqual(done["tool_calls"][0]["output"]["error"]["code"], "nothing_to_undo")

    async def test_another_conversation_has_nothing_to_undo(self):
        await self.add_two()
        with scripted_model(calls("undo", {}), says("There is nothing to undo here.")):
            answer = await self.answer("undo that")
        self.assertEqual(answer["tool_calls"][0]["output"]["error"]["code"], "nothing_to_undo")
        self.assertEqual(await Todo.objects.acount(), 2)

    async def test_the_page_offers_undo_beside_what_was_written_and_says_what_is_undone(self):
        answer = await self.add_two()
        await self.async_client.aforce_login(self.alice)
        conversation = await Conversation.objects.aget()
        address = f"/undo/tool-call/{answer['tool_calls'][0]['id']}"
        page = await self.async_client.get(f"/c/{conversation.pk}")
        self.assertContains(page, f'formaction="{address}"')
        await self.async_client.post(address)
        page = await self.async_client.get(f"/c/{conversation.pk}")
        self.assertContains(page, "Undone")
        self.assertNotContains(page, f'formaction="{address}"')
