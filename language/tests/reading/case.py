"""What tests of reading share: the clock, and what a sentence must mean."""

import datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from language.acts import Clarify, OfferToDelete, Say
from language.clock import Clock
from language.reading.message import understand

CLOCK = Clock(datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00"), ZoneInfo("America/New_York"))


class UnderstandingTestCase(SimpleTestCase):
    def assert_means(self, expected):
        for text, acts in expected.items():
            with self.subTest(text):
                self.assertEqual(understand(text, CLOCK), acts if isinstance(acts, list) else [acts])

    def assert_asks_back(self, *texts):
        for text in texts:
            with self.subTest(text):
                acts = understand(text, CLOCK)
                self.assertTrue(all(isinstance(act, Clarify | OfferToDelete) for act in acts), acts)

    def assert_says(self, topic, *texts):
        self.assert_means(dict.fromkeys(texts, Say(topic)))
