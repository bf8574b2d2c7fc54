"""Which todos an answer picks of those that a question is about."""

import datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from language.clock import Clock
from language.reading.repairs import corrected_title
from language.talk.choosing import choice, part_of
from language.talk.exchanges import Row

CLOCK = Clock(datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00"), ZoneInfo("America/New_York"))
ROWS = [
    Row(id=title, title=title, due=due)
    for title, due in {"peel potatoes": "2026-03-05", "phone Ida": "", "phone Olaf": "2026-03-07"}.items()
]


class PartTests(SimpleTestCase):
    def assert_picks(self, pick, expected):
        for text, places in expected.items():
            with self.subTest(text):
                self.assertEqual([ROWS.index(row) + 1 for row in pick(text)], places)

    def test_what_is_only_meant_or_left_out(self):
        self.assert_picks(
            lambda text: part_of(text, ROWS, "delete", CLOCK),
            {
                "just the last one": [3],
                "Hm no, only the phone ones.": [2, 3],
                "yes, remove all of them please": [1, 2, 3],
                "delete them all": [1, 2, 3],
                "remove all of them then": [1, 2, 3],
                "delete the first two": [1, 2],
                "sure, everything but the potatoes": [2, 3],
                "okay then, but leave Ida alone": [1, 3],
                "go ahead, except for Ida and Olaf": [1],
                "yes the first and the third": [1, 3],
            },
        )

    def test_what_may_say_anything_else_picks_nothing(self):
        others = ("yes, complete them all", "keep the potatoes", "only the first?", "except the carrots", "yes, why")
        # Said again, a request is no yes to the question that it led to.
        others += ("delete everything", "clear all", "remove the phone ones", "delete all my todos")
        self.assert_picks(lambda text: part_of(text, ROWS, "delete", CLOCK), {text: [] for text in others})

    def test_which_one_is_told_by_its_day_or_by_the_one_it_is_not(self):
        self.assert_picks(
            lambda text: choice(text, ROWS[1:], "", CLOCK),
            {
                "the one on saturday": [3],
                "saturday's": [3],
                "not Ida, the other one": [3],
                "the Ida one": [2],
                "delete them": [],
            },
        )


class TitleTests(SimpleTestCase):
    def test_new_words_stand_in_the_place_of_as_many(self):
        for title, new, old, corrected in (
            ("order 4 crates of lemonade", "6 crates", "", "order 6 crates of lemonade"),
            ("reserve a table for Ruth", "for Judith", "Ruth", "reserve a table for Judith"),
            ("knit a scarf for the baby", "for the twins", "", "knit a scarf for the twins"),
            ("visit the museum", "the gallery", "", "visit the gallery"),
            ("ask the bank about a loan", "the shop", "", ""),
        ):
            with self.subTest(new):
                self.assertEqual(corrected_title(title, new, old), corrected)
