"""docs/architecture.md names what there is: every path, every function of the twelve steps, every test."""

import importlib
import re
from pathlib import Path
from unittest import TestCase

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs/architecture.md").read_text()
NAMED = [name for group in re.findall(r"`([^`\n]+)`", PAGE) for name in re.split(r", | → ", group)]
FILES = [
    path
    for folder in (
        "accounts",
        "todos",
        "notices",
        "chat",
        "config",
        "database",
        "habits",
        "language",
        "telemetry",
        "web",
        "bench",
    )
    for path in (ROOT / folder).rglob("*.py")
]


class Architecture(TestCase):
    def test_every_module_is_there(self):
        modules = {name for name in NAMED if re.fullmatch(r"[\w/]+\.py", name)}
        self.assertGreater(len(modules), 30)
        known = {path.relative_to(ROOT).as_posix() for path in FILES} | {path.name for path in FILES}
        self.assertEqual({name for name in modules if name not in known}, set())

    def test_every_folder_is_there(self):
        folders = {name for name in NAMED if re.fullmatch(r"(\w+/)+", name)}
        self.assertEqual({name for name in folders if not (ROOT / name).is_dir()}, set())

    def test_where_to_add_something_is_there(self):
        section = PAGE.partition("## Where to add …")[2].partition("\n## ")[0]
        places = re.findall(r"`([^`]+)`", section)
        self.assertGreater(len(places), 30)
        self.assertEqual([place for place in places if not (ROOT / place).exists()], [])

    def test_every_test_of_a_step_is_there(self):
        steps = (ROOT / "chat/tests/test_turn.py").read_text()
        beginnings = {name.removesuffix("…") for name in NAMED if name.startswith("test_step")}
        self.assertGreaterEqual(len(beginnings), 8)
        self.assertEqual({name for name in beginnings if f"def {name}" not in steps}, set())

    def test_every_function_of_a_step_is_there(self):
        rows = re.findall(r"^\| \d+ .*", PAGE, re.MULTILINE)
        self.assertEqual([int(row.split()[1]) for row in rows], list(range(1, 13)))
        for module, name in re.findall(r"`(\w+)\.((?!py\b)\w+(?:\.\w+)?)`", "\n".join(rows)):
            with self.subTest(f"{module}.{name}"):
                found = importlib.import_module(
                    {"Model": "chat.assistants.interface"}.get(module) or chat_module(module)
                )
                for part in [*([module] if module == "Model" else []), *name.split(".")]:
                    found = getattr(found, part)


def chat_module(name: str) -> str:
    """The dotted name of the module of the chat that has this name, the uppermost of several."""
    path = min((ROOT / "chat").rglob(f"{name}.py"), key=lambda path: len(path.parts))
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
