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
from unittest import TestCase, skipIf

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


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


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


@skipIf(os.environ.get("TEST_DATABASE"), "The README begins with SQLite, and is followed in that run.")
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
        self.assertIn("http://localhost:8000", script)
        return script.replace("localhost:8000", f"localhost:{self.server.port}")

    def test_what_make_run_prints_can_be_pasted(self):
        printed = self.server.log.read_text()
        self.assertIn(f"Todo Chat    http://127.0.0.1:{self.server.port}", printed)
        script = re.search(r"^TOKEN=.*groceries\"}'$", printed, re.DOTALL | re.MULTILINE)[0]
        turn = json.loads(self.run_program("bash", "-c", script))
        self.assertIn("Buy groceries", turn["response"])

    def test_the_readme_in_three_languages(self):
        register, ask, stream = blocks("sh")
        printed = self.run_program("bash", "-c", self.at_this_port(f"{register}\n{ask}\necho\n{stream}"))
        turn, events = printed.split("\n", 1)
        self.assertEqual(json.loads(turn)["tool_calls"][0]["tool_name"], "add_task")
        self.assertIn("event: turn.completed", events)
        self.assertIn("Buy groceries", events)

        (script,) = blocks("python")
        *response, tools = self.run_program(sys.executable, "-c", self.at_this_port(script)).splitlines()
        self.assertIn("call the dentist", response[0])
        self.assertEqual(tools, "['add_task']")

        (script,) = blocks("javascript")
        if not (node := shutil.which("node")):
            self.skipTest("NOT TESTED: the README in JavaScript, which needs Node")
        printed = self.run_program(node, "--input-type=module", "--eval", self.at_this_port(script))
        self.assertIn("Buy groceries", printed)
        self.assertTrue(printed.endswith("completed\n"), printed)

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
