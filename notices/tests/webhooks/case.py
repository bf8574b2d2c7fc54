"""Webhooks of alice, with a real server that hears them."""

import datetime

from asgiref.sync import async_to_sync
from django.db.models import F
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.testing import alice
from notices.models import Delivery, Webhook
from notices.outbox.sending import send_due
from notices.webhooks.acts import add_webhook
from notices.webhooks.signing import secret_of
from notices.webhooks.testing import Receiver
from todos.commands import add_todo
from todos.testing import BY_CHAT

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@override_settings(CALLS_TO_LOOPBACK=True)
class WebhookCase(TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver())
        self.alice = alice()
        self.webhook = self.add()

    def add(self, owner=None, url=None, events=("*",), name=""):
        return add_webhook(owner or self.alice, None, url or self.receiver.url, name, events)

    def todo(self, title="Call Ann", owner=None, **fields):
        return add_todo(owner or self.alice, now=timezone.now(), by=BY_CHAT, title=title, **fields).todo

    def send(self):
        return async_to_sync(send_due)()

    def later(self, wait=HOUR):
        """So much time passes for what waits."""
        for rows, column in ((Delivery, "not_before"), (Webhook, "paused_until"), (Webhook, "failing_since")):
            rows.objects.update(**{column: F(column) - wait})

    def states(self):
        rows = Delivery.objects.filter(channel="webhook").order_by("pk")
        return list(rows.values_list("state", "code", "attempts"))

    @property
    def told(self):
        """What arrived, after a look at each signature."""
        secret = secret_of(Webhook.objects.get(pk=self.webhook.pk))
        return [call.verified(secret) for call in self.receiver.calls]

    @property
    def types(self):
        return [event["type"] for event in self.told]
