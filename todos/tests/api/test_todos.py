import datetime
import uuid

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.fields.priority import Priority
from todos.models import Door, Todo
from todos.testing import TodoFactory, make_many, use_tool

OUT_KEYS = {
    "id",
    "title",
    "notes",
    "priority",
    "due",
    "due_text",
    "recurrence",
    "recurs_from_completion",
    "repeats",
    "overdue",
    "reminds",
    "tags",
    "completed_at",
    "deleted_at",
    "version",
    "created_at",
    "updated_at",
}


class TodoApiTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="Asia/Tokyo")
        self.address = f"/api/{self.alice.subject}/todos"
        self.todo = TodoFactory(owner=self.alice, title="Buy milk", tags=["home"])

    async def request(self, method, path="", body=None, *, user=None, if_match=None, query=None):
        headers = {"Authorization": bearer(user or self.alice)} | ({"If-Match": if_match} if if_match else {})
        address = path if path.startswith("/api") else self.address + path
        body = {} if body is None and method == "post" else body
        return await getattr(self.async_client, method)(
            address,
            **({"data": body, "content_type": "application/json"} if body is not None else {}),
            headers=headers,
            **({"query_params": query} if query else {}),
        )

    async def ok(self, method, path="", body=None, status=200, **options):
        response = await self.request(method, path, body, **options)
        self.assertEqual(response.status_code, status, response.content)
        return response.json() if response.content else None

    async def refused(self, status, code, method, path="", body=None, **options):
        response = await self.request(method, path, body, **options)
        self.assertEqual((response.status_code, response.json()["error"]), (status, code), response.content)
        self.assertEqual(set(response.json()), {"error", "message", "details", "request_id"})
        return response.json()

    def stored(self):
        return Todo.objects.aget(pk=self.todo.id)


class UnknownParameterTests(TodoApiTestCase):
    async def test_a_query_parameter_that_is_not_known_is_refused_at_every_operation(self):
        of_todo = f"/{self.todo.id}"
        requests = [
            ("get", "", None, {"fitler": "done"}),
            ("get", of_todo, None, {"version": "1"}),
            ("post", "", {"title": "Nap"}, {"dry_run": "1"}),
            ("patch", of_todo, {"title": "Nap"}, {"notes": "x"}),
            ("delete", of_todo, None, {"force": "1"}),
            ("get", f"/api/{self.alice.subject}/conversations", None, {"page": "2", "limit": "5"}),
        ]
        for method, path, body, query in requests:
            with self.subTest(method, path=path):
                [unknown] = query.keys() - {"limit"}
                answer = await self.refused(422, "validation_error", method, path, body, query=query)
                self.assertEqual(answer["details"], {unknown: "This parameter is not known."})
        self.assertEqual([todo.title async for todo in Todo.objects.all()], ["Buy milk"])

    async def test_nobody_learns_of_parameters_before_they_say_who_they_are(self):
        response = await self.async_client.get(self.address, query_params={"fitler": "done"})
        self.assertEqual(response.status_code, 401)


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

    async def test_also_from_the_trash(self):
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
    async def test_complete_and_reopen(self):
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


class ListTests(TodoApiTestCase):
    def setUp(self):
        super().setUp()
        self.today = timezone.now().astimezone(self.alice.zone).date()
        day = datetime.timedelta(days=1)
        TodoFactory(owner=self.alice, title="Overdue", due_date=self.today - day)
        TodoFactory(owner=self.alice, title="Today", due_date=self.today, priority=Priority.LOW, notes="the budget")
        TodoFactory(owner=self.alice, title="Later", due_date=self.today + day, tags=["work", "home"])
        TodoFactory(owner=self.alice, title="Finished", completed_at=timezone.now())
        TodoFactory(owner=self.alice, title="Gone", deleted_at=timezone.now())
        TodoFactory(owner=bob(), title="Bob's secret")

    async def titles(self, **query):
        return [todo["title"] for todo in (await self.ok("get", query=query))["items"]]

    async def test_each_filter(self):
        for name, titles in {
            "open": ["Overdue", "Today", "Later", "Buy milk"],
            "today": ["Today"],
            "upcoming": ["Later"],
            "overdue": ["Overdue"],
            "done": ["Finished"],
            "trash": ["Gone"],
            "all": ["Overdue", "Today", "Later", "Buy milk", "Finished"],
        }.items():
            with self.subTest(name):
                self.assertEqual(await self.titles(filter=name), titles)

    async def test_open_is_the_default(self):
        self.assertEqual(await self.titles(), await self.titles(filter="open"))

    async def test_searches_by_words_and_tag(self):
        self.assertEqual(await self.titles(q="BUDGET the"), ["Today"])
        self.assertEqual(await self.titles(q="%"), [])
        self.assertEqual(await self.titles(tag="Home"), ["Later", "Buy milk"])
        self.assertEqual(await self.titles(tag="home", q="milk"), ["Buy milk"])

    async def test_sorts(self):
        self.assertEqual(await self.titles(sort="title"), ["Buy milk", "Later", "Overdue", "Today"])
        self.assertEqual((await self.titles(sort="priority"))[0], "Today")
        self.assertEqual(await self.titles(sort="created"), ["Later", "Today", "Overdue", "Buy milk"])
        self.assertEqual(await self.titles(sort="updated"), ["Later", "Today", "Overdue", "Buy milk"])

    async def test_what_is_no_choice_is_refused(self):
        for query in ({"filter": "bob"}, {"sort": "-id"}, {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"q": "a\x00"}):
            with self.subTest(ascii(query)):
                await self.refused(422, "validation_error", "get", query=query)

    async def test_a_page_and_the_next(self):
        first = await self.ok("get", query={"limit": 3})
        second = await self.ok("get", query={"limit": 3, "cursor": first["next"]})
        self.assertEqual([todo["title"] for todo in first["items"]], ["Overdue", "Today", "Later"])
        self.assertEqual([todo["title"] for todo in second["items"]], ["Buy milk"])
        self.assertIsNone(second["next"])

    async def test_a_full_last_page_has_no_next(self):
        self.assertIsNone((await self.ok("get", query={"limit": 4}))["next"])

    async def test_a_cursor_that_is_not_ours_is_refused(self):
        cursor = (await self.ok("get", query={"limit": 1}))["next"]
        for forged in ("x", cursor[:-1], cursor + "x", "é", "WyJhIl0", ":"):
            with self.subTest(forged):
                answer = await self.refused(422, "validation_error", "get", query={"cursor": forged})
                self.assertEqual(list(answer["details"]), ["cursor"])
        await self.refused(422, "validation_error", "get", query={"cursor": cursor, "sort": "title"})


class PagingTests(TodoApiTestCase):
    def setUp(self):
        super().setUp()
        for days in range(5):
            due_date = datetime.date(2026, 3, 1 + days // 2)
            TodoFactory(owner=self.alice, title=f"Éclair {days}", due_date=due_date, priority=days % 2)
            TodoFactory(
                owner=self.alice,
                title="same",
                due_date=due_date,
                due_time=datetime.time(9),
                due_zone="Asia/Tokyo",
                due_at=datetime.datetime(2026, 3, 1 + days // 2, 0, tzinfo=datetime.UTC),
            )
            TodoFactory(owner=self.alice, title="Same", completed_at=timezone.now())
            TodoFactory(owner=self.alice, deleted_at=timezone.now())

    async def walk(self, **query):
        """The ids of all pages, and between pages a row changes that was already seen."""
        seen, cursor = [], None
        while True:
            page = await self.ok("get", query=query | ({"cursor": cursor} if cursor else {}))
            seen += [todo["id"] for todo in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return seen
            await Todo.objects.filter(pk=seen[0]).aupdate(notes="changed in between")

    async def test_pages_of_every_sort_hold_each_todo_once(self):
        for view in ("open", "done", "trash", "all"):
            for sort in (None, "urgency", "priority", "title", "created", "updated"):
                query = {"filter": view} | ({"sort": sort} if sort else {})
                with self.subTest(**query):
                    at_once = await self.walk(limit=100, **query)
                    self.assertEqual(await self.walk(limit=2, **query), at_once)
                    self.assertEqual(len(set(at_once)), len(at_once))

    async def test_a_todo_that_leaves_the_list_moves_no_other_over_the_edge(self):
        first = await self.ok("get", query={"limit": 3})
        expected = (await self.walk(limit=100))[3:]
        await self.ok("post", f"/{first['items'][0]['id']}/complete")
        second = await self.ok("get", query={"limit": 100, "cursor": first["next"]})
        self.assertEqual([todo["id"] for todo in second["items"]], expected)

    def test_a_thousand_todos_cost_no_more_queries(self):
        counts = []
        for more in (1, 1_000):
            make_many(self.alice, more)
            with CaptureQueriesContext(connection) as queries:
                page = async_to_sync(self.ok)("get", query={"limit": 10})
            self.assertEqual(len(page["items"]), 10)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])


class DoorTests(TodoApiTestCase):
    """Who may come in, the same for all operations."""

    OPERATIONS = (
        ("get", "", None),
        ("post", "", {"title": "x"}),
        ("get", "/{id}", None),
        ("patch", "/{id}", {"title": "x"}),
        ("delete", "/{id}", None),
        ("post", "/{id}/complete", {}),
        ("post", "/{id}/reopen", {}),
        ("post", "/{id}/restore", {}),
    )

    def setUp(self):
        super().setUp()
        self.bob = bob()
        self.theirs = TodoFactory(owner=self.bob, title="Bob's secret")

    async def test_without_a_token_nobody_comes_in(self):
        for method, path, body in self.OPERATIONS:
            with self.subTest(f"{method} {path}"):
                address = self.address + path.format(id=self.todo.id)
                options = {"data": body, "content_type": "application/json"} if body is not None else {}
                response = await getattr(self.async_client, method)(address, **options)
                self.assertEqual((response.status_code, response.json()["error"]), (401, "token_missing"))

    async def test_anothers_address_is_refused(self):
        for method, path, body in self.OPERATIONS:
            with self.subTest(f"{method} {path}"):
                address = f"/api/{self.bob.subject}/todos" + path.format(id=self.theirs.id)
                await self.refused(403, "user_mismatch", method, address, body)

    async def test_anothers_todo_is_refused(self):
        for method, path, body in self.OPERATIONS[2:]:
            with self.subTest(f"{method} {path}"):
                answer = await self.refused(403, "not_your_todo", method, path.format(id=self.theirs.id), body)
                self.assertNotIn("secret", str(answer))
        await self.theirs.arefresh_from_db()
        self.assertEqual(self.theirs.version, 1)

    async def test_the_documentation_names_every_status(self):
        operations = (await self.async_client.get("/api/openapi.json")).json()["paths"]
        change = operations["/api/{user_id}/todos/{todo_id}"]["patch"]["responses"]
        refusals = {"401", "403", "404", "408", "409", "413", "415", "422", "429", "500", "503"}
        self.assertEqual(set(change), {"200"} | refusals)
        self.assertIn("ErrorBody", str(change["409"]))


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


class RangeTests(TodoApiTestCase):
    async def test_a_range_of_days_narrows_the_list(self):
        for day in (6, 7, 8):
            await sync_to_async(TodoFactory)(owner=self.alice, title=f"On {day}", due_date=f"2030-03-0{day}")
        page = await self.ok("get", query={"start": "2030-03-07", "end": "2030-03-08"})
        self.assertEqual([row["title"] for row in page["items"]], ["On 7", "On 8"])
        refused = await self.refused(422, "validation_error", "get", query={"start": "when pigs fly"})
        self.assertEqual(list(refused["details"]), ["start"])


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
