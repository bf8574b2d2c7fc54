"""What is looked for, completed, changed and deleted, and several of these in a sentence."""

import datetime

from language.acts import (
    AddTodo,
    AnnotateTodo,
    AskTodos,
    ChangeMany,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    Question,
    Selection,
    Sought,
    Span,
    UpdateTodos,
)
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase

FRIDAY = Span(datetime.date(2026, 3, 6), datetime.date(2026, 3, 6), "friday")


class AskingTests(UnderstandingTestCase):
    def asked(self, text):
        acts = understand(text, CLOCK)
        self.assertEqual([type(act) for act in acts], [AskTodos], acts)
        return acts[0]

    def test_the_question_is_known_by_its_form(self):
        for text, question in {
            "what's on my to do list": Question.WHICH,
            "i need to hear my list": Question.WHICH,
            "my reminders for friday": Question.WHICH,
            "how many chores do i have": Question.HOW_MANY,
            "is taking out the trash on my list": Question.IS_THERE,
            "when is my dentist thing?": Question.WHEN,
            "how many are left": Question.HOW_MANY,
            "what else is there": Question.WHICH,
            "list my shopping things": Question.WHICH,
            "and tomorrow?": Question.WHICH,
            "plese shwo my todos": Question.WHICH,
            "what should I do first?": Question.WHAT_FIRST,
            "plan my day": Question.WHAT_FIRST,
            "which are the most urgent": Question.WHAT_FIRST,
            "how urgent is that task?": Question.HOW_URGENT,
        }.items():
            with self.subTest(text):
                self.assertEqual(self.asked(text).question, question)

    def test_the_most_important_of_all_may_have_no_priority(self):
        for text in (
            "what's most important",
            "which tasks are the most urgent",
            "what is the most important thing today",
        ):
            with self.subTest(text):
                self.assertEqual(self.asked(text).selection.priority, "")
        self.assertEqual(self.asked("which tasks are urgent").selection.priority, "urgent")

    def test_state_priority_tag_and_topic_narrow_the_selection(self):
        for text, (filter_name, topic, tag, priority) in {
            "what's overdue?": ("overdue", "", "", ""),
            "do i have any undone tasks": ("open", "", "", ""),
            "what did i finish": ("done", "", "", ""),
            "read my completed todo list": ("done", "", "", ""),
            "read my complete todo list": ("open", "", "", ""),
            "give me a rundown of my reminder list": ("open", "", "", ""),
            "show me my high priority tasks": ("open", "", "", "high"),
            "show me everything tagged #home": ("open", "", "home", ""),
            "anything about the budget?": ("all", "budget", "", ""),
            "check my reminders for dog food": ("all", "dog food", "", ""),
            "did i create a task to clean the gutters on my list": ("all", "clean the gutters", "", ""),
            "what's on my list today": ("today", "", "", ""),
            "show me the ones without a date": ("undated", "", "", ""),
            "do i have anything without a deadline": ("undated", "", "", ""),
            "anything else due today?": ("today", "", "", ""),
        }.items():
            with self.subTest(text):
                selection = self.asked(text).selection
                self.assertEqual(
                    (selection.filter, selection.text, selection.tag, selection.priority),
                    (filter_name, topic, tag, priority),
                )

    def test_days_become_spans(self):
        for text, (first_on, last_on) in {
            "what do i have to do tomorrow": ("2026-03-05", "2026-03-05"),
            "what's due this week": ("2026-03-04", "2026-03-08"),
            "what's due next week": ("2026-03-09", "2026-03-15"),
            "show tasks for the weekend": ("2026-03-07", "2026-03-08"),
            "what is due next month": ("2026-04-01", "2026-04-30"),
            "what's on my list for friday": ("2026-03-06", "2026-03-06"),
            "everything due in march": ("2026-03-04", "2026-03-31"),
            "what do i have in february": ("2027-02-01", "2027-02-28"),
            "what did i finish in december": ("2025-12-01", "2025-12-31"),
            "what's due by friday": ("2026-03-04", "2026-03-06"),
            "what's due in the next 3 days": ("2026-03-04", "2026-03-07"),
            "what about next week": ("2026-03-09", "2026-03-15"),
        }.items():
            with self.subTest(text):
                span = self.asked(text).selection.span
                self.assertEqual((str(span.first_on), str(span.last_on)), (first_on, last_on))


class CalendarTests(UnderstandingTestCase):
    def test_what_a_calendar_holds_is_looked_for(self):
        for text in (
            "when is Ana's birthday",
            "when my next dentist appointment is",
            "who is coming to the wedding on sunday",
            "is there a bake sale this weekend",
            "what does tomorrow's schedule look like",
            "meetings from monday to wednesday",
            "tell me the next scheduled event",
            "show p1",
            "i do have a list for today don't i",
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, AskTodos)


class ChangingTests(UnderstandingTestCase):
    def test_work_told_as_done_completes(self):
        self.assert_means(
            {
                "mark buy milk as done": CompleteTodos(("buy milk",)),
                "I called the dentist": CompleteTodos(("called the dentist",)),
                "finally got the car washed, took an hour lol": CompleteTodos(("washed the car",)),
                "the 5k is in the bag": CompleteTodos(("5k",)),
                "delete the gym, it is too expensive": DeleteTodos(("gym",)),
                "internet contract cancelled, took me 45 min": DeleteTodos(("internet contract",), is_news=True),
                "put the rent at the top of my list": UpdateTodos(("rent",), priority="urgent"),
                "the report -> high": UpdateTodos(("report",), priority="high"),
                "recital off the calendar": DeleteTodos(("recital",)),
                "turns out the recital is on friday": UpdateTodos(("recital",), due="friday"),
                "slap a garden label on the hedge": UpdateTodos(("hedge",), add_tags=("garden",)),
                "knock the hedge down to low": UpdateTodos(("hedge",), priority="low"),
                "the hedge: trimmed": CompleteTodos(("trimmed the hedge",)),
                "hedge trimmed and watered": CompleteTodos(("trimmed hedge",)),
                "the hedge has been trimmed by a pro": CompleteTodos(("trimmed the hedge",)),
                "hedge 🌳✅": CompleteTodos(("hedge",)),
                "hedge—sorted": CompleteTodos(("hedge",)),
                "my sister pushed the recital back a week": UpdateTodos(("recital",), due="a week later"),
                "turns out I didn't pay the rent": CompleteTodos(("rent",), reopen=True),
                "for the flights, note that Ana wants a window seat": AnnotateTodo(
                    "flights", "Ana wants a window seat"
                ),
                "remove the date": UpdateTodos(("it",), due="none"),
                "just paid the water bill": CompleteTodos(("paid the water bill",)),
                "i just finished taking out my recycling, so cross that off my list": CompleteTodos(
                    ("taking out my recycling",)
                ),
                "Complete the grocery shopping task": CompleteTodos(("grocery shopping",)),
                "reopen the taxes task": CompleteTodos(("taxes",), reopen=True),
            }
        )

    def test_what_may_be_work_to_do_is_not_completed_or_deleted(self):
        self.assert_means(
            {
                "finish slides by friday": AddTodo("finish slides", "by friday"),
                "clear the gutters": AddTodo("clear the gutters"),
                "check the mail": AddTodo("check the mail"),
                "i've got to return the shoes by saturday": AddTodo("return the shoes", "by saturday"),
            }
        )
        self.assert_asks_back("cancel gym membership")
        self.assert_means(
            {
                # A todo of that day, if there is one; else it is something to do.
                "cancel gym membership by friday": Sought(
                    DeleteTodos(("gym membership by friday",)), AddTodo("cancel gym membership", "by friday")
                )
            }
        )

    def test_what_somebody_is_to_have_done_is_a_deed(self):
        self.assert_means(
            {
                "get the car serviced": AddTodo("get the car serviced"),
                "get the tyres checked": AddTodo("get the tyres checked"),
                "label the spice jars": AddTodo("label the spice jars"),
                "get the carpet taken off my list": DeleteTodos(("carpet",)),
                "tick the carpet from my chores list": CompleteTodos(("carpet",)),
                "mark the carpet as sold": CompleteTodos(("sold the carpet",)),
                "take down the old blinds": AddTodo("take down the old blinds"),
                "✅ fix the gate": CompleteTodos(("fix the gate",)),
                "remove call the roofer off the work list": DeleteTodos(("call the roofer",)),
            }
        )
        self.assert_asks_back("start over")

    def test_updates(self):
        self.assert_means(
            {
                "move the dentist to friday": UpdateTodos(("dentist",), due="friday"),
                "change it to 4pm instead": UpdateTodos(("it",), due="4pm"),
                "no, I said Thursday": UpdateTodos(("it",), due="Thursday"),
                "remove the due date from the report": UpdateTodos(("report",), due="none"),
                "rename buy milk to buy oat milk": UpdateTodos(("buy milk",), title="buy oat milk"),
                "make the tax return high priority": UpdateTodos(("tax return",), priority="high"),
                "tag the groceries task errands": UpdateTodos(("groceries",), add_tags=("errands",)),
                "remove the tag work from the report": UpdateTodos(("report",), remove_tags=("work",)),
                "stop repeating the standup": UpdateTodos(("standup",), stop_repeating=True),
                "don't repeat it anymore": UpdateTodos(("it",), stop_repeating=True),
                'add a note to the report: use "Template B"': AnnotateTodo("report", 'use "Template B"'),
            }
        )

    def test_a_distance_from_the_date_that_it_has_is_a_move_and_no_new_todo(self):
        for name in ("dentist", "Vet"):
            self.assert_means({f"{name} half an hour earlier": UpdateTodos((name,), due="half an hour earlier")})
        self.assert_asks_back("wake up half an hour earlier")

    def test_what_waits_until_a_month_needs_a_day(self):
        self.assert_asks_back("pause the gym until april", "oil change can wait till april", "hold the rent until may")

    def test_both_are_moved_together(self):
        self.assert_means({"both for saturday": UpdateTodos(("both",), due="saturday")})

    def test_what_is_cleared_from_a_calendar_is_asked_about_by_name(self):
        self.assert_asks_back("clear my next event", "clear off the vet appointment tomorrow")
        self.assert_means({"clear the gutters": AddTodo("clear the gutters")})

    def test_deletes(self):
        self.assert_means(
            {
                "erase get a haircut from my to do list, please": DeleteTodos(("get a haircut",)),
                "i no longer need to wash dishes; take it off my list": DeleteTodos(("wash dishes",)),
                "Delete item 4": DeleteTodos(("item 4",)),
                "delete milk and eggs from my list": DeleteTodos(("milk", "eggs")),
                "delete wash and fold laundry": DeleteTodos(("wash and fold laundry",)),
            }
        )

    def test_a_change_to_a_whole_group_is_told_apart(self):
        for text, (verb, filter_name) in {
            "delete everything from the task list": ("delete", "open"),
            "wipe my todo list please": ("delete", "open"),
            "make my list blank": ("delete", "open"),
            "delete all completed tasks": ("delete", "done"),
            "clear my activities for today": ("delete", "today"),
            "mark everything as done": ("complete", "open"),
            "snooze overdue tasks until monday": ("move", "overdue"),
            "clear out everything that's done": ("delete", "done"),
            "tag all my tasks work": ("change", "open"),
        }.items():
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, ChangeMany)
                self.assertEqual((act.verb, act.selection.filter), (verb, filter_name))


class SeveralActsTests(UnderstandingTestCase):
    def test_one_sentence_may_hold_several_acts(self):
        self.assert_means(
            {
                "add laundry for today and dishes for tomorrow, and delete the milk one": [
                    AddTodo("laundry", "for today"),
                    AddTodo("dishes", "for tomorrow"),
                    DeleteTodos(("milk",)),
                ],
                "cross out bananas from my shopping list and put papayas on it, please": [
                    DeleteTodos(("bananas",)),
                    AddTodo("papayas"),
                ],
                "add buy milk and make it urgent": AddTodo("buy milk", "", "urgent"),
            }
        )

    def test_a_title_that_runs_on_stays_whole(self):
        self.assert_means(
            {"remind me to pack the boxes and move the sofa": AddTodo("pack the boxes and move the sofa")}
        )

    def test_doubt_stops_what_was_not_said_for_sure(self):
        self.assert_asks_back("buy milk. floop the gloop")
        self.assertEqual(understand("add milk to my list. floop the gloop", CLOCK)[0], AddTodo("milk"))

    def test_what_is_found_or_told_of_is_taken_off(self):
        self.assert_means(
            {
                "find brunch with ida on my calendar and delete it": DeleteTodos(("brunch ida",)),
                "i bought the flour take it off the list": CompleteTodos(("bought the flour",)),
                "take out the picnic from calendar": DeleteTodos(("picnic",)),
                "i wish the picnic to be removed from my calendar": DeleteTodos(("picnic",)),
                "this event should be deleted": DeleteTodos(("event",)),
                # One at three is not the whole day.
                "delete my 3pm": DeleteTodos(("3pm",)),
                "push my piano lesson to five": UpdateTodos(("piano lesson",), due="at five"),
                "change the time of the tasting to nine thirty": UpdateTodos(("tasting",), due="at nine thirty"),
                "free up my friday": ChangeMany("delete", Selection(span=FRIDAY)),
                "on friday clear my calendar": ChangeMany("delete", Selection(span=FRIDAY)),
                "make sure there are no meetings on my calendar": ChangeMany("delete", Selection()),
            }
        )
        for text in ("cancel my event on june third", "cancel the five pm with jo"):
            [act] = understand(text, CLOCK)
            self.assertIsInstance(act.otherwise, Clarify)
