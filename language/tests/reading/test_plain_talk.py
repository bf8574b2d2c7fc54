"""What people tell in passing: corrections, news, deeds done or given up, requests inside of talk."""

from language.acts import (
    AddTodo,
    AnnotateTodo,
    AskTodos,
    ChangeMany,
    CompleteTodos,
    DeleteTodos,
    OfferToDelete,
    Say,
    Selection,
    Sought,
    UndoChanges,
    UpdateTodos,
)
from language.reading.message import REQUESTS_MAX, understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


class PlainTalkTests(UnderstandingTestCase):
    def test_a_correction_moves_what_is_on_the_list_and_adds_nothing(self):
        self.assert_means(
            {
                "actually the dentist is at 3pm": UpdateTodos(("dentist",), due="3pm"),
                "the dentist should be on thursday instead": UpdateTodos(("dentist",), due="thursday"),
                "i'd rather do the haircut on tuesday": UpdateTodos(("haircut",), due="on tuesday"),
                "the dentist moved to monday at 9": UpdateTodos(("dentist",), due="monday at 9"),
                "moved the dentist to monday": UpdateTodos(("dentist",), due="monday"),
                "the report slipped to friday": UpdateTodos(("report",), due="friday"),
                "my boss pushed the report to friday": UpdateTodos(("report",), due="friday"),
                "the dentist rescheduled me to monday": UpdateTodos(("dentist",), due="monday"),
                "can the dentist be at 5 instead": UpdateTodos(("dentist",), due="at 5"),
                "can we move the haircut to sunday?": UpdateTodos(("haircut",), due="sunday"),
                "dentist is now at 5": UpdateTodos(("dentist",), due="at 5"),
                "hold off on the report until friday": UpdateTodos(("report",), due="friday"),
                "water the plants every three days from now on": UpdateTodos(
                    ("water the plants",), due="every three days"
                ),
            }
        )

    def test_news_of_a_date_moves_a_todo_of_that_name_or_adds_one(self):
        move, add = UpdateTodos(("rent",), due="friday"), AddTodo("rent", "friday")
        self.assert_means({"the rent is due friday": Sought(move, add), "rent is due friday": Sought(move, add)})

    def test_a_length_of_time_is_passed_on_for_the_tool_to_count(self):
        self.assert_means(
            {
                "postpone call mom by two days": UpdateTodos(("call mom",), due="two days later"),
                "push the report back a week": UpdateTodos(("report",), due="a week later"),
                "bring the dentist forward by an hour": UpdateTodos(("dentist",), due="an hour earlier"),
                "move it up half an hour": UpdateTodos(("it",), due="half an hour earlier"),
                "snooze it for an hour": UpdateTodos(("it",), remind="snooze it for an hour"),
            }
        )

    def test_what_is_given_up_is_deleted_and_what_may_be_work_is_asked_about(self):
        self.assert_means(
            {
                "forget about the dentist": DeleteTodos(("dentist",)),
                "no longer need the haircut": DeleteTodos(("haircut",)),
                "never mind calling mom": DeleteTodos(("calling mom",)),
                "i won't be sending the invoice": DeleteTodos(("sending the invoice",)),
                "the haircut isn't necessary any more": DeleteTodos(("haircut",)),
                "cut the grass": OfferToDelete("grass", AddTodo("cut the grass")),
            }
        )

    def test_who_is_done_for_today_leaves_and_completes_nothing(self):
        self.assert_says("bye", "I'm done for today", "done for the day", "we're all finished for this week")

    def test_who_got_everything_got_what_was_shown_and_all_done_is_asked_about(self):
        for text in ("got everything", "I got it all"):
            self.assert_means({text: CompleteTodos(("them",))})
        self.assert_means({"all done": ChangeMany("complete", Selection())})

    def test_work_done_may_say_when_and_what_one_has_is_no_work(self):
        self.assert_means(
            {
                "already bought the milk, thanks": CompleteTodos(("bought the milk",)),
                "i paid the rent this morning": CompleteTodos(("paid the rent",)),
                "i've got a flight on june 3rd at 5 am, add that": AddTodo("flight", "on june 3rd at 5 am"),
            }
        )

    def test_what_fills_a_pause_or_only_presses_is_in_no_title(self):
        self.assert_means(
            {
                "add uh, milk": AddTodo("milk"),
                "remind me to uh call erm bob tomorrow": AddTodo("call bob", "tomorrow"),
                "add reseal shower low priority no rush": AddTodo("reseal shower", priority="low"),
                "party saturday, don't let me forget": AddTodo("party", "saturday"),
                "CAN YOU JUST MARK THE CAR WASH AS DONE ALREADY!!!": CompleteTodos(("CAR WASH",)),
            }
        )

    def test_a_dash_inside_a_line_begins_no_point_of_a_list(self):
        self.assert_means({"call dentist - done!": CompleteTodos(("call dentist",))})

    def test_what_is_taken_from_the_list_is_not_put_on_it(self):
        self.assert_means(
            {
                "toss oat milk on the grocery list": AddTodo("oat milk"),
                "drop candles on my list": AddTodo("candles"),
                "toss candles off my list": DeleteTodos(("candles",)),
                "drop candles from my list": DeleteTodos(("candles",)),
            }
        )
        self.assert_asks_back("chuck the candles from my list")

    def test_the_old_date_of_a_move_is_not_the_new_one(self):
        self.assert_means(
            {
                "move the recital from 4 to 6": UpdateTodos(("recital",), due="at 6"),
                "push the review from monday until thursday at 2": UpdateTodos(("review",), due="thursday at 2"),
                "the essay is due may 3, not april 30": UpdateTodos(("essay",), due="may 3"),
                "bump the essay up to friday": UpdateTodos(("essay",), due="friday"),
                "move it two weeks later": UpdateTodos(("it",), due="two weeks later"),
            }
        )
        (act,) = understand("move everything from sunday to monday", CLOCK)
        self.assertEqual((act.verb, act.selection.span.name, act.due), ("move", "sunday", "monday"))

    def test_a_date_put_right_in_one_breath_keeps_the_half_that_was_right(self):
        self.assert_means(
            {
                "remind me to ring jo on sunday at 3, no wait, at 4": AddTodo("ring jo", due="2026-03-08 at 4"),
                "remind me to ring jo on sunday at 3, no wait, saturday": AddTodo("ring jo", due="saturday at 15:00"),
                "remind me monday to ring jo, i mean tuesday": AddTodo("ring jo", due="tuesday"),
            }
        )

    def test_a_deed_but_not_another_is_the_first_alone(self):
        self.assert_means(
            {
                "i mailed the form but not the parcel": CompleteTodos(("mailed the form",)),
                "the form's mailed": CompleteTodos(("mailed the form",)),
                "scrap clean the gutters": DeleteTodos(("clean the gutters",)),
                "i need to untick the form": CompleteTodos(("form",), reopen=True),
            }
        )

    def test_why_something_goes_is_said_before_it(self):
        self.assert_means({"we're not going to rome anymore, delete the hotel": DeleteTodos(("hotel",))})
        self.assert_asks_back("if we don't go to rome, delete the hotel")

    def test_a_change_may_name_the_field_first_or_say_the_state_alone(self):
        self.assert_means(
            {
                "the due date for the essay is june 1": UpdateTodos(("essay",), due="june 1"),
                'add the note "page 10" to the essay': AnnotateTodo("essay", "page 10"),
                "essay complete": CompleteTodos(("essay",)),
                "call off the recital": DeleteTodos(("recital",)),
            }
        )

    def test_all_that_is_wished_away_is_a_group(self):
        (act,) = understand("i want all my events deleted", CLOCK)
        self.assertIsInstance(act, ChangeMany)

    def test_a_repeat_is_told_behind_a_comma_or_as_a_habit(self):
        self.assert_means(
            {
                "recital april 12, repeats every year": AddTodo("recital", due="april 12 every year"),
                "make watering the ferns a weekly thing": UpdateTodos(("watering the ferns",), due="weekly"),
            }
        )

    def test_a_command_that_was_not_understood_is_no_title(self):
        self.assert_asks_back("set something as the priority of the essay")

    def test_things_in_a_row_are_apart_though_one_may_be_a_verb(self):
        self.assert_means(
            {
                "i need candles, light bulbs and string": [
                    AddTodo("candles"),
                    AddTodo("light bulbs"),
                    AddTodo("string"),
                ],
                "- candles\n- eggs\n- string": [AddTodo("candles"), AddTodo("eggs"), AddTodo("string")],
                "reminder!!! optician friday 4pm": AddTodo("optician", due="friday 4pm"),
            }
        )

    def test_points_without_a_heading_are_todos(self):
        self.assert_means(
            {"- book train\n- pack\n- call mom": [AddTodo("book train"), AddTodo("pack"), AddTodo("call mom")]}
        )

    def test_shorthand_is_read_in_full(self):
        self.assert_means({"u can tick off the plants": CompleteTodos(("plants",)), "oops, revert that": UndoChanges()})

    def test_a_change_that_is_not_understood_is_never_added(self):
        for text in ("make it almond milk", "put the dentist off until some other time", "change the thing"):
            with self.subTest(text):
                self.assertNotIn(AddTodo, {type(act) for act in understand(text, CLOCK)})


class WeighedTests(UnderstandingTestCase):
    def test_a_request_stands_out_of_words_that_ask_for_nothing(self):
        self.assert_means(
            {
                "so basically put oil the gate on my list": AddTodo("oil the gate"),
                "olly add tortillas to my list": AddTodo("tortillas"),
                "i just lit the grill remind me to turn the corn in 20 minutes": AddTodo(
                    "turn the corn", "in 20 minutes"
                ),
                "i have an eye exam on monday at two send me a reminder": AddTodo("eye exam", "on monday at two"),
            }
        )

    def test_what_turns_a_request_round_leaves_it_alone(self):
        for text in (
            "do not delete the milk",
            "please don't complete the report",
            "never remove the dentist",
            "if it rains delete the picnic",
            "unless i call, cancel the haircut task",
            "when ben arrives mark the lunch as done",
            "they used to delete the report",
        ):
            with self.subTest(text):
                acts = understand(text, CLOCK)
                changes = CompleteTodos | DeleteTodos | UpdateTodos | Sought
                self.assertFalse([act for act in acts if isinstance(act, changes)], acts)

    def test_a_question_of_the_world_is_never_written(self):
        for text in ("find out who built the pyramids", "research how many moons there are"):
            with self.subTest(text):
                self.assertFalse([act for act in understand(text, CLOCK) if isinstance(act, AddTodo)])

    def test_a_deed_given_up_for_another_day_is_moved(self):
        self.assert_means(
            {"cancel the dentist and reschedule it for thursday": UpdateTodos(("dentist",), due="thursday")}
        )


class KindsTests(UnderstandingTestCase):
    """What strangers showed, a kind each, in other words than theirs."""

    def test_a_title_with_what_is_left_of_a_date_is_asked_about(self):
        self.assert_asks_back("remind me to call ann yesterday")
        self.assert_asks_back("remind me to call ann at 26:00")
        self.assert_asks_back("remind me to call ann three times a week")
        self.assert_asks_back("remind me to call ann two months from now on tuesday")

    def test_a_day_and_a_time_behind_commas_belong_to_the_title_before_them(self):
        todo = AddTodo("the garden club", "thursday 12th, 14:00 to 16:00")
        self.assert_means({"create a calendar entry for the garden club, thursday 12th, 14:00 to 16:00": todo})

    def test_numbers_alone_are_no_title(self):
        for text in ("add seven and nine", "add 40 to 12"):
            with self.subTest(text):
                self.assertFalse(any(isinstance(act, AddTodo) for act in understand(text, CLOCK)))

    def test_work_done_is_told_with_other_verbs_than_that_of_the_title(self):
        done = CompleteTodos(("invoice",))
        self.assert_means({"i've dealt with the invoice": done, "we took care of the invoice": done})
        self.assert_means({"had my haircut": CompleteTodos(("haircut",))})

    def test_a_request_behind_a_condition_of_time_is_a_todo(self):
        self.assert_means(
            {
                "notify me when it's seven to take the bread out": AddTodo("take the bread out", "at seven"),
                "remind me when it's time to feed the fish": AddTodo("feed the fish"),
            }
        )

    def test_what_it_is_tells_the_half_of_the_day(self):
        self.assert_means(
            {
                "dinner with ann at 7 on friday": AddTodo("dinner with ann", "at 7 on friday in the evening"),
                "wake me up tomorrow at 5:45": AddTodo("wake up", "tomorrow at 5:45 in the morning"),
                "add dinner at 6pm": AddTodo("dinner", "at 6pm"),
            }
        )

    def test_two_deeds_of_one_sentence_are_two_todos_done(self):
        self.assert_means(
            {
                "i bought the stamps and sent the card": CompleteTodos(("bought the stamps", "sent the card")),
                "i called mom and dad": CompleteTodos(("called mom and dad",)),
            }
        )

    def test_alarms_are_asked_for_as_reminders_are(self):
        for text in ("are there any alarms", "my alarms", "show me the alarms that are set"):
            with self.subTest(text):
                self.assertIsInstance(understand(text, CLOCK)[0], AskTodos)

    def test_what_is_said_of_an_alarm_that_there_is_adds_none(self):
        for text in ("disable the alarm at ten am", "silence the alarm that is set for 7", "one pm removed"):
            with self.subTest(text):
                self.assertFalse(any(isinstance(act, AddTodo | Sought) for act in understand(text, CLOCK)))
        self.assert_means({"remind me to turn off the alarm": AddTodo("turn off the alarm")})

    def test_a_meeting_is_arranged_by_putting_it_on_the_list(self):
        self.assert_means({"can you set up a meeting for 3 on friday": AddTodo("meeting", "for 3 on friday")})
        self.assert_asks_back("could you schedule a meeting room for 4 on friday")

    def test_a_part_of_a_list_may_be_named_before_the_command(self):
        self.assert_means({"on my shopping list, remove eggs": DeleteTodos(("eggs",))})

    def test_a_sentence_after_which_nothing_will_be_done_is_the_last_that_is_read(self):
        hostile = "show me the todos of all users. "
        self.assert_means({hostile + "buy milk. " * (REQUESTS_MAX - 1): Say("not yours")})
