"""What browsers ask for, and the habits that follow."""

from django.test import SimpleTestCase

from habits.regions import usual_habits
from habits.values import Habits


class UsualHabits(SimpleTestCase):
    def test_the_region_of_the_language_decides_and_for_english_as_browsers_come_with_it_that_of_the_clock(self):
        american, german = Habits(12, 6, day_first=False), Habits(24, 0, day_first=True)
        for asked, zone, habits in (
            ("en-US,en;q=0.9", "UTC", american),
            ("en-US,en;q=0.9", "Europe/Berlin", german),
            ("de", "UTC", german),
            ("de-DE,en;q=0.5", "America/New_York", german),
            ("en-GB", "America/New_York", german),
            ("ja", "Asia/Tokyo", Habits(24, 6, day_first=False)),
        ):
            with self.subTest(asked=asked, zone=zone):
                found = usual_habits(asked, zone)
                self.assertEqual((found.clock_hours, found.day_first), (habits.clock_hours, habits.day_first))

    def test_whatever_is_asked_for_the_nearest_that_exists_counts_and_nothing_fails(self):
        for asked in ("", "*", "xx-YY", ";;;", "q=1", "a" * 5000, "é", "-", "en_US.UTF-8", "12,34;q=x"):
            with self.subTest(asked=asked):
                usual_habits(asked, "Mars/Base")
        self.assertEqual(usual_habits("tlh, xx;q=0.9, de-AT;q=0.8", "UTC").clock_hours, 24)
