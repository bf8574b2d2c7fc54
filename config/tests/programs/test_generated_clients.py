"""Clients that generators make from the API document, each with a program, against a running server."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import TestCase, skipUnless

import pytest

from config.testing import empty_database, running_server

GENERATORS = Path(__file__).parents[1] / "generators"
PYTHON = GENERATORS / ".venv" / "bin" / "python"
NODE_PROGRAMS = GENERATORS / "node_modules" / ".bin"
WHOLE = {
    "title": "Buy milk",
    "notes": "the oat one",
    "priority": "high",
    "due": "2036-03-07",
    "recurrence": "FREQ=WEEKLY;BYDAY=FR",
    "tags": ["home"],
}
CHANGES = {
    "title": "Buy bread",
    "notes": "the dark one",
    "priority": "low",
    "due": "2036-03-14",
    "recurrence": "FREQ=DAILY",
    "tags": ["work"],
}
# What each program sees: five todos, of which one is done, all are trashed when that is approved, and it is undone.
SEEN = {
    "titles": ["Buy milk", "Pay rent", "Read mail", "Water plants"],
    "changed": "high",
    "conflict": "version_conflict",
    "said": "completed",
    "events": ["turn.started", "tool_call.started", "tool_call.finished", "message.delta", "turn.completed"],
    "asked": "needs_approval",
    "decided": "approved",
    "undone": ["undone"] * 4,
    "exported": 5,
}
COMPILE = (
    "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable",
    "--module", "commonjs", "--moduleResolution", "node10",
)  # fmt: skip


# They tell nobody at home that they ran.
QUIET = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def ran(*command: object, cwd: Path | None = None) -> tuple[str, str]:
    words = list(map(str, command))
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120, cwd=cwd, env=QUIET)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


@pytest.mark.once
class GeneratedClient(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(running_server(cls.enterClassContext(empty_database())))
        cls.address = f"http://127.0.0.1:{cls.server.port}"
        # Beside the installed packages, where compilers look for them.
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=GENERATORS, prefix=".made-")))
        cls.document = cls.folder / "openapi.json"
        cls.document.write_text(json.dumps(cls.server.request("GET", "/api/openapi.json").body))


@skipUnless(PYTHON.exists(), "the generators are not installed (make test installs them)")
class Python(GeneratedClient):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warnings = ran(
            PYTHON, "-m", "openapi_python_client", "generate", "--meta", "none",
            "--path", cls.document, "--output-path", cls.folder / "client",
            "--config", GENERATORS / "openapi_python_client.yaml",
        )[1]  # fmt: skip

    def test_the_document_is_valid(self):
        self.assertIn("OK", ran(PYTHON, "-m", "openapi_spec_validator", self.document)[0])

    def test_all_of_the_document_is_understood_but_that_a_file_may_be_csv(self):
        words = ("WARNING", "Unsupported", "Cannot", "Could not")
        warnings = [line for line in self.warnings.splitlines() if line.startswith(words)]
        no_csv = ["WARNING parsing POST /api/{user_id}/todos/import within todos.", "Unsupported content type text/csv"]
        self.assertEqual(warnings, no_csv, self.warnings)

    def test_a_patch_of_one_field_leaves_the_others_as_they_are(self):
        after = json.loads(ran(PYTHON, GENERATORS / "patch_one_field.py", self.address, self.folder)[0])
        for name, value in CHANGES.items():
            with self.subTest(name):
                self.assertEqual({field: after[name][field] for field in WHOLE}, WHOLE | {name: value})

    def test_a_program_does_what_a_builder_does(self):
        seen = json.loads(ran(PYTHON, GENERATORS / "journey.py", self.address, self.folder)[0])
        self.assertEqual(seen, SEEN)


@skipUnless(NODE_PROGRAMS.exists() and shutil.which("node"), "the generators are not installed (they need npm)")
class TypeScript(GeneratedClient):
    def test_the_linter_finds_nothing(self):
        linter = ran(NODE_PROGRAMS / "redocly", "lint", "--extends=recommended", "--format=json", self.document)
        self.assertEqual(json.loads(linter[0])["problems"], [])

    def test_a_program_does_what_a_builder_does(self):
        ran(NODE_PROGRAMS / "openapi-typescript", self.document, "-o", self.folder / "api.ts")
        hey = ("-i", self.document, "-o", self.folder / "hey", "-c", "@hey-api/client-fetch")
        ran(NODE_PROGRAMS / "openapi-ts", *hey, cwd=GENERATORS)
        names = ("journey_fetch", "journey_hey")
        programs = [shutil.copy(GENERATORS / f"{name}.ts", self.folder) for name in names]
        ran(NODE_PROGRAMS / "tsc", *COMPILE, "--outDir", self.folder / "made", *programs)
        for name in names:
            with self.subTest(name):
                self.assertEqual(json.loads(ran("node", self.folder / "made" / f"{name}.js", self.address)[0]), SEEN)
