"""What people say about reminding, beside a todo and by itself, and what only sounds like it."""

import datetime
from unittest import TestCase
from zoneinfo import ZoneInfo

from language.acts import AddTodo, AskTodos, Clarify, UpdateTodos
from language.clock import Clock
from language.reading.message import read_message

CLOCK = Clock(datetime.datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("America/New_York")), ZoneInfo("America/New_York"))


def of_todo(title, due, remind):
    return AddTodo(title, due, remind=remind)


class Reminding(TestCase):
    def assert_means(self, meanings):
        for said, act in meanings.items():
            with self.subTest(said):
                self.assertEqual(read_message(said, CLOCK).acts, [act])

    def test_beside_a_todo(self):
        self.assert_means(
            {
                "Dentist friday 3pm, remind me 30 minutes before": of_todo(
                    "Dentist", "friday 3pm", "30 minutes before"
                ),
                "add dentist friday at 3pm and remind me an hour before": of_todo(
                    "dentist", "friday at 3pm", "an hour before"
                ),
                "Dentist friday 3pm. Remind me the evening before.": of_todo(
                    "Dentist", "friday 3pm", "the evening before"
                ),
                "call mom friday, remind me tomorrow at 9": of_todo("call mom", "friday", "tomorrow at 9"),
                "gym tomorrow 7am, don't remind me": of_todo("gym", "tomorrow 7am", "none"),
                "add gym tomorrow 7am without a reminder": of_todo("gym", "tomorrow 7am", "none"),
                "remind me an hour before my flight on friday at 6pm": of_todo(
                    "my flight", "on friday at 6pm", "an hour before"
                ),
                "move the dentist to monday 9am and remind me 10 minutes before": UpdateTodos(
                    ("dentist",), due="monday 9am", remind="10 minutes before"
                ),
            }
        )

    def test_of_one_that_there_is(self):
        self.assert_means(
            {
                "remind me 30 minutes before": UpdateTodos(("it",), remind="30 minutes before"),
                "also remind me at the time": UpdateTodos(("it",), remind="also at the time"),
                "remind me about the dentist 30 minutes before": UpdateTodos(
                    ("the dentist",), remind="30 minutes before"
                ),
                "remind me the evening before the dentist": UpdateTodos(("the dentist",), remind="the evening before"),
                "don't remind me about the dentist": UpdateTodos(("the dentist",), remind="none"),
                "turn off the reminder for the dentist": UpdateTodos(("the dentist",), remind="none"),
                "snooze": UpdateTodos(("it",), remind="snooze 10 minutes"),
                "remind me again in 20 minutes": UpdateTodos(("it",), remind="snooze in 20 minutes"),
            }
        )

    def test_questions(self):
        for said in ("what will you remind me of?", "when will you remind me?", "which reminders are set?"):
            with self.subTest(said):
                [act] = read_message(said, CLOCK).acts
                self.assertIsInstance(act, AskTodos)
                self.assertEqual(act.selection.filter, "reminding")

    def test_what_only_sounds_like_it_stays_what_it_was(self):
        self.assert_means(
            {
                "remind me friday at 5pm to call the dentist": AddTodo("call the dentist", "friday at 5pm"),
                "remind me to snooze the alarm": AddTodo("snooze the alarm"),
                "remind me not to eat meat friday": AddTodo("not to eat meat", "friday"),
                'add "remind me 5 minutes before" to my list': AddTodo("remind me 5 minutes before"),
                "snooze the dentist until tomorrow": UpdateTodos(("dentist",), due="tomorrow"),
            }
        )
        [act] = read_message("remind me 20 minutes before the meeting starts at 4pm to print the slides", CLOCK).acts
        self.assertIsInstance(act, Clarify)
