"""The list and the line above it for a new todo."""

import datetime
import uuid
from types import SimpleNamespace

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import Door, Todo
from todos.templatetags.todo_words import lines
from todos.testing import TodoFactory
from todos.tests.pages.case import TodoPageTestCase


class ListTests(TodoPageTestCase):
    def test_a_row_says_when_it_reminds(self):
        self.client.post("/todos/add", {"text": "remind me tomorrow at 3pm to call Ann"})
        self.client.post("/todos/add", {"text": "Dentist tomorrow 3pm, remind me 30 minutes before"})
        self.client.post("/todos/add", {"text": "Gym tomorrow 3pm, don't remind me"})
        page = self.client.get("/todos?filter=all").content.decode()
        self.assertInHTML('<span class="visually-hidden">reminds you then</span>', page, count=1)
        self.assertInHTML('<span class="visually-hidden">reminds you tomorrow, 14:30</span>', page, count=1)
        self.assertInHTML('<span aria-hidden="true">14:30</span>', page, count=1)
        self.assertEqual(page.count("reminds you"), 2)

    def test_each_filter_shows_its_todos_and_how_many_there_are(self):
        self.todo("late", -1)
        self.todo("now", 0)
        self.todo("soon", 3)
        self.todo("some day")
        self.todo("over", 0, done=True)
        self.todo("gone", 0, trashed=True)
        expected = {
            "today": ["late", "now"],
            "upcoming": ["soon"],
            "week": ["now", "soon"],
            "all": ["late", "now", "soon", "some day", "over"],
            "overdue": ["late"],
            "done": ["over"],
            "trash": ["gone"],
        }
        for name, titles in expected.items():
            with self.subTest(name):
                self.assertEqual(self.titles(f"/todos?filter={name}"), titles)
        filters = self.client.get("/todos?filter=all").context["listing"].filters
        counts = {n: len(t) for n, t in expected.items()} | {"week": 0}
        self.assertEqual({link.name: link.count for link in filters}, counts)

    def test_the_list_opens_on_today_where_something_is_due(self):
        self.todo("some day")
        self.assertEqual(self.titles("/todos"), ["some day"])
        self.todo("late", -1)
        self.assertRedirects(self.client.get("/todos?draft=x"), "/todos?draft=x&filter=today")
        self.assertEqual(self.titles("/todos?tag=home"), [])

    def test_overdue_is_offered_only_where_something_is(self):
        self.assertNotContains(self.client.get("/todos"), "filter=overdue")
        self.todo("late", -1)
        self.assertContains(self.client.get("/todos?filter=all"), "filter=overdue")

    def test_a_row_does_not_say_what_its_heading_says(self):
        self.todo("rent", 1)
        self.todo("late", -1)
        self.todo("over", 1, done=True)
        call = add_todo(self.alice, now=timezone.now(), by=Origin(Door.PAGE), title="call", due="tomorrow 17:00").todo
        page = self.client.get("/todos?filter=all")
        shown = {line.pk: line.due for line in self.lines(page)}
        self.assertEqual(shown[call.pk], "17:00")
        self.assertEqual(
            [due for pk, due in shown.items() if pk != call.pk], ["yesterday", "", "done Wednesday 4 March"]
        )

    def lines(self, page):
        now = page.context["now"]
        rows = [line for group in page.context["listing"].groups for line in lines(group, now)]
        return [SimpleNamespace(pk=uuid.UUID(row["pk"]), due=row["due"]) for row in rows]

    def test_a_week_has_seven_days_and_leads_to_the_next(self):
        for days in (0, 6, 7):
            self.todo(f"in {days}", days)
        page = self.client.get("/todos?filter=week")
        groups = page.context["listing"].groups
        self.assertEqual([len(group.todos) for group in groups], [1, 0, 0, 0, 0, 0, 1])
        self.assertEqual([group.heading for group in groups][:2], ["Today", "Tomorrow"])
        self.assertEqual(self.titles(f"/todos?filter=week&from={self.today + datetime.timedelta(7)}"), ["in 7"])
        for spoilt in ("x", "0001-01-01", "9999-12-31", "2026-13-01"):
            self.assertEqual(self.titles(f"/todos?filter=week&from={spoilt}"), ["in 0", "in 6"])

    def test_a_search_in_a_week_lists_the_days_alone_that_have_something(self):
        self.todo("rent", 2, tags=["home"])
        self.todo("read", 4)
        for query, days, is_empty in (("q=rent", 1, False), ("tag=home", 1, False), ("q=nothing", 0, True)):
            page = self.client.get(f"/todos?filter=week&{query}")
            self.assertEqual(len(page.context["listing"].groups), days, query)
            self.assertNotContains(page, "todo-week")
            self.assertContains(page, f"from={self.today + datetime.timedelta(7)}")
            self.assertEqual("Show without that" in page.content.decode(), is_empty, query)

    def test_dates_and_tags_of_rows_are_links(self):
        todo = self.todo("rent", 3, tags=["home"])
        page = self.client.get("/todos")
        self.assertContains(page, f"/todos?filter=week&amp;from={todo.due_date.isoformat()}")
        self.assertContains(page, "/todos?tag=home")

    def test_rows_stand_under_the_words_for_their_day(self):
        for days in (-1, 0, 1, 4, 30):
            self.todo(f"in {days}", days)
        self.todo("some day")
        self.todo("over", done=True)
        headings = [group.heading for group in self.client.get("/todos?filter=all").context["listing"].groups]
        self.assertEqual(headings, ["Overdue", "Today", "Tomorrow", "Next 7 days", "Later", "No date", "Done"])

    def test_search_looks_in_titles_and_notes_and_says_when_nothing_fits(self):
        self.todo("Buy milk")
        self.todo("Call Ann", notes="about the MILK order")
        self.todo("Sleep")
        self.assertCountEqual(self.titles("/todos?q=milk"), ["Buy milk", "Call Ann"])
        self.assertContains(self.client.get("/todos?q=bread"), "Nothing matches “bread”.")

    def test_tags_and_orders_narrow_and_sort(self):
        self.todo("b", tags=["home"], priority=1)
        self.todo("A", tags=["home"], priority=3)
        self.todo("c", tags=["work"])
        self.assertEqual(self.titles("/todos?tag=home&sort=priority"), ["A", "b"])
        self.assertEqual(self.titles("/todos?tag=%23HOME&sort=title"), ["A", "b"])

    def test_words_that_are_no_choice_show_the_whole_list(self):
        self.todo("Buy milk")
        self.assertEqual(self.titles("/todos?filter=x&sort=y&after=z&q=%00&tag=%00"), ["Buy milk"])

    def test_markup_in_titles_notes_and_searches_stays_text(self):
        self.todo("<b onclick=x>bold</b>", notes="<img src=x>")
        response = self.client.get("/todos?q=<b")
        self.assertContains(response, "&lt;b onclick=x&gt;bold&lt;/b&gt;")
        self.assertNotContains(response, "<b ")

    def test_alice_never_sees_what_is_bobs(self):
        TodoFactory(owner=self.bob, title="Bobs plan", tags=["secret"])
        for address in ("/", "/todos", "/todos?q=plan", "/todos?tag=secret", "/todos?filter=all"):
            with self.subTest(address):
                self.assertNotContains(self.client.get(address), "Bobs plan")
        self.assertNotContains(self.client.get("/todos"), "#secret")

    def test_the_number_of_queries_does_not_grow_with_the_list(self):
        def count_queries():
            with CaptureQueriesContext(connection) as queries:
                self.client.get("/todos?filter=all")
            return len(queries)

        self.todo("first", 0, tags=["home"])
        few = count_queries()
        for number in range(20):
            self.todo(f"todo {number}", number - 5, tags=["home", f"tag{number}"])
        self.assertEqual(count_queries(), few)

    def test_a_long_list_comes_in_pages(self):
        for number in range(101):
            self.todo(f"todo {number}")
        listing = self.client.get("/todos").context["listing"]
        self.assertEqual(len(listing.groups[0].todos), 100)
        self.assertEqual(self.titles(f"/todos?after={listing.after}"), ["todo 100"])


class QuickAddTests(TodoPageTestCase):
    def test_a_line_becomes_a_todo_with_its_date(self):
        response = self.client.post("/todos/add", {"text": "Buy milk tomorrow #home !high", "next": "/"}, follow=True)
        self.assertRedirects(response, "/")
        self.assertContains(response, "Added “Buy milk”, tomorrow.")
        todo = Todo.objects.for_user(self.alice).get()
        tomorrow = timezone.now().date() + datetime.timedelta(1)
        self.assertEqual((todo.title, todo.due_date, todo.priority), ("Buy milk", tomorrow, 3))
        self.assertEqual(todo.tags, ["home"])

    def test_what_is_refused_stays_in_the_box_with_the_reason(self):
        for text, reason in (("meeting 31st of february", "31 February"), ("   ", "Write what"), ("x" * 201, "200")):
            with self.subTest(reason):
                response = self.client.post("/todos/add", {"text": text})
                self.assertContains(response, reason, status_code=422)
                self.assertContains(response, text.strip(), status_code=422)
        self.assertFalse(Todo.objects.exists())

    def test_a_refused_line_shows_what_was_read_in_it(self):
        response = self.client.post("/todos/add", {"text": "x" * 201 + " tomorrow #home"})
        self.assertContains(response, "<mark>tomorrow</mark>", status_code=422)
        self.assertContains(response, 'value="#home"', status_code=422)

    def test_a_part_that_was_switched_off_stays_in_the_title(self):
        self.client.post("/todos/add", {"text": "Read Friday Night p1 #books", "keep": ["Friday Night", "p1"]})
        todo = Todo.objects.get()
        self.assertEqual((todo.title, todo.due, todo.priority), ("Read Friday Night p1", None, 0))
        self.assertEqual(todo.tags, ["books"])


class ParseTests(TodoPageTestCase):
    def parse(self, text, **fields):
        response = self.client.post("/todos/parse", {"text": text} | fields)
        self.assertEqual(response.status_code, 200)
        self.assertFalse(Todo.objects.exists())
        return response

    def test_recognised_parts_are_marked_and_can_be_switched_off(self):
        response = self.parse("Buy <milk> tomorrow #home !!")
        self.assertContains(response, "Buy &lt;milk&gt; <mark>tomorrow</mark> <mark>#home</mark> <mark>!!</mark>")
        for words in ("tomorrow", "#home", "!!"):
            self.assertContains(response, f'name="keep" form="quick-add-form" value="{words}">', count=1)
        self.assertNotContains(response, "<html")

    def test_a_part_that_was_switched_off_can_be_switched_on_again(self):
        response = self.parse("Buy milk tomorrow", keep="tomorrow")
        self.assertContains(response, 'value="tomorrow" checked')
        self.assertNotContains(response, "<mark>")

    def test_what_is_wrong_is_said_and_an_empty_line_is_not(self):
        self.assertContains(self.parse("meeting 31st of february"), "31 February")
        self.assertNotContains(self.parse(""), "Write what")
        self.assertContains(self.parse("x" * 501), "500")

    def test_strangers_and_other_sites_get_nothing(self):
        self.assertEqual(self.client.get("/todos/parse").status_code, 405)
        strict = self.client_class(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        self.assertEqual(strict.post("/todos/parse", {"text": "x"}).status_code, 403)
        self.client.logout()
        self.assertEqual(self.client.post("/todos/parse", {"text": "x"}).status_code, 302)


class AddressTests(TodoPageTestCase):
    def test_the_address_of_a_row_is_where_its_page_and_buttons_lead(self):
        todo = self.todo("Buy milk")
        for name in ("edit", "complete", "reopen", "delete", "restore"):
            self.assertEqual(reverse(f"{name}_todo", args=[todo.pk]), f"{todo.address}/{name}")
