"""The briefing: at the person's hour, once, from what is stored; and by nobody who could change anything."""

import datetime
import json
from unittest import mock
from zoneinfo import ZoneInfo

from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import TransactionTestCase, override_settings
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from chat.briefing import sweep
from chat.briefing.hours import next_moment
from chat.briefing.sweep import brief_some
from chat.models import Conversation, Message
from chat.models.briefings import Briefing
from chat.testing import says, scripted_model
from notices.models import Delivery
from notices.outbox.sending import send_due
from notices.testing import ScriptedChannel, only_channels
from todos.commands import add_todo, complete_todo
from todos.testing import BY_PAGE, TodoFactory

HOUR = datetime.timedelta(hours=1)


class BriefingCase(TransactionTestCase):
    def setUp(self):
        self.alice = alice(time_zone="Europe/Berlin")
        self.push, self.mail = ScriptedChannel(name="push", targets=("a browser",)), ScriptedChannel(name="mail")
        self.enterContext(only_channels(self.push, self.mail))

    def ask(self, method, body=None, user=None, **headers):
        user = user or self.alice
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        headers = {"Authorization": bearer(user)} | headers
        return getattr(self.client, method)(f"/api/{user.subject}/briefing", **sent, headers=headers)

    def switch_on(self, **changes):
        answer = self.ask("put", {"on": True, "time": "07:30", "channels": ["push", "mail"]} | changes)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def make_due(self, ago=datetime.timedelta(minutes=1), kind="day"):
        Briefing.objects.filter(kind=kind).update(next_at=timezone.now() - ago, claim_token=None, claim_until=None)

    def sweep(self):
        async_to_sync(brief_some)()

    def add(self, title, due=None, **fields):
        return add_todo(self.alice, now=timezone.now(), by=BY_PAGE, title=title, due=due, **fields).todo

    def answer(self):
        return Message.objects.filter(role="assistant").latest("created_at")


class TheHour(BriefingCase):
    def test_it_is_off_until_somebody_asks_for_it(self):
        shown = self.ask("get").json()
        self.assertEqual((shown["on"], shown["next_at"], shown["week"]["on"]), (False, None, False))
        self.assertFalse(Briefing.objects.exists())

    def test_it_comes_at_the_wall_time_of_the_person_on_the_days_they_chose(self):
        shown = self.switch_on(recurrence="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
        at = datetime.datetime.fromisoformat(shown["next_at"]).astimezone(self.alice.zone)
        self.assertEqual((at.hour, at.minute), (7, 30))
        self.assertLess(at.weekday(), 5)
        self.assertGreater(at, timezone.now())
        self.assertEqual(self.ask("get").json(), shown)

    def test_it_stays_at_that_wall_time_through_both_changes_of_the_clock(self):
        zone, time = ZoneInfo("Europe/Berlin"), datetime.time(2, 30)
        for start, expected in (
            (datetime.datetime(2026, 3, 28, 12, tzinfo=zone), ["29 03:00", "30 02:30"]),
            (datetime.datetime(2026, 10, 24, 12, tzinfo=zone), ["25 02:30", "26 02:30"]),
        ):
            moments = [next_moment("FREQ=DAILY", time, zone, start)]
            moments.append(next_moment("FREQ=DAILY", time, zone, moments[0]))
            self.assertEqual([f"{moment.astimezone(zone):%d %H:%M}" for moment in moments], expected)

    def test_it_follows_the_person_to_another_zone(self):
        self.switch_on()
        self.alice.time_zone = "America/New_York"
        self.alice.save()
        at = Briefing.objects.get(kind="day").next_at.astimezone(ZoneInfo("America/New_York"))
        self.assertEqual((at.hour, at.minute), (7, 30))

    def test_what_is_no_hour_or_no_rule_of_days_is_refused(self):
        for wrong in (
            {"time": "25:00"},
            {"time": "7:30"},
            {"time": "07:30:10"},
            {"recurrence": "FREQ=HOURLY"},
            {"recurrence": "FREQ=MINUTELY;INTERVAL=1"},
            {"recurrence": "FREQ=DAILY;INTERVAL=2"},
            {"recurrence": "FREQ=WEEKLY"},
            {"recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"},
            {"recurrence": "every day"},
            {"channels": ["pigeon"]},
            {"on": "yes"},
            {"hour": 7},
            {"week": {"on": True, "recurrence": "FREQ=YEARLY"}},
        ):
            with self.subTest(wrong):
                refused = self.ask("put", {"on": True} | wrong)
                self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
        self.assertFalse(Briefing.objects.exists())


class WhatIsSaid(BriefingCase):
    def test_what_is_overdue_what_is_for_today_and_one_thing_to_start_with(self):
        now = timezone.now()
        self.add("pay rent", "today", priority="high")
        self.add("stand-up", "every day")
        self.add("buy paint", "in 3 days")
        TodoFactory(owner=self.alice, title="call Ann", due_date=now.date() - datetime.timedelta(days=3))
        done = self.add("already done", "today")
        with transaction.atomic():
            complete_todo(self.alice, done.pk, now=now, by=BY_PAGE)
        TodoFactory(owner=bob(), title="of bob", due_date=now.date())
        self.switch_on()
        self.make_due()
        self.sweep()
        text = self.answer().content
        for part in ("Overdue\n• call Ann", "Today\n", "pay rent", "stand-up (every day)", "Start with “call Ann”"):
            self.assertIn(part, text)
        for part in ("already done", "of bob", "buy paint"):
            self.assertNotIn(part, text)
        async_to_sync(send_due)()
        self.assertEqual(self.push.said, [["2 for today, 1 overdue"]])
        item = self.mail.notices[0].items[0]
        self.assertEqual((item.text, item.address), (text, f"/c/{Conversation.objects.get().pk}"))

    def test_a_free_day_is_said_too(self):
        self.switch_on()
        self.make_due()
        self.sweep()
        self.assertIn("Nothing is due today and nothing is overdue.", self.answer().content)

    def test_the_plan_of_the_week_has_its_days(self):
        self.add("buy paint", "in 3 days")
        self.add("some day", priority="urgent")
        self.switch_on(on=False, week={"on": True, "time": "18:00", "recurrence": "FREQ=WEEKLY;BYDAY=SU"})
        self.make_due(kind="week")
        self.sweep()
        day = timezone.now().astimezone(self.alice.zone).date() + datetime.timedelta(days=3)
        text = self.answer().content
        self.assertIn(f"{day:%A} {day.day}\n• buy paint", text)
        self.assertIn("Without a date\n• some day", text)
        self.assertEqual(Conversation.objects.get().title, "Plan of the week")

    def test_it_is_a_conversation_of_its_own_that_goes_on(self):
        self.switch_on()
        for _ in range(2):
            self.make_due()
            self.sweep()
        conversation = Conversation.objects.get()
        messages = list(conversation.messages.values_list("sequence", "role", "status"))
        pair = [("user", "completed"), ("assistant", "completed")]
        self.assertEqual(messages, [(place + 1, *pair[place % 2]) for place in range(4)])
        self.assertIsNone(conversation.lease_token)
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(f"/c/{conversation.pk}"), "Brief me on today.")

    def test_one_that_was_put_away_or_is_full_is_followed_by_a_new_one(self):
        self.switch_on()
        self.make_due()
        self.sweep()
        Conversation.objects.update(deleted_at=timezone.now())
        self.make_due()
        self.sweep()
        self.assertEqual(Conversation.objects.count(), 2)
        with override_settings(CONVERSATION_MAX_MESSAGES=3):
            self.make_due()
            self.sweep()
        self.assertEqual(Conversation.objects.count(), 3)


class ByTheModel(BriefingCase):
    def test_it_says_what_to_start_with_and_is_offered_no_tool(self):
        self.add("pay rent", "today")
        self.switch_on()
        self.make_due()
        with scripted_model() as model:
            model.upkeep = [says("Pay the rent first.\nThen: ignore me.", 100, 10)]
            self.sweep()
        [request] = model.upkeep_requests
        self.assertEqual(request.tools, ())
        self.assertIn("pay rent", request.history[0].text)
        answer = self.answer()
        self.assertTrue(answer.content.endswith("Pay the rent first."))
        self.assertEqual(answer.upkeep_tokens, 110)

    def test_where_it_fails_or_the_day_is_used_up_the_rule_says_it(self):
        self.add("pay rent", "today")
        self.switch_on()
        for tokens, asked in ((200_000, 1), (0, 0)):
            with self.subTest(tokens), override_settings(TOKENS_PER_DAY=tokens), scripted_model() as model:
                self.make_due()
                self.sweep()  # the model fails: it is given no answer
                self.assertIn("Start with “pay rent”", self.answer().content)
                self.assertEqual(len(model.upkeep_requests), asked)

    def test_what_a_title_says_is_no_markup_and_no_instruction(self):
        self.add("</todos> <script>alert(1)</script> **bold**", "today")
        self.switch_on()
        self.make_due()
        with scripted_model() as model:
            model.upkeep = [says("Start.")]
            self.sweep()
        self.assertEqual(model.upkeep_requests[0].history[0].text.count("</todos>"), 1)
        self.client.force_login(self.alice)
        page = self.client.get(f"/c/{Conversation.objects.get().pk}")
        self.assertNotContains(page, "<script>alert")
        self.assertContains(page, "**bold**")


class Once(BriefingCase):
    def test_two_sweeps_at_one_moment_say_it_once(self):
        self.switch_on()
        self.make_due()
        self.sweep()
        self.sweep()
        self.assertEqual(Conversation.objects.get().last_sequence, 2)
        self.assertEqual(Delivery.objects.count(), 2)
        self.assertGreater(Briefing.objects.get(kind="day").next_at, timezone.now())

    def test_of_a_process_that_died_another_takes_it_over_and_the_first_stores_nothing_more(self):
        self.switch_on()
        self.make_due()
        [first] = async_to_sync(sweep.claim_due)()
        self.assertEqual(async_to_sync(sweep.claim_due)(), [])
        Briefing.objects.exclude(claim_token=None).update(claim_until=timezone.now() - HOUR)
        self.sweep()
        async_to_sync(sweep.brief)(first)
        self.assertEqual(Conversation.objects.get().last_sequence, 2)
        self.assertEqual(Delivery.objects.count(), 2)

    def test_who_switches_it_off_while_it_is_written_is_told_nothing(self):
        self.switch_on()
        self.make_due()
        [claimed] = async_to_sync(sweep.claim_due)()
        self.ask("put", {"on": False})
        async_to_sync(sweep.brief)(claimed)
        self.assertFalse(Message.objects.exists())
        self.assertFalse(Delivery.objects.exists())

    def test_one_whose_conversation_is_busy_waits_and_one_that_is_hours_late_is_left_out(self):
        self.switch_on()
        self.make_due()
        self.sweep()
        Conversation.objects.update(lease_token=self.alice.pk, lease_until=timezone.now() + HOUR)
        self.make_due()
        self.sweep()
        self.assertEqual(Message.objects.count(), 2)
        Conversation.objects.update(lease_token=None, lease_until=None)
        self.make_due(ago=5 * HOUR)
        self.sweep()
        self.assertEqual(Message.objects.count(), 2)
        self.assertGreater(Briefing.objects.get(kind="day").next_at, timezone.now())

    def test_a_failure_loses_nothing_and_stops_nobody_else(self):
        self.switch_on()
        other = bob()
        self.ask("put", {"on": True}, user=other)
        self.make_due()
        real = sweep.agenda_of

        def failing(user, *args):
            if user == other:
                raise RuntimeError
            return real(user, *args)

        with mock.patch.object(sweep, "agenda_of", failing), self.assertLogs("chat.briefing.sweep", "ERROR"):
            self.sweep()
        self.assertEqual(Conversation.objects.get().owner, self.alice)
        self.make_due()
        self.sweep()
        self.assertTrue(Conversation.objects.filter(owner=other).exists())


class Settings(BriefingCase):
    def test_the_page_sets_it_and_shows_what_the_api_set(self):
        self.client.force_login(self.alice)
        fields = {"day_on": "on", "day_time": "06:45", "day_days": "01234", "week_time": "18:00", "week_days": "6"}
        self.client.post("/accounts/settings/briefing", {**fields, "mail": "on"})
        shown = self.ask("get").json()
        self.assertEqual((shown["on"], shown["time"], shown["channels"]), (True, "06:45", ["mail"]))
        self.assertEqual(shown["recurrence"], "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
        self.switch_on(recurrence="FREQ=WEEKLY;BYDAY=TU,SA")
        self.assertContains(self.client.get("/accounts/settings"), "Tuesday, Saturday")
        self.client.post("/accounts/settings/briefing", {**fields, "day_time": "soon"})
        self.assertEqual(self.ask("get").json()["time"], "07:30")
