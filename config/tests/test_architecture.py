"""docs/architecture.md names what there is, and no room, module or function is larger than one takes in at once."""

import ast
import importlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest import TestCase

import grimp
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs/architecture.md").read_text()
NAMED = [name for group in re.findall(r"`([^`\n]+)`", PAGE) for name in re.split(r", | → ", group)]
FOLDERS = (
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


def python_files(folder: Path) -> Iterator[Path]:
    """Those of the program: programs of others that tests run have environments of their own, with thousands."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".venv", "node_modules"}]
        yield from (Path(place, name) for name in files if name.endswith(".py"))


FILES = [path for folder in FOLDERS for path in python_files(ROOT / folder)]


class Architecture(TestCase):
    def test_every_module_is_there(self):
        modules = {name for name in NAMED if re.fullmatch(r"[\w/]+\.py", name)}
        self.assertGreater(len(modules), 30)
        known = {path.relative_to(ROOT).as_posix() for path in FILES} | {path.name for path in FILES}
        self.assertEqual({name for name in modules if name not in known}, set())

    def test_every_folder_is_there(self):
        folders = {name for name in NAMED if re.fullmatch(r"(\w+/)+", name)}
        self.assertEqual({name for name in folders if not (ROOT / name).is_dir()}, set())

    def test_every_room_stands_in_the_tree(self):
        tree = re.split(r"^    (?=\w+/ )", PAGE.partition("\n## ")[0], flags=re.MULTILINE)
        parts = {part.partition("/")[0]: part for part in tree}
        untold = [
            f"{folder}/{path.parent.name}"
            for folder in FOLDERS
            for path in (ROOT / folder).glob("*/__init__.py")
            if path.parent.name not in {"tests", "migrations", "management", "templatetags"}
            and f"{path.parent.name}/" not in parts[folder]
        ]
        self.assertEqual(untold, [])

    def test_where_to_add_something_is_there(self):
        section = PAGE.partition("## Where to add …")[2].partition("\n## ")[0]
        places = re.findall(r"`([^`]+)`", section)
        self.assertGreater(len(places), 30)
        self.assertEqual([place for place in places if not (ROOT / place).exists()], [])

    def test_every_test_of_a_step_is_there(self):
        steps = (ROOT / "chat/tests/turns/test_turn.py").read_text()
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


WRITTEN = [path for path in FILES if "migrations" not in path.parts]
# A case a line: a table is read by the row, and is not shorter in two.
TABLES = ROOT / "chat/tests/assistants/openai/oddities"
MODULES_MAX, LINES_MAX, FUNCTION_LINES_MAX, IMPORTS_IN_A_ROW_MAX = 12, 400, 50, 10


@pytest.mark.once
class Sizes(TestCase):
    def test_a_folder_holds_a_dozen_modules_at_most(self):
        modules = [path for path in WRITTEN if path.name not in {"__init__.py", "testing.py"}]
        counted = Counter(path.parent.relative_to(ROOT).as_posix() for path in modules)
        self.assertEqual({folder: count for folder, count in counted.items() if count > MODULES_MAX}, {})

    def test_a_module_has_400_lines_at_most(self):
        lines = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in WRITTEN}
        self.assertEqual({path: count for path, count in lines.items() if count > LINES_MAX}, {})

    def test_a_function_has_50_lines_at_most(self):
        longer = [
            f"{path.relative_to(ROOT)}: {node.name}"
            for path in WRITTEN
            if not path.is_relative_to(TABLES)
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
        ]
        self.assertEqual(longer, [])

    def test_a_folder_says_what_it_is_for(self):
        silent = [
            path.parent.relative_to(ROOT).as_posix()
            for path in WRITTEN
            if path.name == "__init__.py"
            and path.parent.name not in {"management", "commands", "tests"}
            and not ast.get_docstring(ast.parse(path.read_text()))
        ]
        self.assertEqual(silent, [])

    def test_the_way_down_through_the_chat_is_short(self):
        graph = grimp.build_graph("chat", include_external_packages=False, cache_dir=None)
        written = {name for name in graph.modules if not re.search(r"\b(tests|migrations|testing)\b", name)}

        @cache
        def way_down(module: str) -> tuple[str, ...]:
            below = graph.find_modules_directly_imported_by(module) & written
            return module, *max(map(way_down, below), key=len, default=())

        longest = max(map(way_down, written), key=len)
        self.assertLessEqual(len(longest) - 1, IMPORTS_IN_A_ROW_MAX, longest)
