"""Logs have ids and figures: not what people write, not what is answered, no token, key or password."""

import asyncio
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DataError, IntegrityError
from django.test import SimpleTestCase, TransactionTestCase, override_settings

from accounts.testing import PASSWORD, alice
from bench.surroundings.answers import Answer, call, calls, refuses, says, sends
from bench.surroundings.upstream import ScriptedUpstream
from chat.testing import scripted_model
from chat.turn import model_named
from chat.turns.upkeep import upkeep_tasks
from config.reporting.logs import FieldsFormatter, WordsFormatter

KEY = "sk-the-key-of-the-operator"
SAID = "zebra-in-the-message"
ANSWERED = "yak-in-the-answer"
TITLE = "gnu-in-the-title"
WRONG_PASSWORD = "newt-in-the-password"


@contextmanager
def all_lines(formatter: logging.Formatter | None = None) -> Iterator[io.StringIO]:
    """What the program would write to stderr at LOG_LEVEL=DEBUG, as its own handler writes it."""
    root, lines = logging.getLogger(), io.StringIO()
    [handler] = [one for one in root.handlers if any(type(each).__name__ == "TextFilter" for each in one.filters)]
    level, stream, form = root.level, handler.setStream(lines), handler.formatter
    root.setLevel(logging.DEBUG)
    handler.setFormatter(formatter or form)
    try:
        yield lines
    finally:
        root.setLevel(level)
        handler.setStream(stream)
        handler.setFormatter(form)


class NothingSaidIsLogged(TransactionTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upstream = cls.enterClassContext(ScriptedUpstream())
        cls.enterClassContext(
            override_settings(
                OPENAI_BASE_URL=cls.upstream.url,
                OPENAI_API_KEY=KEY,
                OPENAI_API="chat_completions",
                CHAT_MODEL="chat.assistants.openai.client.OpenAIModel",
                FALLBACK=False,
            )
        )

    def setUp(self):
        self.alice = alice(password=PASSWORD)
        model_named.cache_clear()
        self.addCleanup(model_named.cache_clear)

    async def post(self, path, body, **headers):
        return await self.async_client.post(f"/api/{path}", body, content_type="application/json", headers=headers)

    async def sign_in(self) -> tuple[str, str]:
        tokens = (await self.post("auth/token", {"username": "alice", "password": PASSWORD})).json()
        return tokens["access_token"], tokens["refresh_token"]

    async def say(self, token, stream=False):
        body = {"message": f"add {SAID}", "stream": stream}
        response = await self.post(f"{self.alice.subject}/chat", body, Authorization=f"Bearer {token}")
        parts = [part async for part in response.streaming_content] if response.streaming else [response.content]
        # What is asked of the model after a turn must not take the script of the next one.
        await asyncio.gather(*upkeep_tasks.values())
        return b"".join(parts).decode()

    async def test_turns_and_sign_ins_with_all_that_goes_wrong_in_words(self):
        await self.assert_nothing_said_is_logged(WordsFormatter())

    async def test_turns_and_sign_ins_with_all_that_goes_wrong_in_json(self):
        await self.assert_nothing_said_is_logged(FieldsFormatter())

    async def assert_nothing_said_is_logged(self, formatter):
        with all_lines(formatter) as lines, override_settings(DEBUG=True):
            await self.post("auth/token", {"username": "alice", "password": WRONG_PASSWORD})
            token, refresh = await self.sign_in()
            await self.post("auth/refresh", {"refresh_token": refresh})
            adding = calls(call("add_task", {"tasks": [{"title": TITLE}, {"title": TITLE * 99}]}, "c1"), text=ANSWERED)
            for stream in (False, True):
                self.upstream.script([adding, says(ANSWERED)])
                self.assertIn(ANSWERED, await self.say(token, stream))
            for broken in (
                [refuses(500)] * 3,
                [sends(f"data: {{{ANSWERED}".encode()), sends(ANSWERED.encode())],
                [calls(call("add_task", '{"tasks": [{"title": "' + TITLE, "c1")), says(ANSWERED)],
                [calls(call(TITLE, {TITLE: TITLE}, "c1")), says(ANSWERED)],
                [Answer(text="")],
            ):
                self.upstream.script(broken)
                await self.say(token)
            await self.post(f"{self.alice.subject}/chat", f'{{"message": "{SAID}', Authorization=f"Bearer {token}")
            await self.say(token[:-3])
        await model_named(settings.CHAT_MODEL).close()
        written = lines.getvalue()
        self.assertIn("chat.turn", written)
        for text in (SAID, ANSWERED, TITLE, KEY, PASSWORD, WRONG_PASSWORD, token, token[:-3], refresh):
            with self.subTest(text[:12]):
                self.assertNotIn(text, written)

    async def test_unexpected_errors_are_logged_without_their_words_and_with_their_place(self):
        token, _ = await self.sign_in()
        for error in (ValueError(SAID), KeyError(SAID), DataError(f"bad value {SAID}"), IntegrityError(f"({SAID})")):
            with self.subTest(type(error).__name__), all_lines() as lines:
                error.__cause__ = RuntimeError(f"Failing row contains ({SAID})")
                with scripted_model([error]):
                    self.assertIn("internal_error", await self.say(token))
                written = lines.getvalue()
                self.assertNotIn(SAID, written)
                for part in (f"{type(error).__qualname__}\n", "builtins.RuntimeError", "chat/testing.py", "in stream"):
                    self.assertIn(part, written)

    @override_settings(LOG_MESSAGE_TEXT=True)
    async def test_the_operator_may_ask_for_the_text(self):
        token, _ = await self.sign_in()
        with all_lines() as lines:
            self.upstream.script([says(ANSWERED)])
            await self.say(token)
            await model_named(settings.CHAT_MODEL).close()
            with scripted_model([ValueError(TITLE)]):
                await self.say(token)
        written = lines.getvalue()
        for text in (SAID, ANSWERED, TITLE):
            self.assertIn(text, written)
        for secret in (KEY, token, PASSWORD):
            self.assertNotIn(secret, written)


class Kinds(SimpleTestCase):
    def lines_of(self, error: BaseException) -> str:
        with all_lines() as lines:
            logging.getLogger("x").error("%s went wrong: %s", "it", error, exc_info=error)
        self.assertNotIn(SAID, lines.getvalue())
        return lines.getvalue()

    def test_errors_that_name_each_other_and_groups_of_errors_are_told_by_kind(self):
        first, second = ValueError(SAID), KeyError(SAID)
        first.__context__, second.__context__ = second, first
        self.assertIn("it went wrong: ValueError", self.lines_of(first))
        group = self.lines_of(ExceptionGroup(SAID, [OSError(SAID), TypeError(SAID)]))
        self.assertIn("builtins.ExceptionGroup, builtins.OSError, builtins.TypeError", group)
