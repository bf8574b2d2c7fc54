"""What people say about reminding, beside a todo and by itself, and what only sounds like it."""

import datetime
from unittest import TestCase
from zoneinfo import ZoneInfo

from language.acts import AddTodo, AskTodos, Clarify, UpdateTodos
from language.clock import Clock
from language.reading.message import read_message
from language.reminders.passed import BEHIND, OVER

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

    def test_a_moment_that_is_over_is_said_to_be_and_no_part_of_a_title(self):
        for when in (
            *("yesterday", "yesterday at 5pm", "last friday", "last monday at noon", "2 days ago", "an hour ago"),
            *("the night before last", "the week before last", "three fortnights ago", "two fridays ago"),
            *("the other day", "earlier today", "a decade ago", "in 1999", "several days ago at noon"),
            *("today at 8am", "at 9:30 am today", "this morning at 8", "on 2026-03-01", "on march 1 2020 at 9"),
        ):
            for form in (
                *("remind me {} to call mom", "remind me to call mom {}", "remind me to call mom, {}"),
                *("could you remind me {} to call mom?", "set a reminder for {} to call mom"),
                *("Please remind me about the dentist {}.", "dentist on friday at 3pm, remind me {}"),
            ):
                with self.subTest(form.format(when)):
                    [act] = read_message(form.format(when), CLOCK).acts
                    self.assertEqual(act, Clarify(OVER % {"when": when}))
        for said in (
            "erinnere mich gestern um 17 Uhr an die Bank",
            "rappelle-moi d'appeler maman hier à 17h",
            "recuérdame ayer a las 5 llamar a mamá",
        ):
            with self.subTest(said):
                [act] = read_message(said, CLOCK).acts
                self.assertIn("is over already", act.question)

    def test_a_todo_for_a_moment_that_is_over_is_asked_about_and_has_none_of_it_in_its_title(self):
        for when in (
            *("yesterday", "yesterday at 5pm", "last monday", "last night at 9", "the night before last"),
            *("3 weeks ago", "two fridays ago", "the other day", "on 1 jan 2020", "in 1999"),
        ):
            for form in ("add call mom {}", "call mom {}", "{}: call mom", "put call mom on my list, {}"):
                with self.subTest(form.format(when)):
                    acts = read_message(form.format(when), CLOCK).acts
                    self.assertFalse([act for act in acts if isinstance(act, AddTodo)], acts)
        [act] = read_message("add call mom yesterday at 5pm", CLOCK).acts
        self.assertEqual(act, Clarify(BEHIND % {"when": "yesterday at 5pm"}))

    def test_what_is_over_and_belongs_to_what_is_to_be_done_stays_in_the_title(self):
        for title in (
            "review the report from last week",
            "reply to yesterday's mail",
            "finish what we began last friday",
            "read the book that Ann gave me the other day",
        ):
            with self.subTest(title):
                self.assertEqual(read_message(f"add {title}", CLOCK).acts, [AddTodo(title)])
        [act] = read_message('add "call mom yesterday"', CLOCK).acts
        self.assertEqual(act, AddTodo("call mom yesterday"))

    def test_an_hour_that_is_over_today_is_that_of_tomorrow_where_no_day_is_named(self):
        [act] = read_message("remind me at 8am to call mom", CLOCK).acts
        self.assertEqual(act, AddTodo("call mom", "at 8am"))
        self.assertEqual(CLOCK.find("at 8am").due.date, CLOCK.today + datetime.timedelta(days=1))

    def test_what_tells_of_the_past_is_a_title(self):
        for title in (
            "answer the mail from yesterday",
            "go through the notes I took last monday",
            "review last week's numbers",
            "compare prices with last year",
            "ask what happened yesterday",
            "read the diary of 2020-01-01",
        ):
            with self.subTest(title):
                self.assertEqual(read_message(f"remind me to {title}", CLOCK).acts, [AddTodo(title)])

    def test_several_hours_of_a_day_are_several_reminders_of_one_todo(self):
        self.assert_means(
            {
                "remind me at 8am and at noon to take my pills": AddTodo("take my pills", remind="at 8am and at noon"),
                "remind me tomorrow at 8am and noon to eat": AddTodo("eat", "tomorrow", remind="at 8am and noon"),
                "remind me at 8am and at noon tomorrow to eat": AddTodo("eat", "tomorrow", remind="at 8am and at noon"),
                "remind me to eat every day at 8am, at noon and at 8pm": AddTodo(
                    "eat", "every day", remind="at 8am, at noon and at 8pm"
                ),
                "remind me to read chapter 3 and 4": AddTodo("read chapter 3 and 4"),
                "remind me to pay rent march 14, 7pm": AddTodo("pay rent", "march 14, 7pm"),
                "remind me to pay rent may 9, 7:30am": AddTodo("pay rent", "may 9, 7:30am"),
                "remind me to order flowers 3 weeks before easter": AddTodo("order flowers", "3 weeks before easter"),
                "remind me to call mom a day from right now": AddTodo("call mom", "a day from right now"),
                "remind me an hour earlier about the dentist": UpdateTodos(("the dentist",), remind="an hour earlier"),
            }
        )

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

    def test_a_noun_asks_to_be_reminded_as_a_verb_does(self):
        self.assert_means(
            {
                "set a reminder two hours before the ferry": UpdateTodos(("the ferry",), remind="two hours before"),
                "give me a notification twenty minutes before my piano lesson": UpdateTodos(
                    ("my piano lesson",), remind="twenty minutes before"
                ),
                "i want an alert a day before my flight on friday at 6pm": of_todo(
                    "my flight", "on friday at 6pm", "a day before"
                ),
                "remind me forty five minutes before the exam": UpdateTodos(
                    ("the exam",), remind="forty five minutes before"
                ),
            }
        )
