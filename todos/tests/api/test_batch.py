import uuid

from asgiref.sync import sync_to_async

from accounts.testing import bob
from todos.models import Todo, TodoChange
from todos.testing import TodoFactory
from todos.tests.api.case import OUT_KEYS, TodoApiTestCase


class BatchTests(TodoApiTestCase):
    async def batch(self, **body):
        return await self.ok("post", "/batch", body)

    async def test_adds_and_changes_in_the_order_that_was_sent(self):
        told = await self.batch(
            create=[{"title": "Nap"}, {"title": "Call mom", "due": "2036-03-06", "tags": ["home"]}],
            update=[{"id": str(self.todo.id), "title": "Buy oat milk", "version": 1}],
        )
        self.assertEqual([item["todo"]["title"] for item in told["created"]], ["Nap", "Call mom"])
        self.assertEqual([item["outcome"] for item in told["created"] + told["updated"]], ["created"] * 2 + ["updated"])
        self.assertEqual(set(told["updated"][0]["todo"]), OUT_KEYS)
        stored = [todo.title async for todo in Todo.objects.for_user(self.alice).order_by("id")]
        self.assertEqual(stored, ["Buy oat milk", "Nap", "Call mom"])

    async def test_a_refused_item_holds_up_no_other(self):
        theirs = await sync_to_async(TodoFactory)(owner=await sync_to_async(bob)(), title="Theirs")
        told = await self.batch(
            create=[{"title": ""}, {"title": "Nap"}, {"title": "Rest", "due": "blursday"}],
            update=[
                {"id": str(theirs.id), "title": "taken"},
                {"id": str(uuid.uuid4()), "title": "taken"},
                {"id": str(self.todo.id), "title": "taken", "version": 7},
                {"id": str(self.todo.id), "priority": "high"},
                {"id": str(self.todo.id), "priority": "high"},
            ],
        )
        codes = [(item["error"] or {}).get("error") for item in told["created"] + told["updated"]]
        created = ["validation_error", None, "date_not_understood"]
        self.assertEqual(codes, [*created, "not_your_todo", "todo_not_found", "version_conflict", None, None])
        self.assertEqual([item["outcome"] for item in told["updated"][3:]], ["updated", "unchanged"])
        self.assertEqual(told["updated"][2]["error"]["details"]["todo"]["version"], 1)
        await theirs.arefresh_from_db()
        self.assertEqual(theirs.title, "Theirs")
        self.assertEqual(await TodoChange.objects.acount(), 2)

    async def test_only_the_fields_that_are_sent_change(self):
        await Todo.objects.filter(pk=self.todo.pk).aupdate(notes="the oat one", priority=3)
        [item] = (await self.batch(update=[{"id": str(self.todo.id), "title": "Buy bread"}]))["updated"]
        self.assertEqual((item["todo"]["notes"], item["todo"]["priority"]), ("the oat one", "high"))

    async def test_a_batch_has_one_to_25_items(self):
        nap = {"title": "Nap"}
        for body in (
            {},
            {"create": []},
            {"create": [nap] * 26},
            {"create": [nap] * 25, "update": [{"id": str(self.todo.id)}]},
        ):
            with self.subTest(len(body.get("create", []))):
                await self.refused(422, "validation_error", "post", "/batch", body)
        self.assertEqual(len((await self.batch(create=[nap] * 25))["created"]), 25)

    async def test_an_unknown_field_of_an_item_is_refused_and_nothing_is_written(self):
        for body in ({"create": [{"title": "Nap"}, {"title": "Rest", "titel": "x"}]}, {"delete": []}):
            with self.subTest(body):
                await self.refused(422, "validation_error", "post", "/batch", body)
        self.assertEqual(await Todo.objects.acount(), 1)

    async def test_its_address_is_no_todo(self):
        await self.refused(405, "method_not_allowed", "get", "/batch")
