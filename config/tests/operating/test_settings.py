import ast
import os
import re
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from config.environment import MISCONFIGURED


class Prices(SimpleTestCase):
    def prices(self, text: str) -> object:
        return values({"MODEL_PRICES": text})["MODEL_PRICES"]

    def test_a_model_has_a_price_for_input_and_one_for_output(self):
        self.assertEqual(self.prices("gpt-5-mini=0.25:2.00, other=1:10"), {"gpt-5-mini": (0.25, 2), "other": (1, 10)})
        self.assertEqual(self.prices(""), {})

    def test_what_is_no_price_stops_the_program(self):
        for text in ("gpt", "gpt=", "gpt=1", "gpt=1:2:3", "gpt=a:b", "=1:2", "gpt=-1:2", "gpt=nan:2", "gpt=inf:1"):
            with self.subTest(text), self.assertRaisesMessage(ImproperlyConfigured, "MODEL_PRICES"):
                self.prices(text)


SOURCE = Path(settings.BASE_DIR, "config/settings.py")
EXAMPLE = Path(settings.BASE_DIR, ".env.example").read_text()
README = Path(settings.BASE_DIR, "README.md").read_text()
OF_MAKE = {"HOST", "PORT"}
PRODUCTION = {"DEBUG": "off", "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "example.com"}


def names_read() -> set[str]:
    """Of the environment variables that the settings read."""
    calls = [node for node in ast.walk(ast.parse(SOURCE.read_text())) if isinstance(node, ast.Call)]
    readers = [call for call in calls if isinstance(call.func, ast.Name) and re.match(r"env[a-z]*$", call.func.id)]
    return {call.args[0].value for call in readers if isinstance(call.args[0], ast.Constant)}


def values(environment: dict[str, str]) -> dict[str, object]:
    kept = {name: value for name, value in os.environ.items() if name not in names_read()}
    with mock.patch.dict(os.environ, kept | environment, clear=True):
        made = runpy.run_path(str(SOURCE))
    return {name: value for name, value in made.items() if name.isupper()}


class MailServers(SimpleTestCase):
    def server(self, url: str) -> list[object]:
        named = values({"EMAIL_URL": url, "SITE_URL": "https://a.example", "DEFAULT_FROM_EMAIL": "a@b.example"})
        return [named[f"EMAIL_{name}"] for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")]

    def test_one_address_says_all_of_it(self):
        self.assertEqual(
            self.server("smtp+tls://ada%40b.example:p%40ss%2F@mail.example:2525"),
            ["mail.example", 2525, "ada@b.example", "p@ss/", True, False],
        )
        self.assertEqual(self.server("smtps://mail.example"), ["mail.example", 465, "", "", False, True])
        self.assertEqual(self.server("smtp://[::1]"), ["::1", 25, "", "", False, False])

    def test_mails_of_a_service_need_a_sender_and_a_site(self):
        given = {"SITE_URL": "https://a.example", "DEFAULT_FROM_EMAIL": "a@b.example", "EMAIL_URL": "smtps://c"}
        for name, value in {"DEFAULT_FROM_EMAIL": "", "SITE_URL": "", "EMAIL_URL": "console:"}.items():
            with self.assertRaisesMessage(ImproperlyConfigured, name):
                values(PRODUCTION | {**given, name: value})


class EnvExample(SimpleTestCase):
    """The file that people copy names every variable, with the default that it has."""

    documented = dict(re.findall(r"^#(?!\s)([A-Z_]+)=(.*?)(?: +#.*)?$", EXAMPLE, re.MULTILINE))

    def test_it_has_every_variable_and_no_other(self):
        self.assertEqual(set(self.documented) - OF_MAKE, names_read())

    def test_its_values_are_the_defaults(self):
        given = {name: value for name, value in self.documented.items() if value}
        self.assertEqual(values(given), values({}))
        self.assertEqual(values(given | PRODUCTION), values(PRODUCTION))

    def test_the_readme_names_variables_that_there_are(self):
        rows = re.findall(r"^\| (`[A-Z][^|]+) \|", README, re.MULTILINE)
        named = {name for row in rows for name in re.findall(r"`([A-Z_]+)", row)}
        self.assertGreater(len(named), 10)
        self.assertLessEqual(named, set(self.documented))


# Of each kind of setting some values that people write, each with words of the sentence that it gets.
WRONG = {
    "DEBUG": {"maybe": "on or off"},
    "SECRET_KEY": {"short": "32 characters"},
    "ALLOWED_HOSTS": {",": "name the hosts"},
    "CSRF_TRUSTED_ORIGINS": {"todo.example": "https://", "https://todo.example/path": "https://"},
    "SITE_URL": {
        **dict.fromkeys(("todo.example", "https://todo.example/path", "https://*.example"), "https://app."),
        "https://a.example,https://b.example": "one origin",
    },
    "EMAIL_URL": {
        **dict.fromkeys(("mail.example", "http://hidden@host", "smtp://", "smtp+tls://u:hidden@h:x"), "smtp+tls://"),
        **dict.fromkeys(("smtps://user@host", "smtp://h:0", "smtp://h/hidden", "smtp://[hidden"), "smtp+tls://"),
    },
    "DEFAULT_FROM_EMAIL": dict.fromkeys(("todo", "Todo <todo>", "a@b, c", "Todo <a b@c>"), "such as"),
    "API_ALLOWED_ORIGINS": {
        **dict.fromkeys(("*", "https://*.example.com", "null", "app.example.com"), "without a wildcard"),
        **dict.fromkeys(("https://app.example.com/", "https://a@b.example", "ftp://b.example"), "https://app."),
    },
    "TRUSTED_PROXIES": {"nginx": "networks", "10.0.0.1/8": "networks", "10.0.0.0/99": "networks"},
    "DATABASE_URL": {
        "postgres": "postgresql://",
        "mysql://hidden@host/x": "postgresql://",
        "postgresql://u:hidden@h:x/y": "//user",
    },
    "DATABASE_THREADS": {"0": "from 1", "many": "whole number", "1.5": "whole number", "9" * 5000: "whole number"},
    "PROCESSES": {"0": "from 1", "1000": "to 64"},
    "REDIS_URL": {"localhost:6379": "redis://", "http://hidden@host": "redis://", "redis://": "redis://"},
    "METRICS_TOKEN": {"hidden": "16 characters"},
    "OTEL_EXPORTER_OTLP_ENDPOINT": {"collector:4318": "http://"},
    "OPENAI_BASE_URL": {"api.example/v1": "http://", "https://[hidden": "http://"},
    "OPENAI_API": {"both": "one of"},
    "MODEL_PRICES": {"gpt": "model=0.25:2.00"},
    "JWT_SECRET": {"hidden": "32 characters"},
    "JWT_TRUSTED_ISSUERS": {"{": "JWT_TRUSTED_ISSUERS"},
    "LOG_LEVEL": {"LOUD": "one of"},
    "RATE_LIMITS": {"off": "DEBUG"},
}


@pytest.mark.once
class Wrong(SimpleTestCase):
    """A setting that is wrong stops the start with one sentence that names it, and repeats no secret."""

    def sentence(self, **variables: str) -> str:
        with self.assertRaises(ImproperlyConfigured) as stopped:
            values({"DATABASE_URL": "postgresql://u@h/n", **PRODUCTION, **variables})
        return str(stopped.exception)

    def test_each_is_told_by_its_name(self):
        for name, cases in WRONG.items():
            for value, words in cases.items():
                with self.subTest(name, value=value[:30]):
                    sentence = self.sentence(**{name: value})
                    self.assertTrue(sentence.startswith(name), sentence)
                    self.assertIn(words, sentence)
                    self.assertNotIn("hidden", sentence)
                    self.assertLess(len(sentence), 200)

    def test_all_that_is_wrong_is_told_at_once(self):
        sentence = self.sentence(REDIS_URL="localhost", PROCESSES="x", LOG_FORMAT="y")
        for name in ("REDIS_URL", "PROCESSES", "LOG_FORMAT"):
            self.assertIn(name, sentence)

    def test_every_command_and_server_says_it_in_one_line_and_with_one_status(self):
        environment = {"PATH": os.environ["PATH"], "REDIS_URL": "localhost:6379"}
        for command in (
            ["manage.py", "check"],
            ["-m", "config.serve", "--port", "0"],
            ["-m", "uvicorn", "config.asgi:application"],
        ):
            with self.subTest(command):
                ended = subprocess.run(
                    [sys.executable, *command],
                    check=False,
                    capture_output=True,
                    text=True,
                    timeout=60,
                    env=environment,
                    cwd=settings.BASE_DIR,
                )
                told = (
                    "Todo Chat does not start: REDIS_URL must begin with redis:// or rediss:// or unix:// and a host."
                )
                said = [line for line in ended.stderr.splitlines() if "does not start" in line]
                self.assertEqual((ended.returncode, set(said)), (MISCONFIGURED, {told}), ended.stderr)
                self.assertNotIn("Traceback", ended.stderr)

    def test_a_port_that_is_taken_is_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            command = [sys.executable, "-m", "config.serve", "--port", str(taken.getsockname()[1])]
            ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=settings.BASE_DIR)
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, r"^Todo Chat does not start: 127.0.0.1 port \d+: .*[Aa]ddress.*in use.*\.\n$")
