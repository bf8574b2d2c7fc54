"""The words of a request around a title: none of them stays in it, and none of it is taken for them."""

from language.acts import AddTodo
from language.tests.reading.case import UnderstandingTestCase


class RequestsInTitlesTests(UnderstandingTestCase):
    def test_a_reminder_for_a_time_is_about_what_is_said_behind_it(self):
        self.assert_means(
            {
                "set a reminder for noon to feed the parrot": AddTodo("feed the parrot", "at noon"),
                "make an alarm for 7 about the bins": AddTodo("the bins", "at 7"),
                "create a reminder for the ninth that ana lands": AddTodo("ana lands", "on the ninth"),
                "set a timer for twenty minutes for the pasta": AddTodo("the pasta", "in twenty minutes"),
                "give me an alert for five thirty": AddTodo("", "at five thirty"),
                "put in a task for 6 to 8 volunteers": AddTodo("6 to 8 volunteers"),
                "mark the tenth as moving day": AddTodo("moving day", "on the tenth"),
                "sunday needs to be marked as a rest day": AddTodo("rest day", "sunday"),
            }
        )

    def test_a_reminder_of_an_event_is_called_as_the_event(self):
        self.assert_means(
            {
                "add a dinner reminder for friday": AddTodo("dinner", "for friday"),
                "set a dentist appointment reminder for tomorrow at 4": AddTodo(
                    "dentist appointment", "for tomorrow at 4"
                ),
                "set us a dinner next monday at six pm with ruth": AddTodo("dinner with ruth", "next monday at six pm"),
                "put down that there is a parade on sunday": AddTodo("parade", "on sunday"),
                "add an event called harvest fair for saturday at two": AddTodo("harvest fair", "for saturday at two"),
                "tuesday at six there is a choir concert i want to be reminded of": AddTodo(
                    "choir concert", "tuesday at six"
                ),
                "i have to be reminded of the bake sale on monday": AddTodo("the bake sale", "on monday"),
                "set your alarm to remind me to feed the fish at 9pm": AddTodo("feed the fish", "at 9pm"),
                "i have an appointment tomorrow at 9": AddTodo("appointment", "tomorrow at 9"),
                "add an appointment": AddTodo(""),
            }
        )
        # "Send meeting reminder to Bob" is something to do.
        self.assert_means({"send meeting reminder to bob": AddTodo("send meeting reminder to bob")})

    def test_where_something_is_kept_is_no_part_of_a_title(self):
        self.assert_means(
            {
                "add chalk to art supplies list": AddTodo("chalk"),
                "put nails on hardware store list": AddTodo("nails"),
                "calendar add recital on monday at three": AddTodo("recital", "on monday at three"),
                "put a reminder on my phone to buy stamps": AddTodo("buy stamps"),
                "create a reminder that says pay the fee on friday": AddTodo("pay the fee", "on friday"),
                "remember our anniversary is on may tenth": AddTodo("our anniversary", "on may tenth"),
                "could you add petra to my list of tenants": AddTodo("petra"),
            }
        )

    def test_what_is_told_of_another_request_is_never_a_title(self):
        self.assert_asks_back(
            "for every even numbered week set a reminder for",
            "twenty minute reminder on lunch for friday",
            "send an alarm before dinner",
            "i need to cancel my table for two tonight can you take care of it",
            "add new films to playlist",
            "put the event in and mark it as weekly",
        )
        self.assert_says(
            "outside", "give me information on the match on friday", "tell me more about the play on monday"
        )

    def test_a_date_before_is_makes_the_rest_repeat(self):
        self.assert_means(
            {
                "add to calendar june two is dad's birthday every year": AddTodo(
                    "dad's birthday", "every year starting june two"
                )
            }
        )
