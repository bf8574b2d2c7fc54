import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from unittest import TestCase

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from bench.audit.pins import CHOSEN, LOCKED, NODE_FILE, ROOT, newest, node_pins, pins, versions_of

FILES = {name: (ROOT / name).read_text() for name in (*CHOSEN, *LOCKED)}
FILES |= {name: (ROOT / name).read_text() for name in ("requirements.txt", "requirements-tracing.txt")}


def requirements(text: str) -> list[str]:
    """One line each, with its hashes behind it."""
    lines = re.sub(r"^\s*#.*|\s#.*", "", text.replace("\\\n", " "), flags=re.MULTILINE).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("-")]


def brought_along(requirement: Requirement, seen: set[str]) -> Iterator[str]:
    """Names of all that an installed distribution needs on this machine, itself included."""
    for extra in requirement.extras or {""}:
        if f"{requirement.name}[{extra}]" in seen:
            continue
        seen.add(f"{requirement.name}[{extra}]")
        yield canonicalize_name(requirement.name)
        for needed in map(Requirement, requires(requirement.name) or []):
            if not needed.marker or needed.marker.evaluate({"extra": extra}):
                yield from brought_along(needed, seen)


class Pins(TestCase):
    def test_every_requirement_is_pinned_exactly(self):
        for name, text in FILES.items():
            lines = requirements(text)
            self.assertTrue(lines, name)
            for line in lines:
                self.assertRegex(line, r"^[\w.-]+(\[[\w,]+\])?==[\w.]+( |$)", name)
        self.assertEqual(pins("psycopg[binary,pool]==3.3.9  # why\n"), {"psycopg": Version("3.3.9")})
        self.assertEqual(pins("cffi==2.1.1 ; implementation_name != 'PyPy' \\\n"), {"cffi": Version("2.1.1")})

    def test_what_is_locked_has_a_hash_and_comes_from_no_index_of_its_own(self):
        for name, text in FILES.items():
            if name.endswith(".txt"):
                for line in requirements(text):
                    self.assertRegex(line, r"( --hash=sha256:[0-9a-f]{64})+$", name)
            options = [line for line in text.splitlines() if re.match(r"-|.*://", line)]
            self.assertEqual([option for option in options if not re.match(r"-[rc] requirements", option)], [], name)

    def test_the_lock_was_made_from_what_is_chosen(self):
        for name in CHOSEN:
            locked = pins(FILES[str(Path(name).with_suffix(".txt"))])
            locked = {canonicalize_name(pin): version for pin, version in locked.items()}
            for pin, version in pins(FILES[name]).items():
                self.assertEqual(locked.get(canonicalize_name(pin)), version, f"{pin} of {name}: run `make lock`")
        for name in ("requirements.txt", "requirements-tracing.txt"):
            self.assertLessEqual(pins(FILES[name]).items(), pins(FILES["requirements-dev.txt"]).items(), name)

    def test_the_lock_holds_the_whole_tree(self):
        for name in ("requirements", "requirements-tracing", "requirements-dev"):
            locked = set(map(canonicalize_name, pins(FILES[f"{name}.txt"])))
            needed = {
                found for line in requirements(FILES[f"{name}.in"]) for found in brought_along(Requirement(line), set())
            }
            self.assertEqual(needed - locked, set(), name)

    def test_the_newest_of_a_series_is_no_other_series_and_no_trial(self):
        released = list(map(Version, ("6.0.1", "5.2.20", "5.2.19", "5.2.21rc1", "4.2.30")))
        self.assertEqual(newest(Version("5.2.19"), released), Version("5.2.20"))
        self.assertEqual(newest(Version("5.2.21a1"), released), Version("5.2.21rc1"))
        self.assertIsNone(newest(Version("5.1.1"), released))

    def test_programs_of_others_that_the_tests_run_are_pinned_as_well(self):
        self.assertIn("better-auth", node_pins((ROOT / NODE_FILE).read_text()))
        self.assertEqual(
            versions_of(["1.7.25", "1.8.0-beta.1", "canary-7f3a"]), [Version("1.7.25"), Version("1.8.0b1")]
        )
