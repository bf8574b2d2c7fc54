"""What is pinned, and the newest release of its series, where security fixes appear. The index is asked through pip."""

import re
import subprocess
import sys
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parent.parent
FILES = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-tracing.txt",
    "bench/fuzz/requirements.txt",
    "config/tests/agent/requirements.txt",
)


def pins(text: str) -> dict[str, Version]:
    return {
        name: Version(version) for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", text, re.MULTILINE)
    }


def newest(pinned: Version, released: list[Version]) -> Version | None:
    """Of the series of the pin: the same first two numbers. None where nothing of it is known."""
    series = [
        version for version in released if version.release[:2] == pinned.release[:2] and not version.is_prerelease
    ]
    return max(series, default=None)


def releases(name: str) -> list[Version]:
    """None where the index does not answer."""
    command = [sys.executable, "-m", "pip", "index", "versions", name]
    answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120).stdout
    known = re.search(r"^Available versions: (.+)$", answer, re.MULTILINE)
    return [Version(version) for version in known[1].split(", ")] if known else []
