"""Todos that repeat, as they are stored."""

import datetime
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase

from accounts.testing import alice
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, update_todo
from todos.models import Todo
from todos.testing import BY_PAGE, NOW, TodoFactory, use_tool
from web.errors import ValidationFailed

LATER = NOW + datetime.timedelta(days=40)


class RepeatTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def add(self, due="every weekday at 9:30", **fields):
        return add_todo(self.alice, now=NOW, by=BY_PAGE, title="Standup", due=due, **fields).todo

    def run_command(self, command, todo, now=NOW, **fields):
        return command(self.alice, todo.id, now=now, by=BY_PAGE, **fields)

    def open(self):
        return Todo.objects.for_user(self.alice).open().get()


class RuleTests(RepeatTestCase):
    def test_words_for_a_repeat_set_the_date_and_the_rule(self):
        todo = self.add()
        self.assertEqual((todo.due, todo.repeats), ("2026-03-05T09:30:00-05:00", "every weekday"))
        self.assertEqual(todo.recurrence, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")

    def test_moving_one_occurrence_keeps_the_rule(self):
        todo = self.run_command(update_todo, self.add(), due="friday 4pm").todo
        self.assertEqual((todo.due, todo.repeats), ("2026-03-06T16:00:00-05:00", "every weekday"))
        self.run_command(complete_todo, todo)
        self.assertEqual(self.open().due, "2026-03-06T09:30:00-05:00")

    def test_other_words_for_a_repeat_begin_another_rule(self):
        todo = self.run_command(update_todo, self.add(), due="every other friday").todo
        self.assertEqual((todo.due, todo.repeats), ("2026-03-06", "every 2nd Friday"))
        self.assertEqual(todo.schedule.anchor, Due(datetime.date(2026, 3, 6)))

    def test_without_the_date_the_repeat_ends_too(self):
        todo = self.run_command(update_todo, self.add(), due=None).todo
        self.assertEqual((todo.due, todo.repeats, todo.anchor_date), (None, None, None))

    def test_the_repeat_ends_and_the_date_stays(self):
        todo = self.run_command(update_todo, self.add(), recurrence=None).todo
        self.assertEqual((todo.due, todo.repeats, todo.anchor_zone), ("2026-03-05T09:30:00-05:00", None, ""))

    def test_a_rule_counts_from_the_date_beside_it(self):
        todo = self.add(due="friday", recurrence="FREQ=WEEKLY;INTERVAL=2")
        self.assertEqual((todo.due, todo.repeats), ("2026-03-06", "every 2 weeks"))
        todo = self.run_command(update_todo, todo, recurrence=Recurrence("FREQ=DAILY", True)).todo
        self.assertEqual((todo.due, todo.repeats), ("2026-03-06", "every day after it is done"))

    def test_words_for_the_rule_keep_the_date(self):
        todo = self.run_command(update_todo, self.add(due="31 march 5pm"), recurrence="every month").todo
        self.assertEqual((todo.due, todo.repeats), ("2026-03-31T17:00:00-04:00", "monthly on the 31st"))
        todo = self.run_command(update_todo, todo, recurrence="every friday at 9am").todo
        self.assertEqual((todo.due, todo.repeats), ("2026-03-31T09:00:00-04:00", "every Friday"))

    def test_a_date_and_a_repeat_left_as_they_are_change_nothing(self):
        todo = self.run_command(update_todo, self.add(), due="friday 4pm").todo
        same = {"due": todo.wall_due, "recurrence": todo.recurrence}
        self.assertFalse(self.run_command(update_todo, todo, **same).changed)

    def test_what_cannot_repeat_is_refused_with_the_field(self):
        for fields, field in (
            ({"due": "every second"}, "due"),
            ({"due": "every 5 minutes"}, "due"),
            ({"due": "9999-01-01"}, "due"),
            ({"due": "friday", "recurrence": "FREQ=SECONDLY"}, "recurrence"),
            ({"due": "friday", "recurrence": "FREQ=DAILY;COUNT=3"}, "recurrence"),
            ({"due": "friday", "recurrence": "when pigs fly"}, "recurrence"),
            ({"due": "friday", "recurrence": "tomorrow"}, "recurrence"),
            ({"due": "friday", "recurrence": "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-31"}, "recurrence"),
            ({"due": "friday", "recurrence": "FREQ=YEARLY;INTERVAL=1000"}, "recurrence"),
            ({"due": None, "recurrence": "FREQ=DAILY"}, "recurrence"),
        ):
            with self.subTest(fields), self.assertRaises((DateNotUnderstood, ValidationFailed)) as refusal:
                self.add(**fields)
            self.assertEqual(list(refusal.exception.details), [field])
        self.assertFalse(Todo.objects.exists())

    def test_the_database_refuses_half_a_repeat(self):
        day = datetime.date(2026, 3, 6)
        for columns in (
            {"recurrence": "FREQ=DAILY"},
            {"recurrence": "FREQ=DAILY", "due_date": day},
            {"recurrence": "FREQ=DAILY", "anchor_date": day},
            {"due_date": day, "anchor_date": day},
            {"due_date": day, "recurs_from_completion": True},
            {"due_date": day, "anchor_date": day, "recurrence": "FREQ=DAILY", "anchor_zone": "UTC"},
        ):
            with self.subTest(columns), self.assertRaises(IntegrityError), transaction.atomic():
                TodoFactory(**columns)


class CompletionTests(RepeatTestCase):
    def test_completing_closes_the_row_and_adds_the_next_occurrence(self):
        todo = self.add(notes="daily", priority="high", tags=["work"])
        written = self.run_command(complete_todo, todo)
        done = Todo.objects.get(pk=todo.pk)
        self.assertEqual((done.completed_at, done.repeats, done.due), (NOW, None, "2026-03-05T09:30:00-05:00"))
        following = self.open()
        self.assertEqual((following.due, following.repeats), ("2026-03-06T09:30:00-05:00", "every weekday"))
        self.assertEqual((following.title, following.notes, following.priority), ("Standup", "daily", 3))
        self.assertEqual((following.tags, following.version, following.previous_id), (["work"], 1, todo.pk))
        self.assertEqual(written.note, "It repeats every weekday: the next one is due Friday 6 March, 09:30.")

    def test_the_next_one_is_always_still_to_come(self):
        self.run_command(complete_todo, self.add(), now=LATER)
        self.assertGreater(self.open().due_at, LATER)

    def test_completing_twice_makes_one_next_occurrence(self):
        todo = self.add()
        self.run_command(complete_todo, todo)
        self.assertFalse(self.run_command(complete_todo, todo, now=LATER).changed)
        self.assertEqual(Todo.objects.count(), 2)

    def test_reopening_takes_the_next_occurrence_back(self):
        todo = self.add(tags=["work"])
        before = todo.schedule
        self.run_command(complete_todo, todo)
        reopened = self.run_command(reopen_todo, todo, now=LATER).todo
        self.assertEqual((Todo.objects.get(), reopened.completed_at), (reopened, None))
        self.assertEqual((reopened.schedule, reopened.tags), (before, ["work"]))

    def test_reopening_leaves_what_was_changed_since_it_was_done(self):
        todo = self.add()
        self.run_command(complete_todo, todo)
        self.run_command(update_todo, todo, notes="it was short")
        reopened = self.run_command(reopen_todo, todo, now=LATER).todo
        self.assertEqual((reopened.completed_at, reopened.notes, reopened.repeats), (None, "it was short", None))
        self.assertEqual(Todo.objects.get(previous_id=todo.pk).repeats, "every weekday")

    def test_reopening_leaves_a_next_occurrence_that_was_changed(self):
        todo = self.add()
        self.run_command(complete_todo, todo)
        following = self.run_command(update_todo, self.open(), title="Retro").todo
        reopened = self.run_command(reopen_todo, todo).todo
        self.assertEqual((reopened.repeats, following.repeats), (None, "every weekday"))
        self.run_command(complete_todo, reopened)
        self.assertEqual(self.open(), following)

    def test_the_last_one_says_so(self):
        todo = self.add(due="friday", recurrence="FREQ=YEARLY;INTERVAL=500")
        Todo.objects.update(recurrence="FREQ=YEARLY;INTERVAL=1000")
        self.assertEqual(self.run_command(complete_todo, todo).note, "This was the last one.")
        self.assertFalse(Todo.objects.open().exists())

    def test_deleting_ends_the_repeat(self):
        self.run_command(delete_todo, self.add())
        self.assertFalse(Todo.objects.open().exists())

    async def test_who_says_twice_a_day_that_it_is_done_means_one_occurrence(self):
        await use_tool(self.alice, "add_task", tasks=[{"title": "Standup", "due": "every weekday at 9:30"}])
        first = await use_tool(self.alice, "complete_task", tasks=["standup"])
        again = await use_tool(self.alice, "complete_task", tasks=["the standup"])
        outcomes = [outcome.output["results"][0]["outcome"] for outcome in (first, again)]
        self.assertEqual(outcomes, ["completed", "unchanged"])
        self.assertEqual(await Todo.objects.acount(), 2)
        following = await Todo.objects.open().aget()
        named = await use_tool(self.alice, "complete_task", tasks=[str(following.id)])
        self.assertEqual(named.output["results"][0]["outcome"], "completed")

    async def test_rows_of_the_assistant_say_how_they_repeat(self):
        added = await use_tool(self.alice, "add_task", tasks=[{"title": "Standup", "due": "every weekday at 9:30"}])
        self.assertEqual(added.output["results"][0]["task"]["repeats"], "every weekday")
        once = {"task": "standup", "stop_repeating": True}
        changed = await use_tool(self.alice, "update_task", updates=[once])
        row = changed.output["results"][0]["task"]
        self.assertEqual((row["repeats"], row["due_text"]), (None, "tomorrow, 09:30"))


class ConcurrencyTests(TransactionTestCase):
    def test_two_who_complete_at_once_make_one_next_occurrence(self):
        user = alice()
        todo = add_todo(user, now=NOW, by=BY_PAGE, title="Standup", due="every day").todo

        def complete(_):
            try:
                with transaction.atomic():
                    return complete_todo(user, todo.id, now=NOW, by=BY_PAGE).changed
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            self.assertCountEqual(threads.map(complete, range(2)), [True, False])
        self.assertEqual(Todo.objects.open().count(), 1)
