"""Distances from the date that a todo has."""

import datetime
import zoneinfo

from django.test import SimpleTestCase

from language.dates.shifts import shifted
from language.due import Due
from language.errors import DateNotUnderstood

ZONE = zoneinfo.ZoneInfo("America/New_York")
NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:30-05:00")
FRIDAY = Due(datetime.date(2026, 3, 6))
FRIDAY_THREE = Due(datetime.date(2026, 3, 6), datetime.time(15), "America/New_York")


class ShiftTests(SimpleTestCase):
    def assert_shifted(self, due, expected):
        for phrase, wanted in expected.items():
            with self.subTest(phrase):
                found = shifted(phrase, due, ZONE, NOW)
                time = f"T{found.time:%H:%M}" if found.time else ""
                self.assertEqual(f"{found.date}{time}", wanted)

    def test_days_and_longer_count_from_the_date_that_there_is(self):
        self.assert_shifted(
            FRIDAY,
            {
                "2 days later": "2026-03-08",
                "by two more days later": "2026-03-08",
                "a week later": "2026-03-13",
                "a couple of days later": "2026-03-08",
                "another month later": "2026-04-06",
                "a day earlier": "2026-03-05",
                "a year sooner": "2025-03-06",
            },
        )

    def test_days_keep_the_wall_clock_also_where_the_clocks_change(self):
        self.assert_shifted(FRIDAY_THREE, {"3 days later": "2026-03-09T15:00", "half a year later": "2026-09-06T15:00"})

    def test_hours_and_minutes_are_elapsed_time(self):
        self.assert_shifted(
            FRIDAY_THREE,
            {
                "an hour earlier": "2026-03-06T14:00",
                "half an hour later": "2026-03-06T15:30",
                "45 mins later": "2026-03-06T15:45",
                "10 hours later": "2026-03-07T01:00",
                "half a day later": "2026-03-07T03:00",
                "36 hours later": "2026-03-08T04:00",
            },
        )

    def test_without_a_date_they_count_from_now(self):
        self.assert_shifted(None, {"2 days later": "2026-03-06", "an hour later": "2026-03-04T11:00"})

    def test_hours_of_a_whole_day_and_dates_out_of_reach_are_refused(self):
        for phrase, due in (
            ("an hour later", FRIDAY),
            ("9999 years later", FRIDAY),
            ("9999 years earlier", FRIDAY_THREE),
        ):
            with self.subTest(phrase), self.assertRaises(DateNotUnderstood):
                shifted(phrase, due, ZONE, NOW)

    def test_what_names_no_distance_is_none(self):
        for phrase in (
            "friday",
            "later",
            "2 days",
            "in 2 days",
            "half a week later",
            "a lot later",
            "2 days later then",
        ):
            with self.subTest(phrase):
                self.assertIsNone(shifted(phrase, FRIDAY, ZONE, NOW))
