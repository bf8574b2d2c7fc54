"""Phrases and titles. Unless a test says otherwise it is Wednesday 4 March 2026, 10:00 in New York.

The tables in `phrases/` have lines of: words | due | rule, or words | due | the words cut out of the title.
A due is a date or a local date-time; "!" after a rule counts from completion.
Some requests are from CLINC150 (CC BY 3.0), SLURP and HWU64 (CC BY 4.0).
"""

import datetime
import random
from pathlib import Path
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from habits.values import Habits
from language.dates import FoundDate, date_text, find_date, resolve_date
from language.dates.languages import LEXICON
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import recurrence_text

NEW_YORK, BERLIN, TORONTO, UTC = map(ZoneInfo, ("America/New_York", "Europe/Berlin", "America/Toronto", "UTC"))
NOW = datetime.datetime(2026, 3, 4, 10, tzinfo=NEW_YORK)
ODD_WORDS = "call 1 5 23rd 31 12/1 2026-03-06 5pm 17:30 9999 31st 0 15. ' \" , . ( ) - ! / 😀 \x00 \ud800 ٣ ½"
TABLES = Path(__file__).parent / "phrases"


def rows(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in (TABLES / f"{table}.txt").read_text(encoding="utf-8").splitlines()]


def due_words(due: Due | None) -> str:
    assert due is not None
    return f"{due.date}T{due.time:%H:%M}" if due.time else f"{due.date}"


def rule_words(found: FoundDate) -> str:
    if found.recurrence is None:
        return ""
    return found.recurrence.rule + "!" * found.recurrence.from_completion


class TableTests(SimpleTestCase):
    def test_whole_phrases_resolve(self):
        for table in ("english", "other_languages", "repeats"):
            for phrase, due, *rule in rows(table):
                with self.subTest(phrase):
                    found = resolve_date(phrase, NEW_YORK, NOW)
                    self.assertEqual([due_words(found.due), rule_words(found)], [due, *(rule or [""])])
                    self.assertEqual(found.text, phrase)

    def test_requests_have_their_dates(self):
        for text, due, *rule in rows("requests"):
            with self.subTest(text):
                found = find_date(text, NEW_YORK, NOW)
                self.assertEqual([due_words(found.due), rule_words(found)], [due, *(rule or [""])])

    def test_a_distance_is_one_whatever_is_to_be_done_then(self):
        distances = {
            **{"1 minute": 1, "5 minutes": 5, "twenty minutes": 20, "forty-five minutes": 45, "half an hour": 30},
            **{
                "a quarter of an hour": 15,
                "three quarters of an hour": 45,
                "an hour and a half": 90,
                "two hours": 120,
                "90 minutes": 90,
            },
        }
        for distance, minutes in distances.items():
            for deed in ("call mom", "flip the laundry", "ten-pin bowling", "no longer wait", "half the recipe"):
                with self.subTest(f"{distance} to {deed}"):
                    found = find_date(f"remind me in {distance} to {deed}", NEW_YORK, NOW)
                    self.assertEqual(found.text, f"in {distance}")
                    self.assertEqual(found.due.at - NOW, datetime.timedelta(minutes=minutes))

    def test_titles_lose_only_their_date_words(self):
        for title, due, words in rows("titles"):
            with self.subTest(title):
                found = find_date(title, NEW_YORK, NOW)
                self.assertEqual([due_words(found.due), found.text], [due, words])

    def test_titles_without_a_date_have_none(self):
        for (title,) in rows("dateless"):
            with self.subTest(title):
                self.assertIsNone(find_date(title, NEW_YORK, NOW))

    def test_what_cannot_be_a_date_is_asked_back(self):
        for phrase, sentence in rows("refused"):
            with self.subTest(phrase), self.assertRaises(DateNotUnderstood) as caught:
                resolve_date(phrase, NEW_YORK, NOW)
            self.assertEqual(caught.exception.sentence, sentence)

    def test_found_words_resolve_to_the_same_date(self):
        for table in ("requests", "titles", "english", "other_languages", "repeats"):
            for text, *_ in rows(table):
                with self.subTest(text):
                    found = find_date(text, NEW_YORK, NOW)
                    if found is not None:
                        again = resolve_date(found.text, NEW_YORK, NOW)
                        self.assertEqual((again.due, again.recurrence), (found.due, found.recurrence))


class SpanTests(SimpleTestCase):
    def test_the_span_is_where_the_words_stand(self):
        text = "Café 😀 on friday at 5pm, please"
        found = find_date(text, NEW_YORK, NOW)
        self.assertEqual(text[found.start : found.end], "on friday at 5pm")

    def test_brackets_around_a_date_belong_to_it(self):
        found = find_date("email Ann (friday) again", NEW_YORK, NOW)
        self.assertEqual(found.text, "(friday)")

    def test_a_time_apart_from_its_day_is_joined_with_it(self):
        text = "tomorrow call mom at 5pm"
        found = find_date(text, NEW_YORK, NOW)
        self.assertEqual(due_words(found.due), "2026-03-05T17:00")
        self.assertEqual((found.start, found.end), (0, 8))
        self.assertEqual(text[slice(*found.time_span)], "at 5pm")

    def test_quoted_text_is_never_read(self):
        for text in (
            'watch "today"',
            "watch “today at 5pm”",
            "read 'every day'",
            "lies „morgen“",
            "lis «demain»",
            "run `today`",
        ):
            with self.subTest(text):
                self.assertIsNone(find_date(text, NEW_YORK, NOW))

    def test_an_apostrophe_quotes_nothing(self):
        found = find_date("don't forget mom's cake tomorrow", NEW_YORK, NOW)
        self.assertEqual(found.text, "tomorrow")

    def test_a_quotation_that_does_not_end_hides_nothing(self):
        self.assertIsNotNone(find_date('buy a 5" pipe tomorrow', NEW_YORK, NOW))

    def test_a_clear_but_impossible_date_in_a_title_is_asked_back(self):
        for text in (
            "pay rent on feb 30",
            "remind me on the 31st of february",
            "meet on 04/31",
            "check mail every hour",
        ):
            with self.subTest(text), self.assertRaises(DateNotUnderstood):
                find_date(text, NEW_YORK, NOW)


class TwoWayDateTests(SimpleTestCase):
    def test_the_zone_tells_the_usual_order(self):
        for zone, due in (
            ("America/New_York", "2026-04-05"),
            ("US/Pacific", "2026-04-05"),
            ("America/Indiana/Knox", "2026-04-05"),
            ("Asia/Tokyo", "2026-04-05"),
            ("Europe/Berlin", "2026-05-04"),
            ("Australia/Sydney", "2026-05-04"),
            ("America/Sao_Paulo", "2026-05-04"),
            ("Asia/Kolkata", "2026-05-04"),
        ):
            with self.subTest(zone):
                self.assertEqual(due_words(resolve_date("04/05", ZoneInfo(zone), NOW).due), due)

    def test_the_chosen_reading_is_said(self):
        self.assertEqual(resolve_date("12/1", NEW_YORK, NOW).note, "Read 12/1 as 1 December.")
        self.assertEqual(resolve_date("12/1", BERLIN, NOW).note, "Read 12/1 as 12 January.")

    def test_without_a_usual_order_both_readings_are_named(self):
        for zone in (UTC, TORONTO, ZoneInfo("Etc/GMT+5")):
            with self.subTest(zone.key), self.assertRaises(DateNotUnderstood) as caught:
                find_date("send it on 04/05", zone, NOW)
            self.assertEqual(caught.exception.sentence, "“04/05” can be 4 May or 5 April. Which one do you mean?")

    def test_the_caller_may_know_the_order(self):
        self.assertEqual(due_words(resolve_date("04/05", UTC, NOW, habits=Habits(day_first=True)).due), "2026-05-04")
        self.assertEqual(due_words(resolve_date("04/05", UTC, NOW, habits=Habits(day_first=False)).due), "2026-04-05")

    def test_one_reading_needs_no_question(self):
        for phrase, due in (
            ("15/4", "2026-04-15"),
            ("4/15", "2026-04-15"),
            ("5/5", "2026-05-05"),
            ("4.5.2026", "2026-05-04"),
        ):
            with self.subTest(phrase):
                self.assertEqual(due_words(resolve_date(phrase, UTC, NOW).due), due)


class ClockTests(SimpleTestCase):
    def test_today_is_the_day_of_the_user(self):
        late = datetime.datetime(2026, 3, 4, 23, 30, tzinfo=datetime.UTC)
        self.assertEqual(due_words(resolve_date("today", ZoneInfo("Asia/Tokyo"), late).due), "2026-03-05")
        self.assertEqual(due_words(resolve_date("today", NEW_YORK, late).due), "2026-03-04")

    def test_a_due_time_carries_its_zone_and_a_day_none(self):
        self.assertEqual(resolve_date("5pm", BERLIN, NOW).due.zone, "Europe/Berlin")
        self.assertEqual(resolve_date("friday", BERLIN, NOW).due.zone, "")

    def test_a_due_day_has_no_instant(self):
        self.assertIsNone(resolve_date("friday", BERLIN, NOW).due.at)

    def test_wall_time_is_kept_when_the_clocks_change(self):
        for zone, phrase, utc in (
            (NEW_YORK, "march 7 at 5pm", "2026-03-07T22:00"),
            (NEW_YORK, "march 8 at 5pm", "2026-03-08T21:00"),
            (BERLIN, "28 march at 17:00", "2026-03-28T16:00"),
            (BERLIN, "29 march at 17:00", "2026-03-29T15:00"),
            (BERLIN, "25 october at 17:00", "2026-10-25T16:00"),
            (NEW_YORK, "nov 1 at 5pm", "2026-11-01T22:00"),
        ):
            with self.subTest(phrase):
                self.assertEqual(f"{resolve_date(phrase, zone, NOW).due.at:%Y-%m-%dT%H:%M}", utc)

    def test_a_time_that_the_clock_skips_moves_to_the_first_that_exists(self):
        for zone, phrase, due in (
            ("America/New_York", "march 8 at 2:30am", "2026-03-08T03:00"),
            ("Europe/Berlin", "29 march at 02:30", "2026-03-29T03:00"),
            ("Europe/London", "29 march at 01:15", "2026-03-29T02:00"),
            ("Australia/Sydney", "4 october at 02:30", "2026-10-04T03:00"),
            ("Australia/Lord_Howe", "4 october at 02:15", "2026-10-04T02:30"),
            ("Africa/Cairo", "24 april at 00:30", "2026-04-24T01:00"),
        ):
            with self.subTest(zone):
                found = resolve_date(phrase, ZoneInfo(zone), NOW)
                self.assertEqual(due_words(found.due), due)
                self.assertIn(f"does not exist that day; moved to {due[-5:]}.", found.note)

    def test_a_time_that_comes_twice_is_the_first(self):
        for zone, phrase, utc in (
            ("America/New_York", "nov 1 at 1:30am", "2026-11-01T05:30"),
            ("Europe/Berlin", "25 october at 02:30", "2026-10-25T00:30"),
            ("Europe/London", "25 october at 01:30", "2026-10-25T00:30"),
            ("Australia/Sydney", "5 april at 02:30", "2026-04-04T15:30"),
        ):
            with self.subTest(zone):
                found = resolve_date(phrase, ZoneInfo(zone), NOW)
                self.assertEqual(f"{found.due.at:%Y-%m-%dT%H:%M}", utc)
                self.assertEqual(found.note, "")

    def test_hours_from_now_are_elapsed_hours(self):
        spring = datetime.datetime(2026, 3, 8, 1, 30, tzinfo=NEW_YORK)
        self.assertEqual(due_words(resolve_date("in 2 hours", NEW_YORK, spring).due), "2026-03-08T04:30")
        autumn = datetime.datetime(2026, 11, 1, 1, 45, tzinfo=NEW_YORK)
        found = resolve_date("in an hour", NEW_YORK, autumn)
        self.assertEqual(found.due.at - autumn.astimezone(datetime.UTC), datetime.timedelta(hours=1))

    def test_what_is_over_is_said_to_be(self):
        for phrase in ("today at 8am", "yesterday", "2026-03-03", "may 2 2019", "last friday"):
            with self.subTest(phrase):
                self.assertEqual(resolve_date(phrase, NEW_YORK, NOW).note, "That is already in the past.")

    def test_a_part_of_today_that_is_over_is_the_whole_day(self):
        night = NOW.replace(hour=22)
        self.assertEqual(due_words(resolve_date("tonight", NEW_YORK, night).due), "2026-03-04")
        self.assertEqual(due_words(resolve_date("in the evening", NEW_YORK, night).due), "2026-03-05T19:00")

    def test_a_friday_said_on_a_friday_is_the_next_unless_it_is_this(self):
        friday = datetime.datetime(2026, 3, 6, 9, tzinfo=NEW_YORK)
        for phrase, due in (("friday", "2026-03-13"), ("next friday", "2026-03-13"), ("this friday", "2026-03-06")):
            with self.subTest(phrase):
                self.assertEqual(due_words(resolve_date(phrase, NEW_YORK, friday).due), due)

    def test_weekends_seen_from_a_weekend(self):
        for day, phrase, due in (
            (7, "this weekend", "2026-03-07"),
            (8, "this weekend", "2026-03-08"),
            (8, "next weekend", "2026-03-14"),
            (7, "end of the week", "2026-03-08"),
            (8, "this week", "2026-03-08"),
        ):
            with self.subTest(day=day, phrase=phrase):
                now = datetime.datetime(2026, 3, day, 9, tzinfo=NEW_YORK)
                self.assertEqual(due_words(resolve_date(phrase, NEW_YORK, now).due), due)

    def test_month_ends_seen_from_a_month_end(self):
        last = datetime.datetime(2026, 1, 31, 9, tzinfo=NEW_YORK)
        for phrase, due in (
            ("in a month", "2026-02-28"),
            ("next month", "2026-02-01"),
            ("end of month", "2026-01-31"),
            ("end of next month", "2026-02-28"),
            ("the 31st", "2026-01-31"),
            ("the 30th", "2026-03-30"),
        ):
            with self.subTest(phrase):
                self.assertEqual(due_words(resolve_date(phrase, NEW_YORK, last).due), due)


class WordsForPeopleTests(SimpleTestCase):
    def test_near_days_have_names_and_far_ones_a_year(self):
        for day, words in (
            ((2026, 3, 3), "yesterday"),
            ((2026, 3, 4), "today"),
            ((2026, 3, 5), "tomorrow"),
            ((2026, 3, 6), "Friday 6 March"),
            ((2027, 3, 3), "Wednesday 3 March 2027"),
        ):
            with self.subTest(words):
                self.assertEqual(date_text(Due(datetime.date(*day)), NEW_YORK, NOW), words)

    def test_a_time_follows_the_day(self):
        due = Due(datetime.date(2026, 3, 6), datetime.time(17), "America/New_York")
        self.assertEqual(date_text(due, NEW_YORK, NOW), "Friday 6 March, 17:00")

    def test_a_time_is_shown_by_the_clock_of_the_reader(self):
        due = Due(datetime.date(2026, 3, 5), datetime.time(23), "America/New_York")
        self.assertEqual(date_text(due, BERLIN, NOW), "Friday 6 March, 05:00")

    def test_new_year_is_tomorrow_on_its_eve(self):
        eve = datetime.datetime(2026, 12, 31, 12, tzinfo=BERLIN)
        self.assertEqual(date_text(Due(datetime.date(2027, 1, 1)), BERLIN, eve), "tomorrow")

    def test_no_date_has_no_words(self):
        self.assertEqual(date_text(None, BERLIN, NOW), "")


class HostileTextTests(SimpleTestCase):
    def test_random_words_give_a_date_or_a_question(self):
        chance = random.Random(20260304)
        words = [*LEXICON, *ODD_WORDS.split(" ")]
        for _ in range(600):
            text = " ".join(chance.choice(words) for _ in range(chance.randint(1, 9)))
            self.assert_date_or_question(text)

    def test_random_characters_give_a_date_or_a_question(self):
        chance = random.Random(20260305)
        for _ in range(300):
            self.assert_date_or_question("".join(chance.choice("aàm1 2:/.-'\"t ohé\n,!") for _ in range(60)))

    def assert_date_or_question(self, text: str) -> None:
        for read in (find_date, resolve_date):
            with self.subTest(repr(text), read=read.__name__):
                try:
                    found = read(text, NEW_YORK, NOW)
                except DateNotUnderstood as refusal:
                    self.assertTrue(refusal.sentence)
                    continue
                if found is not None:
                    self.assertTrue(0 <= found.start < found.end <= len(text))
                    self.assertIsNotNone(date_text(found.due, NEW_YORK, NOW))
                    if found.recurrence:
                        self.assertTrue(recurrence_text(found.recurrence))

    def test_very_long_texts_are_read(self):
        for word in (
            "at ",
            "every mon, ",
            "1 week from ",
            "noon ",
            "'",
            "“",
            "on the ",
            "1",
            "in 2 days ",
            "eod ",
            "x ",
        ):
            with self.subTest(word):
                self.assert_date_or_question((word * 8000)[:8000])

    def test_the_date_at_the_end_of_a_long_text_is_found(self):
        found = find_date("buy bread and the paper for a friend " * 200 + "on friday", NEW_YORK, NOW)
        self.assertEqual(found.text, "on friday")
