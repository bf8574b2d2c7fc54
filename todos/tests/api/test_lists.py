"""Lists by the API: filters, orders, days, page by page."""

import datetime

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.testing import bob
from todos.fields.priority import Priority
from todos.models import Todo
from todos.testing import TodoFactory, make_many
from todos.tests.api.case import TodoApiTestCase


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

    async def test_each_filter_shows_its_todos(self):
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

    async def test_each_order_sorts_as_it_says(self):
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


class RangeTests(TodoApiTestCase):
    async def test_a_range_of_days_narrows_the_list(self):
        for day in (6, 7, 8):
            await sync_to_async(TodoFactory)(owner=self.alice, title=f"On {day}", due_date=f"2030-03-0{day}")
        page = await self.ok("get", query={"start": "2030-03-07", "end": "2030-03-08"})
        self.assertEqual([row["title"] for row in page["items"]], ["On 7", "On 8"])
        refused = await self.refused(422, "validation_error", "get", query={"start": "when pigs fly"})
        self.assertEqual(list(refused["details"]), ["start"])
