"""The day's tokens: counted from what is stored of each turn, so that turns side by side lose none."""

import asyncio
import datetime

from asgiref.sync import sync_to_async
from django.test import override_settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import bearer, bob
from chat.models import Conversation, Message
from chat.testing import ConversationFactory, MessageFactory, says, scripted_model
from chat.tests.chat_case import ChatCase

INPUT, OUTPUT, TURNS = 11, 4, 3
SPENT = TURNS * (INPUT + OUTPUT)
MINUTE = datetime.timedelta(minutes=1)


@override_settings(TOKENS_PER_DAY=SPENT, CONTEXT_MAX_TOKENS=INPUT + OUTPUT, FALLBACK=False)
class QuotaTests(ChatCase):
    async def ask(self, method, path, body=None, user=None):
        headers = {"Authorization": bearer(user or self.alice)}
        return await self.async_client.generic(method, path, body or "", "application/json", headers=headers)

    async def say(self, user=None):
        user = user or self.alice
        return await self.ask("POST", f"/api/{user.subject}/chat", '{"message": "hello"}', user)

    async def test_turns_side_by_side_are_counted_to_the_token_and_the_next_is_refused(self):
        somebody_else = await sync_to_async(bob)()
        with scripted_model(*[says("Hello.", INPUT, OUTPUT)] * (TURNS + 1)):
            answers = await asyncio.gather(*(self.say() for _ in range(TURNS)))
            self.assertEqual([answer.status_code for answer in answers], [200] * TURNS)
            me = (await self.ask("GET", "/api/auth/me")).json()
            self.assertEqual(me["usage_today"], {"tokens": SPENT})
            refused = await self.say()
            self.assertEqual((refused.status_code, refused.json()["error"]), (429, "quota_exhausted"))
            self.assertEqual(refused.json()["details"]["used_tokens"], SPENT)
            self.assertIn(int(refused["Retry-After"]), range(1, 86_402))
            self.assertEqual((await self.say(somebody_else)).status_code, 200)

    async def test_the_day_is_a_whole_one_and_begins_at_midnight_utc(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        midnight = timezone.now().astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        tokens = {"input_tokens": INPUT, "output_tokens": OUTPUT}
        for moment in (midnight, midnight - MINUTE):
            answer = await sync_to_async(MessageFactory)(conversation=conversation, role="assistant", **tokens)
            await Message.objects.filter(pk=answer.pk).aupdate(created_at=moment)
        me = (await self.ask("GET", "/api/auth/me")).json()
        self.assertEqual(me["usage_today"], {"tokens": INPUT + OUTPUT})

    async def test_a_turn_stands_for_a_whole_request_until_it_ends_or_its_lease_does(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        running = Conversation.objects.filter(pk=conversation.pk)
        with scripted_model(says("Hello.")), override_settings(TOKENS_PER_DAY=INPUT + OUTPUT):
            await running.aupdate(lease_token=uuid7(), lease_until=timezone.now() + MINUTE)
            refused = await self.say()
            self.assertEqual((refused.status_code, refused.json()["error"]), (429, "rate_limited"))
            self.assertIn("Little is left", refused.json()["message"])
            self.assertEqual(refused["Retry-After"], "2")
            await running.aupdate(lease_until=timezone.now() - MINUTE)
            self.assertEqual((await self.say()).status_code, 200)
