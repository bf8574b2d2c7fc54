"""Folds the counts of ended processes into one file of each kind: else each of them leaves megabytes behind.

A sum that is read while it is moved would fall, and what watches it would take that for a restart: readers and whoever
folds lock each other out.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

KINDS = ("counter", "histogram", "summary")


@contextlib.contextmanager
def locked(directory: Path, how: int = fcntl.LOCK_SH) -> Iterator[None]:
    """Raises BlockingIOError where that was asked for, and another has the lock."""
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, how)
        yield


def fold_dead_processes(directory: Path) -> int:
    """Add the counts of processes that do not run any more to those of earlier ones; how many files went.

    Nothing is done while another process does it, or reads.
    """
    with contextlib.suppress(BlockingIOError), locked(directory, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return sum(fold(directory / f"{kind}_folded.db", files_of_dead(directory, kind)) for kind in KINDS)
    return 0


def files_of_dead(directory: Path, kind: str) -> list[Path]:
    numbered = [(path, path.stem.rpartition("_")[2]) for path in directory.glob(f"{kind}_*.db")]
    return [path for path, pid in numbered if pid.isdigit() and not is_running(int(pid))]


def fold(folded: Path, dead: list[Path]) -> int:
    """Into a copy, which takes the place of the file before it at once."""
    if not dead:
        return 0
    unfinished = folded.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    if folded.exists():
        shutil.copy(folded, unfinished)
    sums = MmapedDict(str(unfinished))
    for path in dead:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()
    unfinished.replace(folded)
    for path in dead:
        path.unlink()
    return len(dead)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, as somebody else
        pass
    return True
