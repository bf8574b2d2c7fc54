"""Days and hours beside a title: what is cut out, what stays, and what is asked about."""

from language.acts import AddTodo
from language.tests.reading.case import UnderstandingTestCase


class DaysInTitlesTests(UnderstandingTestCase):
    def test_a_date_that_says_which_is_part_of_the_title(self):
        for title in (
            "read files up to 5pm",
            "delete mails older than 2 weeks",
            "pay the invoice dated march 3",
            "review all changes since monday",
        ):
            self.assert_means({f"remind me to {title}": AddTodo(title), f"add {title} to my list": AddTodo(title)})

    def test_what_is_left_of_a_date_is_asked_about(self):
        self.assert_asks_back("add december", "add call mum from", "add review all changes since")

    def test_a_particle_before_a_day_is_part_of_the_title(self):
        self.assert_means(
            {
                "remind me to let the plumber in tomorrow": AddTodo("let the plumber in", "tomorrow"),
                "remind me to hand the essay in on friday": AddTodo("hand the essay in", "on friday"),
            }
        )

    def test_an_excepted_day_is_one_without_the_repeat(self):
        self.assert_means(
            {"remind me to feed the hens every day except monday": AddTodo("feed the hens", "every day except monday")}
        )

    def test_a_day_that_is_excepted_or_doubted_is_no_title(self):
        self.assert_asks_back(
            "tomorrow afternoon haircut instead of saturday",
            "choir every week but not in august",
            "brunch with lou same day 11:30",
            "send the draft friday, a week before",
            "vacation from the 3rd until the 12th of july",
            "call with lagos thursday 4pm GMT",
            "switch the choir event to repeat every monday",
        )

    def test_a_date_that_stands_alone_belongs_to_what_was_said_before_it(self):
        self.assert_means(
            {
                "Text grandpa!! friday!! 7pm!!": AddTodo("Text grandpa", "friday 7pm"),
                "buy tulips. tomorrow.": AddTodo("buy tulips", "tomorrow"),
            }
        )

    def test_what_it_is_tells_the_half_of_the_day_of_a_spoken_hour(self):
        for title, when, part in (
            ("wake up", "at half past six", "morning"),
            ("wake up", "at twenty to six", "morning"),
            ("quiz night", "friday at seven thirty", "evening"),
            ("farewell party", "at 9", "evening"),
        ):
            self.assert_means({f"{title} {when}": AddTodo(title, f"{when} in the {part}")})

    def test_a_request_may_stand_behind_what_it_is_for(self):
        self.assert_means(
            {
                "we have a recital on sunday set a reminder": AddTodo("recital", "on sunday"),
                "i don't want to forget to thank lou": AddTodo("thank lou"),
                "i need a reminder to alert me to thank lou": AddTodo("thank lou"),
            }
        )

    def test_every_part_of_a_date_leaves_the_title(self):
        self.assert_means(
            {
                "tonight fetch the shirts at eight pm": AddTodo("fetch the shirts", "tonight at eight pm"),
                "remind me to feed the birds every tuesday thursday and saturday": AddTodo(
                    "feed the birds", "every tuesday thursday and saturday"
                ),
                "remind me on fifth march of every year to buy tulips": AddTodo(
                    "buy tulips", "on fifth march of every year"
                ),
            }
        )
