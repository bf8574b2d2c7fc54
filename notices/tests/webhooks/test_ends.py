"""Which webhooks are called no more, and who is told of it."""

import socket
from unittest import mock

from asgiref.sync import async_to_sync
from django.test import override_settings

from accounts.models import SecurityEvent, User
from accounts.tests.mails.case import MailCase
from database.units import database_unit, within_unit
from notices.channels.webhook import WebhookChannel
from notices.models import Delivery, Webhook
from notices.outbox.claims import claim
from notices.tests.webhooks.case import WebhookCase
from notices.webhooks import sending
from notices.webhooks.acts import add_webhook, change_webhook
from notices.webhooks.health import SWITCHED_OFF_AFTER, note_failure
from notices.webhooks.testing import Receiver
from web.addresses import outbound


class SwitchedOff(WebhookCase):
    def test_after_days_of_failures_it_is_off_and_its_owner_told(self):
        self.receiver.usual = (500, {})
        self.todo()
        self.send()
        self.later(SWITCHED_OFF_AFTER)
        self.todo("Another")
        self.send()
        self.webhook.refresh_from_db()
        self.assertEqual((self.webhook.off_because, User.objects.get().has_webhooks), ("failing", False))
        self.assertFalse(Delivery.objects.filter(channel="webhook", state__in=["waiting", "claimed"]).exists())
        news = Delivery.objects.get(channel="page")
        self.assertEqual((news.kind, news.content["title"]), ("news", "A webhook was switched off"))
        self.assertEqual(SecurityEvent.objects.get(kind="webhook_off").detail, "127.0.0.1")
        self.client.force_login(self.alice)
        self.assertIn("A webhook was switched off", self.client.get("/notices").content.decode())
        self.assertIn("Off: nothing has reached it for days", self.client.get("/accounts/settings").content.decode())
        calls = len(self.receiver.calls)
        self.todo("Nobody hears of this")
        self.send()
        self.assertEqual(len(self.receiver.calls), calls)

    def test_a_success_in_between_begins_the_days_anew(self):
        self.receiver.answers = [(500, {}), (204, {}), (204, {}), (500, {})]
        for _ in range(2):
            self.todo()
            self.send()
            self.later(SWITCHED_OFF_AFTER)
            self.send()
        self.webhook.refresh_from_db()
        self.assertEqual(self.webhook.off_because, "")

    def test_who_says_410_is_asked_no_more(self):
        self.receiver.usual = (410, {})
        self.todo()
        self.todo()
        self.send()
        self.webhook.refresh_from_db()
        self.assertEqual((self.webhook.off_because, len(self.receiver.calls)), ("gone", 1))
        self.assertEqual([state for state, _, _ in self.states()], ["failed", "expired"])

    def test_switched_on_again_it_begins_anew(self):
        self.test_who_says_410_is_asked_no_more()
        self.receiver.usual = (204, {})
        change_webhook(self.alice, self.webhook.pk, None, on=True)
        self.todo("Third")
        self.send()
        self.assertEqual(self.told[-1]["data"]["todo"]["title"], "Third")

    def test_an_account_that_is_erased_or_disabled_meanwhile_is_not_told_of_any_more(self):
        self.todo()
        [held] = claim("webhook", WebhookChannel.slots)
        letter = within_unit(sending.letter_of)(self.alice, held.notice.id, held.notice.id, self.webhook.pk)
        User.objects.filter(pk=self.alice.pk).update(is_active=False)
        self.later()
        self.send()
        self.assertEqual((self.receiver.calls, self.states()[0][:2]), ([], ("expired", "not_needed")))
        User.objects.all().delete()
        self.receiver.usual = (500, {})
        outcome = async_to_sync(sending.send)(self.alice, letter)
        self.assertEqual((outcome.result, outcome.code), ("failed", "erased"))


class Mails(MailCase):
    async def test_who_confirmed_an_address_is_mailed_and_led_to_the_settings(self):
        webhook = await database_unit(add_webhook)(self.alice, None, "https://hooks.example.com/secret-path", "", [])
        await database_unit(note_failure)(self.alice, webhook.pk, is_gone=True, asked_seconds=0)
        added, off = sorted(await self.mails(), key=lambda mail: mail.subject)  # several go at once
        self.assertEqual((added.subject, off.subject), ("Webhook added", "Webhook switched off by itself"))
        self.assertTrue(off.links[0].endswith("/accounts/settings"))
        self.assertIn("hooks.example.com", off.text)
        self.assertNotIn("secret-path", added.text + off.text)
        self.assertNotIn("new password", off.text)


class AddressesThatAreNotCalled(WebhookCase):
    def test_a_redirect_is_a_failure_and_is_not_followed(self):
        inside = Receiver()
        with inside:
            for status in (301, 302, 303, 307, 308):
                self.receiver.answers.append((status, {"Location": inside.url}))
                self.todo()
                self.send()
                self.assertEqual(Delivery.objects.latest("id").code, f"http_{status}")
                Delivery.objects.all().delete()
                Webhook.objects.update(failures=0, paused_until=None)
        self.assertEqual(inside.calls, [])

    def test_a_name_that_means_something_inside_by_now_is_not_called(self):
        Webhook.objects.update(url=f"https://hooks.example.com:443/{'x' * 20}")
        for inside in ("127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"):
            found = [(0, 0, 0, "", (number, 443)) for number in ("93.184.215.14", inside)]
            with (
                self.subTest(inside),
                override_settings(CALLS_TO_LOOPBACK=False),
                mock.patch.object(socket, "getaddrinfo", return_value=found),
                mock.patch.object(outbound, "post", side_effect=AssertionError),
            ):
                self.todo()
                self.send()
                self.assertEqual(Delivery.objects.latest("id").code, "not_public")
                Delivery.objects.all().delete()
                Webhook.objects.update(failures=0, paused_until=None)
