"""POST /api/{user_id}/chat: what it refuses, and what there may not be more of."""

import json
import uuid

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import override_settings

from accounts.testing import bearer, bob, forge_token
from chat.models import Message
from chat.testing import ConversationFactory, says, scripted_model
from chat.tests.chat_case import ChatCase


class Refusals(ChatCase):
    async def assert_refused(self, response, status, code):
        self.assertEqual((response.status_code, response.json()["error"]), (status, code), response.content)
        self.assertEqual(await Message.objects.acount(), 0)

    async def post(self, body, content_type="application/json", **headers):
        return await self.async_client.post(
            f"/api/{self.alice.subject}/chat",
            body,
            content_type=content_type,
            headers={"Authorization": bearer(self.alice), **headers},
        )

    async def test_bodies_that_are_no_chat_request_are_refused(self):
        bodies = {
            "empty": {"message": ""},
            "blank": {"message": " \n\t "},
            "too long": {"message": "x" * 8_001},
            "NUL": {"message": "a\0b"},
            "number": {"message": 7},
            "list": {"message": ["hi"]},
            "null": {"message": None},
            "missing": {},
            "extra field": {"message": "hi", "user_id": "bob"},
            "malformed conversation": {"message": "hi", "conversation_id": "42"},
            "wrong type of stream": {"message": "hi", "stream": "maybe"},
            "a string": "hi",
            "a list": [],
            "a number": 1,
        }
        for name, body in bodies.items():
            with self.subTest(name):
                await self.assert_refused(await self.post(json.dumps(body)), 422, "validation_error")

    async def test_lone_surrogates_and_text_that_is_not_json_are_refused(self):
        for body in (r'{"message": "\ud800"}', '{"message": ', "hello", "[" * 50_000, b"\xff\xfe{"):
            with self.subTest(body[:20]):
                await self.assert_refused(await self.post(body), 422, "validation_error")

    async def test_the_field_and_the_reason_are_named_and_the_value_is_not_repeated(self):
        response = await self.post(json.dumps({"message": "hi", "colour": "very secret"}))
        self.assertIn("colour", response.json()["details"])
        self.assertNotIn("very secret", response.content.decode())

    async def test_another_content_type_is_415(self):
        response = await self.post("message=hi", content_type="application/x-www-form-urlencoded")
        await self.assert_refused(response, 415, "unsupported_media_type")
        response = await self.post('{"message": "hi"}', content_type="text/plain")
        await self.assert_refused(response, 415, "unsupported_media_type")

    async def test_a_body_above_the_limit_is_413(self):
        """The limit of every address; `config/tests/test_asgi.py` has the lower one of this."""
        body = json.dumps({"message": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
        await self.assert_refused(await self.post(body), 413, "payload_too_large")

    async def test_an_unknown_conversation_is_404(self):
        response = await self.send("hi", conversation_id=str(uuid.uuid4()))
        await self.assert_refused(response, 404, "conversation_not_found")

    async def test_the_conversation_of_another_user_is_403(self):
        theirs = await sync_to_async(lambda: ConversationFactory(owner=bob()))()
        response = await self.send("hi", conversation_id=str(theirs.pk))
        await self.assert_refused(response, 403, "not_your_conversation")

    async def test_an_expired_token_is_401_and_says_so(self):
        token = forge_token({"sub": self.alice.subject, "iat": 1, "exp": 2})
        response = await self.post('{"message": "hi"}', Authorization=f"Bearer {token}")
        await self.assert_refused(response, 401, "token_expired")
        self.assertEqual(response["WWW-Authenticate"], 'Bearer error="invalid_token"')

    async def test_an_unusable_idempotency_key_is_refused(self):
        for key in ("", " ", "a b", "é", "x" * 201):
            with self.subTest(key):
                response = await self.send("hi", headers={"Idempotency-Key": key})
                await self.assert_refused(response, 422, "validation_error")

    async def test_another_method_is_405_and_an_unknown_address_404(self):
        response = await self.async_client.get(f"/api/{self.alice.subject}/chat")
        await self.assert_refused(response, 405, "method_not_allowed")
        self.assertEqual(response["Allow"], "POST")
        for path in ("/api/", "/api/nothing/here", f"/api/{self.alice.subject}/chat/", "/api/auth"):
            with self.subTest(path):
                await self.assert_refused(await self.async_client.get(path), 404, "not_found")

    async def test_nothing_of_this_is_logged_as_an_error(self):
        with self.assertNoLogs(level="ERROR"):
            await self.post('{"message": ')
            await self.send("hi", to="nobody")
            await self.send("x" * 9_000)


class Limits(ChatCase):
    @override_settings(CONVERSATION_MAX_MESSAGES=4)
    async def test_a_full_conversation_takes_no_more(self):
        with scripted_model(says("1"), says("2")):
            conversation = (await self.answer("one"))["conversation_id"]
            await self.answer("two", conversation_id=conversation)
            response = await self.send("three", conversation_id=conversation)
        self.assertEqual((response.status_code, response.json()["error"]), (409, "conversation_full"))
        self.assertEqual(await Message.objects.acount(), 4)

    @override_settings(TURNS_PER_MINUTE=1)
    async def test_too_many_turns_in_a_minute_are_refused(self):
        with scripted_model(says("1")):
            await self.answer("one")
            response = await self.send("two")
        self.assertEqual((response.status_code, response.json()["error"]), (429, "rate_limited"))
        self.assertGreaterEqual(int(response["Retry-After"]), 1)

    @override_settings(TOKENS_PER_DAY=100)
    async def test_more_than_the_allowance_of_the_day_is_refused(self):
        with scripted_model(says("1", 60, 40)):
            await self.answer("one")
            response = await self.send("two")
        self.assertEqual((response.status_code, response.json()["error"]), (429, "quota_exhausted"))
        self.assertLessEqual(int(response["Retry-After"]), 24 * 3600)

    @override_settings(TURNS_AT_ONCE=1)
    async def test_too_many_turns_at_once_are_refused(self):
        refused = []

        async def ask_again(request):
            refused.append(await self.send("and this?"))
            return says("1")

        with scripted_model(ask_again):
            await self.answer("one")
        self.assertEqual((refused[0].status_code, refused[0].json()["error"]), (429, "rate_limited"))
