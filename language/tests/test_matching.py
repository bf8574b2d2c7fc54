"""Which todo a name means, among those that exist."""

import datetime
import itertools
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from language.acts import AddTodo, Sought, UpdateTodos
from language.clock import Clock
from language.talk.exchanges import Row
from language.talk.matching import Fit, find, matched

CLOCK = Clock(datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00"), ZoneInfo("America/New_York"))


def row(title, due=""):
    return Row(id=title, title=title, due=due)


ROWS = [
    row("call plumber", "2026-03-05"),
    row("team lunch", "2026-03-09T12:00:00-04:00"),
    row("recital", "2026-03-12"),
    row("budget review", "2026-03-06"),
    row("budget draft"),
    row("buy apples, pears and plums"),
    row("birthday"),
]


class FindTests(SimpleTestCase):
    def assert_finds(self, fit, expected):
        for words, titles in expected.items():
            with self.subTest(words):
                found = find(words, ROWS, CLOCK)
                self.assertEqual((found.fit, [each.title for each in found.rows]), (fit, titles))

    def test_words_of_a_title_its_kind_and_its_day_find_one(self):
        self.assert_finds(
            Fit.ONE,
            {
                "recital": ["recital"],
                "the recital on the twelfth": ["recital"],
                "next monday's lunch": ["team lunch"],
                "my plumber appointment": ["call plumber"],
                "the birthday event": ["birthday"],
                "the budget thing on friday": ["budget review"],
            },
        )

    def test_several_that_fit_alike_are_told(self):
        self.assert_finds(Fit.SEVERAL, {"budget": ["budget review", "budget draft"]})

    def test_another_day_a_part_of_a_list_and_a_generic_noun_are_asked_about(self):
        self.assert_finds(
            Fit.ALMOST,
            {
                "the recital on friday": ["recital"],
                "the apples and the pears": ["buy apples, pears and plums"],
                "the next appointment": ["call plumber"],
                "recital with the whole family": ["recital"],
            },
        )

    def test_what_is_a_mere_mark_is_compared_as_any_name(self):
        marks = ("'", "’", "!!!", "—", "🎉", "_", "call '")
        for mark, title in itertools.product(marks, (*marks, "call plumber")):
            guess = Sought(UpdateTodos((mark,), due="friday"), AddTodo(mark, "friday"), is_guess=True)
            with self.subTest(mark, title=title):
                told = matched(guess, [row(title)], CLOCK)
                self.assertLessEqual({each.title for each in told.asked.rows}, {title})
                self.assertIsNone(told.change)

    def test_what_is_not_there_is_not_found(self):
        self.assert_finds(Fit.NONE, {"dentist": [], "the meeting": []})
