"""Changes by the API: listed, and taken back."""

import uuid

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.testing import bob
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import Door, Todo
from todos.testing import use_tool
from todos.tests.api.case import TodoApiTestCase


class UndoTests(TodoApiTestCase):
    @property
    def undo_address(self):
        return f"/api/{self.alice.subject}/undo"

    async def changed(self, **fields):
        await self.ok("patch", f"/{self.todo.id}", fields)
        return (await self.ok("get", f"/{self.todo.id}/changes"))["items"][0]

    async def test_a_change_is_undone_by_its_id_and_the_undo_too(self):
        change = await self.changed(title="Buy bread", tags=["shop"])
        self.assertEqual((change["kind"], change["door"], change["undone_at"]), ("updated", "api", None))
        self.assertEqual((change["before"]["title"], change["after"]["tags"]), ("Buy milk", ["shop"]))
        report = await self.ok("post", self.undo_address, {"change_id": change["id"]})
        (result,) = report["results"]
        self.assertEqual((result["outcome"], result["todo"]["title"]), ("undone", "Buy milk"))
        self.assertEqual((result["note"], result["todo"]["tags"]), ("“Buy milk” is as it was before.", ["home"]))
        again = await self.ok("post", self.undo_address, {"change_id": report["change_id"]})
        self.assertEqual(again["results"][0]["todo"]["title"], "Buy bread")

    async def test_a_todo_that_was_changed_since_says_what_differs(self):
        change = await self.changed(title="Buy bread")
        await self.changed(title="Buy eggs")
        report = await self.ok("post", self.undo_address, {"change_id": change["id"]})
        (result,) = report["results"]
        self.assertEqual((report["change_id"], result["outcome"]), (None, "refused"))
        self.assertEqual(result["differences"], [{"field": "title", "was": "“Buy bread”", "now": "“Buy eggs”"}])
        self.assertEqual((await self.stored()).title, "Buy eggs")

    async def test_a_todo_that_is_gone_and_back_is_reported_with_its_tags(self):
        todo = await self.ok("post", "", {"title": "Paint", "tags": ["home"]}, 201)
        [added] = (await self.ok("get", f"/{todo['id']}/changes"))["items"]
        change_id = added["id"]
        for _ in range(3):
            report = await self.ok("post", self.undo_address, {"change_id": change_id})
            self.assertEqual([result["todo"]["tags"] for result in report["results"]], [["home"]])
            change_id = report["change_id"]

    async def test_what_was_undone_of_a_todo_that_is_gone_stays_undone(self):
        todo = await self.ok("post", "", {"title": "Paint"}, 201)
        await self.ok("patch", f"/{todo['id']}", {"title": "Paint the fence"})
        renamed, added = (await self.ok("get", f"/{todo['id']}/changes"))["items"]
        undone = await self.ok("post", self.undo_address, {"change_id": renamed["id"]})
        await self.ok("post", self.undo_address, {"change_id": added["id"]})
        report = await self.ok("post", self.undo_address, {"change_id": undone["change_id"]})
        (result,) = report["results"]
        self.assertEqual((report["change_id"], result["outcome"]), (None, "refused"))
        self.assertEqual(result["differences"], [{"field": "on the list", "was": "yes", "now": "no"}])
        self.assertEqual((result["todo"]["title"], await Todo.objects.acount()), ("Paint", 1))

    async def test_a_tool_call_and_a_turn_are_undone_as_a_whole(self):
        for name in ("tool_call_id", "message_id"):
            ids = {name: uuid.uuid4()}
            by = Origin(Door.CHAT, **ids)
            with self.subTest(name):
                await use_tool(self.alice, "add_task", by=by, tasks=[{"title": "A"}, {"title": "B"}])
                report = await self.ok("post", self.undo_address, {name: str(ids[name])})
                self.assertEqual([result["outcome"] for result in report["results"]], ["undone", "undone"])
                self.assertEqual(await Todo.objects.acount(), 1)
                await self.refused(409, "nothing_to_undo", "post", self.undo_address, {name: str(ids[name])})

    async def test_exactly_one_id_is_sent(self):
        some = str(uuid.uuid4())
        for body in (
            {},
            {"change_id": None},
            {"change_id": some, "message_id": some},
            {"change_id": "x"},
            {"all": True},
        ):
            with self.subTest(body):
                await self.refused(422, "validation_error", "post", self.undo_address, body)

    async def test_what_never_was_and_what_is_bobs_are_not_found(self):
        theirs = await sync_to_async(lambda: add_todo(bob(), now=timezone.now(), by=Origin(Door.API), title="Secret"))()
        for change_id in (uuid.uuid4(), theirs.change.pk):
            await self.refused(404, "change_not_found", "post", self.undo_address, {"change_id": str(change_id)})
        await self.refused(403, "not_your_todo", "get", f"/{theirs.todo.id}/changes")
        await self.refused(404, "todo_not_found", "get", f"/{uuid.uuid4()}/changes")
        await self.refused(403, "user_mismatch", "post", "/api/bob/undo", {"change_id": str(uuid.uuid4())})

    async def test_changes_come_in_pages_and_outlive_their_todo(self):
        for title in ("B", "C", "D"):
            await self.changed(title=title)
        page = await self.ok("get", f"/{self.todo.id}/changes", query={"limit": "2"})
        self.assertEqual([change["after"]["title"] for change in page["items"]], ["D", "C"])
        await Todo.objects.all().adelete()
        rest = await self.ok("get", f"/{self.todo.id}/changes", query={"limit": "2", "cursor": page["next"]})
        self.assertEqual(([change["after"]["title"] for change in rest["items"]], rest["next"]), (["B"], None))
