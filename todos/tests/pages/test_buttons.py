"""What is pressed: the buttons of a row, and those for several rows."""

import datetime
import uuid

from django.utils import timezone

from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import Door, Todo, TodoChange
from todos.testing import TodoFactory
from todos.tests.pages.case import TodoPageTestCase

UNKNOWN = "0198c2f0-a1b2-7c3d-8e4f-000000000000"


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

    def test_what_a_page_or_its_worker_asks_for_by_itself_takes_no_notice_away(self):
        todo = self.todo("Buy milk", 0)
        self.client.post(f"/todos/{todo.pk}/complete", {"next": "/todos"})
        for headers in ({"HX-Request": "true"}, {"Purpose": "prefetch"}):
            for path in ("/todos", f"/todos/{todo.pk}/edit", "/"):
                with self.subTest(headers=headers, path=path):
                    self.assertNotContains(self.client.get(path, headers=headers), "Completed “Buy milk”.")
        shown = self.client.get("/todos", headers={"HX-Request": "true", "HX-Boosted": "true"})
        self.assertContains(shown, "Completed “Buy milk”.")

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
