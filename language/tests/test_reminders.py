"""Words that say when to remind, and the moments that they come to by the wall clock."""

import datetime
from unittest import TestCase
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from language.due import Due
from language.errors import DateNotUnderstood
from language.reminders.phrases import read_rules
from language.reminders.rule import ReminderRule
from language.reminders.text import rule_text

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime.datetime(2026, 3, 4, 10, 0, tzinfo=NEW_YORK)
FRIDAY = datetime.date(2026, 3, 6)
AT_THREE, WHOLE_DAY = Due(FRIDAY, datetime.time(15), NEW_YORK.key), Due(FRIDAY)
# Zones whose clocks change by an hour, by half of one, at midnight, not at all, and once by a day.
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kolkata",
        "Africa/Cairo",
        "Pacific/Apia",
        "UTC",
    ]
)
# With the weekends at which clocks change in both halves of the world, and the day that Apia left out.
DAYS = st.one_of(
    st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31)),
    st.sampled_from(
        [datetime.date(2026, *day) for day in ((3, 8), (3, 29), (4, 5), (4, 24), (9, 6), (10, 25), (11, 1))]
    ),
    st.just(datetime.date(2011, 12, 31)),
)
TIMES = st.builds(datetime.time, st.integers(0, 23), st.integers(0, 59))


def read(said, due=AT_THREE, known=()):
    rules = read_rules([said] if isinstance(said, str) else said, known, due, NEW_YORK, NOW)
    return None if rules is None else [str(rule) for rule in rules]


class Phrases(TestCase):
    def test_back_from_the_time(self):
        for said, minutes in (
            ("30 minutes before", 30),
            ("half an hour before", 30),
            ("an hour earlier", 60),
            ("1h before", 60),
            ("remind me 15 min before it starts", 15),
            ("an hour and a half before", 90),
            ("2 hours and 30 minutes before", 150),
            ("a couple of hours beforehand", 120),
            ("20m ahead of time", 20),
            ("30 Minuten vorher", 30),
            ("eine Stunde vorher", 60),
            ("2 heures avant", 120),
            ("une demi-heure avant", 30),
            ("45 minutos antes", 45),
            ("una hora antes", 60),
            ("ten minutes prior to the meeting", 10),
            ("five minutes early", 5),
            ("at the time", 0),
            ("when it's due", 0),
            ("on time", 0),
        ):
            with self.subTest(said):
                self.assertEqual(read(said), [f"{minutes} min"])

    def test_back_from_the_day(self):
        for said, rule in (
            ("a day before", "1 d"),
            ("the evening before", "1 d 19:00"),
            ("am Abend vorher", "1 d 19:00"),
            ("la veille au soir", "1 d 19:00"),
            ("la noche anterior", "1 d 19:00"),
            ("the night before", "1 d 20:00"),
            ("the day before at 6pm", "1 d 18:00"),
            ("at 6pm the day before", "1 d 18:00"),
            ("the day before in the morning", None),
            ("on the day at 8", "0 d 08:00"),
            ("that morning", "0 d 09:00"),
            ("at 5", "0 d 17:00"),
            ("noon", "0 d 12:00"),
        ):
            with self.subTest(said):
                for due in (AT_THREE, WHOLE_DAY):
                    self.assertEqual(read(said, due), [rule or "1 d 09:00"])

    def test_several_at_once(self):
        for said, rules in (
            ("at 8am and at noon", ["0 d 08:00", "0 d 12:00"]),
            ("8am, noon and 2pm", ["0 d 08:00", "0 d 12:00", "0 d 14:00"]),
            ("30 minutes before and at the time", ["30 min", "0 min"]),
            ("a day and an hour before", ["1 d", "60 min"]),
            ("10 and 30 minutes before", ["10 min", "30 min"]),
            (["an hour before", "an hour before"], ["60 min"]),
        ):
            with self.subTest(said):
                self.assertEqual(read(said), rules)

    def test_moments_by_themselves(self):
        for said, moment in (
            ("in 20 minutes", "2026-03-04 10:20"),
            ("tomorrow at 9", "2026-03-05 09:00"),
            ("tomorrow", "2026-03-05 09:00"),
            ("this evening", "2026-03-04 19:00"),
            ("2026-03-05 17:00", "2026-03-05 17:00"),
        ):
            with self.subTest(said):
                for due in (AT_THREE, None):
                    self.assertEqual(read(said, due), [f"{moment} America/New_York"])

    def test_none_and_what_is_usual(self):
        for said in ("none", "no", "never", "don't remind me", "please do not notify me", "no reminder"):
            with self.subTest(said):
                self.assertEqual(read(said), [])
        self.assertIsNone(read("automatic"))

    def test_a_snooze_for_a_while_or_until_then(self):
        for said, moment in (
            ("snooze 10 minutes", "2026-03-04 10:10"),
            ("snooze that for an hour", "2026-03-04 11:00"),
            ("snooze it for an hour and a half", "2026-03-04 11:30"),
            ("snooze until tomorrow morning", "2026-03-05 09:00"),
            ("snooze this evening", "2026-03-04 19:00"),
        ):
            with self.subTest(said):
                self.assertEqual(read(said), [f"{moment} America/New_York once"])

    def test_what_has_no_meaning_here_is_refused_with_a_way_out(self):
        for said, due, sentence in (
            ("every second", AT_THREE, "let the todo repeat"),
            ("every 5 minutes", AT_THREE, "let the todo repeat"),
            ("30 minutes before", WHOLE_DAY, "Try “the evening before”"),
            ("30 minutes before", None, "Say the moment"),
            ("when pigs fly", AT_THREE, "Try “30 minutes before”"),
            ("a week before", AT_THREE, "is over already: that was Friday 27 February, 15:00"),
            ("99999 hours before", AT_THREE, "at most a year"),
        ):
            with self.subTest(said), self.assertRaises(DateNotUnderstood) as refused:
                read(said, due)
            self.assertIn(sentence, refused.exception.sentence)

    @given(st.text(alphabet="0123456789 abdefhimnorstuy,;and", max_size=60))
    @settings(max_examples=300, deadline=None)
    def test_any_words_are_read_or_refused(self, said):
        try:
            rules = read(said, AT_THREE) or []
        except DateNotUnderstood:
            return
        self.assertEqual([str(ReminderRule.parse(rule)) for rule in rules], rules)


class Rules(TestCase):
    @given(
        st.one_of(
            st.builds(ReminderRule, minutes=st.integers(0, 99_999)),
            st.builds(ReminderRule, days=st.integers(0, 366), time=TIMES | st.none()),
            st.builds(ReminderRule, on=DAYS, time=TIMES, zone=ZONES, once=st.booleans()),
        )
    )
    def test_what_is_written_is_read_again(self, rule):
        self.assertEqual(ReminderRule.parse(str(rule)), rule)

    @given(
        st.builds(ReminderRule, minutes=st.integers(0, 5_000))
        | st.builds(ReminderRule, days=st.integers(0, 1), time=TIMES)
    )
    def test_the_words_of_a_rule_say_it_again(self, rule):
        said = rule_text(rule, NEW_YORK, NOW)
        far = Due(datetime.date(2026, 6, 6), datetime.time(15), NEW_YORK.key)
        self.assertEqual(read_rules([said], [], far, NEW_YORK, NOW), [rule], said)

    def test_what_is_no_rule_is_refused(self):
        for text in ("", "5", "5 m", "1 d 25:00", "2026-02-30 10:00 UTC", "2026-02-03 10:00 Mars/Base", "-5 min"):
            with self.subTest(text), self.assertRaises((ValueError, KeyError)):
                ReminderRule.parse(text)

    @given(DAYS, TIMES, st.integers(0, 400), TIMES | st.none(), ZONES, ZONES)
    @settings(max_examples=400, deadline=None)
    def test_days_before_come_at_that_time_of_the_wall_clock(self, day, due_time, days, time, zone, home):
        due = Due(day, due_time, zone)
        at = ReminderRule(days=days, time=time).instant(due, ZoneInfo(home))
        self.assert_wall(at, day - datetime.timedelta(days=days), time or due_time, ZoneInfo(zone))

    @given(DAYS, TIMES, ZONES)
    @settings(max_examples=200, deadline=None)
    def test_on_whole_days_the_clock_is_that_of_the_person(self, day, time, home):
        at = ReminderRule(days=0, time=time).instant(Due(day), ZoneInfo(home))
        self.assert_wall(at, day, time, ZoneInfo(home))

    @given(DAYS, TIMES, st.integers(0, 5_000), ZONES)
    @settings(max_examples=200, deadline=None)
    def test_minutes_before_are_elapsed_time(self, day, time, minutes, zone):
        due = Due(day, time, zone)
        at = ReminderRule(minutes=minutes).instant(due, NEW_YORK)
        self.assertEqual(due.at - at, datetime.timedelta(minutes=minutes))

    def assert_wall(self, at, day, time, zone):
        """The clock shows it; where the clock skips it, what it shows first after the gap."""
        shown = at.astimezone(zone).replace(tzinfo=None)
        wanted = datetime.datetime.combine(day, time)
        if shown == wanted:
            earlier = (at - datetime.timedelta(hours=1)).astimezone(zone).replace(tzinfo=None)
            self.assertNotEqual(earlier, wanted, "of a time that is there twice, the first")
            return
        self.assertGreater(shown, wanted)
        just_before = (at - datetime.timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        self.assertLess(just_before, wanted)
