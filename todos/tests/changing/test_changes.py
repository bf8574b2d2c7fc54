"""What every change leaves behind, whichever door it came through."""

import datetime
import uuid

from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from todos.changing.changes import COLUMNS, Origin, columns_of, same, snapshot
from todos.commands import add_todo, complete_todo, delete_todo, restore_todo, update_todo
from todos.models import Door, Todo, TodoChange
from todos.testing import BY_PAGE, NOW, TodoFactory, no_fence
from todos.tools import call_tool

ALIKE = (*COLUMNS, "tags", "version")


class RecordTests(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def test_a_change_says_what_was_what_is_who_when_and_from_where(self):
        ids = [uuid.uuid4() for _ in range(3)]
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Buy milk", tags=["home"]).todo
        written = update_todo(
            self.alice, todo.id, now=NOW, by=Origin(Door.CHAT, *ids), title="Buy bread", tags=["shop"]
        )
        change = TodoChange.objects.get(pk=written.change.pk)
        self.assertEqual((change.before["title"], change.after["title"]), ("Buy milk", "Buy bread"))
        self.assertEqual((change.before["tags"], change.after["tags"]), (["home"], ["shop"]))
        self.assertEqual((change.owner, change.actor, change.created_at), (self.alice, self.alice, NOW))
        self.assertEqual((change.kind, change.door, change.todo_id), ("updated", "chat", todo.id))
        self.assertEqual([change.conversation_id, change.message_id, change.tool_call_id], ids)

    def test_each_command_that_changes_something_leaves_one_change(self):
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Buy milk").todo
        for command in (complete_todo, complete_todo, delete_todo, delete_todo, restore_todo):
            command(self.alice, todo.id, now=NOW, by=BY_PAGE)
        update_todo(self.alice, todo.id, now=NOW, by=BY_PAGE, title="Buy milk")
        kinds = [change.kind for change in TodoChange.objects.order_by("id")]
        self.assertEqual(kinds, ["added", "completed", "deleted", "restored"])

    def test_what_a_command_changed_together_is_one_act(self):
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Standup", due="every day").todo
        complete_todo(self.alice, todo.id, now=NOW, by=BY_PAGE)
        added, completed, following = TodoChange.objects.order_by("id")
        self.assertEqual((completed.act, [completed.kind, following.kind]), (following.act, ["completed", "added"]))
        self.assertNotEqual(added.act, completed.act)

    def test_a_change_that_is_rolled_back_leaves_none(self):
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            add_todo(self.alice, now=NOW, by=BY_PAGE, title="Buy milk")
            raise ZeroDivisionError
        self.assertFalse(TodoChange.objects.exists())

    def test_a_snapshot_is_the_row_to_the_microsecond(self):
        at = datetime.datetime(2026, 3, 4, 15, 0, 0, 123_456, tzinfo=datetime.UTC)
        due = {"due_date": at.date(), "due_time": datetime.time(10), "due_zone": "America/New_York", "due_at": at}
        todo = TodoFactory(
            owner=self.alice, notes="“é”\n\t🎉", tags=["a", "b"], completed_at=at, previous_id=uuid.uuid4(), **due
        )
        stored = Todo.objects.get(pk=todo.pk)
        self.assertTrue(same(snapshot(stored), snapshot(todo)))
        self.assertEqual(columns_of(snapshot(stored)), {name: getattr(stored, name) for name in COLUMNS})

    def test_changes_are_the_owners(self):
        add_todo(bob(), now=NOW, by=BY_PAGE, title="Secret")
        self.assertFalse(TodoChange.objects.for_user(self.alice).exists())


class DoorTests(TestCase):
    """The same command through the form of the page, the API and a tool: the same row, the same entry."""

    def setUp(self):
        self.alice = alice(time_zone="America/New_York")
        self.client.force_login(self.alice)

    def by_page(self, address, body):
        self.assertEqual(self.client.post(address, body).status_code, 302)

    def by_api(self, method, path, body=None):
        response = getattr(self.client, method)(
            f"/api/{self.alice.subject}/todos{path}",
            body or {},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )
        self.assertLess(response.status_code, 300, response.content)

    def by_tool(self, name, **arguments):
        by, now = Origin(Door.CHAT), timezone.now()
        outcome = async_to_sync(call_tool)(name, arguments, user=self.alice, by=by, fence=no_fence, now=now)
        self.assertEqual(outcome.status, "success", outcome.output)

    def compare(self, door, act):
        """The row and the last entry after `act`, apart from ids and clock times, which `door` cannot choose."""
        act()
        change = TodoChange.objects.latest("id")
        self.assertEqual((change.door, change.owner, change.actor), (door, self.alice, self.alice))
        todo = Todo.objects.with_tags().get(pk=change.todo_id)
        self.assertTrue(same(snapshot(todo), change.after))
        shots = [
            shot and {name: self.timeless(name, shot[name]) for name in ALIKE} for shot in (change.before, change.after)
        ]
        return [change.kind, *shots]

    def timeless(self, name, value):
        return bool(value) if name in {"completed_at", "deleted_at", "created_at", "previous_id"} else value

    def assert_alike(self, **acts):
        entries = {}
        for door, act in acts.items():
            with self.subTest(door), transaction.atomic():
                entries[door] = self.compare(door, act)
                transaction.set_rollback(True)
        self.assertEqual(entries["page"], entries["api"])
        self.assertEqual(entries["page"], entries["chat"])

    def test_adding_leaves_the_same_by_page_api_and_tool(self):
        fields = {"title": "Stand up", "due": "every weekday at 9:30", "priority": "high", "tags": ["home"]}
        self.assert_alike(
            page=lambda: self.by_page("/todos/add", {"text": "Stand up every weekday at 9:30 !high #home"}),
            api=lambda: self.by_api("post", "", fields),
            chat=lambda: self.by_tool("add_task", tasks=[fields]),
        )

    def test_changing_leaves_the_same_by_page_api_and_tool(self):
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Buy milk", due="friday", tags=["home"]).todo
        form = {"version": 1, "title": "Buy bread", "notes": "rye", "priority": "low", "tags": "home shop"}
        form |= {"due_date": "2030-03-04", "due_time": "17:00", "repeats": ""}
        fields = {"title": "Buy bread", "notes": "rye", "priority": "low", "due": "2030-03-04 17:00"}
        self.assert_alike(
            page=lambda: self.by_page(f"/todos/{todo.id}/edit", form),
            api=lambda: self.by_api("patch", f"/{todo.id}", fields | {"tags": ["home", "shop"]}),
            chat=lambda: self.by_tool("update_task", updates=[{"task": "milk", **fields, "add_tags": ["shop"]}]),
        )

    def test_completing_and_deleting_leave_the_same_by_page_api_and_tool(self):
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Stand up", due="every day", tags=["home"]).todo
        for name, method in (("complete", "post"), ("delete", "delete")):
            path = f"/{todo.id}" + ("/complete" if name == "complete" else "")
            with self.subTest(name):
                self.assert_alike(
                    page=lambda name=name: self.by_page(f"/todos/{todo.id}/{name}", {}),
                    api=lambda method=method, path=path: self.by_api(method, path),
                    chat=lambda name=name: self.by_tool(f"{name}_task", tasks=["stand up"]),
                )
