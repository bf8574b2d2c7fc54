"""The same sentence said twice in a conversation does nothing more."""

from asgiref.sync import sync_to_async

from chat.tests.chat_case import ChatCase
from todos.models import Todo
from todos.testing import TodoFactory


class SaidTwice(ChatCase):
    async def say(self, text):
        answer = await self.answer(text, conversation_id=getattr(self, "conversation_id", None))
        self.conversation_id = answer["conversation_id"]
        return answer["response"]

    async def add(self, *titles, **fields):
        for title in titles:
            await sync_to_async(TodoFactory)(owner=self.alice, title=title, **fields)

    async def open_titles(self):
        return [todo.title async for todo in Todo.objects.for_user(self.alice).open().order_by("id")]

    async def test_completing_leaves_the_similar_todo_open(self):
        await self.add("banana", "banana bread")
        self.assertIn("Done", await self.say("complete banana"))
        self.assertIn("already done", await self.say("complete banana"))
        self.assertEqual(await self.open_titles(), ["banana bread"])

    async def test_deleting_leaves_the_similar_todo_where_it_is(self):
        await self.add("milk", "milk frother")
        self.assertIn("to the trash", await self.say("delete milk"))
        self.assertIn("in the trash already", await self.say("delete milk"))
        self.assertEqual(await self.open_titles(), ["milk frother"])

    async def test_a_distance_moves_once_and_what_the_answer_says_moves_it_again(self):
        await self.add("Call dentist", due_date="2036-03-06")
        for text, day, told in (
            ("push the dentist by 2 days", "2036-03-08", "is now due"),
            ("push the dentist by 2 days", "2036-03-08", "say “2 more days later”"),
            ("push the dentist by 2 more days", "2036-03-10", "is now due"),
        ):
            self.assertIn(told, await self.say(text))
            self.assertEqual(str((await Todo.objects.aget()).due_date), day)
