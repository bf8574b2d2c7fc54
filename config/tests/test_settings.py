import ast
import os
import re
import runpy
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from config.settings import envprices


class Prices(SimpleTestCase):
    def prices(self, text: str) -> dict[str, tuple[float, float]]:
        with mock.patch.dict(os.environ, {"MODEL_PRICES": text}):
            return envprices("MODEL_PRICES")

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
OF_MAKE = {"HOST", "PORT", "PROCESSES"}
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
