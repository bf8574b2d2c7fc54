"""When a todo comes again, and how its repeat is said."""

import datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from language.dates import resolve_date
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence, next_occurrence, recurrence_text

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def moment(text: str, zone: ZoneInfo = NEW_YORK) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


def due_on(text: str, zone: ZoneInfo = NEW_YORK) -> Due:
    date, _, time = text.partition("T")
    return Due(day(date), datetime.time.fromisoformat(time), zone.key) if time else Due(day(date))


def following(rule: str, due: str, now: str, *, zone: ZoneInfo = NEW_YORK, from_completion: bool = False) -> str:
    """The due date after completing a todo at `now`."""
    at = moment(now, zone)
    found = next_occurrence(Recurrence(rule, from_completion), due_on(due, zone), at, zone)
    return f"{found.date}T{found.time:%H:%M}" if found.time else f"{found.date}"


class FromDueTests(SimpleTestCase):
    def test_the_next_date_follows_the_rule(self):
        for rule, due, expected in (
            ("FREQ=DAILY", "2026-03-04", "2026-03-05"),
            ("FREQ=DAILY;INTERVAL=3", "2026-03-04", "2026-03-07"),
            ("FREQ=WEEKLY", "2026-03-04", "2026-03-11"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-03-06", "2026-03-20"),
            ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-03-06", "2026-03-09"),
            ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-03-04", "2026-03-06"),
            ("FREQ=WEEKLY;BYDAY=SA,SU", "2026-03-07", "2026-03-08"),
            ("FREQ=MONTHLY", "2026-03-04", "2026-04-04"),
            ("FREQ=MONTHLY;INTERVAL=3", "2026-03-04", "2026-06-04"),
            ("FREQ=MONTHLY;BYMONTHDAY=30", "2026-03-30", "2026-04-30"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-03-31", "2026-04-30"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-03-15", "2026-04-01"),
            ("FREQ=MONTHLY;BYMONTHDAY=15,31", "2026-04-15", "2026-04-30"),
            ("FREQ=MONTHLY;BYDAY=1TU", "2026-03-03", "2026-04-07"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27", "2026-04-24"),
            ("FREQ=MONTHLY;BYDAY=5FR", "2026-05-29", "2026-07-31"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-03-31", "2026-04-30"),
            ("FREQ=YEARLY", "2026-03-04", "2027-03-04"),
            ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=2", "2026-05-02", "2027-05-02"),
        ):
            with self.subTest(rule=rule, due=due):
                self.assertEqual(following(rule, due, f"{due}T10:00"), expected)

    def test_a_month_without_the_day_has_it_on_its_last(self):
        for rule, due, expected in (
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-02-28"),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-02-28", "2026-03-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2028-01-31", "2028-02-29"),
            ("FREQ=MONTHLY;BYMONTHDAY=30", "2026-01-30", "2026-02-28"),
            ("FREQ=MONTHLY;BYMONTHDAY=30", "2026-02-28", "2026-03-30"),
            ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", "2026-03-31", "2026-06-30"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-02-28", "2027-02-28"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2027-02-28", "2028-02-29"),
        ):
            with self.subTest(rule=rule, due=due):
                self.assertEqual(following(rule, due, f"{due}T10:00"), expected)

    def test_an_early_completion_keeps_the_rhythm(self):
        self.assertEqual(following("FREQ=WEEKLY;BYDAY=FR", "2026-03-06", "2026-03-04T10:00"), "2026-03-13")
        self.assertEqual(following("FREQ=DAILY", "2026-03-10", "2026-03-04T10:00"), "2026-03-11")

    def test_missed_dates_are_left_out(self):
        self.assertEqual(following("FREQ=DAILY", "2026-02-01", "2026-03-04T10:00"), "2026-03-05")
        self.assertEqual(following("FREQ=DAILY;INTERVAL=3", "2026-02-01", "2026-03-04T10:00"), "2026-03-06")
        self.assertEqual(following("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-01-02", "2026-03-04T10:00"), "2026-03-13")
        self.assertEqual(following("FREQ=MONTHLY", "2019-05-31", "2026-03-04T10:00"), "2026-03-31")
        self.assertEqual(
            following("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=2", "2001-05-02", "2026-03-04T10:00"), "2026-05-02"
        )

    def test_a_time_of_today_that_is_still_to_come_counts(self):
        self.assertEqual(following("FREQ=DAILY", "2026-03-03T17:00", "2026-03-04T10:00"), "2026-03-04T17:00")
        self.assertEqual(following("FREQ=DAILY", "2026-03-03T08:00", "2026-03-04T10:00"), "2026-03-05T08:00")

    def test_plain_months_from_the_31st_do_not_drift(self):
        now = moment("2026-01-31T10:00")
        found = resolve_date("every month", NEW_YORK, now)
        self.assertEqual(found.recurrence.rule, "FREQ=MONTHLY;BYMONTHDAY=31")
        leap = resolve_date("every year", NEW_YORK, moment("2028-02-29T10:00"))
        self.assertEqual(leap.recurrence.rule, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")


class FromCompletionTests(SimpleTestCase):
    def test_the_day_of_completion_sets_the_rhythm(self):
        for rule, expected in (
            ("FREQ=DAILY;INTERVAL=3", "2026-03-07"),
            ("FREQ=WEEKLY;INTERVAL=2", "2026-03-18"),
            ("FREQ=MONTHLY;INTERVAL=3", "2026-06-04"),
            ("FREQ=WEEKLY;BYDAY=MO", "2026-03-09"),
            ("FREQ=YEARLY", "2027-03-04"),
        ):
            with self.subTest(rule):
                self.assertEqual(following(rule, "2026-02-01", "2026-03-04T10:00", from_completion=True), expected)

    def test_the_time_of_day_stays(self):
        self.assertEqual(
            following("FREQ=DAILY;INTERVAL=3", "2026-02-01T09:00", "2026-03-04T22:00", from_completion=True),
            "2026-03-07T09:00",
        )

    def test_a_short_month_ends_the_step(self):
        self.assertEqual(
            following("FREQ=MONTHLY", "2026-01-02", "2026-01-31T10:00", from_completion=True), "2026-02-28"
        )

    def test_the_day_of_completion_is_the_day_of_the_user(self):
        completed = datetime.datetime(2026, 3, 5, 3, 0, tzinfo=datetime.UTC)  # the evening of the 4th in New York
        found = next_occurrence(Recurrence("FREQ=DAILY", True), due_on("2026-03-01"), completed, NEW_YORK)
        self.assertEqual(found.date, day("2026-03-05"))


class ClockChangeTests(SimpleTestCase):
    def test_wall_time_is_kept_over_both_changes(self):
        for zone, due, now, utc in (
            (NEW_YORK, "2026-03-07T09:00", "2026-03-07T12:00", "2026-03-08T13:00"),
            (NEW_YORK, "2026-10-31T09:00", "2026-10-31T12:00", "2026-11-01T14:00"),
            (BERLIN, "2026-03-28T09:00", "2026-03-28T12:00", "2026-03-29T07:00"),
            (BERLIN, "2026-10-24T09:00", "2026-10-24T12:00", "2026-10-25T08:00"),
            (ZoneInfo("Australia/Sydney"), "2026-10-03T09:00", "2026-10-03T12:00", "2026-10-03T22:00"),
        ):
            with self.subTest(zone=zone.key, due=due):
                at = moment(now, zone)
                found = next_occurrence(Recurrence("FREQ=DAILY"), due_on(due, zone), at, zone)
                self.assertEqual(found.time, datetime.time(9))
                self.assertEqual(f"{found.at:%Y-%m-%dT%H:%M}", utc)

    def test_a_skipped_time_is_late_once_and_then_itself_again(self):
        at = moment("2026-03-07T12:00")
        skipped = next_occurrence(Recurrence("FREQ=DAILY"), due_on("2026-03-07T02:30"), at, NEW_YORK)
        self.assertEqual(skipped.at.astimezone(NEW_YORK), moment("2026-03-08T03:00"))
        later = moment("2026-03-08T12:00")
        after = next_occurrence(Recurrence("FREQ=DAILY"), skipped, later, NEW_YORK)
        self.assertEqual(after.at.astimezone(NEW_YORK), moment("2026-03-09T02:30"))

    def test_a_repeat_keeps_a_time_that_its_first_day_skips(self):
        found = resolve_date("every sunday at 2:30am", NEW_YORK, moment("2026-03-04T10:00"))
        self.assertEqual(found.due.time, datetime.time(2, 30))
        self.assertIn("moved to 03:00", found.note)


class RuleTests(SimpleTestCase):
    def test_rules_that_todos_do_not_have_are_refused(self):
        for rule in (
            "FREQ=SECONDLY",
            "FREQ=HOURLY;INTERVAL=2",
            "FREQ=DAILY;COUNT=3",
            "FREQ=DAILY;UNTIL=20270101",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=99999999999999999999",
            "FREQ=DAILY;BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=YEARLY;BYMONTH=2",
            "FREQ=DAILY;FREQ=DAILY",
            "INTERVAL=2",
            "every day",
            "",
        ):
            with self.subTest(rule), self.assertRaises(DateNotUnderstood):
                following(rule, "2026-03-04", "2026-03-04T10:00")

    def test_a_repeat_that_runs_out_of_years_is_refused(self):
        with self.assertRaises(DateNotUnderstood):
            following("FREQ=YEARLY;INTERVAL=1000", "2026-03-04", "2026-03-04T10:00")
        with self.assertRaises(DateNotUnderstood):
            following("FREQ=MONTHLY;BYDAY=1MO", "2999-12-02", "2999-12-30T10:00")

    def test_a_rule_that_never_comes_is_refused(self):
        with self.assertRaises(DateNotUnderstood):
            following("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-31", "2026-03-04", "2026-03-04T10:00")


class WordsForPeopleTests(SimpleTestCase):
    def test_rules_are_said_in_words(self):
        for rule, words in (
            ("FREQ=DAILY", "every day"),
            ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
            ("FREQ=WEEKLY", "every week"),
            ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
            ("FREQ=WEEKLY;BYDAY=SA,SU", "every Saturday and Sunday"),
            ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2nd Friday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks on Monday and Friday"),
            ("FREQ=MONTHLY", "every month"),
            ("FREQ=MONTHLY;BYMONTHDAY=30", "monthly on the 30th"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,22", "monthly on the 1st and 22nd"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "monthly on the last day"),
            ("FREQ=MONTHLY;BYDAY=1TU", "monthly on the 1st Tuesday"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "monthly on the last Friday"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "monthly on the last weekday"),
            ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=11", "every 3 months on the 11th"),
            ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=2", "every year on 2 May"),
        ):
            with self.subTest(rule):
                self.assertEqual(recurrence_text(Recurrence(rule)), words)

    def test_a_repeat_from_completion_says_so(self):
        words = recurrence_text(Recurrence("FREQ=MONTHLY;INTERVAL=3", from_completion=True))
        self.assertEqual(words, "every 3 months after it is done")
