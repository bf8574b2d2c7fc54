"""Clients that generators make from the API document, against a running server."""

import json
import subprocess
import tempfile
from pathlib import Path
from unittest import TestCase, skipUnless

from config.testing import empty_database, running_server

GENERATORS = Path(__file__).parent / "generators"
PYTHON = GENERATORS / ".venv" / "bin" / "python"
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


def ran(*command: str, cwd: Path | None = None) -> tuple[str, str]:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


@skipUnless(PYTHON.exists(), "the generators are not installed (make test installs them)")
class GeneratedByOpenapiPythonClient(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(running_server(cls.enterClassContext(empty_database())))
        cls.address = f"http://127.0.0.1:{cls.server.port}"
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        document = cls.folder / "openapi.json"
        document.write_text(json.dumps(cls.server.request("GET", "/api/openapi.json").body))
        cls.warnings = ran(
            str(PYTHON), "-m", "openapi_python_client", "generate", "--meta", "none",
            "--path", str(document), "--output-path", str(cls.folder / "client"),
            "--config", str(GENERATORS / "openapi_python_client.yaml"),
        )[1]  # fmt: skip

    def test_all_of_the_document_is_understood_but_that_a_file_may_be_csv(self):
        warnings = [
            line for line in self.warnings.splitlines() if line.startswith(("WARNING", "Unsupported", "Cannot"))
        ]
        no_csv = ["WARNING parsing POST /api/{user_id}/todos/import within todos.", "Unsupported content type text/csv"]
        self.assertEqual(warnings, no_csv, self.warnings)

    def test_a_patch_of_one_field_leaves_the_others_as_they_are(self):
        program = str(GENERATORS / "patch_one_field.py")
        after = json.loads(ran(str(PYTHON), program, self.address, str(self.folder))[0])
        for name, value in CHANGES.items():
            with self.subTest(name):
                self.assertEqual({field: after[name][field] for field in WHOLE}, WHOLE | {name: value})
