import datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from language.errors import DateNotUnderstood
from todos.quick_add import parse_quick_add

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.datetime(2026, 3, 4, 10, tzinfo=BERLIN)


def read(line, *keep):
    return parse_quick_add(line, BERLIN, NOW, keep)


class QuickAddTests(SimpleTestCase):
    def test_date_words_tags_and_priority_come_out_of_the_title(self):
        self.assertEqual(
            read("water plants friday 6pm #home #Balcony !high").todo_fields(),
            {"title": "water plants", "due": "friday 6pm", "tags": ("home", "balcony"), "priority": "high"},
        )

    def test_every_mark_of_a_priority_is_known(self):
        expected = {
            "p1": "high",
            "P2": "medium",
            "p3": "low",
            "p4": "none",
            "!!": "high",
            "!!!": "urgent",
            "!Urgent": "urgent",
            "!none": "none",
            "(p1)": "high",
        }
        for mark, priority in expected.items():
            with self.subTest(mark):
                reading = read(f"call {mark} Ann")
                self.assertEqual((reading.title, reading.priority), ("call Ann", priority))

    def test_what_only_looks_like_a_mark_is_text(self):
        for line in (
            "buy milk!!",
            "fix issue #12",
            "cp1 file",
            "p12 form",
            "p1b",
            "!highly",
            "C# course",
            "a#b",
            "#r&d",
            "#b@d",
            "x #" + "a" * 51,
            "- buy milk",
        ):
            with self.subTest(line):
                reading = read(line)
                self.assertEqual((reading.title, reading.parts), (line, ()))

    def test_the_first_priority_counts_and_tags_count_once(self):
        reading = read("p2 talk to p1 people #a #A")
        self.assertEqual((reading.title, reading.priority, reading.tags), ("talk to p1 people", "medium", ("a",)))

    def test_tags_of_every_script_are_whole(self):
        for tag in ("हिन्दी", "größe", "日本語", "te\u0301l", "2026goals"):
            with self.subTest(tag):
                self.assertEqual(read(f"x #{tag}.").title, "x.")

    def test_what_is_quoted_stays_as_it_is(self):
        for line in ('read "friday 5pm"', "read “tomorrow #now p1”", "see 'monday' and «#x»"):
            with self.subTest(line):
                reading = read(line)
                self.assertEqual((reading.title, reading.parts), (line, ()))

    def test_a_title_in_quotes_loses_them(self):
        reading = read('"Thank god it\'s Friday" #music tomorrow')
        self.assertEqual((reading.title, reading.due, reading.tags), ("Thank god it's Friday", "tomorrow", ("music",)))

    def test_titles_close_where_parts_were_cut_out(self):
        expected = {
            "Friday: buy bread": "buy bread",
            "Buy milk, tomorrow": "Buy milk",
            "call Ann, tomorrow, about x": "call Ann, about x",
            "finish (friday) #x": "finish",
            "meet at 5. Bring cake": "meet. Bring cake",
            "email a@b.c  #q,  #x": "email a@b.c",
        }
        for line, title in expected.items():
            with self.subTest(line):
                self.assertEqual(read(line).title, title)

    def test_how_to_remind_is_read_as_in_a_chat(self):
        for line, title, due, remind, told in (
            ("remind me friday at 5pm to call Ann", "call Ann", "friday at 5pm", "", "at the time"),
            ("Remind me to call Ann tomorrow 9am #home", "call Ann", "tomorrow 9am", "", "at the time"),
            ("remind me to call Ann", "call Ann", "", "", "no time to remind at"),
            (
                "Dentist friday 3pm, remind me an hour before p1",
                "Dentist",
                "friday 3pm",
                "an hour before",
                "1 hour before",
            ),
            ("gym tomorrow 7am, don't remind me", "gym", "tomorrow 7am", "none", "no reminder"),
            ("call Ann friday, remind me tomorrow at 9", "call Ann", "friday", "tomorrow at 9", "tomorrow, 09:00"),
            (
                "remind me an hour before my flight friday 6pm",
                "my flight",
                "friday 6pm",
                "an hour before",
                "1 hour before",
            ),
        ):
            with self.subTest(line):
                reading = read(line)
                self.assertEqual((reading.title, reading.due, reading.remind), (title, due, remind))
                [part] = [part for part in reading.parts if part.kind == "remind"]
                self.assertEqual(part.value, told)
                self.assertEqual("".join(words for words, _ in reading.stretches()), line)
                if due:
                    self.assertIn(part.text, read(line, part.text).kept if not remind else [part.text])

    def test_what_is_no_reminder_of_a_new_todo_stays_text(self):
        for line in (
            "write a reminder for Bob",
            'read "remind me to call Ann"',
            "remind me 30 minutes before",
            "remind me to",
            "remind me",
            "remind me tomorrow",
        ):
            with self.subTest(line):
                self.assertEqual((read(line).title, read(line).parts), (line, ()))
        self.assertEqual(read("remind me to call Ann", "remind me to").title, "remind me to call Ann")

    def test_a_reminder_that_cannot_be_is_refused_unless_quoted(self):
        for line, reason in (
            ("remind me yesterday at 5pm to call Ann", "is over already"),
            ("dentist friday, remind me 30 minutes before", "whole day"),
            ("remind me every second to breathe", "not more often than once a day"),
        ):
            with self.subTest(line), self.assertRaisesMessage(DateNotUnderstood, reason):
                read(line)

    def test_a_date_alone_is_a_title(self):
        for line in ("tomorrow", "tomorrow!", "“tomorrow”"):
            with self.subTest(line):
                self.assertEqual(read(line).due, "")
        self.assertEqual(read("tomorrow").title, "tomorrow")

    def test_a_date_that_does_not_exist_is_refused_unless_quoted(self):
        with self.assertRaisesMessage(DateNotUnderstood, "in quotes"):
            read("meeting on 31st of february")
        self.assertEqual(read("meeting on '31st of february'").due, "")


class PartTests(SimpleTestCase):
    def parts(self, line, *keep):
        return [(part.kind, part.text, part.value) for part in read(line, *keep).parts]

    def test_parts_say_what_they_mean(self):
        self.assertEqual(
            self.parts("pay rent p1 every month on the 1st #Home"),
            [
                ("priority", "p1", "high"),
                ("due", "every month on the 1st", "Wednesday 1 April, monthly on the 1st"),
                ("tag", "#Home", "home"),
            ],
        )

    def test_the_pieces_of_a_line_make_the_line(self):
        for line in ("tomorrow #home 5pm call Sam", "call Sam tomorrow", "nothing", "(p1) x (friday)", "a #b#c"):
            with self.subTest(line):
                pieces = list(read(line).stretches())
                self.assertEqual("".join(words for words, _ in pieces), line)
                marked = {(kind, words) for words, kind in pieces if kind}
                self.assertEqual(
                    marked,
                    {(part.kind, line[start:end]) for part in read(line).parts for start, end in part.spans},
                )

    def test_a_date_in_two_places_is_one_part(self):
        reading = read("tomorrow #home call Sam at 5pm")
        self.assertEqual((reading.title, reading.due), ("call Sam", "tomorrow at 5pm"))
        self.assertEqual(reading.parts[0].spans, ((0, 8), (24, 30)))

    def test_a_tag_inside_a_date_does_not_tear_it(self):
        reading = read("call Sam tomorrow #home 5pm")
        self.assertEqual((reading.title, reading.due, reading.tags), ("call Sam", "tomorrow 5pm", ("home",)))

    def test_a_part_that_is_kept_is_text(self):
        line = "call John friday about p1 #plan"
        reading = read(line, "friday", "p1", "#plan", "not there")
        self.assertEqual((reading.title, reading.parts), (line, ()))
        self.assertEqual(set(reading.kept), {"friday", "p1", "#plan"})

    def test_behind_a_kept_date_the_next_one_is_found(self):
        reading = read("read Monday Blues on friday", "on friday")
        self.assertNotIn("on friday", [part.text for part in reading.parts])
        self.assertIn("on friday", reading.title)
        reading = read("p1 fix p2 bugs", "p1")
        self.assertEqual((reading.title, reading.priority), ("p1 fix bugs", "medium"))

    def test_a_moment_that_is_over_is_no_title_unless_it_is_quoted_or_what_it_tells_of(self):
        for line in ("call mom yesterday at 5pm", "call mom last night at 9 #home", "three fortnights ago: call mom"):
            with self.subTest(line), self.assertRaisesRegex(DateNotUnderstood, "is over already"):
                read(line)
        for line in ('"call mom yesterday at 5pm"', "reply to the mail from yesterday"):
            self.assertEqual(read(line).due, "")
