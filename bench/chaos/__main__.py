"""The history checker: `python -m bench.chaos [--databases sqlite] [--seconds 60] [--seed 1] [--keep FOLDER]`.

Clients with Idempotency-Keys do random operations at two processes, while a nemesis kills, restarts, freezes and stops
processes, database, Redis and model. Then everything is well again, whatever was not answered is sent again until it
is, and the database must agree with every answer exactly once. Exits with 1 where it does not.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="Break everything, then compare.")
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=600, help="of chaos on each, without start and end")
    parser.add_argument("--seed", default=str(time.time_ns() % 1_000_000), help="of clients and nemesis")
    parser.add_argument("--keep", type=Path, help="a folder for the logs and the history of a run with faults")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.pop("DATABASE_URL", None)
    from .run import run  # noqa: PLC0415 not before the environment is set

    found = False
    with tempfile.TemporaryDirectory(prefix="todo-chat-chaos-") as scratch:
        for database in options.databases:
            folder = (options.keep or Path(scratch)) / database
            folder.mkdir(parents=True, exist_ok=True)
            verdict = run(folder, postgres=database == "postgresql", seconds=options.seconds, seed=options.seed)
            print(f"{database}, {verdict}", flush=True)
            found = found or bool(verdict.faults)
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
