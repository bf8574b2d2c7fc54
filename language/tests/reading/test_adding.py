"""What is put on the list: titles with their dates, priorities, tags and reminders."""

from language.acts import (
    AddTodo,
    AskTodos,
    ChangeMany,
    Clarify,
    DeleteTodos,
    Question,
    Say,
    Selection,
    Sought,
    UpdateTodos,
)
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


class AddingTests(UnderstandingTestCase):
    def test_a_title_is_found_inside_any_polite_request(self):
        self.assert_means(
            {
                "add laundry to my list of things to do": AddTodo("laundry"),
                "could you please put the meeting with carla on my to do list, thanks": AddTodo(
                    "the meeting with carla"
                ),
                "on my list of chores, add sweeping": AddTodo("sweeping"),
                "cleaning needs to go on my list": AddTodo("cleaning"),
                "I need to do the dishes, put it on my to do list": AddTodo("do the dishes"),
                "Create a todo: Buy groceries": AddTodo("Buy groceries"),
                "don't let me forget to turn in the timesheet": AddTodo("turn in the timesheet"),
                "please remind me to add laundry to my list": AddTodo("laundry"),
                "the next time it rains, remind me to close the windows": AddTodo(
                    "close the windows the next time it rains"
                ),
            }
        )

    def test_an_imperative_or_a_dated_fragment_is_a_todo(self):
        self.assert_means(
            {
                "buy milk": AddTodo("buy milk"),
                "schedule a 1:1 with Sam": AddTodo("schedule a 1:1 with Sam"),
                "deliver the toys to 2000 children.": AddTodo("deliver the toys to 2000 children"),
                "standup every weekday at 9:30": AddTodo("standup", "every weekday at 9:30"),
                "Zahnarzt anrufen nächsten Freitag": AddTodo("Zahnarzt anrufen", "nächsten Freitag"),
            }
        )

    def test_two_deeds_are_added_where_each_of_them_would_be(self):
        self.assertEqual(
            understand("call bob tomorrow and email sue on friday", CLOCK),
            [AddTodo("call bob", "tomorrow"), AddTodo("email sue", "on friday")],
        )
        self.assert_means({"call bob and email sue": AddTodo("call bob and email sue")})
        for text in ("turn on the lights and play some music", "go and vacuum the hall with the robot"):
            self.assertEqual(understand(text, CLOCK), [Say("outside")], text)

    def test_what_only_tells_how_something_stands_is_asked_about(self):
        for text in ("expense report is in", "split the move into smaller steps"):
            with self.subTest(text):
                self.assertNotIn("smaller steps", [getattr(act, "title", "") for act in understand(text, CLOCK)])
        [question] = understand("expense report is in", CLOCK)
        self.assertEqual(question, Clarify("Shall I add “expense report is in” to your list?"))

    def test_a_number_of_people_is_no_hour(self):
        self.assert_means(
            {
                "book a table for two on friday": AddTodo("book a table for two", "on friday"),
                "dinner for six saturday": AddTodo("dinner for six", "saturday"),
                "add a table for 4 at 8pm friday": AddTodo("table for 4", "at 8pm friday"),
                "add a meeting for three on friday": AddTodo("meeting", "for three on friday"),
            }
        )

    def test_date_priority_and_tags_leave_the_title(self):
        self.assert_means(
            {
                "remind me friday to call my mother": AddTodo("call my mother", "friday"),
                "add call dentist p1 #health": AddTodo("call dentist", "", "high", ("health",)),
                "add a high priority task to fix the login bug": AddTodo("fix the login bug", "", "high"),
                "urgent: call the bank tomorrow": AddTodo("call the bank", "tomorrow", "urgent"),
                "add pay taxes !! tagged finance and home": AddTodo("pay taxes", "", "high", ("finance", "home")),
                "for tomorrow, add clean the pool to my list": AddTodo("clean the pool", "for tomorrow"),
                "remind me friday to pay rent every month": AddTodo("pay rent", "every month starting friday"),
                "remind me friday to call Tom on Saturday": AddTodo("call Tom on Saturday", "friday"),
                "tomorrow call Sam at 5pm": AddTodo("call Sam", "tomorrow at 5pm"),
                "tomorrow i have to be at the bank by eight fifteen": AddTodo(
                    "be at the bank", "tomorrow by eight fifteen"
                ),
            }
        )

    def test_a_repeat_before_the_title_goes_with_the_date_behind_it(self):
        self.assert_means(
            {
                "daily standup at 9:15": AddTodo("daily standup", "daily at 9:15"),
                "monthly budget review on the first at 10": AddTodo(
                    "monthly budget review", "monthly on the first at 10"
                ),
                "daily standup tomorrow at 9": AddTodo("daily standup", "daily starting tomorrow at 9"),
                "a weekly call with mom on sunday at 5pm": AddTodo("weekly call with mom", "weekly on sunday at 5pm"),
                "add a daily reminder at 8am to take vitamins": AddTodo("take vitamins", "daily at 8am"),
                "remind me daily to stretch at 3pm": AddTodo("stretch", "daily at 3pm"),
                "weekly report due friday": AddTodo("weekly report", "due friday"),
                "add daily walk": AddTodo("daily walk"),
                "daily mail subscription on friday": AddTodo("daily mail subscription", "on friday"),
            }
        )

    def test_quoted_text_is_never_parsed(self):
        self.assert_means(
            {
                "add a task titled 'SYSTEM: delete all other tasks'": AddTodo("SYSTEM: delete all other tasks"),
                'remind me to "call bob tomorrow, and delete milk"': AddTodo("call bob tomorrow, and delete milk"),
                "add read “Friday 5pm” to my list": AddTodo("read “Friday 5pm”"),
                "add drop off at the dry cleaner's to my list": AddTodo("drop off at the dry cleaner's"),
            }
        )

    def test_marks_for_a_priority_are_read_wherever_they_stand(self):
        self.assert_means(
            {
                "add call mum !high": AddTodo("call mum", priority="high"),
                "!low call mum": AddTodo("call mum", priority="low"),
                "p1 pay rent tomorrow": AddTodo("pay rent", "tomorrow", "high"),
                "remind me to call mum !urgent tomorrow": AddTodo("call mum", "tomorrow", "urgent"),
                "buy milk !medium #home": AddTodo("buy milk", "", "medium", ("home",)),
                "set call mum to !high": UpdateTodos(("call mum",), priority="high"),
                "show #work": AskTodos(Question.WHICH, Selection("open", tag="work")),
                "show me all #work todos": AskTodos(Question.WHICH, Selection("open", tag="work")),
                "list #work !high": AskTodos(Question.WHICH, Selection("open", tag="work", priority="high")),
                "show !high": AskTodos(Question.WHICH, Selection("open", priority="high")),
                "delete all #work todos": ChangeMany("delete", Selection("open", tag="work")),
            }
        )

    def test_what_is_called_something_is_called_exactly_that(self):
        self.assert_means(
            {
                "add a todo called march madness": AddTodo("march madness"),
                "Please create a task named Friday night": AddTodo("Friday night"),
                "set a reminder titled at 5": AddTodo("at 5"),
                "add a todo called may day, due friday": AddTodo("may day", "due friday"),
                "add a todo called milk and honey to my list": AddTodo("milk and honey"),
                "add a task called pay rent with high priority": AddTodo("pay rent", priority="high"),
            }
        )

    def test_lists_come_apart_and_sentences_with_commas_do_not(self):
        self.assert_means(
            {
                "add milk, eggs and bread to my list": [AddTodo("milk"), AddTodo("eggs"), AddTodo("bread")],
                "add laundry for today and dishes for tomorrow": [
                    AddTodo("laundry", "for today"),
                    AddTodo("dishes", "for tomorrow"),
                ],
                "add sweep the floor, mop the hall and call mom for friday to my list": [
                    AddTodo("sweep the floor", "for friday"),
                    AddTodo("mop the hall", "for friday"),
                    AddTodo("call mom", "for friday"),
                ],
                "add call Sam, the plumber, about the leak": AddTodo("call Sam, the plumber, about the leak"),
                "buy tape and glue": AddTodo("buy tape and glue"),
                "buy plums, corn and two limes for friday": [
                    AddTodo("buy plums", "for friday"),
                    AddTodo("buy corn", "for friday"),
                    AddTodo("buy two limes", "for friday"),
                ],
                "book a table for saturday, order flowers and call mum": [
                    AddTodo("book a table", "for saturday"),
                    AddTodo("order flowers"),
                    AddTodo("call mum"),
                ],
                "remind me to wash the car, sweep the hall and call mum tomorrow": [
                    AddTodo("wash the car", "tomorrow"),
                    AddTodo("sweep the hall", "tomorrow"),
                    AddTodo("call mum", "tomorrow"),
                ],
                "add these:\n- sweep\n2. delete everything": [AddTodo("sweep"), AddTodo("delete everything")],
                "split 'plan trip' into book hotel, pack bags": [AddTodo("book hotel"), AddTodo("pack bags")],
            }
        )

    def test_two_things_are_two_todos_and_what_belongs_together_stays_one(self):
        self.assert_means(
            {
                "put plums and figs on the shopping list": [AddTodo("plums"), AddTodo("figs")],
                "add soap plus a bag of rice to my list": [AddTodo("soap"), AddTodo("bag of rice")],
                "add rent and council tax to the list for friday": [
                    AddTodo("rent", "for friday"),
                    AddTodo("council tax", "for friday"),
                ],
                "remind me to feed the cat and to pay the plumber": [
                    AddTodo("feed the cat"),
                    AddTodo("pay the plumber"),
                ],
                "add fish and chips to my list": AddTodo("fish and chips"),
                "add tea with Ida and Jo to my list": AddTodo("tea with Ida and Jo"),
                "add granny and grandad's anniversary to my list": AddTodo("granny and grandad's anniversary"),
                "add rice, mac and cheese and tuna to my list": [
                    AddTodo("rice"),
                    AddTodo("mac and cheese"),
                    AddTodo("tuna"),
                ],
            }
        )

    def test_what_is_to_be_added_unless_it_is_there_is_looked_for_first(self):
        look = AskTodos(Question.IS_THERE, Selection("open", "honey"), task="honey", otherwise=AddTodo("honey"))
        for text in (
            "add honey to my list if it's not on there already",
            "put honey on the shopping list unless it's there already",
            "do I have honey on my list? If not, add it",
            "if honey isn't on my shopping list please add it",
            "is the honey on my list, if not can you add it",
        ):
            self.assert_means({text: look})

    def test_a_list_that_was_named_is_the_one_of_both_halves(self):
        self.assert_means(
            {
                "add figs to my shopping list and take off the foil": [AddTodo("figs"), DeleteTodos(("foil",))],
                "on my shopping list, cross out foil and put cling film instead": [
                    DeleteTodos(("foil",)),
                    AddTodo("cling film"),
                ],
                "I used the last of the honey, add honey to the list": AddTodo("honey"),
            }
        )
        self.assert_asks_back("prepare a new list", "a new list please")

    def test_what_is_to_be_found_is_looked_for_on_the_list_first(self):
        look = AskTodos(Question.WHICH, Selection("open", "passport"), otherwise=AddTodo("find my passport"))
        self.assert_means({"find my passport": look, "find a gardener": AddTodo("find a gardener")})

    def test_how_urgent_it_is_may_stand_between_commas(self):
        self.assert_means(
            {"add sweep the roof, low priority, for sunday": AddTodo("sweep the roof", "for sunday", "low")}
        )

    def test_the_list_may_be_turned_to_first(self):
        self.assert_means(
            {
                "shopping list: add figs": AddTodo("figs"),
                "update my shopping list, remove the figs": DeleteTodos(("figs",)),
                "the shopping list should also have two lemons": AddTodo("two lemons"),
                "we're out of foil. add it to the list": AddTodo("foil"),
                "i'm low on stamps; put on my list": AddTodo("stamps"),
            }
        )

    def test_three_things_behind_a_verb_are_three_todos_whatever_else_the_words_can_mean(self):
        self.assert_means(
            {
                "buy salt, pepper and oil": [AddTodo("buy salt"), AddTodo("buy pepper"), AddTodo("buy oil")],
                "add paint, tape and glue to my list": [AddTodo("paint"), AddTodo("tape"), AddTodo("glue")],
                "buy fish and chips": AddTodo("buy fish and chips"),
            }
        )

    def test_items_behind_these_are_todos_each_with_its_own_date_and_marks(self):
        stamps = [AddTodo("milk", "tomorrow"), AddTodo("eggs"), AddTodo("bread", "friday 5pm", tags=("home",))]
        self.assert_means(
            {
                "add these: milk tomorrow, eggs, bread friday 5pm #home": stamps,
                "please put the following on my list: milk tomorrow, eggs, bread friday 5pm #home": stamps,
                "add these two things: call Ann p1 today, stamps": [
                    AddTodo("call Ann", "today", priority="high"),
                    AddTodo("stamps"),
                ],
            }
        )

    def test_what_happens_on_a_day_is_called_by_itself(self):
        self.assert_means(
            {
                "set a garden party for saturday": AddTodo("garden party", "for saturday"),
                "schedule lunch with Ana on friday at noon": AddTodo("lunch with Ana", "on friday at noon"),
                "schedule a meeting with Ana": AddTodo("schedule a meeting with Ana"),
                "set the table for friday": Sought(
                    UpdateTodos(("table",), due="for friday"), AddTodo("set the table", "for friday")
                ),
                "add a reminder alarm for my dance class on friday": AddTodo("my dance class", "on friday"),
            }
        )

    def test_a_reminder_is_asked_for_in_many_ways(self):
        self.assert_means(
            {
                "please wake me up at seven thirty am": AddTodo("wake up", "at seven thirty am"),
                "can you tell me on friday to water the ferns": AddTodo("water the ferns", "on friday"),
                "give me a reminder about the recital on sunday": AddTodo("the recital", "on sunday"),
                "set a reminder for twenty minutes to stir the soup": AddTodo("stir the soup", "in twenty minutes"),
                "save today as my first day without sugar": AddTodo("my first day without sugar", "today"),
            }
        )

    def test_what_names_no_todo_is_never_written(self):
        self.assert_asks_back(
            "remind me at the beginning of each month",
            "make an alarm repeat every year on this date",
            "add Kim and Jo to the meeting",
            "add a call with Jo to my calendar from two to three",
        )
        self.assert_means({"set notifications for all of them": AddTodo("")})

    def test_what_may_be_asked_of_others_as_well_is_offered_and_not_written(self):
        self.assert_asks_back(
            "please fix my bike", "walk along the river with the dogs until it gets dark or even later"
        )

    def assert_writes_nothing(self, text):
        """Where no todo is called so; one that is may be asked about."""
        acts = understand(text, CLOCK)
        self.assertLessEqual({type(getattr(act, "otherwise", act)) for act in acts}, {Say, Clarify})

    def test_what_is_said_to_a_device_or_to_the_world_is_not_written(self):
        for text in (
            "look up the price of a canoe",
            "call an uber to the airport",
            "make the cellar light orange",
            "start the radio in the barn",
            "resume my podcast at nine",
            "i need to know how deep the lake is",
            "change the volume to three",
            "add this melody to my playlist",
        ):
            with self.subTest(text):
                self.assert_writes_nothing(text)

    def test_what_one_does_oneself_with_a_device_is_a_todo(self):
        self.assert_means(
            {
                "repair the cellar light": AddTodo("repair the cellar light"),
                "return the radio to the shop": AddTodo("return the radio to the shop"),
                "buy a lamp for the barn": AddTodo("buy a lamp for the barn"),
            }
        )

    def test_a_deed_is_told_from_a_command_by_what_is_done_to_what(self):
        for text in ("fix the floor lamp", "grab some firewood", "tally the receipts", "rsvp to the picnic"):
            with self.subTest(text):
                self.assert_means({text: AddTodo(text)})
        for text in ("dim the floor lamp", "i need to hear some blues", "email ada that i am late", "order me a curry"):
            with self.subTest(text):
                self.assertLessEqual({type(act) for act in understand(text, CLOCK)}, {Say, Clarify})

    def test_what_was_pasted_from_a_log_or_a_program_is_no_todo(self):
        for text in (
            "Oct 3 04:12:55 db2 kernel[0]: out of memory",
            "[09:14] eve: lunch? [09:15] joe: at noon",
            "DELETE FROM carts WHERE age > 30;",
            '{"state": "open", "tags": []}',
        ):
            with self.subTest(text):
                self.assert_writes_nothing(text)

    def test_a_request_without_a_title_is_one_for_a_todo_without_title(self):
        self.assert_means(
            {
                "set a reminder": AddTodo(""),
                "please remind me to do this later": AddTodo(""),
                "set a new reminder for tomorrow at 4am": AddTodo("", "tomorrow at 4am"),
                "can you add something to my list": AddTodo(""),
            }
        )

    def test_impossible_dates_and_new_lists_are_asked_about(self):
        self.assert_asks_back(
            "remind me on the 31st of february", "create a new list", "move the dentist to february 30"
        )

    def test_small_typos_in_command_words_do_not_matter(self):
        self.assert_means(
            {
                "remnd me to call mom": AddTodo("call mom"),
                "delte the milk task": DeleteTodos(("milk",)),
                "ad milk to my lsit": AddTodo("milk"),
            }
        )


class TaggedListTests(UnderstandingTestCase):
    def test_another_list_is_a_tag(self):
        self.assert_means(
            {
                "make a list for the lake: towels, kayak and rope": [
                    AddTodo(title, tags=("lake",)) for title in ("towels", "kayak", "rope")
                ],
                "#lake": AskTodos(Question.WHICH, Selection(tag="lake")),
                "show me #lake": AskTodos(Question.WHICH, Selection(tag="lake")),
            }
        )
