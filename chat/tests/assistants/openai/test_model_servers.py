"""Servers that misbehave in every reported way, over the real wire: a whole turn for each, and the table of all.

Every request that any of them was sent is checked as the strictest readers do.
"""

import contextlib
import json
import os
import re
from collections import Counter
from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import TestCase, override_settings

from accounts.testing import alice, bearer
from chat.assistants.interface import model_named
from chat.models import Message, ToolCall
from chat.testing import upkeep_done
from chat.tests.assistants.openai.oddities import CASES
from chat.tests.assistants.openai.oddities.case import SECRET, Case, error, piece
from chat.tests.assistants.openai.oddities.server import OddServer, calls, says, whole
from chat.tests.assistants.openai.strict_readers import check_request
from todos.models import Todo

TABLE = settings.BASE_DIR / "docs" / "model-servers.md"
LONG_WORDS = (
    (400, "prompt is too long: 208310 tokens > 200000 maximum"),
    (422, "`inputs` tokens + `max_new_tokens` must be <= 8193"),
    (413, "Request too large on tokens per minute: Limit 6000, Requested 16000"),
    (400, "zu viel Text für dieses Modell"),
)
MODEL = "chat.assistants.openai.client.OpenAIModel"


@override_settings(CHAT_MODEL=MODEL, FALLBACK=False, TURNS_PER_MINUTE=10_000, OPENAI_MODEL="m", RATE_LIMITS=False)
@pytest.mark.once
class ModelServers(TestCase):
    """One turn for each case; what it said, the todos there are, and the code of its failure are compared at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(OddServer())
        cls.enterClassContext(override_settings(OPENAI_BASE_URL=cls.server.url))
        for name in ("SETTLE_SECONDS", "LOADING_SECONDS"):
            cls.enterClassContext(mock.patch(f"chat.assistants.openai.client.{name}", 0.05))

    def setUp(self):
        self.alice = alice()

    async def send(self, text: str, conversation_id: str | None = None, **options):
        response = await self.async_client.post(
            f"/api/{self.alice.subject}/chat",
            {"message": text, "conversation_id": conversation_id},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
            **options,
        )
        await upkeep_done()
        return response

    @contextlib.asynccontextmanager
    async def served(self, *answers, **options):
        """Turns inside of the block are answered so."""
        with self.settings(**options):
            model_named.cache_clear()
            model = model_named(MODEL)
            model._retry_pause_seconds = 0
            self.server.script(answers)
            yield
            await model.close()

    async def come_to(self, case: Case) -> tuple[str, tuple[str, ...], str]:
        """(what was said, the todos, the code of the failure) after a turn with this server."""
        async with self.served(*case.answers, OPENAI_API=case.api):
            response = await self.send("please add milk")
        answer = await Message.objects.filter(role="assistant", owner=self.alice).order_by("-created_at").afirst()
        titles = [todo.title async for todo in Todo.objects.filter(owner=self.alice).order_by("created_at", "id")]
        failure = "" if response.status_code == 200 else response.json()["error"]
        return answer.content, tuple(titles), failure

    def test_each_comes_to_what_it_should_and_the_table_in_docs_says_so(self):
        right: Counter[str] = Counter()
        for case in CASES:
            with self.subTest(case.kind, name=case.name):
                came_to = async_to_sync(self.come_to)(case)
                self.assertEqual(came_to, (case.says, case.todos, case.failure))
                self.check_stored()
                for body in self.server.bodies:
                    check_request(body)
                right[case.kind] += 1
            self.forget()
        self.check_table(right)

    def check_stored(self):
        """Nothing of the thoughts is part of what was said, called or titled."""
        for message in Message.objects.filter(owner=self.alice).select_related("conversation"):
            self.assertNotIn(SECRET.lower(), f"{message.content} {message.conversation.title}".lower())
        self.assertFalse(Message.objects.filter(status="pending").exists())

    def forget(self):
        Todo.objects.filter(owner=self.alice).delete()
        ToolCall.objects.all().delete()
        Message.objects.filter(owner=self.alice).delete()
        self.alice.conversations.all().delete()

    async def test_how_long_a_server_asks_to_wait_is_told(self):
        limit = error("Rate limit")
        google = {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"@type": "RetryInfo", "retryDelay": "36s"}]}}
        router = error("x", code=429, metadata={"headers": {"X-RateLimit-Reset": "9"}})
        for reply, seconds in (
            (whole(limit, 429, retry_after="7"), "7"),
            (whole(limit, 429, retry_after_ms="4200"), "5"),
            (whole(limit, 429, x_ratelimit_reset_requests="6m0s"), "360"),
            (whole(limit, 429, x_ratelimit_reset_tokens="120ms", x_ratelimit_reset_requests="2s"), "2"),
            (
                whole(limit, 429, x_ratelimit_reset_tokens="1s", x_ratelimit_remaining_tokens="0",
                      x_ratelimit_reset_requests="1h", x_ratelimit_remaining_requests="9"),
                "1",
            ),
            (whole([google], 429), "36"),
            (whole(router), "9"),
            (whole(limit, 503, retry_after="120"), "120"),
        ):  # fmt: skip
            with self.subTest(seconds):
                async with self.served(reply):
                    response = await self.send("please add milk")
                self.assertEqual((response.status_code, response.headers["Retry-After"]), (503, seconds))

    async def test_a_conversation_too_long_for_a_model_goes_on_with_less_whatever_the_server_calls_it(self):
        for status, message in LONG_WORDS:
            too_long = whole(error(message), status)

            def small(body, too_long=too_long):
                return too_long if len(body["messages"]) > 4 else says("Here.")

            with self.subTest(message):
                conversation = None
                async with self.served(small):
                    for number in range(4):
                        response = await self.send(f"Hello {number}", conversation)
                        conversation = response.json()["conversation_id"]
                self.assertEqual((response.status_code, response.json()["response"]), (200, "Here."))

    async def test_a_conversation_moves_from_the_basic_assistant_over_two_servers_and_a_failure(self):
        """Each is sent its own ids and extras, and none of another's."""
        with self.settings(CHAT_MODEL="chat.assistants.basic.BasicModel"):
            basic = (await self.send("add milk to my list")).json()
        conversation = basic["conversation_id"]
        signed = {"google": {"thought_signature": "c2lnbmF0dXJl"}}
        made = calls(piece('{"tasks": [{"title": "bread"}]}', call_id="a" * 60, extra_content=signed))
        async with self.served(made, says("Added bread."), OPENAI_MODEL="a"):
            await self.send("add bread", conversation)
            first_of_a, second_of_a = self.server.bodies[:2]
        async with self.served(whole(error("down"), 503), OPENAI_MODEL="b"):
            self.assertEqual((await self.send("add eggs", conversation)).status_code, 503)
        async with self.served(says("Hello from b."), OPENAI_MODEL="b"):
            self.assertEqual((await self.send("and now?", conversation)).status_code, 200)
            [of_b] = self.server.bodies
        async with self.served(says("Hello from a."), OPENAI_MODEL="a"):
            self.assertEqual((await self.send("and you?", conversation)).json()["response"], "Hello from a.")
            [third_of_a] = self.server.bodies
        for body in (first_of_a, of_b):
            check_request(body, own_ids=False)
            self.assertNotIn("thought_signature", json.dumps(body))
        for body in (second_of_a, third_of_a):
            check_request(body)
            [call] = [call for one in body["messages"] for call in one.get("tool_calls", ()) if len(call["id"]) == 60]
            self.assertEqual(call["extra_content"], signed)

    async def test_a_server_that_takes_no_call_of_another_is_told_what_they_did(self):
        with self.settings(CHAT_MODEL="chat.assistants.basic.BasicModel"):
            conversation = (await self.send("add milk to my list")).json()["conversation_id"]

        def strict(body):
            foreign = any(message.get("tool_calls") for message in body["messages"])
            return whole(error("Function call is missing a thought_signature"), 400) if foreign else says("Hello.")

        async with self.served(strict):
            self.assertEqual((await self.send("and now?", conversation)).json()["response"], "Hello.")
            await self.send("still there?", conversation)
        first, noted, next_turn = self.server.bodies
        self.assertIn("add_task", noted["messages"][1]["content"])
        for body in (first, noted, next_turn):
            check_request(body, own_ids=False)

    def check_table(self, right):
        kinds = Counter(case.kind for case in CASES)
        self.assertEqual(right, kinds)
        rows = [f"| {kind} | {count} | {examples_of(kind)} |" for kind, count in kinds.items()]
        table = "\n".join(["| kind | tested | for instance |", "|---|---|---|", *rows])
        text = TABLE.read_text()
        found = re.search("<!-- cases -->\n(.*?)\n<!-- end of cases -->", text, re.DOTALL)
        if os.environ.get("WRITE_DOCS"):
            TABLE.write_text(text[: found.start(1)] + table + text[found.end(1) :])
            return
        self.assertEqual(found[1], table, "WRITE_DOCS=1 with this test writes the table anew")


def examples_of(kind: str) -> str:
    names = [case.name.replace("|", "¦").replace(SECRET, "…").strip() for case in CASES if case.kind == kind]
    return "; ".join(f"`{name}`" for name in names[:: max(len(names) // 4, 1)][:4])
