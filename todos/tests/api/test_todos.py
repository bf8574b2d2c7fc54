"""A todo by the API: made, read, changed, completed, deleted, repeated."""

import datetime
import uuid

from django.utils import timezone

from todos.fields.priority import Priority
from todos.models import Todo
from todos.tests.api.case import OUT_KEYS, TodoApiTestCase


class CreateTests(TodoApiTestCase):
    async def test_creates_and_answers_with_the_todo(self):
        body = {"title": " Call  mom", "notes": "soon", "priority": "high", "due": "2026-03-06", "tags": ["Home"]}
        response = await self.request("post", "", body)
        self.assertEqual(response.status_code, 201)
        todo = response.json()
        self.assertEqual(set(todo), OUT_KEYS)
        expected = {"title": "Call mom", "notes": "soon", "priority": "high", "due": "2026-03-06", "tags": ["home"]}
        self.assertEqual({name: todo[name] for name in expected}, expected)
        self.assertEqual((todo["version"], todo["completed_at"], todo["deleted_at"]), (1, None, None))
        self.assertEqual(response["ETag"], '"1"')
        self.assertEqual(response["Location"], f"{self.address}/{todo['id']}")
        stored = await Todo.objects.aget(pk=todo["id"])
        self.assertEqual(stored.owner_id, self.alice.id)

    async def test_times_carry_their_offset(self):
        todo = await self.ok("post", "", {"title": "Call mom"}, status=201)
        self.assertIsNotNone(datetime.datetime.fromisoformat(todo["created_at"]).utcoffset())

    async def test_a_phrase_is_read_in_the_time_zone_of_the_user(self):
        todo = await self.ok("post", "", {"title": "Call mom", "due": "today"}, status=201)
        self.assertEqual(todo["due"], timezone.now().astimezone(self.alice.zone).date().isoformat())
        self.assertEqual((todo["due_text"], todo["overdue"]), (todo["due_text"], False))

    async def test_what_cannot_be_stored_is_refused_field_by_field(self):
        for body, field in (
            ({}, "title"),
            ({"title": " "}, "title"),
            ({"title": None}, "title"),
            ({"title": 7}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"title": "a\x00"}, "title"),
            ({"title": "a", "priority": "p1"}, "priority"),
            ({"title": "a", "tags": ["a b"]}, "tags"),
            ({"title": "a", "tags": "home"}, "tags"),
            ({"title": "a", "notes": "x" * 10_001}, "notes"),
            ({"title": "a", "user_id": "bob"}, "user_id"),
            ({"title": "a", "version": 7}, "version"),
        ):
            with self.subTest(ascii(body)[:60]):
                answer = await self.refused(422, "validation_error", "post", "", body)
                self.assertEqual([name.split(".")[-1] for name in answer["details"]], [field])
        await self.refused(422, "date_not_understood", "post", "", {"title": "a", "due": "when pigs fly"})
        self.assertEqual(await Todo.objects.acount(), 1)

    async def test_a_body_that_is_no_object_is_refused(self):
        for body in ('"title"', "[]", "7", "{"):
            with self.subTest(body):
                await self.refused(422, "validation_error", "post", "", body)


class ReadTests(TodoApiTestCase):
    async def test_answers_with_the_todo_and_its_etag(self):
        response = await self.request("get", f"/{self.todo.id}")
        self.assertEqual((response.status_code, response["ETag"]), (200, '"1"'))
        self.assertEqual((response.json()["title"], response.json()["tags"]), ("Buy milk", ["home"]))

    async def test_a_todo_in_the_trash_is_answered_too(self):
        await Todo.objects.aupdate(deleted_at=timezone.now())
        self.assertIsNotNone((await self.ok("get", f"/{self.todo.id}"))["deleted_at"])

    async def test_an_unknown_or_misspelt_id_is_not_found(self):
        for todo_id in (uuid.uuid4(), "7", "null", self.todo.id.hex, f"urn:uuid:{self.todo.id}", f"{{{self.todo.id}}}"):
            with self.subTest(todo_id):
                await self.refused(404, "todo_not_found", "get", f"/{todo_id}")


class ChangeTests(TodoApiTestCase):
    async def patch(self, body, **options):
        return await self.ok("patch", f"/{self.todo.id}", body, **options)

    async def test_changes_what_is_sent_and_nothing_else(self):
        todo = await self.patch({"priority": "urgent"})
        self.assertEqual((todo["title"], todo["priority"], todo["tags"]), ("Buy milk", "urgent", ["home"]))
        self.assertEqual(todo["version"], 2)
        self.assertEqual((await self.stored()).priority, Priority.URGENT)

    async def test_null_removes_the_date(self):
        self.assertEqual((await self.patch({"due": "2026-03-06"}))["due"], "2026-03-06")
        self.assertIsNone((await self.patch({"due": None}))["due"])

    async def test_null_is_no_value_of_other_fields(self):
        for field in ("title", "notes", "priority", "tags"):
            with self.subTest(field):
                await self.refused(422, "validation_error", "patch", f"/{self.todo.id}", {field: None})

    async def test_nothing_sent_changes_nothing(self):
        self.assertEqual((await self.patch({}))["version"], 1)

    async def test_an_unknown_field_is_refused(self):
        await self.refused(422, "validation_error", "patch", f"/{self.todo.id}", {"owner": "bob"})

    async def test_the_etag_last_seen_guards_against_lost_changes(self):
        response = await self.request("patch", f"/{self.todo.id}", {"notes": "oat"}, if_match='"1"')
        self.assertEqual((response.status_code, response["ETag"]), (200, '"2"'))
        answer = await self.refused(
            409, "version_conflict", "patch", f"/{self.todo.id}", {"notes": "soy"}, if_match='"1"'
        )
        self.assertEqual((answer["details"]["todo"]["notes"], answer["details"]["todo"]["version"]), ("oat", 2))
        self.assertEqual((await self.stored()).notes, "oat")
        await self.patch({"notes": "soy"}, if_match="*")

    async def test_an_etag_of_another_form_is_refused(self):
        for etag in ("1", '"x"', '"1", "2"', '"-1"', '"²"', '"99999999999999999999"'):
            with self.subTest(etag):
                path = f"/{self.todo.id}"
                answer = await self.refused(422, "validation_error", "patch", path, {"notes": "x"}, if_match=etag)
                self.assertEqual(list(answer["details"]), ["If-Match"])


class StateTests(TodoApiTestCase):
    async def test_a_todo_is_completed_and_reopened(self):
        done = await self.ok("post", f"/{self.todo.id}/complete")
        self.assertIsNotNone(done["completed_at"])
        self.assertEqual((await self.ok("post", f"/{self.todo.id}/complete"))["version"], done["version"])
        self.assertIsNone((await self.ok("post", f"/{self.todo.id}/reopen"))["completed_at"])

    async def test_delete_moves_to_the_trash_and_restore_takes_back(self):
        await self.ok("delete", f"/{self.todo.id}", status=204)
        await self.ok("delete", f"/{self.todo.id}", status=204)
        self.assertIsNotNone((await self.stored()).deleted_at)
        await self.refused(404, "todo_not_found", "patch", f"/{self.todo.id}", {"notes": "x"})
        self.assertIsNone((await self.ok("post", f"/{self.todo.id}/restore"))["deleted_at"])

    async def test_each_of_them_honours_the_etag(self):
        for method, path in (("delete", ""), ("post", "/complete"), ("post", "/reopen"), ("post", "/restore")):
            with self.subTest(path or method):
                await self.refused(409, "version_conflict", method, f"/{self.todo.id}{path}", if_match='"7"')


class RepeatTests(TodoApiTestCase):
    async def test_a_repeat_is_set_shown_and_ended(self):
        todo = await self.ok("post", "", {"title": "Standup", "due": "every weekday at 9:30"}, status=201)
        expected = {"recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "recurs_from_completion": False}
        self.assertEqual({name: todo[name] for name in expected}, expected)
        self.assertEqual(todo["repeats"], "every weekday")
        changed = await self.ok("patch", f"/{todo['id']}", {"recurrence": "FREQ=DAILY;INTERVAL=3"})
        self.assertEqual((changed["repeats"], changed["due"]), ("every 3 days", todo["due"]))
        ended = await self.ok("patch", f"/{todo['id']}", {"recurrence": None})
        self.assertEqual((ended["repeats"], ended["due"]), (None, todo["due"]))

    async def test_completing_makes_the_next_occurrence(self):
        todo = await self.ok("post", "", {"title": "Standup", "due": "every day"}, status=201)
        done = await self.ok("post", f"/{todo['id']}/complete")
        self.assertTrue(done["completed_at"])
        following = [row for row in (await self.ok("get"))["items"] if row["title"] == "Standup"]
        self.assertEqual([row["repeats"] for row in following], ["every day"])

    async def test_a_repeat_that_todos_do_not_have_is_refused(self):
        for recurrence in ("FREQ=SECONDLY", "FREQ=DAILY;COUNT=2", "when pigs fly"):
            with self.subTest(recurrence):
                body = {"title": "Nap", "due": "tomorrow", "recurrence": recurrence}
                refused = await self.refused(422, "date_not_understood", "post", "", body)
                self.assertEqual(list(refused["details"]), ["recurrence"])
        refused = await self.refused(422, "validation_error", "post", "", {"title": "Nap", "recurrence": "FREQ=DAILY"})
        self.assertEqual(refused["details"], {"recurrence": "A repeat needs a date to count from."})
