import datetime
import uuid
from types import SimpleNamespace

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.testing import alice, bob
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import Door, Todo, TodoChange
from todos.templatetags.todo_words import lines
from todos.testing import TodoFactory

UNKNOWN = "0198c2f0-a1b2-7c3d-8e4f-000000000000"


class TodoPageTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.client.force_login(self.alice)
        self.today = timezone.now().date()

    def todo(self, title, days=None, **fields):
        if days is not None:
            fields["due_date"] = self.today + datetime.timedelta(days)
        return TodoFactory(owner=self.alice, title=title, **fields)

    def timed(self, title, due):
        return add_todo(self.alice, now=timezone.now(), by=Origin(Door.PAGE), title=title, due=due).todo

    def titles(self, address):
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200)
        return [todo.title for group in response.context["listing"].groups for todo in group.todos]


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


class ButtonTests(TodoPageTestCase):
    def press(self, todo, what, back="/todos?filter=today"):
        return self.client.post(f"/todos/{todo.pk}/{what}", {"next": back}, follow=True)

    def test_completing_leads_back_and_offers_undo(self):
        todo = self.todo("Buy <milk>", 0)
        response = self.press(todo, "complete")
        self.assertRedirects(response, "/todos?filter=today")
        self.assertContains(response, "Completed “Buy &lt;milk&gt;”.")
        change = TodoChange.objects.get()
        self.assertContains(response, f'formaction="/undo/change/{change.pk}"')
        response = self.client.post(f"/undo/change/{change.pk}", {"next": "/todos"}, follow=True)
        self.assertContains(response, "“Buy &lt;milk&gt;” is open again.")
        self.assertTrue(Todo.objects.open().exists())

    def test_a_todo_moves_to_another_day_with_its_time_and_back(self):
        todo = self.timed("Call Ann", "today 17:00")

        def moved_to(words):
            page = self.client.post(f"/todos/{todo.pk}/move", {"to": words, "next": "/todos"}, follow=True)
            todo.refresh_from_db()
            return page

        self.assertContains(moved_to("tomorrow"), "Moved “Call Ann” to tomorrow, 17:00.")
        self.assertEqual(todo.due_date, self.today + datetime.timedelta(days=1))
        self.client.post(f"/undo/change/{TodoChange.objects.newest_first()[0].pk}", {"next": "/todos"})
        todo.refresh_from_db()
        self.assertEqual(todo.due_date, self.today)
        self.assertContains(moved_to("never"), "I could not read “never 17:00” as a date.")
        self.assertContains(moved_to(""), "“Call Ann” has no date now.")
        self.assertEqual((todo.due_date, todo.due_time), (None, None))

    def test_a_deleted_todo_waits_in_the_trash(self):
        todo = self.todo("Buy milk")
        self.press(todo, "delete")
        self.assertEqual(self.titles("/todos?filter=trash"), ["Buy milk"])
        self.press(todo, "restore")
        self.assertEqual(self.titles("/todos"), ["Buy milk"])

    def test_foreign_and_missing_todos_look_the_same(self):
        foreign = TodoFactory(owner=self.bob, title="Bobs plan")
        for what in ("complete", "reopen", "delete", "restore", "edit"):
            with self.subTest(what):
                answers = [self.client.post(f"/todos/{pk}/{what}", {"version": 1}) for pk in (foreign.pk, UNKNOWN)]
                self.assertEqual([answer.status_code for answer in answers], [404, 404])
        foreign.refresh_from_db()
        self.assertEqual((foreign.version, foreign.completed_at, foreign.deleted_at), (1, None, None))

    def test_a_tool_call_is_undone_on_the_page_and_the_undo_can_be_undone(self):
        by = Origin(Door.CHAT, tool_call_id=uuid.uuid4())
        for number in range(5):
            add_todo(self.alice, now=timezone.now(), by=by, title=f"Todo {number}")
        response = self.client.post(f"/undo/tool-call/{by.tool_call_id}", {"next": "/todos"}, follow=True)
        self.assertContains(response, "“Todo 2” is off the list again. And 2 more.")
        self.assertFalse(Todo.objects.exists())
        redo = TodoChange.objects.filter(undoes__isnull=False).order_by("id")[0]
        self.assertContains(response, f'formaction="/undo/change/{redo.pk}"')
        self.client.post(f"/undo/change/{redo.pk}")
        self.assertEqual(Todo.objects.count(), 5)

    def test_undo_of_what_is_foreign_gone_or_undone(self):
        theirs = add_todo(self.bob, now=timezone.now(), by=Origin(Door.PAGE), title="Bobs plan").change
        for change_id in (theirs.pk, UNKNOWN):
            self.assertEqual(self.client.post(f"/undo/change/{change_id}").status_code, 404)
        mine = add_todo(self.alice, now=timezone.now(), by=Origin(Door.PAGE), title="Mine").change
        self.client.post(f"/undo/change/{mine.pk}")
        response = self.client.post(f"/undo/change/{mine.pk}", follow=True)
        self.assertContains(response, "This is undone already.")
        self.assertEqual(self.client.get(f"/undo/change/{mine.pk}").status_code, 405)

    def test_a_button_needs_a_post(self):
        todo = self.todo("Buy milk")
        self.assertEqual(self.client.get(f"/todos/{todo.pk}/complete").status_code, 405)

    def test_a_form_of_another_site_does_nothing(self):
        todo = self.todo("Buy milk")
        client = self.client_class(enforce_csrf_checks=True)
        client.force_login(self.alice)
        self.assertEqual(client.post(f"/todos/{todo.pk}/delete").status_code, 403)
        self.assertTrue(Todo.objects.open().exists())

    def test_no_button_leads_to_another_site(self):
        response = self.client.post(f"/todos/{self.todo('Buy milk').pk}/complete", {"next": "//evil.example"})
        self.assertEqual(response.url, "/todos")


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


class SelectionTests(TodoPageTestCase):
    def setUp(self):
        super().setUp()
        self.rent, self.call = self.todo("rent", 0), self.todo("call", 1)

    def press(self, *todos, **fields):
        ids = [todo if isinstance(todo, str) else str(todo.pk) for todo in todos]
        return self.client.post("/todos/selection", {"todo": ids, "next": "/todos?filter=all", **fields}, follow=True)

    def state(self):
        return [
            (todo.title, todo.due_date, todo.tags, bool(todo.completed_at), bool(todo.deleted_at))
            for todo in Todo.objects.for_user(self.alice).with_tags().order_by("title")
        ]

    def test_one_press_changes_all_and_one_undo_takes_it_back(self):
        before = self.state()
        for fields, sentence in (
            ({"act": "complete"}, "Completed 2 todos."),
            ({"act": "delete"}, "Moved 2 todos to the trash."),
            ({"act": "tag", "tag": "#Home"}, "Tagged 2 todos with #home."),
            ({"to": "in 9 days"}, "Moved 2 todos."),
            ({"to": ""}, "Took the date off 2 todos."),
        ):
            with self.subTest(sentence):
                page = self.press(self.rent, self.call, **fields)
                self.assertContains(page, sentence)
                self.assertNotEqual(self.state(), before)
                undo = TodoChange.objects.order_by("-id").first()
                self.assertContains(page, f"/undo/change/{undo.pk}")
                self.client.post(f"/undo/change/{undo.pk}")
                self.assertEqual(self.state(), before)

    def test_what_others_moved_to_the_trash_meanwhile_is_left_out(self):
        gone = self.todo("gone", 0, trashed=True)
        self.assertContains(self.press(self.rent, gone, act="complete"), "Completed 1 todo.")
        self.assertContains(self.press(self.rent, act="complete"), "Nothing needed a change.")

    def test_a_spoilt_selection_changes_nothing(self):
        before = self.state()
        theirs = TodoFactory(owner=self.bob, title="Bobs plan")
        for todos, fields, status in (
            ((), {"act": "complete"}, 200),
            ((self.rent,), {"act": "tag", "tag": " "}, 200),
            ((self.rent,), {"act": "tag", "tag": "a b!"}, 200),
            ((self.rent,), {"to": "31 february"}, 200),
            (tuple(str(uuid.uuid4()) for _ in range(101)), {"act": "delete"}, 200),
            ((self.rent, "x"), {"act": "delete"}, 404),
            ((self.rent, UNKNOWN), {"act": "delete"}, 404),
            ((self.rent, theirs), {"act": "delete"}, 404),
        ):
            with self.subTest(fields=fields, todos=len(todos)):
                self.assertEqual(self.press(*todos, **fields).status_code, status)
                self.assertEqual(self.state(), before)


class EditTests(TodoPageTestCase):
    def form(self, todo, **fields):
        page = self.client.get(f"/todos/{todo.pk}/edit")
        self.assertEqual(page.status_code, 200)
        initial = {name: value for name, value in page.context["form"].initial.items() if value is not None}
        return initial | {"next": "/todos?filter=today"} | fields

    def save(self, todo, form):
        return self.client.post(f"/todos/{todo.pk}/edit", form)

    def test_all_fields_are_saved(self):
        todo = self.todo("Buy milk", 0, tags=["home"])
        form = self.form(todo, title="Buy bread", notes="rye", due_time="17:30", priority="urgent", tags="#shop, food")
        self.assertRedirects(self.save(todo, form), "/todos?filter=today")
        todo = Todo.objects.get()
        self.assertEqual((todo.title, todo.notes, todo.priority, todo.version), ("Buy bread", "rye", 4, 2))
        self.assertEqual((todo.due_time, todo.due_zone, todo.tags), (datetime.time(17, 30), "UTC", ["food", "shop"]))

    def test_saved_in_the_panel_the_form_comes_back_as_it_then_is_with_undo(self):
        todo = self.todo("Buy milk")
        form = self.form(todo, title="Buy  bread")
        response = self.client.post(f"/todos/{todo.pk}/edit", form, headers={"HX-Request": "true"})
        self.assertContains(response, 'name="version" value="2"')
        self.assertContains(response, f'formaction="/undo/change/{TodoChange.objects.get().pk}"')
        self.assertNotContains(response, "<html")
        again = self.client.post(f"/todos/{todo.pk}/edit", self.form(todo), headers={"HX-Request": "true"})
        self.assertNotContains(again, 'id="notices"')

    def test_a_date_is_said_in_words_or_picked_and_a_picked_day_keeps_the_time(self):
        todo = self.timed("Call Ann", "today 18:00")
        today = timezone.now().date()
        for when, day, time in (
            ("", 0, datetime.time(18)),
            ("tomorrow", 1, datetime.time(18)),
            ("in 3 days at 9:30", 3, datetime.time(9, 30)),
        ):
            with self.subTest(when):
                self.save(todo, self.form(todo, when=when))
                stored = Todo.objects.get()
                self.assertEqual((stored.due_date, stored.due_time), (today + datetime.timedelta(day), time))
        self.save(todo, self.form(todo, when=["", "every monday"]))
        self.assertEqual(Todo.objects.get().repeats, "every Monday")
        self.save(todo, self.form(todo, clear="repeats"))
        self.assertEqual((Todo.objects.get().repeats, Todo.objects.get().due_date is None), (None, False))
        self.save(todo, self.form(todo, clear="due"))
        self.assertIsNone(Todo.objects.get().due_date)
        response = self.save(todo, self.form(todo, when="soonish"))
        self.assertContains(response, "could not read", status_code=422)
        self.assertContains(response, 'value="soonish"', status_code=422)

    def test_tags_are_ticked_and_typed(self):
        self.todo("Other", tags=["garden", "work"])
        todo = self.todo("Buy milk", tags=["home", "shop"])
        page = self.client.get(f"/todos/{todo.pk}/edit")
        ticked = [(tag.value, tag.ticked) for tag in page.context["tag_choices"]]
        self.assertEqual(ticked, [("garden", False), ("home", True), ("shop", True), ("work", False)])
        self.save(todo, self.form(todo, tags=["home", "work", "#New, more"]))
        self.assertEqual(Todo.objects.get(pk=todo.pk).tags, ["home", "more", "new", "work"])
        response = self.save(todo, self.form(todo, tags=["home", " ".join(f"t{n}" for n in range(40))]))
        self.assertContains(response, "at most 20 tags", status_code=422)
        self.assertContains(response, "t38 t39", status_code=422)

    def test_reminders_are_added_and_taken_away_and_one_undo_takes_all_back(self):
        todo = self.timed("Call Ann", "in 3 days at 18:00")
        shown = {"reminders_shown": "yes"}
        page = self.client.get(f"/todos/{todo.pk}/edit")
        self.assertEqual([rule.label for rule in page.context["reminder_choices"]], ["at the time"])
        self.save(todo, self.form(todo, **shown, remind="0 min", remind_also=["", "1 hour before"]))
        self.assertEqual(Todo.objects.get().reminder_rules, ["0 min", "60 min"])
        self.save(todo, self.form(todo, **shown, title="Call Bob", remind="60 min", remind_also="the evening before"))
        self.assertEqual(
            (Todo.objects.get().reminder_rules, Todo.objects.get().title), (["60 min", "1 d 19:00"], "Call Bob")
        )
        self.client.post(f"/undo/change/{TodoChange.objects.newest_first()[0].pk}")
        self.assertEqual(
            (Todo.objects.get().reminder_rules, Todo.objects.get().title), (["0 min", "60 min"], "Call Ann")
        )
        self.save(todo, self.form(todo, **shown))
        self.assertEqual(Todo.objects.get().reminder_rules, [])
        self.save(todo, self.form(todo))
        self.assertEqual(Todo.objects.get().reminder_rules, [])
        response = self.save(todo, self.form(todo, **shown, remind_also="now and then"))
        self.assertContains(response, "I could not read", status_code=422)

    def test_a_repeat_is_shown_changed_and_ended(self):
        todo = self.todo("Standup", 1)
        self.save(todo, self.form(todo, repeats="every 2 weeks"))
        stored = Todo.objects.get()
        self.assertEqual((stored.repeats, stored.due_date), ("every 2 weeks", todo.due_date))
        self.assertContains(self.client.get("/todos?filter=all"), "every 2 weeks")
        form = self.form(todo, due_date=str(todo.due_date + datetime.timedelta(1)))
        self.assertEqual(form["repeats"], "every 2 weeks")
        self.save(todo, form)
        moved = Todo.objects.get()
        self.assertEqual((moved.repeats, moved.anchor_date), ("every 2 weeks", todo.due_date))
        response = self.save(todo, self.form(todo, repeats="now and then"))
        self.assertContains(response, "I could not read", status_code=422)
        self.save(todo, self.form(todo, repeats=""))
        self.assertEqual((Todo.objects.get().repeats, Todo.objects.get().due_date), (None, moved.due_date))

    def test_saving_can_be_undone(self):
        todo = self.todo("Buy milk")
        response = self.client.post(f"/todos/{todo.pk}/edit", self.form(todo, title="Buy bread"), follow=True)
        change = TodoChange.objects.get()
        self.assertContains(response, f'formaction="/undo/change/{change.pk}"')

    def test_an_untouched_date_keeps_the_zone_it_was_given_in(self):
        at = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)
        due = {"due_date": at.date(), "due_time": datetime.time(7), "due_zone": "America/New_York", "due_at": at}
        todo = TodoFactory(owner=self.alice, title="Call Ann", **due)
        self.save(todo, self.form(todo, title="Call Anna"))
        todo.refresh_from_db()
        self.assertEqual((todo.title, todo.due_zone, todo.due_at), ("Call Anna", "America/New_York", at))

    def test_a_wrong_value_is_explained_beside_its_field_and_kept(self):
        todo = self.todo("Buy milk")
        response = self.save(todo, self.form(todo, tags="ok b@d", due_time="17:30", title="Buy more"))
        self.assertContains(response, "A time needs a day.", status_code=422)
        response = self.save(todo, self.form(todo, tags="ok b@d", title="Buy more"))
        self.assertContains(response, "A tag has 1 to 50 letters", status_code=422)
        self.assertContains(response, "\nBuy more</textarea>", status_code=422)

    def test_a_conflict_shows_both_versions_and_saving_again_wins(self):
        todo = self.todo("Buy milk")
        mine = self.form(todo, title="Buy bread")
        self.save(todo, self.form(todo, title="Buy eggs"))
        response = self.save(todo, mine)
        self.assertContains(response, "changed in the meantime", status_code=409)
        self.assertContains(response, "Buy eggs", status_code=409)
        self.assertContains(response, "\nBuy bread</textarea>", status_code=409)
        self.save(todo, mine | {"version": response.context["form"]["version"].value()})
        self.assertEqual(Todo.objects.get().title, "Buy bread")
