"""Taking the last thing back, by whichever door, and by the tool."""

import uuid

from todos.changing.changes import Origin
from todos.changing.undo import undo_last, undo_todo
from todos.commands import delete_todo, update_todo
from todos.errors import NothingToUndo
from todos.models import Door, Todo
from todos.testing import NOW, use_tool
from todos.tests.changing.undo_case import UndoTestCase, in_turn


class LastTests(UndoTestCase):
    def test_the_last_turn_of_the_conversation_then_the_one_before(self):
        conversation = uuid.uuid4()
        turns = [in_turn(conversation) for _ in range(2)]
        self.add("A", by=turns[0])
        self.add("B1", by=turns[1])
        self.add("B2", by=turns[1])
        self.add("Elsewhere", by=in_turn())
        self.add("By hand")
        seen = []
        for _ in range(2):
            undo_last(self.alice, now=NOW, by=in_turn(conversation))
            seen.append(self.titles())
        self.assertEqual(seen, [["A", "By hand", "Elsewhere"], ["By hand", "Elsewhere"]])
        with self.assertRaises(NothingToUndo):
            undo_last(self.alice, now=NOW, by=in_turn(conversation))

    def test_redo_takes_the_last_undo_back_and_then_the_one_before(self):
        conversation = uuid.uuid4()
        for title in "AB":
            self.add(title, by=in_turn(conversation))
        for _ in range(2):
            undo_last(self.alice, now=NOW, by=in_turn(conversation))
        seen = []
        for _ in range(2):
            undo_last(self.alice, now=NOW, by=in_turn(conversation), redo=True)
            seen.append(self.titles())
        self.assertEqual(seen, [["A"], ["A", "B"]])
        with self.assertRaises(NothingToUndo):
            undo_last(self.alice, now=NOW, by=in_turn(conversation), redo=True)

    def test_the_last_change_of_a_todo_through_whichever_door(self):
        todo = self.add(by=in_turn()).todo
        self.run_command(update_todo, todo, title="Buy bread")
        self.run_command(delete_todo, todo, by=Origin(Door.API))
        for deleted, title in ((False, "Buy bread"), (False, "Buy milk")):
            undo_todo(self.alice, todo.id, now=NOW, by=in_turn())
            stored = Todo.objects.get()
            self.assertEqual((bool(stored.deleted_at), stored.title), (deleted, title))


class ToolTests(UndoTestCase):
    async def call(self, name, /, by=None, **arguments):
        return await use_tool(self.alice, name, by=by or in_turn(self.conversation), **arguments)

    def setUp(self):
        super().setUp()
        self.conversation = uuid.uuid4()

    async def test_undo_takes_back_what_the_last_turn_did(self):
        await self.call("add_task", tasks=[{"title": "Buy milk"}, {"title": "Call mom"}])
        undone = await self.call("undo")
        self.assertEqual([item["outcome"] for item in undone.output["results"]], ["undone", "undone"])
        self.assertEqual(undone.output["results"][0]["note"], "“Buy milk” is off the list again.")
        self.assertFalse(await Todo.objects.aexists())
        await self.call("undo", redo=True)
        self.assertEqual(await Todo.objects.acount(), 2)

    async def test_undo_finds_a_todo_by_its_words_also_in_the_trash(self):
        await self.call("add_task", tasks=[{"title": "Buy milk"}])
        await self.call("delete_task", tasks=["milk"])
        await self.call("add_task", tasks=[{"title": "Call mom"}])
        undone = await self.call("undo", task="the milk one")
        self.assertEqual(undone.output["results"][0]["note"], "“Buy milk” is out of the trash again.")
        self.assertEqual(await Todo.objects.open().acount(), 2)

    async def test_what_cannot_be_undone_is_an_error_with_the_reason(self):
        nothing = await self.call("undo")
        self.assertEqual(nothing.output["error"]["code"], "nothing_to_undo")
        await self.call("add_task", tasks=[{"title": "Buy milk"}, {"title": "Buy rice"}])
        unclear = await self.call("undo", task="buy")
        self.assertEqual(
            (unclear.output["error"]["code"], len(unclear.output["results"][0]["candidates"])), ("todo_ambiguous", 2)
        )
        await Todo.objects.aupdate(title="Mine")
        changed = await self.call("undo")
        self.assertEqual((changed.status, changed.output["error"]["code"]), ("error", "changed_since"))
        self.assertIn("title: “Buy milk” → “Mine”", changed.output["error"]["message"])

    async def test_a_call_that_is_made_twice_writes_once(self):
        by = in_turn()
        for name, arguments in (
            ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Standup", "due": "every day"}]}),
            ("complete_task", {"tasks": ["standup", "milk"]}),
            ("undo", {}),
        ):
            by = in_turn(self.conversation)
            with self.subTest(name):
                first = await self.call(name, by=by, **arguments)
                state = [(todo.pk, todo.version) async for todo in Todo.objects.order_by("pk")]
                again = await self.call(name, by=by, **arguments)
                self.assertEqual([(todo.pk, todo.version) async for todo in Todo.objects.order_by("pk")], state)
                outcomes = [
                    sorted((item["outcome"], item["task"]["id"]) for item in call.output["results"])
                    for call in (first, again)
                ]
                self.assertEqual(outcomes[0], outcomes[1])
