"""The form of a todo."""

import datetime

from django.utils import timezone

from todos.models import Todo, TodoChange
from todos.testing import TodoFactory
from todos.tests.pages.case import TodoPageTestCase


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
