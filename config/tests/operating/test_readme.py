"""What the README tells a newcomer to do works as it stands: on a copy of the program, started as it says."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import TestCase

import pytest
from django.conf import settings
from django.core.management import get_commands

from config.testing import RunningServer, free_port, wait_until_it_answers

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
# Commands that need to be told something.
ASKING = {"create_admin", "end_second_factor", "reset_password"}
NOT_COPIED = (
    ".git",
    ".venv",
    ".env",
    "node_modules",
    "staticfiles",
    "screenshots",
    "*.sqlite3*",
    "__pycache__",
    ".*_cache",
)


# Which test runs the snippets of a language that need more than a server; all others are run here.
ELSEWHERE = {
    "ts": ("../programs/test_agui_client.py", "they need AG-UI's own package"),
    "shell": ("test_readme_deploy.py", "they make a service of nginx, PostgreSQL and Redis"),
    "bash": ("test_backup.py", "they restore a backup over a database"),
}
# What the runs of a language print, beside no error.
PRINTED = {
    "sh": ("add_task", "event: turn.completed", "Buy groceries"),
    "python": ("call the dentist", "['add_task']"),
    "javascript": ("Buy groceries", "completed"),
}


def snippets() -> list[tuple[str, str]]:
    """Every fenced one, in order, with its language."""
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```$", README, re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [text for named, text in snippets() if named == language]


def own_environment() -> dict[str, str]:
    """Without what belongs to the test run, and to the make that started it."""
    # nginx takes a variable of its name for sockets that it inherits.
    ours = ("DATABASE_", "REDIS_", "MAKE", "MFLAGS", "NGINX")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextlib.contextmanager
def made_to_run(folder: Path, port: int):
    """`make run PORT=…` in a folder, with what it prints in the log."""
    log = folder.parent / "log"
    with log.open("w") as printed:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=folder,
            env=own_environment(),
            stdout=printed,
            stderr=printed,
            start_new_session=True,  # make, a shell and the server end together
        )
    try:
        server = RunningServer(process, port, log)
        wait_until_it_answers(server)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


@pytest.mark.once
class FollowedByHand(TestCase):
    """`make run` prints what to paste; that, and what the README has in three languages, is run against its server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()), "todo-chat")
        shutil.copytree(ROOT, cls.folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
        (cls.folder / ".venv").symlink_to(sys.prefix)
        cls.server = cls.enterClassContext(made_to_run(cls.folder, free_port()))

    def run_program(self, *command):
        environment = own_environment()
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        return ended.stdout

    def at_this_port(self, script):
        return script.replace("localhost:8000", f"localhost:{self.server.port}")

    def test_what_make_run_prints_can_be_pasted(self):
        printed = self.server.log.read_text()
        self.assertIn(f"Todo Chat    http://127.0.0.1:{self.server.port}", printed)
        script = re.search(r"^TOKEN=.*groceries\"}'$", printed, re.DOTALL | re.MULTILINE)[0]
        turn = json.loads(self.run_program("bash", "-c", script))
        self.assertIn("Buy groceries", turn["response"])

    def test_every_snippet_runs_as_it_stands(self):
        """Those of a shell in one, because they hand on variables; a new one, and a new language, comes by itself."""
        here = [(language, text) for language, text in snippets() if language not in ELSEWHERE]
        shell = "\necho\n".join(text for language, text in here if language == "sh")
        others = [(language, text) for language, text in here if language != "sh"]
        printed = dict.fromkeys(PRINTED, "")
        for language, text in [("sh", shell), *others]:
            with self.subTest(language):
                self.assertIn(language, PRINTED, "Nobody can run this.")
                printed[language] += self.run_program(*self.interpreter(language), self.at_this_port(text))
        for language, words in PRINTED.items():
            self.assertNotIn('"error":', printed[language])
            if language != "javascript" or shutil.which("node"):
                self.assertEqual([word for word in words if word not in printed[language]], [])

    def interpreter(self, language):
        if language == "javascript":
            if not (node := shutil.which("node")):
                self.skipTest("NOT TESTED: the README in JavaScript, which needs Node")
            return node, "--input-type=module", "--eval"
        return {"sh": ("bash", "-ec"), "python": (sys.executable, "-c")}[language]

    def test_what_is_run_elsewhere_is_run_there(self):
        for language, (file, why) in ELSEWHERE.items():
            with self.subTest(language, why=why):
                self.assertTrue(blocks(language))
                self.assertIn(f'blocks("{language}")', Path(__file__).parent.joinpath(file).read_text())

    def test_every_command_of_make_and_of_the_program_is_there(self):
        targets = set(re.findall(r"(?:^|`|&& )make ([a-z-]+)", README, re.MULTILINE))
        self.assertLessEqual({"run", "test", "check", "bench"}, targets)
        for target in sorted(targets):
            with self.subTest(target):
                subprocess.run(["make", "--dry-run", target], cwd=self.folder, check=True, capture_output=True)
        commands = set(re.findall(r"manage\.py (\w+)", README))
        self.assertTrue(commands)
        self.assertLessEqual(commands, set(get_commands()))
        for command in commands:
            # Some ask for more than their name, and are followed in tests of their own.
            python, program = str(self.folder / ".venv/bin/python"), str(self.folder / "manage.py")
            self.run_program(python, program, command, *(["--help"] if command in ASKING else []))

    def test_every_file_it_names_is_there(self):
        named = set(re.findall(r"(?:\(|`)((?:[\w.-]+/)*[\w.-]+\.(?:py|md|png|example|txt|yaml))[)`]", README))
        self.assertGreater(len(named), 5)
        self.assertEqual({name for name in named if not (ROOT / name).exists()}, set())
