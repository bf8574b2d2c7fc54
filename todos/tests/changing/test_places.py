"""The order of a day by hand: kept with the todo, changed by every door, taken back, taken along."""

import datetime
import html
import json
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.testing import UserFactory, bearer
from todos.changing.places import STEP
from todos.changing.undo import undo
from todos.commands import complete_todo, update_todo
from todos.models import Todo, TodoChange
from todos.testing import BY_PAGE, TodoFactory
from todos.transfer.export import exported


class PlaceCase(TestCase):
    def setUp(self):
        self.alice, self.bob = UserFactory(), UserFactory()
        self.client.force_login(self.alice)
        self.today = timezone.now().astimezone(self.alice.zone).date()
        self.a, self.b, self.c, self.d = (TodoFactory(owner=self.alice, title=title) for title in "abcd")

    def order(self, **fields):
        todos = Todo.objects.for_user(self.alice).open().filter(**fields).by_urgency()
        return "".join(todos.values_list("title", flat=True))

    def move(self, todo, to="", after=None, before=None, version=None):
        wish = {"to": to, "after": after.pk if after else "", "before": before.pk if before else ""}
        seen = {} if version is None else {"version": version}
        return self.client.post(f"/todos/{todo.pk}/move", {**wish, **seen, "next": "/todos"}, follow=True)

    def undo_last(self):
        change = TodoChange.objects.newest_first()[0]
        return self.client.post(f"/undo/change/{change.pk}", {"next": "/todos"}, follow=True)


class PlaceTests(PlaceCase):
    def test_a_todo_stands_where_it_was_put_and_no_other_one_is_changed(self):
        self.assertEqual(self.order(), "abcd")
        self.assertContains(self.move(self.d, after=self.a, before=self.b), "Moved “d” to place 2 of 4.")
        self.assertEqual(self.order(), "adbc")
        self.move(self.a, after=self.c)
        self.assertEqual(self.order(), "dbca")
        self.move(self.c, before=self.d)
        self.assertEqual(self.order(), "cdba")
        versions = dict(Todo.objects.values_list("title", "version"))
        self.assertEqual(versions, {"a": 2, "b": 1, "c": 2, "d": 2})
        self.assertEqual(TodoChange.objects.count(), 3)
        self.assertContains(self.move(self.d, after=self.c, before=self.b), "“d” is there already.")

    def test_each_move_is_taken_back_also_after_others_were_numbered(self):
        self.move(self.a, after=self.c)
        self.assertEqual(self.order(), "bcad")
        self.assertContains(self.undo_last(), "“a” is as it was before.")
        self.assertEqual(self.order(), "abcd")
        self.undo_last()
        self.assertEqual(self.order(), "bcad")
        # A change of something else is taken back, and the place stays.
        written = update_todo(self.alice, self.d.pk, now=timezone.now(), by=BY_PAGE, title="e")
        self.move(self.a, after=self.d)
        undo(self.alice, now=timezone.now(), by=BY_PAGE, change_id=written.change.pk)
        self.assertEqual(self.order(), "bcda")

    def test_what_was_not_placed_follows_by_time_and_priority(self):
        day = self.today + datetime.timedelta(days=2)
        for todo in (self.a, self.b, self.c):
            update_todo(self.alice, todo.pk, now=timezone.now(), by=BY_PAGE, due=day.isoformat())
        self.move(self.c, to=day.isoformat(), before=self.a)
        update_todo(self.alice, self.b.pk, now=timezone.now(), by=BY_PAGE, priority="high")
        self.assertEqual(self.order(due_date=day), "cba")
        self.move(self.d, to=day.isoformat(), after=self.c)
        self.assertEqual(self.order(due_date=day), "cdba")

    def test_another_day_or_time_ends_the_place_and_undo_brings_both_back(self):
        self.move(self.d, before=self.a)
        self.move(self.d, to=self.today.isoformat())
        self.assertEqual(self.order(), "dabc")
        self.assertIsNone(Todo.objects.get(pk=self.d.pk).position)
        self.undo_last()
        self.assertIsNotNone(Todo.objects.get(pk=self.d.pk).position)
        self.assertEqual(self.order(due_date=None), "dabc")
        # The next one of a repeat has a day of its own.
        update_todo(self.alice, self.a.pk, now=timezone.now(), by=BY_PAGE, due="every day")
        day = Todo.objects.get(pk=self.a.pk).due_date.isoformat()
        self.move(self.b, to=day, before=self.a)
        self.move(self.a, to=day, before=self.b)
        complete_todo(self.alice, self.a.pk, now=timezone.now(), by=BY_PAGE)
        self.assertIsNone(Todo.objects.get(previous_id=self.a.pk).position)

    def test_a_day_of_300_todos_is_numbered_in_one_move_and_never_runs_out_of_room(self):
        titles = [f"t{number:03}" for number in range(300)]
        many = Todo.objects.bulk_create(Todo(owner=self.alice, title=title, due_date=self.today) for title in titles)
        day = self.today.isoformat()
        with CaptureQueriesContext(connection) as queries:
            self.client.post(f"/todos/{many[0].pk}/move", {"to": day, "after": many[-1].pk})
        self.assertLess(len(queries), 30)
        self.assertEqual(TodoChange.objects.count(), 1)
        for number in range(34):
            self.client.post(f"/todos/{many[100 + number].pk}/move", {"to": day, "after": many[1].pk})
        ordered = list(Todo.objects.filter(due_date=self.today).by_urgency().values_list("title", flat=True))
        self.assertEqual(ordered[:4], ["t001", "t133", "t132", "t131"])
        self.assertEqual((ordered[34], ordered[35], ordered[-1]), ("t100", "t002", "t000"))
        self.assertLess(max(Todo.objects.exclude(position=None).values_list("position", flat=True)), 400 * STEP)


class WithoutScriptTests(PlaceCase):
    def test_the_page_of_a_todo_moves_it_one_place(self):
        def press(todo, words):
            page = self.client.get(f"/todos/{todo.pk}/edit?next=/todos").content.decode()
            found = re.search(rf'formaction="([^"]*)">(?:(?!</button>).)*{words}</button>', page, re.DOTALL)
            if found:
                self.client.post(html.unescape(found[1]), {"next": "/todos"})
            return bool(found)

        self.assertTrue(press(self.b, "Move up"))
        self.assertEqual(self.order(), "bacd")
        self.assertTrue(press(self.a, "Move down"))
        self.assertEqual(self.order(), "bcad")
        self.assertEqual((press(self.b, "Move up"), press(self.d, "Move down")), (False, False))
        self.assertTrue(press(self.d, "Move to the top"))
        self.assertEqual(self.order(), "dbca")
        self.assertFalse(press(self.d, "Move to the top"))


class MeetingTests(PlaceCase):
    """A move that meets a change from elsewhere."""

    def test_a_change_of_something_else_meanwhile_is_kept_beside_the_move(self):
        update_todo(self.alice, self.d.pk, now=timezone.now(), by=BY_PAGE, title="e", priority="low")
        self.assertContains(self.move(self.d, before=self.b, after=self.a, version=1), "Moved “e” to place 2 of 4.")
        self.assertEqual(Todo.objects.get(pk=self.d.pk).priority, 1)

    def test_another_place_meanwhile_stays_is_said_and_can_be_overruled(self):
        update_todo(self.alice, self.d.pk, now=timezone.now(), by=BY_PAGE, due="tomorrow")
        page = self.move(self.d, before=self.b, after=self.a, version=1)
        self.assertContains(page, "“d” was moved elsewhere meanwhile, and stays there (tomorrow).")
        self.assertEqual(Todo.objects.get(pk=self.d.pk).due_date, self.today + datetime.timedelta(days=1))
        address = f"/todos/{self.d.pk}/move?to=&after={self.a.pk}&before={self.b.pk}"
        self.assertContains(page, f'formaction="{address.replace("&", "&amp;")}"')
        self.assertContains(self.client.post(address, {"next": "/todos"}, follow=True), "“d” has no date now.")
        self.assertEqual(self.order(), "adbc")

    def test_what_is_done_or_in_the_trash_meanwhile_is_not_moved(self):
        complete_todo(self.alice, self.a.pk, now=timezone.now(), by=BY_PAGE)
        self.assertContains(self.move(self.a, after=self.c, version=1), "“a” was completed meanwhile")
        self.client.post(f"/todos/{self.b.pk}/delete")
        self.assertContains(self.move(self.b, after=self.c, version=1), "“b” was moved to the trash meanwhile")
        self.assertEqual(self.order(), "cd")

    def test_neighbours_that_left_meanwhile_do_not_matter(self):
        update_todo(self.alice, self.a.pk, now=timezone.now(), by=BY_PAGE, due="today")
        self.move(self.d, after=self.a, before=self.b)
        self.assertEqual(self.order(due_date=None), "dbc")
        self.client.post(f"/todos/{self.b.pk}/delete")
        self.assertContains(self.move(self.c, after=self.a, before=self.b), "“c” is there already.")

    def test_what_belongs_to_somebody_else_is_no_neighbour_and_is_not_moved(self):
        theirs = [TodoFactory(owner=self.bob, title=title) for title in "xy"]
        self.move(self.d, after=theirs[0], before=theirs[1])
        self.assertEqual(self.order(), "abcd")
        self.assertEqual(self.move(theirs[1], before=theirs[0]).status_code, 404)
        self.assertFalse(Todo.objects.exclude(position=None).exists())

    def test_what_cannot_be_read_of_a_place_says_nothing(self):
        page = self.client.post(f"/todos/{self.d.pk}/move", {"to": "", "after": "x", "version": "y"}, follow=True)
        self.assertContains(page, "“d” is there already.")


class ApiTests(PlaceCase):
    def patch(self, todo, **fields):
        headers = {"Authorization": bearer(self.alice)}
        address = f"/api/{self.alice.subject}/todos/{todo.pk}"
        return self.client.patch(address, fields, content_type="application/json", headers=headers)

    def test_a_program_says_behind_which_todo_one_stands_and_lists_have_that_order(self):
        self.assertEqual(self.patch(self.d, after=str(self.a.pk)).json()["version"], 2)
        self.assertEqual(self.order(), "adbc")
        self.patch(self.c, after=None, title="e")
        headers = {"Authorization": bearer(self.alice)}
        page = self.client.get(f"/api/{self.alice.subject}/todos", headers=headers).json()
        self.assertEqual("".join(item["title"] for item in page["items"]), "eadb")

    def test_what_is_no_todo_of_the_day_is_no_place(self):
        foreign, dated = TodoFactory(owner=self.bob), TodoFactory(owner=self.alice, due_date=self.today)
        for other in (foreign, dated, self.d):
            answer = self.patch(self.d, after=str(other.pk))
            self.assertEqual(answer.status_code, 422)
            self.assertEqual(answer.json()["details"], {"after": "This is no open todo of the same day."})
        self.assertEqual(self.order(due_date=None), "abcd")


class CarriedTests(PlaceCase):
    def test_a_file_takes_the_order_along(self):
        self.move(self.d, after=self.a)
        content = "\n".join(exported(todo).model_dump_json() for todo in Todo.objects.order_by("pk"))
        rows = [json.loads(line) for line in content.splitlines()]
        self.assertEqual([row["title"] for row in rows if row["position"] is None], ["b", "c"])
        self.client.force_login(self.bob)
        file = SimpleUploadedFile("todos.json", json.dumps({"todos": rows}).encode())
        self.assertEqual(self.client.post("/todos/import", {"file": file}).status_code, 200)
        titles = Todo.objects.for_user(self.bob).by_urgency().values_list("title", flat=True)
        self.assertEqual("".join(titles), "adbc")
