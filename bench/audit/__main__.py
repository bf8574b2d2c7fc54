"""Whether the pins are still good: `python -m bench.audit` asks the index for newer patches, and pip-audit for holes.

Fails where a pin is behind the newest patch of its series, or has a known hole. What could not be asked is said aloud
and is no failure: an outage elsewhere says nothing about the pins.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.audit.pins import CHOSEN, LOCKED, NODE_FILE, ROOT, newest, node_pins, node_releases, pins, releases, renewed

HOW_TO_RENEW = """To renew: write the new version into the requirements….in that names it and run `make lock`;
`make lock UPGRADE=yes` renews what these bring along as well. Then `make test`, which installs it."""


def main() -> int:
    behind = behind_of_chosen() + behind_of_brought()
    for line in behind:
        print(f"BEHIND: {line}")
    print(f"NOT CHECKED: the advisories for {NODE_FILE}, which the tests use and the program does not.")
    holes = [hole for name in LOCKED for hole in known_holes(name)]
    print(HOW_TO_RENEW)
    return 1 if behind or holes else 0


def behind_of_chosen() -> list[str]:
    """Of what we name ourselves, by hand."""
    ours = pins("\n".join((ROOT / name).read_text() for name in CHOSEN))
    others = node_pins((ROOT / NODE_FILE).read_text())
    pinned = ours | others
    with ThreadPoolExecutor(4) as at_once:
        released = dict(zip(ours, at_once.map(releases, ours), strict=True))
        released |= dict(zip(others, at_once.map(node_releases, others), strict=True))
    wanted = {name: newest(version, released[name]) for name, version in pinned.items()}
    if unanswered := [name for name, latest in wanted.items() if latest is None]:
        print(f"NOT CHECKED: the index says nothing about {', '.join(unanswered)}.")
    behind = {name: latest for name, latest in wanted.items() if latest and pinned[name] < latest}
    print(
        f"{len(pinned)} chosen pins: {len(pinned) - len(unanswered) - len(behind)} at the newest patch of their series."
    )
    return [f"{name} is pinned at {pinned[name]}; {latest} is out." for name, latest in behind.items()]


def behind_of_brought() -> list[str]:
    """Of what these bring along: what a lock of today would take, compared with the one that is there."""
    behind = []
    for name in LOCKED:
        locked = pins((ROOT / name).read_text())
        today = pins(renewed(name))
        if not today:
            print(f"NOT CHECKED: what {name} would hold today; the index does not answer.")
        older = {name: version for name, version in today.items() if locked.get(name, version) < version}
        print(f"{name}: {len(locked)} pins, of which `make lock UPGRADE=yes` would renew {len(older)}.")
        behind += [
            f"{pin} is locked at {locked[pin]}; {version} is out."
            for pin, version in older.items()
            if newest(locked[pin], [version])
        ]
    return behind


def known_holes(name: str) -> Iterator[str]:
    """What the advisories say about the pins of a file. Without its data pip-audit skips them, and calls it success."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(ROOT / name), "--disable-pip", "--no-deps", "-f", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout
    pinned = json.loads(answer or "{}").get("dependencies", [])
    skipped = [pin["name"] for pin in pinned if "skip_reason" in pin]
    if skipped or not pinned:
        print(f"NOT CHECKED: the advisories were out of reach for {len(skipped) or 'all'} pins of {name}.")
    for pin in pinned:
        for hole in pin.get("vulns", []):
            print(f"KNOWN HOLE: {pin['name']} {pin['version']}: {hole['id']}, mended in {hole['fix_versions']}.")
            yield hole["id"]


if __name__ == "__main__":
    raise SystemExit(main())
