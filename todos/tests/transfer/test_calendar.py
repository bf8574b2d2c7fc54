import datetime
import re

from django.test import TestCase, override_settings
from icalendar import Calendar

from accounts.testing import alice, bob
from language.due import Due
from language.recurrence import Recurrence
from todos.fields.schedule import Schedule
from todos.models import CalendarFeed, Todo
from todos.testing import NEW_YORK, NOW, TodoFactory, make_many
from todos.transfer.calendar.feed import FEED_MAX
from todos.transfer.calendar.ical import calendar_bytes

EVENING = Due(datetime.date(2026, 3, 6), datetime.time(17), "America/New_York")


def day(number, month=3):
    return Due(datetime.date(2026, month, number))


class CalendarTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def todo(self, title="Buy milk", due=None, rule="", *, anchor=None, from_completion=False, **fields):
        recurrence = Recurrence(rule, from_completion) if rule else None
        schedule = Schedule(due, recurrence, (anchor or due) if rule else None)
        return TodoFactory(owner=self.alice, title=title, **schedule.columns, **fields)


class EventTests(CalendarTestCase):
    def events(self):
        todos = Todo.objects.for_user(self.alice).with_tags().order_by("pk")
        return Calendar.from_ical(calendar_bytes(todos, NEW_YORK, NOW)).events

    def event(self, *args, **fields):
        self.todo(*args, **fields)
        (event,) = self.events()
        return event

    def rule(self, *args, **fields):
        event = self.event(*args, **fields)
        Todo.objects.all().delete()
        return event["RRULE"].to_ical().decode() if "RRULE" in event else None

    def test_a_day_is_a_whole_day(self):
        event = self.event(due=day(6))
        self.assertEqual(event["DTSTART"].to_ical(), b"20260306")
        self.assertEqual(event["DTSTART"].params["VALUE"], "DATE")

    def test_a_moment_is_half_an_hour_in_utc(self):
        event = self.event(due=EVENING)
        self.assertEqual(event["DTSTART"].to_ical(), b"20260306T220000Z")
        self.assertEqual(event.duration, datetime.timedelta(minutes=30))

    def test_a_repeat_keeps_its_wall_time_with_the_zone_beside_it(self):
        event = self.event(due=EVENING, rule="FREQ=WEEKLY;BYDAY=FR")
        self.assertEqual(event["DTSTART"].to_ical(), b"20260306T170000")
        self.assertEqual(event["DTSTART"].params["TZID"], "America/New_York")
        self.assertEqual(event["RRULE"].to_ical(), b"FREQ=WEEKLY;BYDAY=FR")
        content = calendar_bytes(Todo.objects.with_tags(), NEW_YORK, NOW)
        self.assertIn(b"BEGIN:VTIMEZONE\r\nTZID:America/New_York", content)

    def test_short_months_have_their_last_day_in_calendars_too(self):
        for rule, due, expected in (
            ("FREQ=MONTHLY;BYMONTHDAY=30", day(30), "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
            ("FREQ=MONTHLY", day(31), "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
            ("FREQ=YEARLY", day(31), "FREQ=YEARLY;BYMONTHDAY=28,29,30,31;BYMONTH=3;BYSETPOS=-1"),
            ("FREQ=MONTHLY", day(28), "FREQ=MONTHLY"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", day(31), "FREQ=MONTHLY;BYMONTHDAY=-1"),
            ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU", day(3), "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU"),
        ):
            with self.subTest(rule):
                self.assertEqual(set(self.rule(due=due, rule=rule).split(";")), set(expected.split(";")))

    def test_what_counts_from_completion_comes_once(self):
        self.assertIsNone(self.rule(due=day(6), rule="FREQ=DAILY", from_completion=True))

    def test_a_moved_occurrence_stands_alone_and_the_repeat_goes_on_after_it(self):
        self.todo(due=day(11), rule="FREQ=WEEKLY;BYDAY=MO", anchor=day(9))
        moved, repeat = self.events()
        self.assertEqual((moved.start, "RRULE" in moved), (datetime.date(2026, 3, 11), False))
        self.assertEqual((repeat.start, "RRULE" in repeat), (datetime.date(2026, 3, 16), True))
        self.assertNotEqual(moved["UID"], repeat["UID"])

    def test_a_client_that_keeps_the_calendar_reminds_when_the_todo_does(self):
        rules = ["30 min", "1 d 19:00", "2026-03-05 09:00 America/New_York"]
        self.todo(due=EVENING, reminder_rules=rules)
        self.todo(due=day(6), reminder_rules=["0 d 08:00"])
        self.todo(due=EVENING, reminder_rules=[])
        self.todo(due=EVENING)
        stored = calendar_bytes(Todo.objects.order_by("pk"), NEW_YORK, NOW)
        told = []
        for event in Calendar.from_ical(Calendar.from_ical(stored).to_ical()).events:
            alarms = event.alarms
            alarms.set_local_timezone(NEW_YORK)  # a whole day is the client's own
            told.append(sorted(f"{alarm.trigger.astimezone(NEW_YORK):%Y-%m-%dT%H:%M}" for alarm in alarms.times))
        self.assertEqual(
            told,
            [
                ["2026-03-05T09:00", "2026-03-05T19:00", "2026-03-06T16:30"],
                ["2026-03-06T08:00"],
                [],
                ["2026-03-06T17:00"],
            ],
        )

    def test_texts_are_escaped_and_lines_folded(self):
        title, notes = "Ä;b,c\\d “é” 😀" * 12, "one\ntwo\x0bthree\nBEGIN:VEVENT"
        event = self.event(title, day(6), notes=notes, tags=["home", "work"], priority=4)
        self.assertEqual((event["SUMMARY"], event["DESCRIPTION"]), (title, notes.replace("\x0b", "\n")))
        self.assertEqual((event["CATEGORIES"].cats, event["PRIORITY"]), (["home", "work"], 1))
        content = calendar_bytes(Todo.objects.with_tags(), NEW_YORK, NOW)
        self.assertLessEqual(max(len(line) for line in content.split(b"\r\n")), 75)
        self.assertEqual(content.count(b"BEGIN:VEVENT"), 2)
        self.assertEqual(len(re.findall(rb"^BEGIN:VEVENT", content, re.MULTILINE)), 1)

    def test_an_event_is_known_by_its_todo_and_its_version(self):
        todo = self.todo(due=day(6), version=3)
        (event,) = self.events()
        self.assertEqual((event["UID"], event["SEQUENCE"]), (f"{todo.pk}@todo-chat", 2))
        self.assertEqual(event["DTSTAMP"].dt, todo.updated_at.replace(microsecond=0))


class AddressTests(CalendarTestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.alice)
        self.todo("Buy milk", day(6))
        self.todo("Some day")
        self.todo("Done", day(6), done=True)
        self.todo("Gone", day(6), trashed=True)
        TodoFactory(owner=bob(), title="Bobs plan", due_date=NOW.date())

    def make(self):
        response = self.client.post("/calendar/make")
        self.assertEqual(response["Cache-Control"], "no-store")
        return re.search(r'value="http://testserver(/calendar/[\w-]{43}\.ics)"', response.content.decode())[1]

    def fetch(self, address):
        return self.client_class().get(address)

    def test_whoever_has_the_address_sees_the_open_todos_with_a_date(self):
        response = self.fetch(self.make())
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        self.assertEqual([event["SUMMARY"] for event in Calendar.from_ical(response.content).events], ["Buy milk"])

    def test_no_cache_keeps_it_and_no_site_is_told(self):
        response = self.fetch(self.make())
        self.assertTrue(response["Cache-Control"].startswith("private"))
        self.assertEqual((response["Referrer-Policy"], response["X-Robots-Tag"]), ("no-referrer", "noindex"))
        self.assertFalse(response.cookies)

    def test_the_address_is_shown_once_and_stored_as_a_hash(self):
        secret = self.make().removeprefix("/calendar/").removesuffix(".ics")
        self.assertNotIn(secret, str(CalendarFeed.objects.values()))
        self.assertNotContains(self.client.get("/accounts/settings"), secret)

    def test_a_new_address_ends_the_one_before(self):
        before, after = self.make(), self.make()
        self.assertEqual([self.fetch(address).status_code for address in (before, after)], [404, 200])
        self.assertEqual(CalendarFeed.objects.count(), 1)

    def test_an_address_can_be_ended(self):
        address = self.make()
        self.assertContains(self.client.get("/accounts/settings"), "End the address")
        self.assertRedirects(self.client.post("/calendar/end"), "/accounts/settings")
        self.assertEqual(self.fetch(address).status_code, 404)
        self.assertNotContains(self.client.get("/accounts/settings"), "End the address")

    def test_wrong_and_ended_addresses_look_the_same(self):
        address = self.make()
        self.client.post("/calendar/end")
        wrong = ("/calendar/x.ics", "/calendar/" + "é" * 43 + ".ics", "/calendar/" + "A" * 43 + ".ics", address)
        answers = [self.fetch(path) for path in wrong]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        self.assertEqual(len({answer.content for answer in answers}), 1)

    def test_a_disabled_person_has_no_calendar(self):
        address = self.make()
        self.alice.is_active = False
        self.alice.save()
        self.assertEqual(self.fetch(address).status_code, 404)

    @override_settings(RATE_LIMITS=True)
    def test_guessing_is_slowed_down(self):
        for _ in range(60):
            self.fetch("/calendar/x.ics")
        response = self.fetch(self.make())
        self.assertEqual(response.status_code, 429)
        self.assertTrue(response["Retry-After"])

    def test_only_forms_of_this_site_change_it(self):
        strict = self.client_class(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        self.assertEqual([strict.post(f"/calendar/{act}").status_code for act in ("make", "end")], [403, 403])
        self.assertEqual([self.client.get(f"/calendar/{act}").status_code for act in ("make", "end")], [302, 405])
        self.assertFalse(CalendarFeed.objects.exists())
        self.assertEqual(self.client_class().post("/calendar/make").status_code, 302)

    def test_who_signed_in_long_ago_is_asked_first_because_whoever_has_it_reads_them(self):
        session = self.client.session
        session["signed_in_at"] = 0
        session.save()
        self.assertContains(self.client.post("/calendar/make"), "Is it you?")
        self.assertFalse(CalendarFeed.objects.exists())

    def test_a_long_list_shows_its_soonest_todos_in_a_few_queries(self):
        make_many(self.alice, FEED_MAX, due_date=NOW.date())
        address = self.make()
        with self.assertNumQueries(3):
            response = self.fetch(address)
        self.assertEqual(response.content.count(b"BEGIN:VEVENT"), FEED_MAX)
