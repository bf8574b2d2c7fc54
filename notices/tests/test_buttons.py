"""Done and Snooze on a notice: by a signed address that acts once, and on pages that are open."""

from asgiref.sync import async_to_sync
from django.core import signing
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from language.reminders.text import instant_text
from notices.buttons.acts import act_on
from notices.buttons.signing import GOOD_FOR_SECONDS, SALT, address_of
from notices.channel import Outcome
from notices.models import Delivery
from notices.outbox.sending import send_due
from notices.testing import ScriptedChannel, only_channels
from todos.models import Reminder, Todo

from .test_sending import MINUTE, SECOND, came_due, change, later, remind


class ButtonCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.push, self.page = ScriptedChannel(name="push"), ScriptedChannel(name="page", targets=("",))
        self.enterContext(only_channels(self.push, self.page))
        self.reminder = remind(self.alice)
        async_to_sync(send_due)()
        [notice] = self.push.notices
        self.acts = notice.items[0].acts

    def todo(self) -> Todo:
        return Todo.objects.get(pk=self.reminder.todo_id)

    def snoozed(self) -> list[Reminder]:
        return [reminder for reminder in Reminder.objects.waiting() if reminder.parsed_rule.once]


class SignedAddresses(ButtonCase):
    def test_a_look_asks_and_changes_nothing(self):
        self.assertEqual(list(self.acts)[:2], ["Done", "Snooze 10 minutes"])
        page = self.client.get(self.acts["Done"])
        self.assertContains(page, "Call the dentist")
        self.assertContains(page, "Done</button>")
        self.client.head(self.acts["Done"])
        self.assertIsNone(self.todo().completed_at)

    def test_a_press_acts_once_without_signing_in(self):
        self.assertContains(self.client.post(self.acts["Done"]), "Completed “Call the dentist”.")
        self.assertIsNotNone(self.todo().completed_at)
        Todo.objects.update(completed_at=None)
        for address in (self.acts["Done"], self.acts["Snooze 1 hour"]):
            for method in (self.client.post, self.client.get):
                self.assertContains(method(address), "This was done already.", status_code=410)
        self.assertIsNone(self.todo().completed_at)

    def test_a_snooze_brings_it_once_more_and_says_when(self):
        said = self.client.post(self.acts["Snooze 10 minutes"])
        [snoozed] = self.snoozed()
        self.assertContains(said, f"reminds you again {instant_text(snoozed.at, self.alice.zone, timezone.now())}.")
        self.assertLess(abs(snoozed.at - timezone.now() - 10 * MINUTE), MINUTE)
        self.assertEqual(Reminder.objects.get(pk=self.reminder.pk).state, "done")

    def test_the_moment_that_is_said_is_the_one_that_comes(self):
        """By day “this evening” is today's, at night tomorrow's."""
        for hour, says in ((10, "today, 19:00"), (22, "tomorrow, 19:00")):
            with self.subTest(hour), transaction.atomic():
                delivery = Delivery.objects.first()
                now = timezone.now().astimezone(self.alice.zone).replace(hour=hour, minute=0)
                said = act_on(self.alice, delivery, "evening", now)
                self.assertIn(says, said)
                transaction.set_rollback(True)

    def test_whatever_says_the_same_elsewhere_is_done_with_it(self):
        self.client.force_login(self.alice)
        self.assertContains(self.client.get("/notices"), "Call the dentist")
        self.client.post(self.acts["Snooze 1 hour"])
        self.assertNotContains(self.client.get("/notices"), "Call the dentist")

    def test_what_is_forged_old_or_about_nothing_is_a_clear_page(self):
        token = self.acts["Done"].removeprefix("/r/")
        with self.settings(SECRET_KEY="another" * 8):
            forged = address_of(Delivery.objects.first().pk, "done")
        then = timezone.now().timestamp() - GOOD_FOR_SECONDS - 10
        with self.subTest("old"):
            signer = signing.TimestampSigner(salt=SALT)
            signer.timestamp = lambda: signing.b62_encode(int(then))
            old = f"/r/{signer.sign_object([Delivery.objects.first().pk.hex, 'done'])}"
            self.assertContains(self.client.post(old), "good for a week", status_code=410)
        cases = {
            "cut": f"/r/{token[:-3]}",
            "words": "/r/done",
            "forged": forged,
            "other": f"/r/{signing.dumps('x', salt=SALT)}",
        }
        for name, address in cases.items():
            with self.subTest(name):
                self.assertContains(self.client.post(address), "not one of ours", status_code=404)
        unknown = address_of(Delivery.objects.first().pk, "delete")
        self.assertContains(self.client.post(unknown), "no longer there", status_code=410)
        Todo.objects.update(deleted_at=timezone.now())
        self.assertContains(self.client.post(self.acts["Done"]), "no longer there", status_code=410)
        self.alice.is_active = False
        self.alice.save()
        self.assertContains(self.client.get(self.acts["Done"]), "no longer there", status_code=410)
        self.assertIsNone(self.todo().completed_at)


class OpenPages(ButtonCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.alice)

    def press(self, act):
        delivery = Delivery.objects.get(channel="page")
        return self.client.post(f"/notices/{delivery.pk}/{act}", {"next": "/todos"}, follow=True)

    def test_show_no_more_what_was_put_off_or_moved_in_words(self):
        for words in ({"remind": "snooze 1 hour"}, {"due": "saturday 9am"}, {"remind": "none"}):
            with self.subTest(words):
                reminder = came_due(self.alice)
                async_to_sync(send_due)()
                self.assertContains(self.client.get("/notices"), "Stand-up")
                change(self.alice, reminder, **words)
                self.assertNotContains(self.client.get("/notices"), "Stand-up")

    def test_show_what_they_were_told_until_somebody_acts(self):
        said_of = {"done": "Completed “Call the dentist”.", "10m": "reminds you again to", "dismissed": ""}
        for act, said in said_of.items():
            with self.subTest(act):
                Delivery.objects.update(acted="")
                Todo.objects.update(completed_at=None)
                Reminder.objects.filter(pk=self.reminder.pk).update(state="sent")
                self.assertContains(self.client.get("/notices"), "Call the dentist")
                self.assertContains(self.press(act), said)
                self.assertNotContains(self.client.get("/notices"), "Call the dentist")
                self.assertEqual(self.todo().completed_at is not None, act == "done")

    def test_what_is_said_once_more_after_done_and_open_again_can_be_done_again(self):
        self.push.outcomes = [Outcome("again", "http_503")]
        reminder = came_due(self.alice)
        async_to_sync(send_due)()
        shown = Delivery.objects.get(channel="page", source_id=reminder.pk)
        self.client.post(f"/notices/{shown.pk}/done", {"next": "/todos"})
        opened = self.client.post(
            f"/api/{self.alice.subject}/todos/{reminder.todo_id}/reopen", headers={"Authorization": bearer(self.alice)}
        )
        self.assertEqual(opened.status_code, 200)
        async_to_sync(later)(MINUTE)
        async_to_sync(send_due)()
        done = self.push.notices[-1].items[0].acts["Done"]
        self.assertContains(self.client.post(done), "Completed “Stand-up”.")
        self.assertContains(self.client.post(done), "This was done already.", status_code=410)
        self.assertIsNotNone(Todo.objects.get(pk=reminder.todo_id).completed_at)

    def test_show_no_longer_what_was_done_elsewhere_or_is_a_day_old(self):
        Todo.objects.update(completed_at=timezone.now())
        self.assertNotContains(self.client.get("/notices"), "Call the dentist")
        Todo.objects.update(completed_at=None)
        Delivery.objects.update(expires_at=timezone.now() - SECOND)
        self.assertNotContains(self.client.get("/notices"), "Call the dentist")

    def test_nobody_acts_on_anothers(self):
        self.client.force_login(bob())
        self.assertNotContains(self.client.get("/notices"), "Call the dentist")
        self.assertContains(self.press("done"), "no longer there")
        self.assertIsNone(self.todo().completed_at)
