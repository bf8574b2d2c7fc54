"""What a line of the log holds: for people words and figures, for programs an object with ids that can be searched."""

import json
import logging
import sys

from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings

from accounts.testing import alice
from accounts.tokens.access import issue_access_token
from chat.models import Message
from chat.testing import calls, says, scripted_model
from config.reporting.logs import FieldsFormatter, WordsFormatter
from config.testing import close_database_threads
from config.tests.asking import ask
from config.tests.privacy.test_logs import all_lines
from telemetry.stages import STAGES


class Secrets(TestCase):
    def test_no_calendar_secret_is_in_a_line(self):
        for formatter in (WordsFormatter(), FieldsFormatter()):
            with self.subTest(formatter), all_lines(formatter) as lines:
                self.client.get("/calendar/ThisIsTheSecretOfAlice.ics")
                self.assertNotIn("calendar", lines.getvalue())
                logging.getLogger("a.library").warning("No %s", "/calendar/ThisIsTheSecretOfAlice.ics")
                self.assertIn("No /calendar/….ics", lines.getvalue())
                self.assertNotIn("ThisIsTheSecret", lines.getvalue())


class Requests(TransactionTestCase):
    def setUp(self):
        self.addCleanup(close_database_threads)
        self.alice = alice()
        self.headers = [
            (b"authorization", f"Bearer {issue_access_token(self.alice)}".encode()),
            (b"content-type", b"application/json"),
            (b"x-request-id", b"0123456789abcdef"),
        ]

    async def lines_of(self, *requests) -> list[dict]:
        with all_lines(FieldsFormatter()) as lines:
            for path, options in requests:
                await ask(path, **options)
        return [json.loads(line) for line in lines.getvalue().splitlines()]

    async def test_a_turn_is_two_lines_that_are_found_by_each_of_its_ids(self):
        body = json.dumps({"message": "list my todos"}).encode()
        asked = {"method": "POST", "headers": self.headers, "body": [body]}
        with scripted_model(calls("list_tasks", {}), says("Nothing to do.")):
            lines = await self.lines_of((f"/api/{self.alice.subject}/chat", asked))
        turn, request = (line for line in lines if line["logger"] in {"chat.turn", "config.requests"})
        answer = await Message.objects.aget(role="assistant")
        ids = {
            "request_id": "0123456789abcdef",
            "turn_id": str(answer.pk),
            "conversation_id": str(answer.conversation_id),
            "user_id": str(self.alice.pk),
        }
        for line in (turn, request):
            self.assertEqual({name: line.get(name) for name in ids}, ids)
        self.assertEqual((turn["outcome"], turn["steps"], turn["tool_calls"]), ("completed", 2, 1))
        self.assertEqual((turn["total_ms"], turn["input_tokens"]), (answer.total_ms, answer.input_tokens))
        self.assertLessEqual(set(turn["stages_ms"]), set(STAGES))
        self.assertLess({"database", "tools", "commit"}, set(turn["stages_ms"]))
        self.assertLessEqual(sum(turn["stages_ms"].values()), request["duration_ms"] + 1)
        self.assertEqual((request["method"], request["route"], request["status"]), ("POST", "api/<user_id>/chat", 200))

    async def test_each_request_has_a_line_by_the_pattern_of_its_address_and_without_its_query(self):
        lines = await self.lines_of(
            (f"/api/{self.alice.subject}/todos", {"headers": self.headers}),
            ("/calendar/ThisIsTheSecret.ics", {}),
            ("/no/such/page", {}),
            ("/api/auth/token", {"method": "POST", "body": [b"x" * 70_000]}),
            ("/healthz", {}),
            ("/static/nowhere.js", {}),
            ("/", {}),
        )
        self.assertLessEqual({line["logger"] for line in lines}, {"config.requests", "asyncio"})
        requests = [line for line in lines if line["logger"] == "config.requests"]
        self.assertEqual(
            [(line["route"], line["status"]) for line in requests],
            [
                ("api/<user_id>/todos", 200),
                ("calendar/<str:secret>.ics", 404),
                ("none", 404),
                ("none", 413),
                ("/", 302),
            ],
        )
        self.assertEqual([line.get("user_id") for line in requests], [str(self.alice.pk), None, None, None, None])
        self.assertTrue(all(line["request_id"] for line in requests))


class Unexpected(TestCase):
    def test_an_error_that_nobody_expected_is_one_line_with_its_place_and_without_the_address(self):
        self.client.raise_request_exception = False
        self.client.force_login(alice())
        with override_settings(MESSAGE_MAX_CHARACTERS=None), all_lines(FieldsFormatter()) as lines:
            self.assertEqual(self.client.post("/c/send?q=ThisIsPrivate", {"message": "hi"}).status_code, 500)
        [line] = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["logger"] != "asyncio"]
        self.assertEqual((line["level"], line["message"]), ("ERROR", "unexpected failure"))
        self.assertIn("TypeError", line["exc_info"])
        self.assertNotIn("/c/send", lines.getvalue())


class Forms(SimpleTestCase):
    def record(self, **extra) -> logging.LogRecord:
        record = logging.LogRecord("x", logging.INFO, "x.py", 1, "said “%s”\nand more", ("hi",), None)
        record.__dict__ |= extra
        return record

    def test_an_object_is_one_line_whatever_is_in_it_and_holds_no_more_than_was_agreed(self):
        line = FieldsFormatter().format(self.record(request=object(), cookies="secret", status=404, user_id="u"))
        self.assertNotIn("\n", line)
        found = json.loads(line)
        self.assertRegex(found.pop("time"), r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$")
        self.assertEqual(
            found, {"level": "INFO", "logger": "x", "message": "said “hi”\nand more", "user_id": "u", "status": 404}
        )

    def test_where_an_error_happened_is_in_the_object(self):
        try:
            raise ValueError
        except ValueError:
            record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "died", (), sys.exc_info())
        self.assertIn("test_logs.py", json.loads(FieldsFormatter().format(record))["exc_info"])

    def test_people_read_the_figures_after_the_words_and_whose_they_are(self):
        line = WordsFormatter().format(self.record(request_id="r", status=404, user_id="u"))
        self.assertTrue(line.endswith("INFO x [r] said “hi”\nand more status=404 user_id=u"), line)
        self.assertTrue(WordsFormatter().format(self.record(user_id="u")).endswith("[-] said “hi”\nand more"))
