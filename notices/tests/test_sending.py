"""What is due is said once, by every channel of its owner; what cannot be said now is tried again, for a day."""

import asyncio
import datetime
from io import StringIO

from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db.models import F
from django.test import TestCase
from django.utils import timezone

from accounts.testing import alice, bob
from notices.channel import Outcome
from notices.models import Delivery
from notices.outbox.claims import CLAIM, WAITS_SECONDS, claim, store_outcome
from notices.outbox.filling import hand_over_due, put
from notices.outbox.sending import Sender, seconds_to_next, send_due
from notices.testing import ScriptedChannel, only_channels
from todos.changing.changes import Origin
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, restore_todo, update_todo
from todos.models import Door, Reminder, Todo
from todos.reminder_commands import deal_with
from todos.testing import TodoFactory

SECOND, MINUTE, HOUR = (datetime.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
AGAIN = Outcome("again", "smtp_451")


def remind(owner, title="Call the dentist", ago=SECOND) -> Reminder:
    """A reminder whose moment is so long over."""
    todo = TodoFactory(owner=owner, title=title)
    return Reminder.objects.create(owner=owner, todo=todo, rule="0 min", at=timezone.now() - ago)


def came_due(owner) -> Reminder:
    """The one that a todo with a time brings by itself, whose time has just come."""
    now = timezone.now() - HOUR
    todo = add_todo(owner, now=now, by=Origin(Door.API), title="Stand-up", due="in 59 minutes").todo
    return Reminder.objects.get(todo=todo)


def change(owner, reminder, **fields) -> None:
    update_todo(owner, reminder.todo_id, now=timezone.now(), by=Origin(Door.API), **fields)


@sync_to_async
def later(wait=CLAIM) -> None:
    """So much time passes for the outbox."""
    Delivery.objects.update(not_before=F("not_before") - wait - SECOND)


@sync_to_async
def clock_jumps(by) -> None:
    """The database's clock is so much later than it was, or earlier: all moments are that much nearer, or further."""
    Reminder.objects.update(at=F("at") - by, sent_for=F("sent_for") - by)
    moments = ("occurrence", "not_before", "expires_at", "sent_at")
    Delivery.objects.update(**{name: F(name) - by for name in moments})


class SendingCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.mail = ScriptedChannel()
        self.enterContext(only_channels(self.mail))

    async def remind(self, owner=None, **fields) -> Reminder:
        return await sync_to_async(remind)(owner or self.alice, **fields)

    async def states(self) -> list[tuple[str, str, int]]:
        rows = Delivery.objects.order_by("pk").values_list("state", "code", "attempts")
        return [row async for row in rows]


class Sending(SendingCase):
    async def test_a_reminder_that_is_due_is_said_once(self):
        reminder = await self.remind()
        for _ in range(3):
            await send_due()
        self.assertEqual(self.mail.said, [["Call the dentist"]])
        self.assertEqual(await self.states(), [("sent", "ok", 1)])
        await reminder.arefresh_from_db()
        self.assertEqual((reminder.state, reminder.sent_for), ("sent", reminder.at))

    async def test_one_that_is_still_to_come_waits(self):
        await self.remind(ago=-HOUR)
        self.assertFalse(await send_due())
        self.assertEqual(self.mail.said, [])

    async def test_it_goes_to_every_target_of_every_channel(self):
        push = ScriptedChannel(name="push", targets=("phone", "laptop"))
        with only_channels(self.mail, push):
            await self.remind()
            outcomes = await send_due()
        self.assertEqual(outcomes, {"mail sent": 1, "push sent": 2})
        self.assertEqual({notice.target for notice in push.notices}, {"phone", "laptop"})

    async def test_who_has_no_channel_on_loses_nothing_but_the_message(self):
        self.mail.reached = ()
        reminder = await self.remind()
        await send_due()
        await reminder.arefresh_from_db()
        self.assertEqual((reminder.state, await self.states()), ("sent", []))

    async def test_what_was_done_meanwhile_is_not_said(self):
        await self.remind()
        await sync_to_async(hand_over_due)()
        await Todo.objects.aupdate(completed_at=timezone.now())
        await send_due()
        self.assertEqual((self.mail.said, await self.states()), ([], [("expired", "not_needed", 0)]))

    async def test_a_clock_that_jumps_loses_nothing_and_says_nothing_twice(self):
        await self.remind(title="Soon", ago=-HOUR)
        await self.remind(title="Now")
        for jump in (-2 * HOUR, 2 * HOUR, 2 * HOUR, -3 * HOUR, 4 * HOUR):
            await send_due()
            await clock_jumps(jump)
        await send_due()
        self.assertEqual(sorted(self.mail.said), [["Now"], ["Soon"]])

    async def test_a_claim_of_a_clock_that_went_back_ends_when_it_is_there_again(self):
        await self.remind()
        await sync_to_async(hand_over_due)()
        await sync_to_async(claim)("mail", 1)
        await clock_jumps(-HOUR)
        self.assertFalse(await send_due())
        await clock_jumps(HOUR + CLAIM + SECOND)
        await send_due()
        self.assertEqual(self.mail.said, [["Call the dentist"]])

    def test_the_command_sends_and_says_what(self):
        remind(self.alice)
        for said in ("Sent: 1 by mail sent", "Nothing is due."):
            call_command("send_reminders", stdout=(out := StringIO()))
            self.assertEqual(out.getvalue().strip(), said)
        self.assertEqual(self.mail.said, [["Call the dentist"]])

    async def test_something_else_is_put_into_the_outbox_once(self):
        now = timezone.now()
        said = {"title": "Today", "text": "3 todos", "address": "/todos"}
        for _ in range(2):
            await sync_to_async(put)(self.alice.pk, "briefing", self.alice.pk, now, now + HOUR, said)
        await send_due()
        [notice] = self.mail.notices
        self.assertEqual((notice.kind, notice.items[0].title, notice.items[0].text), ("briefing", "Today", "3 todos"))


class Failing(SendingCase):
    async def test_a_refusal_that_passes_is_tried_again_under_the_same_id(self):
        self.mail.outcomes = [AGAIN, AGAIN]
        await self.remind()
        await send_due()
        self.assertEqual(await self.states(), [("waiting", "smtp_451", 1)])
        for wait in WAITS_SECONDS[:2]:
            await send_due()
            await later(wait * SECOND)
            await send_due()
        self.assertEqual(await self.states(), [("sent", "ok", 3)])
        self.assertEqual(len({notice.id for notice in self.mail.notices}), 1)

    async def test_what_failed_is_said_where_it_was_done_and_opened_again_meanwhile(self):
        for away, back in ((complete_todo, reopen_todo), (delete_todo, restore_todo)):
            with self.subTest(away.__name__):
                self.mail.outcomes, self.mail.notices = [AGAIN], []
                reminder = await sync_to_async(came_due)(self.alice)
                await later(MINUTE)
                await send_due()
                for command in (away, back):
                    await sync_to_async(command)(self.alice, reminder.todo_id, now=timezone.now(), by=Origin(Door.API))
                await later(MINUTE)
                await send_due()
                self.assertEqual(self.mail.said, [["Stand-up"], ["Stand-up"]])

    async def test_what_failed_is_not_said_again_once_the_person_wants_it_otherwise(self):
        """Moved, put off in words, asked for no more, dealt with: the notice of before has nothing to say."""
        changes = {
            "moved": lambda reminder: change(self.alice, reminder, due="in 3 days at 17:00"),
            "put off": lambda reminder: change(self.alice, reminder, remind="snooze 1 hour"),
            "no more": lambda reminder: change(self.alice, reminder, remind="none"),
            "dealt with": lambda reminder: deal_with(self.alice, [reminder.pk]),
            "left as it is": lambda reminder: None,
        }
        for name, act in changes.items():
            with self.subTest(name):
                self.mail.outcomes, self.mail.notices = [AGAIN], []
                reminder = await sync_to_async(came_due)(self.alice)
                await send_due()
                await sync_to_async(act)(reminder)
                await later(WAITS_SECONDS[0] * SECOND)
                await send_due()
                self.assertEqual(len(self.mail.notices), 2 if name == "left as it is" else 1)

    async def test_a_wait_that_the_other_side_asks_for_is_kept(self):
        self.mail.outcomes = [Outcome("again", "http_429", retry_after_seconds=300)]
        await self.remind()
        await send_due()
        await later(240 * SECOND)
        await send_due()
        self.assertEqual(len(self.mail.notices), 1)
        await later(60 * SECOND)
        await send_due()
        self.assertEqual(len(self.mail.notices), 2)

    async def test_a_refusal_for_good_is_the_end(self):
        self.mail.outcomes = [Outcome("failed", "http_410")]
        await self.remind()
        await send_due()
        await later()
        await send_due()
        self.assertEqual(await self.states(), [("failed", "http_410", 1)])

    async def test_a_side_that_never_accepts_is_left_after_its_time(self):
        silent = Silent()
        with only_channels(silent):
            await self.remind()
            await send_due()
        self.assertEqual(await self.states(), [("waiting", "timeout", 1)])

    async def test_a_channel_that_breaks_is_tried_again_and_its_words_stay_out_of_the_rows(self):
        with only_channels(Broken()), self.assertLogs("notices.outbox.sending", "ERROR"):
            await self.remind()
            await send_due()
        self.assertEqual(await self.states(), [("waiting", "RuntimeError", 1)])

    async def test_a_day_later_it_is_not_worth_saying(self):
        self.mail.outcomes = [AGAIN] * 9
        await self.remind(ago=24 * HOUR - MINUTE)
        await send_due()
        await Delivery.objects.aupdate(expires_at=F("expires_at") - MINUTE)
        await later(HOUR)
        await send_due()
        self.assertEqual(await self.states(), [("expired", "too_late", 1)])

    async def test_one_silent_channel_makes_no_other_late(self):
        silent = Silent()
        with only_channels(silent, self.mail):
            for number in range(25):
                await self.remind(title=f"Todo {number}")
            sender = Sender()
            for _ in range(3):
                await sender.send_some()
            await sync_to_async(lambda: None)()
            self.assertEqual(len(silent.notices), 20, "its own slots are taken, and no others")
            while len(self.mail.notices) < 25:
                await sender.look()
            self.assertEqual(len(silent.notices), 20)
            await sender.finish(1)


class AfterAnOutage(SendingCase):
    async def test_what_is_late_is_said_together_each_once(self):
        for number in range(3):
            await self.remind(title=f"Late {number}", ago=(5 - number) * MINUTE)
        await self.remind(title="Now")
        await self.remind(await sync_to_async(bob)(), title="Bob's", ago=HOUR)
        await send_due()
        self.assertEqual(sorted(self.mail.said), [["Bob's"], ["Late 0", "Late 1", "Late 2"], ["Now"]])
        self.assertEqual({state for state, *_ in await self.states()}, {"sent"})

    async def test_what_went_together_stays_together_when_it_is_tried_again(self):
        self.mail.outcomes = [AGAIN]
        for number in range(3):
            await self.remind(title=f"Late {number}", ago=HOUR)
        await send_due()
        await self.remind(title="Late too", ago=HOUR)
        await later()
        await send_due()
        first, second, third = sorted(self.mail.notices, key=lambda notice: -len(notice.items))
        self.assertEqual(first.id, second.id)
        self.assertEqual([item.title for item in third.items], ["Late too"])

    async def test_what_is_older_than_a_day_is_recorded_and_not_said(self):
        await self.remind(ago=25 * HOUR)
        await send_due()
        self.assertEqual((self.mail.said, await self.states()), ([], [("expired", "too_late", 0)]))


class Claims(SendingCase):
    def claim(self):
        return claim("mail", 10)

    def test_what_one_process_holds_no_other_takes(self):
        remind(self.alice)
        hand_over_due()
        self.assertEqual(len(self.claim()), 1)
        self.assertEqual(self.claim(), [])

    def test_the_claim_of_a_process_that_died_ends_and_its_late_word_counts_no_more(self):
        remind(self.alice)
        hand_over_due()
        [died] = self.claim()
        Delivery.objects.update(not_before=timezone.now() - SECOND)
        [other] = self.claim()
        self.assertEqual(died.notice.id, other.notice.id)
        self.assertFalse(store_outcome(died, Outcome("failed", "http_500")))
        self.assertTrue(store_outcome(other, Outcome("sent")))
        self.assertFalse(store_outcome(died, AGAIN))
        self.assertEqual(Delivery.objects.get().state, "sent")

    def test_handing_over_again_adds_nothing(self):
        reminder = remind(self.alice)
        hand_over_due()
        Reminder.objects.filter(pk=reminder.pk).update(state="waiting")
        hand_over_due()
        self.assertEqual(Delivery.objects.count(), 1)


class Sleeping(SendingCase):
    async def test_until_the_next_moment_and_no_longer_than_a_second(self):
        self.assertEqual(await seconds_to_next(), 1)
        await self.remind(ago=-MINUTE)
        self.assertAlmostEqual(await seconds_to_next(), 60, delta=5)
        self.assertEqual(await Sender().look(), 1)
        await self.remind(ago=HOUR)
        self.assertLess(await seconds_to_next(), 0)


class Silent(ScriptedChannel):
    """Accepts and never answers."""

    def __init__(self):
        super().__init__(name="push")

    async def send(self, notice):
        await super().send(notice)
        await asyncio.Event().wait()


class Broken(ScriptedChannel):
    async def send(self, notice):
        raise RuntimeError("secret")
