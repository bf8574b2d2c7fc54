"""`make audit`: which pins are behind the newest release of their series, where security fixes appear.

Advisories themselves may be out of reach, and a check that then says nothing could not fail. The package index is asked
through pip; a package of which it says nothing counts as behind.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parent.parent
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-tracing.txt")


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
    command = [sys.executable, "-m", "pip", "index", "versions", name]
    answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120).stdout
    known = re.search(r"^Available versions: (.+)$", answer, re.MULTILINE)
    return [Version(version) for version in known[1].split(", ")] if known else []


def main() -> int:
    pinned = pins("\n".join((ROOT / name).read_text() for name in FILES))
    with ThreadPoolExecutor(4) as at_once:
        released = dict(zip(pinned, at_once.map(releases, pinned), strict=True))
    behind = 0
    for name, version in pinned.items():
        wanted = newest(version, released[name])
        if wanted is None or version < wanted:
            behind += 1
            print(f"{name} {version}: {f'{wanted} is out' if wanted else 'the index says nothing'}")
    print(f"{len(pinned)} pins, {behind} behind their series")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
