"""manage.py check_model, against servers that lack one thing or another."""

import dataclasses
import io

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, override_settings

from chat.tests.assistants.openai.oddities.case import error, piece
from chat.tests.assistants.openai.oddities.server import OddServer, calls, choice, says, stream, whole

USAGE = {"prompt_tokens": 9, "completion_tokens": 3}
CALL = piece('{"name": "home"}', name="look_at_list")
SECOND = piece('{"name": "work"}', 1, "call_2", name="look_at_list")


def able(body, *, tools=True, long=True, parallel=True, usage=True):
    """A server that does all that is asked for, but what it is told not to."""
    asked = next(message["content"] for message in body["messages"] if message["role"] == "user")
    if "code word" in asked and not long:
        return whole(error("too many tokens: the context length is 4096"), 400)
    if body.get("tools") and not tools:
        return whole(error("this model does not support tools"), 400)
    if body.get("tools") and body["messages"][-1]["role"] == "user":
        return calls(*([CALL, SECOND] if "two calls" in asked and parallel else [CALL]))
    text = "heron" if "code word" in asked else "one two"
    words = [choice({"content": f"{word} "}) for word in text.split()]
    answer = stream(*words, choice({}, "stop", **({"usage": USAGE} if usage else {})))
    return dataclasses.replace(answer, pause_seconds=0.02)


@override_settings(OPENAI_API="chat_completions", OPENAI_MODEL="m", OPENAI_API_KEY="")
class CheckModel(SimpleTestCase):
    def setUp(self):
        self.server = self.enterContext(OddServer())
        self.enterContext(override_settings(OPENAI_BASE_URL=self.server.url))

    def table(self, *answers) -> dict[str, str]:
        """What the command wrote, by the name of the finding."""
        self.server.script(answers)
        out, self.failure = io.StringIO(), ""
        try:
            call_command("check_model", stdout=out)
        except CommandError as failure:
            self.failure = str(failure)
        return {line[:30].strip(): line[31:].strip() for line in out.getvalue().splitlines() if line.strip()}

    def test_a_server_that_does_everything(self):
        table = self.table(able)
        self.assertEqual(self.failure, "")
        self.assertIn("Turns work with this server.", list(table)[-1])
        for name in (
            "answers",
            "streams",
            "calls a tool",
            "goes on after a tool",
            "several calls at once",
            "counts tokens",
        ):
            self.assertTrue(table[name].startswith("yes"), name)
        self.assertEqual(table["takes 16,000 tokens"], "yes")
        self.assertEqual(table["takes every field"], "yes")

    def test_what_does_not_hold_comes_with_the_setting_that_helps(self):
        for lacks, name, setting in (
            ({"tools": False}, "calls a tool", "choose a model with tools"),
            ({"long": False}, "takes 16,000 tokens", "CONTEXT_MAX_TOKENS"),
            ({"parallel": False}, "several calls at once", "TURN_MAX_STEPS"),
            ({"usage": False}, "counts tokens", "TOKENS_PER_DAY"),
        ):
            with self.subTest(name):
                table = self.table(lambda body, lacks=lacks: able(body, **lacks))
                self.assertTrue(table[name].startswith("no"), table[name])
                self.assertIn(setting, table[name])
                self.assertEqual(bool(self.failure), name == "calls a tool")

    def test_thoughts_and_fields_that_are_left_out_are_named(self):
        def odd(body):
            if "stream_options" in body:
                return whole(error("Unknown field stream_options"), 400)
            thoughts = choice({"reasoning_details": [{"text": "x"}]})
            answer = stream(thoughts, choice({"content": "heron"}), choice({}, "stop"))
            return able(body) if body.get("tools") else answer

        table = self.table(odd)
        self.assertIn("reasoning_details", table["thinks apart from its answer"])
        self.assertIn("stream_options", table["takes every field"])

    def test_a_wrong_key_a_wrong_address_and_no_server_are_told_apart(self):
        for answer, word in (
            (whole(error("x"), 401), "OPENAI_API_KEY"),
            (whole(error("x"), 404), "OPENAI_MODEL"),
            (says(""), "log"),
        ):
            self.assertIn(word, self.table(answer)["answers"])
            self.assertIn("answers", self.failure)
        with self.settings(OPENAI_BASE_URL="", OPENAI_API_KEY=""):
            self.assertIn("There is no model server", next(iter(self.table(able))))
