"""What is pinned, and the newest release of its series, where security fixes appear. pip and npm ask their index."""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[2]
# What we name ourselves, and what `make lock` makes of it. The one for development holds the other two.
CHOSEN = (
    "requirements.in",
    "requirements-tracing.in",
    "requirements-dev.in",
    "requirements-training.in",
    "bench/fuzz/requirements.in",
    "config/tests/agent/requirements.in",
    "config/tests/agent_of_mcp1/requirements.in",
)
LOCKED = (
    "requirements-dev.txt",
    "requirements-training.txt",
    "bench/fuzz/requirements.txt",
    "config/tests/agent/requirements.txt",
    "config/tests/agent_of_mcp1/requirements.txt",
)
NODE_FILE = "config/tests/node/package.json"
UV = str(Path(sys.executable).with_name("uv"))
NODE_KINDS = ("dependencies", "optionalDependencies")


def pins(text: str) -> dict[str, Version]:
    return {
        name: Version(version) for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", text, re.MULTILINE)
    }


def node_pins(text: str) -> dict[str, Version]:
    package = json.loads(text)
    return {name: Version(version) for kind in NODE_KINDS for name, version in package[kind].items()}


def newest(pinned: Version, released: list[Version]) -> Version | None:
    """Of the series of the pin: the same first two numbers. None where nothing of it is known.

    Trials count only where the pin is one.
    """
    series = [version for version in released if version.release[:2] == pinned.release[:2]]
    return max((version for version in series if pinned.is_prerelease or not version.is_prerelease), default=None)


def releases(name: str) -> list[Version]:
    """Empty where the index does not answer."""
    answer = answer_of([sys.executable, "-m", "pip", "index", "versions", name])
    known = re.search(r"^Available versions: (.+)$", answer, re.MULTILINE)
    return versions_of(known[1].split(", ")) if known else []


def renewed(name: str) -> str:
    """A locked file as it would be made today. Empty where the index does not answer."""
    source = str((ROOT / name).with_suffix(".in"))
    python = ["--universal", "--python-version", "3.11"]
    return answer_of([UV, "pip", "compile", "--quiet", "--no-annotate", "--no-header", *python, source])


def node_releases(name: str) -> list[Version]:
    """Likewise; empty also where there is no npm."""
    answer = answer_of(["npm", "view", name, "versions", "--json"])
    return versions_of(json.loads(answer)) if answer.startswith("[") else []


def answer_of(command: list[str]) -> str:
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120).stdout
    return ""


def versions_of(names: list[str]) -> list[Version]:
    """Those that are numbered as releases are."""
    versions = []
    for name in names:
        with contextlib.suppress(InvalidVersion):
            versions.append(Version(name))
    return versions
