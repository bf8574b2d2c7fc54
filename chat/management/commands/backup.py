"""Backups of the whole database, taken while the program runs."""

import contextlib
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

PREFIX = "todo-chat-"
SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}


class Command(BaseCommand):
    help = "Write the whole database into a file of its own; the program may go on. README.md says how to restore it."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BACKUP_FOLDER, help="default: %(default)s")
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the N newest (0: none)")

    def handle(self, *, folder, keep, **options):
        suffix = SUFFIXES[connection.vendor]
        moment = timezone.now().strftime("%Y-%m-%dT%H-%M-%SZ")
        target = folder / f"{PREFIX}{moment}{suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(target) as unfinished:
                (copy_sqlite if connection.vendor == "sqlite" else dump_postgresql)(unfinished)
            for old in sorted(folder.glob(f"{PREFIX}*{suffix}"))[:-keep] if keep > 0 else []:
                old.unlink()
        except (OSError, OperationalError, sqlite3.Error) as error:
            raise CommandError(f"No backup was written: {error}") from error
        self.stdout.write(f"Written: {target} ({target.stat().st_size:,} bytes)")


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """What is written in the block is at the target afterwards, on the disk and readable by its owner alone; or not."""
    descriptor, name = tempfile.mkstemp(prefix=".unfinished-", dir=target.parent)
    os.close(descriptor)
    try:
        yield Path(name)
        with open(name, "rb+") as written:
            os.fsync(written.fileno())
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def copy_sqlite(target: Path) -> None:
    """By SQLite's online backup: the state at one moment, with what still stands in the log beside the file.

    To copy the file alone loses that, and what is written during the copy tears it.
    """
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which needs no other beside it
        [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise CommandError(f"No backup was written: the copy is damaged ({verdict}); is the database itself?")


def dump_postgresql(target: Path) -> None:
    """By pg_dump, which sees the state at one moment. Its address and password are in no command line."""
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    try:
        environment = os.environ | libpq_environment()
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603  our own words
    except FileNotFoundError:
        raise CommandError("No backup was written: pg_dump is not installed (Debian: postgresql-client).") from None
    except subprocess.CalledProcessError as failure:
        raise CommandError(f"No backup was written: {failure.stderr.strip()}") from failure


def libpq_environment() -> dict[str, str]:
    """The connection that the settings make, in the variables that PostgreSQL's own programs read."""
    connection.ensure_connection()
    return {
        option.envvar.decode(): option.val.decode()
        for option in connection.connection.pgconn.info
        if option.envvar and option.val and option.val != option.compiled
    }
