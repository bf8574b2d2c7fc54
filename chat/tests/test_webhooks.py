"""Webhooks are told of turns, and are among what a person takes along and what is erased."""

import datetime
import json

from asgiref.sync import async_to_sync
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.testing import alice, bearer
from chat.models import Message
from chat.privacy.belongings import erase, export_response
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.turns.settling import settle_dead_turns
from notices.models import Delivery, Webhook
from notices.outbox.sending import send_due
from notices.webhooks.acts import add_webhook
from notices.webhooks.signing import secret_of
from notices.webhooks.testing import Receiver

from .chat_case import ADD_MILK


@override_settings(CALLS_TO_LOOPBACK=True)
class WebhookCase(TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver())
        self.alice = alice()
        self.webhook = add_webhook(self.alice, None, self.receiver.url, "", ["*"])

    def told(self):
        async_to_sync(send_due)()
        return [call.verified(secret_of(self.webhook)) for call in self.receiver.calls]

    async def chat(self, message):
        return await self.async_client.post(
            f"/api/{self.alice.subject}/chat",
            {"message": message},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )


class Turns(WebhookCase):
    def test_one_arrives_with_its_calls_and_without_what_was_said(self):
        with scripted_model(calls("add_task", ADD_MILK), says("Added milk, as you said.")):
            answer = async_to_sync(self.chat)("remember the secret word").json()
        told = self.told()
        self.assertEqual([event["type"] for event in told], ["todo.added", "turn.completed"])
        turn = told[1]["data"]
        self.assertEqual((turn["message_id"], turn["status"]), (answer["message_id"], "completed"))
        self.assertEqual([call["status"] for call in turn["tool_calls"]], ["success"])
        change = told[0]["data"]["change"]
        self.assertEqual((change["door"], change["message_id"]), ("chat", answer["message_id"]))
        self.assertNotIn("as you said", json.dumps(told))
        self.assertNotIn("secret word", json.dumps(told))

    def test_one_that_failed_arrives_with_the_code_of_its_failure(self):
        with scripted_model(says("")):
            answer = async_to_sync(self.chat)("hello")
        self.assertEqual(answer.status_code, 502)
        [event] = self.told()
        self.assertEqual((event["type"], event["data"]["error"]), ("turn.failed", answer.json()["error"]))

    def test_one_whose_process_died_arrives_when_it_is_closed_and_once(self):
        conversation = ConversationFactory(
            owner=self.alice, lease_token=self.webhook.pk, lease_until=timezone.now() - datetime.timedelta(minutes=1)
        )
        MessageFactory(conversation=conversation)
        answer = MessageFactory(conversation=conversation, role="assistant", status=Message.Status.PENDING)
        for _ in range(2):
            async_to_sync(settle_dead_turns)()
        [event] = self.told()
        self.assertEqual((event["type"], event["data"]["message_id"]), ("turn.failed", str(answer.pk)))
        self.assertEqual((event["data"]["status"], event["data"]["error"]), ("interrupted", "interrupted"))


class Belongings(WebhookCase):
    def test_they_are_taken_along_without_their_secrets(self):
        async def whole():
            return b"".join([part async for part in (await export_response(self.alice)).streaming_content])

        [taken] = json.loads(async_to_sync(whole)())["webhooks"]
        self.assertEqual(taken["url"], self.receiver.url)
        self.assertFalse({"secret", "old_secret"} & taken.keys())

    def test_with_the_account_they_are_gone_and_what_waits_is_not_sent(self):
        with scripted_model(says("Hello.")):
            async_to_sync(self.chat)("hello")
        self.assertTrue(Delivery.objects.exists())
        async_to_sync(erase)(self.alice)
        self.assertEqual(self.told(), [])
        self.assertFalse(Webhook.objects.exists() or Delivery.objects.exists())
