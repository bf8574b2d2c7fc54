"""The briefing by word of mouth: set, changed, ended and asked for in the chat, by the basic assistant or a model."""

import datetime
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.test import override_settings

from accounts.testing import alice, bearer
from chat.models import ToolCall
from chat.models.briefings import Briefing
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ChatCase
from notices.models import NoticeSettings, PushSubscription
from notices.stopping.signing import stop_mails
from notices.testing import ScriptedChannel, only_channels
from todos.models import Todo

ADD_MILK = {"tasks": [{"title": "Buy milk"}]}
NO_DEVICE = "No device takes notices yet"


class BriefingByChat(ChatCase):
    def setUp(self):
        self.alice = alice(time_zone="Europe/Berlin")
        self.conversation = None

    async def say(self, text):
        told = {"conversation_id": self.conversation} if self.conversation else {}
        answer = await self.answer(text, **told)
        self.conversation = answer["conversation_id"]
        return answer["response"]

    async def stored(self, kind="day"):
        """When it comes, on which days and by what; None where it is off."""
        row = await Briefing.objects.filter(kind=kind).afirst()
        if row is None or row.next_at is None:
            return None
        self.assertEqual(row.next_at.astimezone(ZoneInfo("Europe/Berlin")).time(), row.time)
        ways = [name for name in ("push", "mail") if getattr(row, name)]
        return f"{row.time:%H:%M} {row.rule} {' '.join(ways)}".strip()


class TheBasicAssistant(BriefingByChat):
    async def test_it_sets_what_was_asked_for_in_any_words(self):
        for text, kind, expected in (
            ("every sunday at 6pm plan my week", "week", "18:00 FREQ=WEEKLY;BYDAY=SU push"),
            ("brief me every morning at 7", "day", "07:00 FREQ=DAILY push"),
            ("send me my day at 8", "day", "08:00 FREQ=DAILY push"),
            ("briefing at 6:30 by mail", "day", "06:30 FREQ=DAILY mail"),
            (
                "could you mail me my agenda every weekday at 7:15?",
                "day",
                "07:15 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR mail",
            ),
            ("i'd like a daily digest at 9pm", "day", "21:00 FREQ=DAILY push"),
            ("plan my week on fridays", "week", "18:00 FREQ=WEEKLY;BYDAY=FR push"),
            ("set up a morning briefing at 5 as a notification please", "day", "05:00 FREQ=DAILY push"),
        ):
            with self.subTest(text):
                await Briefing.objects.all().adelete()
                self.conversation = None
                await self.say(text)
                self.assertEqual(await self.stored(kind), expected)
                self.assertFalse(await Todo.objects.aexists())

    async def test_it_ends_it_in_any_words_and_leaves_the_other_one(self):
        for text in (
            "no more briefing",
            "stop the morning briefing",
            "turn off my briefing",
            "please don't brief me any more",
            "stop sending me my day",
        ):
            with self.subTest(text):
                await self.say("brief me every morning at 7 and plan my week every sunday at 6pm")
                self.assertEqual(await self.say(text), "You are not briefed.")
                self.assertIsNone(await self.stored())
                self.assertIsNotNone(await self.stored("week"))

    async def test_what_is_like_it_and_is_none_stays_a_todo(self):
        for text in (
            "add plan my week every sunday at 6pm",
            "remind me to plan my week every sunday at 6pm",
            "briefing with Ann every monday at 9",
            "brief the team on monday",
            "prepare the briefing by friday",
            "send the summary to Bob every friday",
        ):
            with self.subTest(text):
                await self.say(text)
                self.assertFalse(await Briefing.objects.aexists())

    async def test_a_briefing_of_one_day_or_of_every_second_is_asked_about(self):
        for text in ("brief me tomorrow at 7", "brief me every second", "plan my week every month"):
            with self.subTest(text):
                await self.say(text)
                self.assertFalse(await Briefing.objects.aexists())
                self.assertFalse(await Todo.objects.aexists())

    async def test_it_is_changed_by_its_name_or_as_it_and_what_is_not_said_stays(self):
        await self.say("brief me on weekdays at 7 by mail")
        await self.say("change my briefing to 8")
        self.assertEqual(await self.stored(), "08:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR mail")
        await self.say("make it 6:30")
        self.assertEqual(await self.stored(), "06:30 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR mail")
        await self.say("no more briefing")
        await self.say("turn on the briefing")
        self.assertEqual(await self.stored(), "06:30 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR mail")

    async def test_asked_when_it_comes_it_says_so_and_changes_nothing(self):
        self.assertEqual(await self.say("when is my briefing?"), "You are not briefed.")
        told = await self.say("plan my week every sunday at 6pm")
        self.assertEqual(await self.say("what time do you plan my week?"), told)


class WhatItSays(BriefingByChat):
    async def test_when_and_through_what_it_comes(self):
        push, mail = ScriptedChannel(name="push"), ScriptedChannel(name="mail")
        with only_channels(push, mail):
            told = await self.say("brief me every morning at 7 by mail and by push")
        self.assertRegex(
            told,
            r"^You will be briefed every day at 07:00, next .*07:00, on your devices, by e-mail and "
            r"in the conversation “Briefing”\.$",
        )

    async def test_that_nothing_can_reach_the_person_and_where_to_mend_it(self):
        told = await self.say("brief me every morning at 7")
        self.assertIn("in the conversation “Briefing”. No device takes notices yet: add one in Settings", told)
        self.assertIn("Mail is not set up here.", await self.say("brief me at 7 by mail"))
        with override_settings(EMAIL_URL="smtp://localhost:2525"):
            self.assertIn("once you have confirmed an address", await self.say("brief me at 7 by mail"))

    async def test_it_goes_the_way_that_was_asked_for_whatever_reminders_go_by(self):
        await NoticeSettings.objects.acreate(owner=self.alice, push=False)
        await PushSubscription.objects.acreate(
            owner=self.alice, endpoint="https://push.example/1", p256dh="a", auth="b"
        )
        self.assertNotIn("on your devices", await self.say("brief me every morning at 7"))
        self.assertIn("on your devices", await self.say("brief me every morning at 7 by push"))

    async def test_the_link_in_a_mail_ends_the_mails_of_briefings_too(self):
        await self.say("brief me every morning at 7 by mail")
        await sync_to_async(stop_mails)(self.alice.pk)
        self.assertEqual(await self.stored(), "07:00 FREQ=DAILY")


class Undone(BriefingByChat):
    async def test_undo_takes_back_one_step_and_redo_brings_it_again(self):
        await self.say("brief me every morning at 7")
        await self.say("change my briefing to 8")
        self.assertIn("Taken back: You will be briefed every day at 07:00", await self.say("undo"))
        self.assertEqual(await self.stored(), "07:00 FREQ=DAILY push")
        self.assertEqual((await ToolCall.objects.order_by("id").alast()).status, "success")
        self.assertEqual(
            [call.status async for call in ToolCall.objects.filter(tool_name="set_briefing").order_by("id")],
            ["success", "undone"],
        )
        await self.say("redo")
        self.assertEqual(await self.stored(), "08:00 FREQ=DAILY push")

    async def test_undo_goes_back_in_the_order_in_which_things_happened(self):
        await self.say("add buy milk")
        await self.say("brief me every morning at 7")
        await self.say("undo")
        self.assertIsNone(await self.stored())
        self.assertTrue(await Todo.objects.aexists())
        await self.say("undo")
        self.assertFalse(await Todo.objects.aexists())

    async def test_undo_leaves_the_briefing_where_a_todo_was_changed_since(self):
        await self.say("brief me every morning at 7")
        await self.say("add buy milk")
        await self.say("undo")
        self.assertFalse(await Todo.objects.aexists())
        self.assertIsNotNone(await self.stored())

    async def test_what_one_message_did_is_taken_back_together(self):
        await self.say("add milk and brief me every morning at 7")
        self.assertTrue(await Todo.objects.aexists())
        await self.say("undo")
        self.assertFalse(await Todo.objects.aexists())
        self.assertIsNone(await self.stored())

    async def test_what_the_person_set_otherwise_since_is_left_alone(self):
        await self.say("brief me every morning at 7")
        await self.set_by_the_api("09:00")
        self.assertIn("nothing", (await self.say("undo")).lower())
        self.assertEqual(await self.stored(), "09:00 FREQ=DAILY push")

    async def set_by_the_api(self, time):
        answer = await self.async_client.put(
            f"/api/{self.alice.subject}/briefing",
            {"on": True, "time": time},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )
        self.assertEqual(answer.status_code, 200, answer.content)


class AModel(BriefingByChat):
    async def test_it_is_told_when_it_comes_and_why_a_wish_was_refused(self):
        wrong = calls("set_briefing", {"when": "every month"})
        right = calls("set_briefing", {"plan": "week", "when": "sunday at 6pm", "by": ["app"]})
        with scripted_model(wrong, right, says("Your week is planned every Sunday.")):
            answer = await self.answer("plan my week")
        refused, made = answer["tool_calls"]
        self.assertIn("on days of the week", refused["output"]["error"]["message"])
        self.assertIn("every Sunday at 18:00", made["output"]["note"])
        self.assertEqual(await self.stored("week"), "18:00 FREQ=WEEKLY;BYDAY=SU")

    async def test_the_same_call_once_more_keeps_what_was_before_the_first(self):
        await self.say("brief me every morning at 7")
        row = await Briefing.objects.aget()
        self.assertFalse(row.change["before"]["on"])
        self.assertEqual(datetime.time.fromisoformat(row.change["before"]["time"]), datetime.time(7, 30))
