"""The day's tokens: counted from what is stored of each turn, so that turns side by side lose none."""

import asyncio

from asgiref.sync import sync_to_async
from django.test import override_settings

from accounts.testing import bearer, bob
from chat.testing import says, scripted_model

from .test_turn import ChatCase

INPUT, OUTPUT, TURNS = 11, 4, 3
SPENT = TURNS * (INPUT + OUTPUT)


@override_settings(TOKENS_PER_DAY=SPENT, FALLBACK=False)
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
