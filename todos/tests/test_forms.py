import datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from todos.errors import DateNotUnderstood
from todos.forms import quick_add_fields

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.datetime(2026, 3, 4, 10, tzinfo=BERLIN)


class QuickAddTests(SimpleTestCase):
    def fields(self, text):
        return quick_add_fields(text, BERLIN, NOW)

    def test_date_words_tags_and_priority_come_out_of_the_title(self):
        self.assertEqual(
            self.fields("water plants friday 6pm #home #Balcony !high"),
            {"title": "water plants", "due": "friday 6pm", "tags": ["home", "Balcony"], "priority": "high"},
        )

    def test_what_is_quoted_stays_as_it_is(self):
        for text in ('read "friday 5pm"', "read “tomorrow #now !high”"):
            with self.subTest(text):
                self.assertEqual(self.fields(text), {"title": text, "tags": []})

    def test_a_date_alone_is_a_title(self):
        self.assertEqual(self.fields("tomorrow"), {"title": "tomorrow", "tags": []})

    def test_numbers_after_a_hash_are_not_tags(self):
        self.assertEqual(self.fields("fix issue #12")["title"], "fix issue #12")

    def test_a_date_that_does_not_exist_is_refused(self):
        with self.assertRaises(DateNotUnderstood):
            self.fields("meeting on 31st of february")
