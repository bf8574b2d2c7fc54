"""The reminder bench: 2,000 reminders due in one minute, sent by two processes on PostgreSQL or one on SQLite.

    make bench-reminders                           both databases
    python -m bench.reminders --count 500 --kill   one process is killed every few seconds, and started anew

It prints how late they were (from the moment to our row that says “sent”), how many were lost (none may be), and how
many came twice (only what a killed process had sent and not written down, and that under the same id).
"""

import argparse
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

from bench.reminders.sink import Sink, running_sink

SECONDS, START_SECONDS, GRACE_SECONDS, KILL_SECONDS = 60, 25, 90, 7
# Instead of a minute, so that what a killed process held is said within the run.
CLAIM_SECONDS = 12
LATENESS = {
    "sqlite": "(julianday(sent_at) - julianday(occurrence)) * 86400",
    "postgresql": "EXTRACT(EPOCH FROM sent_at - occurrence)",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--kill", action="store_true", help="kill a process again and again meanwhile")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    options = parser.parse_args()
    for vendor, processes in (("sqlite", 1), ("postgresql", 2)):
        if options.database in {None, vendor}:
            with database(vendor) as url, running_sink() as sink:
                measure(url, vendor, processes, sink, options.count, kill=options.kill)


@contextlib.contextmanager
def database(vendor: str) -> Iterator[str]:
    from config.testing import migrated, own_postgresql  # noqa: PLC0415 settings are needed

    if vendor == "postgresql":
        with own_postgresql() as server:
            yield server.url
    else:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            migrated(url)
            yield url


def measure(url: str, vendor: str, processes: int, sink: Sink, count: int, *, kill: bool) -> None:
    from bench.reminders.stand import count_of, seed, variables  # noqa: PLC0415
    from config.testing import running_server  # noqa: PLC0415

    own = variables(sink) | ({"CLAIM_SECONDS": str(CLAIM_SECONDS)} if kill else {})
    seed(url, count, START_SECONDS, SECONDS)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running_server(url, **own)) for _ in range(processes)]
        kills, killed_at = 0, time.monotonic() + START_SECONDS
        give_up_at = time.monotonic() + START_SECONDS + SECONDS + GRACE_SECONDS
        while (
            sent := count_of(url, "notices_delivery WHERE state = 'sent'")
        ) < count and time.monotonic() < give_up_at:
            if kill and time.monotonic() > killed_at + KILL_SECONDS:
                servers.pop(0).stop(signal.SIGKILL)
                servers.append(stack.enter_context(running_server(url, **own)))
                kills, killed_at = kills + 1, time.monotonic()
            time.sleep(0.5)
    lost = count - len(sink.arrived)
    same = "all of them under the same id" if sink.are_doubles_replaced else "NOT under the same id"
    print(
        f"{vendor}, {processes} process{'es' if processes > 1 else ''}: {count} reminders in {SECONDS} s, {kills} kills"
    )
    print(f"  sent {sent}, lost {lost}, twice {sink.doubles}{f' ({same})' if sink.doubles else ''}")
    print("  " + lateness_text(url, vendor))


def lateness_text(url: str, vendor: str) -> str:
    from bench.surroundings.stored import stored  # noqa: PLC0415

    rows = stored(url, f"SELECT {LATENESS[vendor]} FROM notices_delivery WHERE state = 'sent'")
    late = sorted(float(value) for (value,) in rows)
    if not late:
        return "nothing was sent"
    shares = {share: late[min(len(late) - 1, int(len(late) * share / 100))] for share in (50, 95, 99)}
    return (
        "late: "
        + ", ".join(f"p{share} {seconds:.2f} s" for share, seconds in shares.items())
        + f", most {late[-1]:.2f} s"
    )


if __name__ == "__main__":
    main()
