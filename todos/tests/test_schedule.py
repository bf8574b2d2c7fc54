"""How a todo moves in time, apart from how it is stored."""

import datetime
import zoneinfo

from django.test import SimpleTestCase

from language.due import Due
from language.recurrence import Recurrence
from todos.fields.schedule import Schedule

# Both hemispheres, half hours, a change of half an hour, of a whole day at midnight, and zones that never change.
ZONES = [
    "America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "America/St_Johns", "America/Santiago",
    "America/Havana", "America/Asuncion", "Europe/London", "Europe/Berlin", "Europe/Lisbon", "Europe/Istanbul",
    "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Kathmandu",
    "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Atlantic/Azores", "UTC",
]  # fmt: skip
TIMES = [datetime.time(hour, minute) for hour in (0, 1, 2, 3, 9, 23) for minute in (0, 30)]
DAILY = Recurrence("FREQ=DAILY")


def clock_changes(zone, year):
    """The days of a year on which the offset at their beginning is not the one at their end."""
    day = datetime.date(year, 1, 1)
    while day.year == year:
        start = datetime.datetime.combine(day, datetime.time(), zone)
        if start.utcoffset() != (start + datetime.timedelta(days=1)).utcoffset():
            yield day
        day += datetime.timedelta(days=1)


def starting(due, recurrence=DAILY):
    return Schedule(due).repeating(recurrence)


class ClockChangeTests(SimpleTestCase):
    def test_wall_time_is_kept_over_both_changes_in_every_zone(self):
        seen = 0
        for name in ZONES:
            zone = zoneinfo.ZoneInfo(name)
            for day in clock_changes(zone, 2026):
                for time in TIMES:
                    schedule = starting(Due(day - datetime.timedelta(days=1), time, name))
                    for offset in range(3):
                        self.assertEqual(schedule.due, Due(day + datetime.timedelta(days=offset - 1), time, name))
                        done = schedule.due.at
                        schedule = schedule.next(done, zone)
                        self.assertGreater(schedule.due.at, done)
                        seen += 1
        self.assertGreater(seen, 1_000)

    def test_a_time_that_does_not_exist_is_late_once_and_itself_again_the_next_day(self):
        zone = zoneinfo.ZoneInfo("Europe/Berlin")
        schedule = starting(Due(datetime.date(2026, 3, 28), datetime.time(2, 30), zone.key))
        moments = []
        for _ in range(2):
            schedule = schedule.next(schedule.due.at, zone)
            moments.append(schedule.due.at.astimezone(zone).strftime("%d %H:%M"))
        self.assertEqual(moments, ["29 03:00", "30 02:30"])

    def test_a_rule_with_a_time_stays_in_its_zone_when_its_owner_travels(self):
        schedule = starting(Due(datetime.date(2026, 3, 4), datetime.time(9), "Europe/Berlin"))
        following = schedule.next(schedule.due.at, zoneinfo.ZoneInfo("Asia/Tokyo"))
        self.assertEqual(following.due, Due(datetime.date(2026, 3, 5), datetime.time(9), "Europe/Berlin"))


class MonthEndTests(SimpleTestCase):
    def days(self, rule, first, count, zone="America/New_York"):
        zone = zoneinfo.ZoneInfo(zone)
        schedule = starting(Due(datetime.date.fromisoformat(first)), Recurrence(rule))
        days = []
        for _ in range(count):
            noon = datetime.datetime.combine(schedule.due.date, datetime.time(12), zone)
            schedule = schedule.next(noon, zone)
            days.append(schedule.due.date.isoformat()[5:])
        return days

    def test_short_months_do_not_pull_later_ones_back_in_any_zone(self):
        for zone in ZONES:
            with self.subTest(zone):
                days = self.days("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", 5, zone)
                self.assertEqual(days, ["02-28", "03-31", "04-30", "05-31", "06-30"])

    def test_leap_years_have_their_day(self):
        self.assertEqual(self.days("FREQ=MONTHLY;BYMONTHDAY=30", "2027-12-30", 3), ["01-30", "02-29", "03-30"])
        self.assertEqual(self.days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-02-28", 3), ["02-28", "02-29", "02-28"])

    def test_the_last_day_is_the_last_of_each_month(self):
        self.assertEqual(self.days("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", 3), ["02-28", "03-31", "04-30"])


class MovingTests(SimpleTestCase):
    friday = Due(datetime.date(2026, 3, 6), datetime.time(9), "UTC")
    weekly = starting(friday, Recurrence("FREQ=WEEKLY;BYDAY=FR"))

    def next_day(self, schedule, now):
        return schedule.next(datetime.datetime.fromisoformat(now + "+00:00"), zoneinfo.ZoneInfo("UTC")).due

    def test_moving_one_occurrence_leaves_the_rhythm(self):
        for day, time in ((4, 9), (6, 20), (9, 7), (12, 23)):
            moved = self.weekly.moved_to(Due(datetime.date(2026, 3, day), datetime.time(time), "UTC"))
            with self.subTest(day=day):
                self.assertEqual(
                    self.next_day(moved, f"2026-03-{day:02}T08:00"),
                    Due(datetime.date(2026, 3, 13), self.friday.time, "UTC"),
                )

    def test_what_was_moved_beyond_the_next_one_goes_on_after_today(self):
        moved = self.weekly.moved_to(Due(datetime.date(2026, 4, 1)))
        self.assertEqual(self.next_day(moved, "2026-04-01T08:00").date, datetime.date(2026, 4, 3))

    def test_moving_again_and_again_leaves_the_rhythm(self):
        schedule = self.weekly
        for day in range(1, 28):
            schedule = schedule.moved_to(Due(datetime.date(2026, 3, day)))
        self.assertEqual((schedule.recurrence, schedule.anchor), (self.weekly.recurrence, self.friday))

    def test_without_a_date_nothing_repeats(self):
        self.assertEqual(self.weekly.moved_to(None), Schedule())

    def test_the_same_rule_keeps_its_rhythm_and_another_begins_at_the_date(self):
        moved = self.weekly.moved_to(Due(datetime.date(2026, 3, 9)))
        self.assertEqual(moved.repeating(self.weekly.recurrence), moved)
        self.assertEqual(moved.repeating(DAILY).anchor, Due(datetime.date(2026, 3, 9)))
        self.assertEqual(moved.repeating(None), Schedule(Due(datetime.date(2026, 3, 9))))

    def test_from_completion_counts_from_the_day_it_was_done(self):
        schedule = starting(Due(datetime.date(2026, 3, 2)), Recurrence("FREQ=MONTHLY;INTERVAL=3", True))
        self.assertEqual(self.next_day(schedule, "2026-03-10T08:00").date, datetime.date(2026, 6, 10))

    def test_where_nothing_follows_there_is_no_next(self):
        ended = starting(Due(datetime.date(2999, 12, 1)), Recurrence("FREQ=YEARLY"))
        self.assertIsNone(ended.next(datetime.datetime(2999, 12, 2, tzinfo=datetime.UTC), zoneinfo.ZoneInfo("UTC")))
        self.assertIsNone(Schedule(self.friday).next(datetime.datetime.now(datetime.UTC), zoneinfo.ZoneInfo("UTC")))
