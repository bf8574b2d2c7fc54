"""Logs have neither the address of a webhook, whose path often is a secret, nor its secret, nor what it is sent."""

from unittest import mock

from asgiref.sync import async_to_sync
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.testing import alice
from notices.outbox.sending import send_due
from notices.webhooks import sending
from notices.webhooks.acts import add_webhook
from notices.webhooks.signing import secret_of
from notices.webhooks.testing import Receiver
from todos.commands import add_todo
from todos.testing import BY_CHAT

from .test_logs import all_lines


class NothingOfAWebhookIsLogged(TestCase):
    def test_no_line_has_addresses_secrets_or_words(self):
        with all_lines() as lines, Receiver() as receiver, override_settings(CALLS_TO_LOOPBACK=True):
            user = alice()
            webhooks = [
                add_webhook(user, None, f"{receiver.url}/secret-path", "", ["*"]),
                add_webhook(user, None, "http://127.0.0.1:1/secret-path", "", ["*"]),
            ]
            receiver.answers = [(500, {}), None]
            with mock.patch.object(sending, "ANSWER_SECONDS", 0.2):
                for _ in range(2):
                    add_todo(user, now=timezone.now(), by=BY_CHAT, title="Call Ann")
                    async_to_sync(send_due)()
        self.assertTrue(receiver.calls)
        for secret in ("secret-path", "Call Ann", *map(secret_of, webhooks)):
            self.assertNotIn(secret, lines.getvalue())
