import json
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings

from accounts.testing import alice, bearer, bob
from todos.models import Door, Todo, TodoChange
from todos.testing import TodoFactory

HEADER = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"
ROW_ID = "0198c2f0-a1b2-7c3d-8e4f-000000000001"


class ImportTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(time_zone="America/New_York"), bob()
        self.bobs = TodoFactory(owner=self.bob, title="Bobs plan")

    async def send(self, content, media_type="application/json", *, user=None):
        user = user or self.alice
        return await self.async_client.post(
            f"/api/{user.subject}/todos/import",
            data=content if isinstance(content, str | bytes) else json.dumps(content),
            content_type=media_type,
            headers={"Authorization": bearer(user)},
        )

    async def report(self, *args, **options):
        response = await self.send(*args, **options)
        self.assertEqual(response.status_code, 200, response.content)
        report = response.json()
        for outcome in ("added", "skipped", "refused"):
            self.assertEqual(report[outcome], sum(row["outcome"] == outcome for row in report["rows"]))
        return report

    async def titles(self):
        return [todo.title async for todo in Todo.objects.for_user(self.alice).order_by("pk")]

    async def import_todo(self, **fields):
        report = await self.report({"todos": [{"title": "Buy milk"} | fields]})
        row = report["rows"][0]
        return row, await Todo.objects.filter(pk=row["id"]).afirst()

    async def reason(self, status, *args):
        response = await self.send(*args)
        self.assertEqual(response.status_code, status, response.content)
        return response.json()["details"].get("body", response.json()["error"])


class JsonTests(ImportTestCase):
    async def test_a_todo_comes_in_with_all_its_fields(self):
        due = {"date": "2026-03-06", "time": "17:00:00", "zone": "Europe/Berlin"}
        row, todo = await self.import_todo(notes="oat", priority="urgent", due=due, tags=["Home"])
        self.assertEqual((row["row"], row["outcome"], row["reason"]), (1, "added", ""))
        self.assertEqual((todo.owner_id, todo.notes, todo.priority), (self.alice.pk, "oat", 4))
        self.assertEqual(todo.due, "2026-03-06T17:00:00+01:00")
        self.assertEqual([tag.name async for tag in todo.todo_tags.all()], ["home"])

    async def test_what_is_done_or_in_the_trash_stays_there(self):
        _, todo = await self.import_todo(completed_at="2026-01-02T03:04:05Z", deleted_at="2026-02-03T04:05:06+01:00")
        self.assertEqual(todo.completed_at.isoformat(), "2026-01-02T03:04:05+00:00")
        self.assertEqual(todo.deleted_at.isoformat(), "2026-02-03T03:05:06+00:00")

    async def test_a_moved_occurrence_keeps_the_rhythm_of_its_repeat(self):
        _, todo = await self.import_todo(
            due={"date": "2030-03-13"}, recurs_from={"date": "2030-03-11"}, recurrence="FREQ=WEEKLY;BYDAY=MO"
        )
        self.assertEqual(
            (todo.due, str(todo.anchor_date), todo.recurrence), ("2030-03-13", "2030-03-11", "FREQ=WEEKLY;BYDAY=MO")
        )

    async def test_reminders_come_in_once_each(self):
        due = {"date": "2036-03-06", "time": "17:00:00", "zone": "Europe/Berlin"}
        _, todo = await self.import_todo(due=due, reminder_rules=["30 min", "30 min", "1 d 19:00"])
        moments = [at.isoformat() async for at in todo.reminders.order_by("at").values_list("at", flat=True)]
        self.assertEqual(moments, ["2036-03-05T18:00:00+00:00", "2036-03-06T15:30:00+00:00"])

    async def test_every_change_is_recorded_as_one_act_through_the_api(self):
        await self.import_todo(completed_at="2026-01-02T03:04:05Z")
        changes = [change async for change in TodoChange.objects.all()]
        self.assertEqual({(change.door, change.actor_id) for change in changes}, {(Door.API, self.alice.pk)})
        self.assertEqual(len({change.act for change in changes}), 1)

    async def test_the_same_file_twice_adds_nothing_the_second_time(self):
        file = {"format": "todo-chat", "todos": [{"id": ROW_ID, "title": "a"}, {"id": ROW_ID, "title": "twin"}]}
        first, second = await self.report(file), await self.report(file)
        self.assertEqual((first["added"], first["skipped"]), (1, 1))
        self.assertEqual((second["added"], second["skipped"]), (0, 2))
        self.assertEqual(second["rows"][0]["id"], first["rows"][0]["id"])
        self.assertNotEqual(first["rows"][0]["id"], ROW_ID)

    async def test_another_person_can_import_the_same_file(self):
        file = {"todos": [{"id": str(self.bobs.pk), "title": "Bobs plan"}]}
        self.assertEqual((await self.report(file))["added"], 1)
        self.assertEqual((await self.report(file, user=self.bob))["skipped"], 1)
        self.assertEqual(await Todo.objects.for_user(self.alice).acount(), 1)

    async def test_a_wrong_row_is_refused_and_the_others_come_in(self):
        wrong = {
            "title: Field required": {"notes": "x"},
            "A todo needs a title": {"title": " "},
            "201": {"title": "x" * 201},
            "cannot be stored": {"title": "a\x07b"},
            "A tag has 1 to": {"title": "a", "tags": ["b@d"]},
            "priority": {"title": "a", "priority": "p1"},
            "due.date": {"title": "a", "due": {"date": "2026-02-31"}},
            "the year must be": {"title": "a", "due": {"date": "9999-01-01"}},
            "together with a zone": {"title": "a", "due": {"date": "2026-03-06", "time": "17:00"}},
            "no IANA time zone": {"title": "a", "due": {"date": "2026-03-06", "time": "17:00", "zone": "Mars/Base"}},
            "without an offset": {"title": "a", "due": {"date": "2026-03-06", "time": "17:00Z", "zone": "UTC"}},
            "not more often than once a day": {
                "title": "a",
                "due": {"date": "2026-03-06"},
                "recurrence": "FREQ=SECONDLY",
            },
            "needs a date": {"title": "a", "recurrence": "FREQ=DAILY"},
            "in the future": {"title": "a", "completed_at": "2999-01-01T00:00:00Z"},
            "timezone": {"title": "a", "completed_at": "2026-01-01T00:00:00"},
            "does not repeat": {"title": "a", "completed_at": "2026-01-01T00:00:00Z", "recurrence": "FREQ=DAILY"},
            "owner": {"title": "a", "owner": str(uuid.uuid4())},
            "id": {"title": "a", "id": "1"},
            "valid dictionary": "a",
        }
        report = await self.report({"todos": [*wrong.values(), {"title": "right"}]})
        for words, row in zip(wrong, report["rows"], strict=False):
            with self.subTest(words):
                self.assertEqual(row["outcome"], "refused")
                self.assertIn(words, row["reason"])
        self.assertEqual(await self.titles(), ["right"])

    async def test_what_is_no_such_file_is_refused_whole(self):
        for content, reason in {
            "{": "not valid JSON",
            "[]": "valid dictionary",
            "[" * 30_000: "nested more than",
            '{"todos": [], "x": 1}': "x: ",
            '{"format": "other", "todos": []}': "format: ",
            b"\xff\xfe": "not UTF-8",
        }.items():
            with self.subTest(content[:10]):
                self.assertIn(reason, await self.reason(422, content))
        rows = {"todos": [{"title": "a"}] * 501}
        self.assertIn("this one has 501", await self.reason(422, rows))
        self.assertEqual(await self.titles(), [])


class RoundTripTests(ImportTestCase):
    """What goes out of one account comes into another as it was."""

    async def exported(self, user, format_name):
        response = await self.async_client.get(
            f"/api/{user.subject}/todos/export",
            query_params={"format": format_name},
            headers={"Authorization": bearer(user)},
        )
        return b"".join([part async for part in response.streaming_content]).decode()

    async def test_json_loses_nothing(self):
        clock = {"date": "2030-03-06", "time": "17:00:00", "zone": "Europe/Berlin"}
        await self.report(
            {
                "todos": [
                    {
                        "title": "=1 @x “q”",
                        "notes": "a\nb",
                        "priority": "urgent",
                        "due": clock,
                        "tags": ["a", "b"],
                        "reminder_rules": ["30 min", "1 d 19:00"],
                    },
                    {"title": "b", "due": clock, "recurrence": "FREQ=DAILY", "recurs_from_completion": True},
                    {"title": "c", "due": {"date": "2030-03-13"}, "recurrence": "FREQ=WEEKLY", "recurs_from": clock},
                    {"title": "d", "completed_at": "2026-01-01T00:00:00Z"},
                    {"title": "e", "deleted_at": "2026-01-01T00:00:00Z"},
                ]
            }
        )
        sent = await self.exported(self.alice, "json")
        self.assertEqual((await self.report(sent))["skipped"], 5)
        await self.bobs.adelete()
        self.assertEqual((await self.report(sent, user=self.bob))["added"], 5)
        again = await self.exported(self.bob, "json")
        for before, after in zip(json.loads(sent)["todos"], json.loads(again)["todos"], strict=True):
            own = {"id": "", "created_at": ""}
            self.assertEqual(before | own, after | own)

    async def test_csv_keeps_what_the_template_has(self):
        clock = {"date": "2030-03-04", "time": "17:00:00", "zone": "Europe/Berlin"}
        weekly = {"due": clock, "recurrence": "FREQ=WEEKLY;BYDAY=MO"}
        await self.report({"todos": [{"title": "=1", "notes": "a\nb", "priority": "low", "tags": ["a"]} | weekly]})
        report = await self.report(await self.exported(self.alice, "csv"), "text/csv", user=self.bob)
        todo = await Todo.objects.prefetch_related("todo_tags").aget(pk=report["rows"][0]["id"])
        self.assertEqual((todo.title, todo.notes, todo.priority, todo.tags), ("=1", "a\nb", 1, ["a"]))
        self.assertEqual((todo.due, todo.recurrence), ("2030-03-04T17:00:00+01:00", "FREQ=WEEKLY;BYDAY=MO"))


class DoorTests(ImportTestCase):
    async def test_only_at_the_own_address_with_a_token(self):
        address = f"/api/{self.alice.subject}/todos/import"
        stranger = await self.async_client.post(address, data="{}", content_type="application/json")
        headers = {"Authorization": bearer(self.bob)}
        other = await self.async_client.post(address, data="{}", content_type="application/json", headers=headers)
        self.assertEqual((stranger.status_code, other.status_code), (401, 403))

    async def test_other_media_types_are_refused(self):
        for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
            with self.subTest(media_type):
                self.assertEqual(await self.reason(415, "x", media_type), "unsupported_media_type")

    @override_settings(RATE_LIMITS=True)
    async def test_imports_are_limited(self):
        for _ in range(10):
            await self.report({"todos": []})
        response = await self.send({"todos": []})
        self.assertEqual(response.status_code, 429)
        self.assertTrue(response["Retry-After"])


class PageTests(ImportTestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.alice)

    def upload(self, name, content):
        return self.client.post("/todos/import", {"file": SimpleUploadedFile(name, content.encode())})

    def test_the_report_tells_what_came_in_and_what_did_not(self):
        self.assertContains(self.client.get("/accounts/settings"), 'enctype="multipart/form-data"')
        response = self.upload(
            "plan.CSV", f"{HEADER}\ntask,a,,,,,,,,\ntask,,<b>,1,,,,,,\ntask,b,,9,,,,,,\nsection,x,,,,,,,,\n"
        )
        self.assertContains(response, "2 added, 1 skipped, 1 refused")
        self.assertContains(response, "Row 3, refused: A todo needs a title.")
        self.assertContains(response, "Row 4, added: Kept in the notes: PRIORITY.")
        self.assertEqual({change.door for change in TodoChange.objects.all()}, {Door.PAGE})

    def test_a_wrong_file_is_explained_beside_its_field(self):
        for name, content, reason in (
            ("a.txt", "x", "ends in .json or .csv"),
            ("a.json", "{", "not valid JSON"),
            ("a.csv", "", "empty"),
        ):
            with self.subTest(name):
                self.assertContains(self.upload(name, content), reason, status_code=422)
        self.assertContains(self.client.post("/todos/import"), "Choose a file.", status_code=422)

    def test_a_form_of_another_site_does_nothing(self):
        strict = self.client_class(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        self.assertEqual(strict.post("/todos/import").status_code, 403)
