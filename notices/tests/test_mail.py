"""Mail over the wire to a real mail server: a reminder in it, once for its reader, and how these mails end."""

import datetime
import re

from asgiref.sync import async_to_sync
from django.test import TransactionTestCase, override_settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import alice, bob
from notices.channel import Item, Notice
from notices.channels.mail import MailChannel
from notices.models import Delivery, NoticeSettings
from notices.outbox.filling import put
from notices.outbox.sending import send_due
from web.mail.testing import mail_server

SITE = "https://todo.example"
HOUR = datetime.timedelta(hours=1)


@override_settings(SITE_URL=SITE)
class MailCase(TransactionTestCase):
    def setUp(self):
        self.alice = alice(email="alice@example.com", email_verified_at=timezone.now())
        NoticeSettings.objects.create(owner=self.alice, mail=True, page=False)
        self.server = self.enterContext(mail_server())

    def say(self, title="Call Ann", text="Due today, 17:00", user=None):
        now = timezone.now()
        content = {"title": title, "text": text, "address": "/todos"}
        return put((user or self.alice).pk, Delivery.Kind.TEST, uuid7(), now, now + HOUR, content, {"mail"})

    def send(self):
        async_to_sync(send_due)()
        return [(row.state, row.code) for row in Delivery.objects.order_by("pk")]

    def notice(self, *titles, kind="reminder"):
        acts = {"Done": "/r/done", "Snooze": "/r/snooze"}
        items = tuple(Item(uuid7(), title, "a secret", "/todos", timezone.now(), acts=acts) for title in titles)
        return Notice(uuid7(), kind, self.alice, "alice@example.com", items)

    def post(self, *titles, **options):
        notice = self.notice(*titles, **options)
        async_to_sync(MailChannel().send)(notice)
        return self.server.received[-1]


class Mails(MailCase):
    def test_what_was_said_is_in_the_mail_with_what_can_be_done_about_it(self):
        mail = self.post("Grüße an Ann")
        self.assertEqual((mail.to, mail.subject), (["alice@example.com"], "Grüße an Ann"))
        for part in ("Grüße an Ann", "a secret", f"Done: {SITE}/r/done", f"Snooze: {SITE}/r/snooze", f"{SITE}/todos"):
            self.assertIn(part, mail.text)

    def test_what_was_put_into_the_outbox_is_sent_and_written_down(self):
        self.assertEqual(self.say(), 1)
        self.assertEqual(self.send(), [("sent", "ok")])
        self.assertEqual([mail.subject for mail in self.server.received], ["Call Ann"])

    def test_a_second_attempt_is_the_same_mail(self):
        notice = self.notice("Call Ann")
        for _ in range(2):
            async_to_sync(MailChannel().send)(notice)
        first, second = (mail.message["Message-ID"] for mail in self.server.received)
        self.assertEqual(first, second)
        self.assertNotEqual(first, self.post("Call Ann").message["Message-ID"])

    def test_a_server_that_refuses_for_good_or_for_now(self):
        self.server.answer_to_recipient = "550 no such mailbox"
        self.say()
        self.assertEqual(self.send(), [("failed", "recipient_550")])
        Delivery.objects.all().delete()
        self.server.answer_to_recipient = "451 later"
        self.say()
        self.assertEqual(self.send(), [("waiting", "recipient_451")])

    def test_several_come_as_one_and_a_title_of_several_lines_is_no_header(self):
        mail = self.post("Call Ann", "Pay rent\r\nBcc: eve@example.com")
        self.assertTrue(mail.subject.startswith("2 reminders: Call Ann"))
        self.assertIsNone(mail.message["Bcc"])
        self.assertEqual(mail.to, ["alice@example.com"])
        self.assertIsNone(self.post("Pay rent\r\nBcc: eve@example.com").message["Bcc"])

    def test_who_wants_it_gets_no_word_of_what_it_is_about(self):
        NoticeSettings.objects.update(says_what=False)
        mail = self.post("Call Ann")
        self.assertEqual(mail.subject, "You have a reminder")
        for word in ("Ann", "secret", "/r/"):
            self.assertNotIn(word, mail.text)


class WhoGetsMail(MailCase):
    def test_only_who_asked_for_it_at_an_address_that_is_theirs(self):
        now = timezone.now()
        for fields, mail in (
            ({"email": "bob@example.com", "email_verified_at": now}, False),
            ({"email": "bob@example.com", "email_verified_at": None}, True),
            ({"email": "", "email_verified_at": None}, True),
        ):
            with self.subTest(fields):
                user = bob(**fields)
                NoticeSettings.objects.create(owner=user, mail=mail)
                self.assertEqual(self.say(user=user), 0)
                user.delete()

    def test_without_a_mail_server_nobody(self):
        with override_settings(EMAIL_URL=""):
            self.assertEqual(self.say(), 0)


class TheEndOfMails(MailCase):
    def address(self):
        mail = self.post("Call Ann")
        [address] = re.findall(r"<(.+)>", mail.message["List-Unsubscribe"])
        self.assertEqual(mail.message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn(address, mail.text)
        self.assertTrue(address.startswith(SITE))
        return address.removeprefix(SITE)

    def test_a_link_asks_and_one_click_of_a_mail_program_ends_them(self):
        address = self.address()
        self.assertContains(self.client.get(address), "End these mails?")
        self.assertEqual(self.say(), 1)
        # As a mail program does it: no cookie, no token of a form.
        self.client.handler.enforce_csrf_checks = True
        self.assertContains(self.client.post(address, {"List-Unsubscribe": "One-Click"}), "No more mails")
        self.assertEqual(self.say(), 0)
        self.assertFalse(NoticeSettings.objects.get().mail)

    def test_an_address_that_is_none_of_ours_ends_nothing(self):
        address = self.address()
        for forged in (address[:-2], address + "x", address.replace(":", ".", 1), "/notices/stop/x"):
            with self.subTest(forged):
                self.assertEqual(self.client.post(forged).status_code, 404)
