"""When a todo reminds: what people say, what stays of it when the todo changes, and what is told of it."""

import datetime

from asgiref.sync import async_to_sync
from django.test import TestCase

from accounts.testing import alice
from todos.changing.undo import undo_last, undo_todo
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, restore_todo, told, update_todo
from todos.models import Reminder, Todo
from todos.reminders.following import follow_zone
from todos.testing import BY_CHAT, BY_PAGE, NEW_YORK, NOW, use_tool
from web.errors import ProductError

MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


class ReminderCase(TestCase):
    """NOW is Wednesday 4 March 2026, 10:00 in New York; its clocks change on Sunday the 8th."""

    def setUp(self):
        self.alice = alice(time_zone=NEW_YORK.key)

    def add(self, due="friday 3pm", now=NOW, **fields) -> Todo:
        return add_todo(self.alice, now=now, by=BY_PAGE, title="Dentist", due=due, **fields).todo

    def change(self, todo, command=update_todo, now=NOW, **fields):
        return command(self.alice, todo.pk, now=now, by=BY_PAGE, **fields)

    def waiting(self, todo) -> list[str]:
        """By the wall clock of New York."""
        rows = Reminder.objects.waiting().filter(todo=todo).order_by("at")
        return [f"{row.at.astimezone(NEW_YORK):%a %d %b %H:%M}" for row in rows]

    def assert_reminds(self, todo, *moments):
        self.assertEqual(self.waiting(todo), [*moments])

    def says(self, todo) -> None:
        """All that waits for a moment that has come is said."""
        for row in Reminder.objects.waiting().filter(todo=todo):
            Reminder.objects.filter(pk=row.pk).update(state="sent", sent_for=row.at)


class WhatIsSaid(ReminderCase):
    def test_of_each_kind(self):
        for due, said, moments in (
            ("friday 3pm", {}, ["Fri 06 Mar 15:00"]),
            ("friday 3pm", {"remind": "30 minutes before"}, ["Fri 06 Mar 14:30"]),
            ("friday 3pm", {"remind": "an hour earlier and at the time"}, ["Fri 06 Mar 14:00", "Fri 06 Mar 15:00"]),
            ("friday 3pm", {"remind": "the evening before"}, ["Thu 05 Mar 19:00"]),
            ("friday 3pm", {"remind": "at 8am and at noon"}, ["Fri 06 Mar 08:00", "Fri 06 Mar 12:00"]),
            ("friday 3pm", {"remind": "don't remind me"}, []),
            ("friday 3pm", {"remind": "tomorrow at 9"}, ["Thu 05 Mar 09:00"]),
            ("friday 3pm", {"remind": ["a day before", "10 minutes before"]}, ["Thu 05 Mar 15:00", "Fri 06 Mar 14:50"]),
            ("friday", {}, []),
            ("friday", {"remind": "the evening before"}, ["Thu 05 Mar 19:00"]),
            ("friday", {"remind": "at 9am"}, ["Fri 06 Mar 09:00"]),
            (None, {}, []),
            (None, {"remind": "in 20 minutes"}, ["Wed 04 Mar 10:20"]),
            ("yesterday 5pm", {}, []),
        ):
            with self.subTest(f"{due} {said}"):
                self.assert_reminds(self.add(due, **said), *moments)

    def test_what_cannot_be_is_refused_and_nothing_is_added(self):
        for due, said, sentence in (
            ("today 10:20", "30 minutes before", "is over already: that was today, 09:50"),
            ("friday 3pm", "yesterday", "is over already"),
            ("friday 3pm", "every second", "for one moment"),
            ("friday", "30 minutes before", "due on a whole day"),
            (None, "the evening before", "has no date"),
            ("friday 3pm", "when pigs fly", "could not read “when pigs fly”"),
            ("friday 3pm", "x" * 5_000, "could not read"),
            ("friday 3pm", [f"{number} minutes before" for number in range(1, 12)], "at most 10 reminders"),
            ("friday 3pm", "4000 days before", "at most a year before"),
        ):
            with self.subTest(said), self.assertRaises(ProductError) as refused:
                self.add(due, remind=said)
            self.assertIn(sentence, refused.exception.details["remind"])
        self.assertFalse(Todo.objects.exists())

    def test_more_can_be_added_replaced_and_left_out(self):
        todo = self.add(remind="an hour before")
        for said, moments in (
            ("also at noon", ["Fri 06 Mar 12:00", "Fri 06 Mar 14:00"]),
            ("10 minutes before", ["Fri 06 Mar 14:50"]),
            ("none", ""),
            (None, ["Fri 06 Mar 15:00"]),
            ("also 5 minutes before", ["Fri 06 Mar 14:55", "Fri 06 Mar 15:00"]),
            ("automatic", ["Fri 06 Mar 15:00"]),
        ):
            with self.subTest(said):
                self.assertTrue(self.change(todo, remind=said).changed)
                self.assert_reminds(todo, *moments)
        self.assertFalse(self.change(todo, remind=None).changed)

    def test_what_is_there_already_may_be_said_again_when_it_is_over(self):
        todo = self.add(remind="the evening before")
        later = NOW + DAY + 12 * 60 * MINUTE
        self.change(todo, now=later, remind=["the evening before", "an hour before"])
        self.assert_reminds(todo, "Thu 05 Mar 19:00", "Fri 06 Mar 14:00")

    def test_a_snooze_comes_beside_the_others_and_takes_the_place_of_the_last_one(self):
        todo = self.add(remind="an hour before")
        self.change(todo, remind="snooze 10 minutes")
        self.change(todo, remind="snooze that until tomorrow morning")
        self.assert_reminds(todo, "Thu 05 Mar 09:00", "Fri 06 Mar 14:00")


class WhatBecomesOfIt(ReminderCase):
    def test_it_moves_along(self):
        todo = self.add(remind="the evening before; 30 minutes before; tomorrow at 9")
        self.change(todo, due="monday 8am")
        self.assert_reminds(todo, "Thu 05 Mar 09:00", "Sun 08 Mar 19:00", "Mon 09 Mar 07:30")

    def test_without_a_time_none_counts_back_and_with_one_it_does_again(self):
        todo = self.add(remind="30 minutes before")
        for due, moments in (("saturday", []), (None, []), ("saturday 9am", ["Sat 07 Mar 08:30"])):
            self.change(todo, due=due)
            self.assert_reminds(todo, *moments)

    def test_done_or_deleted_it_waits_no_more_and_comes_back_while_it_is_ahead(self):
        for away, back in ((complete_todo, reopen_todo), (delete_todo, restore_todo)):
            for now, moments in ((NOW, ["Fri 06 Mar 15:00"]), (NOW + 7 * DAY, [])):
                with self.subTest(f"{away.__name__} {now}"):
                    todo = self.add()
                    self.change(todo, away)
                    self.assert_reminds(todo)
                    self.change(todo, back, now=now)
                    self.assert_reminds(todo, *moments)

    def test_undo_takes_it_back_and_redo_brings_it_again(self):
        todo = self.add(remind="an hour before")
        for change in ({"due": "saturday 9am"}, {"remind": "none"}, {"due": None}):
            with self.subTest(change):
                self.change(todo, **change)
                undo_todo(self.alice, todo.pk, now=NOW, by=BY_PAGE)
                self.assert_reminds(todo, "Fri 06 Mar 14:00")
        undo_last(self.alice, now=NOW, by=BY_PAGE)
        self.assertFalse(Reminder.objects.exists(), "the todo was never added")
        undo_last(self.alice, now=NOW, by=BY_PAGE, redo=True)
        self.assert_reminds(todo, "Fri 06 Mar 14:00")

    def test_what_was_said_is_not_said_again_wherever_it_is_moved_meanwhile(self):
        todo, after = self.add("today 10:05"), NOW + 6 * MINUTE
        self.says(todo)
        self.change(todo, now=after, title="The dentist")
        self.change(todo, now=after, due="saturday 9am")
        self.assert_reminds(todo, "Sat 07 Mar 09:00")
        undo_last(self.alice, now=after, by=BY_PAGE)
        self.assert_reminds(todo)
        self.assertEqual(Reminder.objects.get(todo=todo).state, "sent")
        self.change(todo, complete_todo, now=after)
        self.assert_reminds(todo)
        self.change(todo, reopen_todo, now=after)
        self.assert_reminds(todo)

    def test_what_is_due_and_not_said_yet_is_not_lost_by_another_change(self):
        todo, after = self.add("today 10:05"), NOW + 6 * MINUTE
        self.change(todo, now=after, notes="Bring the card", remind="also tomorrow at 9")
        self.assert_reminds(todo, "Wed 04 Mar 10:05", "Thu 05 Mar 09:00")

    def test_the_next_occurrence_takes_them_along_at_the_same_wall_time(self):
        todo = self.add(
            "every day at 9am", remind="the evening before; tomorrow at 8am; 15 minutes before; snooze 1 hour"
        )
        sunday = datetime.datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)
        self.change(todo, complete_todo, now=sunday)
        self.assert_reminds(todo)
        following = Todo.objects.get(previous_id=todo.pk)
        self.assertEqual(f"{following.due_at.astimezone(NEW_YORK):%a %H:%M}", "Sun 09:00")
        self.assert_reminds(following, "Sat 07 Mar 19:00", "Sun 08 Mar 08:00", "Sun 08 Mar 08:45")

    def test_whole_days_follow_the_person_to_another_zone_and_moments_stay(self):
        day, moment = self.add("friday", remind="at 9am"), self.add("friday 3pm", remind="tomorrow at 9")
        self.alice.time_zone = "America/Los_Angeles"
        follow_zone(self.alice, NOW)
        self.assert_reminds(day, "Fri 06 Mar 12:00")
        self.assert_reminds(moment, "Thu 05 Mar 09:00")

    def test_a_purged_todo_leaves_none(self):
        self.add().delete()
        self.assertFalse(Reminder.objects.exists())


class WhatIsTold(ReminderCase):
    def told(self, **fields) -> str:
        return told(add_todo(self.alice, now=NOW, by=BY_CHAT, title="Dentist", **fields), self.alice, NOW)

    def test_when_it_reminds_and_once_that_only_a_page_shows_it(self):
        first = self.told(due="friday 3pm")
        self.assertTrue(first.startswith("You will be reminded then. So far only an open page can show it"), first)
        self.assertEqual(self.told(due="friday 3pm"), "You will be reminded then.")
        said = self.told(due="friday 3pm", remind="the evening before and 30 minutes before")
        self.assertEqual(said, "You will be reminded tomorrow, 19:00, and Friday 6 March, 14:30.")
        self.assertEqual((self.told(due="friday"), self.told(due="friday 3pm", remind="none")), ("", ""))

    async def test_tools_take_it_and_show_it(self):
        task = {"title": "Dentist", "due": "friday 3pm", "remind": "30 minutes before"}
        added = await use_tool(self.alice, "add_task", tasks=[task])
        [result] = added.output["results"]
        self.assertEqual(result["task"]["reminds"], "Friday 6 March, 14:30")
        self.assertIn("You will be reminded Friday 6 March, 14:30.", result["note"])
        listed = await use_tool(self.alice, "list_tasks")
        self.assertEqual(listed.output["tasks"][0]["reminds"], "Friday 6 March, 14:30")
        for said, moments in (
            ("none", ""),
            (["noon", "1 hour before"], "Friday 6 March, 12:00; Friday 6 March, 14:00"),
        ):
            changed = await use_tool(self.alice, "update_task", updates=[{"task": "dentist", "remind": said}])
            self.assertEqual(changed.output["results"][0]["task"]["reminds"], moments)

    async def test_a_refused_phrase_refuses_its_item_alone(self):
        tasks = [{"title": "A", "due": "friday 3pm", "remind": "every second"}, {"title": "B", "due": "friday 3pm"}]
        added = await use_tool(self.alice, "add_task", tasks=tasks)
        self.assertEqual([result["outcome"] for result in added.output["results"]], ["refused", "added"])
        self.assertIn("“A”, remind: A reminder is for one moment.", added.output["results"][0]["reason"])

    async def test_a_snooze_of_what_never_came_says_so(self):
        await use_tool(self.alice, "add_task", tasks=[{"title": "Dentist", "due": "friday 3pm"}])
        snooze = {"task": "the last reminder", "remind": "snooze 10 minutes"}
        refused = await use_tool(self.alice, "update_task", updates=[snooze])
        self.assertIn("Nothing has reminded you yet.", refused.output["error"]["message"])
        await Reminder.objects.aupdate(state="sent", sent_for=NOW)
        snoozed = await use_tool(self.alice, "update_task", updates=[snooze])
        self.assertEqual(snoozed.output["results"][0]["outcome"], "updated")

    def test_a_list_asks_once_for_all_of_its_reminders(self):
        for number in range(5):
            self.add(remind=f"{number} minutes before")
        with self.assertNumQueries(3):
            async_to_sync(use_tool)(self.alice, "list_tasks")
