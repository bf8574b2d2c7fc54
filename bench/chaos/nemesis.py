"""Who makes things fail, by a schedule of its own that the seed gives."""

import contextlib
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg

from .stand import Program, Stand

PAUSE_SECONDS = (0.3, 1.5)
OUTAGE_SECONDS = (0.3, 4.0)
# Mostly for longer than a lease, so that turns are taken over while their process is not dead.
FROZEN_SECONDS = (1.5, 5.0)
AFTERWARDS_SECONDS = (0.0, 1.5)
ROUNDS = 6


class Nemesis:
    """One fault at a time, or one of each of the two processes; each ends before the next begins."""

    def __init__(self, stand: Stand, seed: str) -> None:
        self.stand, self.random = stand, random.Random(f"{seed} nemesis")
        self.deeds: Counter[str] = Counter()
        of_database: list[Callable[[], None]] = [self.hold_database]
        if stand.postgresql:
            of_database = [self.drop_connections, self.stop_database]
            of_database += [self.fall, self.fall_with_one, self.lose_a_backend]
        of_program = [self.kill, self.restart, self.freeze, self.freeze, self.kill_both, self.kill_both]
        self.repertoire: list[Callable[[], None]] = [*of_program, self.stop_redis, self.stop_model, *of_database * 2]

    def run(self, over: threading.Event) -> None:
        """Every deed once before any comes again, so that a short run has them all."""
        while True:
            for deed in self.random.sample(self.repertoire, len(self.repertoire)):
                if over.wait(self.random.uniform(*PAUSE_SECONDS)):
                    return
                self.deeds[deed.__name__] += 1
                deed()

    def last_for_a_while(self) -> None:
        time.sleep(self.random.uniform(*OUTAGE_SECONDS))

    def one(self) -> Program:
        return self.random.choice(self.stand.programs)

    def kill(self) -> None:
        program = self.one()
        program.end(signal.SIGKILL)
        program.start()

    def kill_both(self) -> None:
        for program in self.stand.programs:
            program.end(signal.SIGKILL)
        for program in self.stand.programs:
            program.start()

    def restart(self) -> None:
        program = self.one()
        program.end(signal.SIGTERM)
        program.start()

    def freeze(self) -> None:
        """It comes back as if nothing had been, with turns that others have taken over."""
        program = self.one()
        program.send(signal.SIGSTOP)
        try:
            time.sleep(self.random.uniform(*FROZEN_SECONDS))
        finally:
            program.send(signal.SIGCONT)

    def stop_redis(self) -> None:
        self.stand.redis.stop()
        self.last_for_a_while()
        self.stand.redis.start()

    def stop_model(self) -> None:
        self.stand.model.is_away = True
        self.last_for_a_while()
        self.stand.model.is_away = False

    def hold_database(self) -> None:
        """Somebody else writes to the SQLite file."""
        path = urlsplit(self.stand.database).path
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            self.last_for_a_while()

    def stop_database(self) -> None:
        if self.stand.postgresql:
            self.stand.postgresql.stop()
            self.last_for_a_while()
            self.stand.postgresql.start()

    def fall(self) -> None:
        """The database is killed and back at once: turns that are running go on with what is left of them."""
        if self.stand.postgresql:
            self.stand.postgresql.crash()
            self.stand.postgresql.start()

    def fall_with_one(self) -> None:
        """A process is frozen meanwhile, goes on as if nothing had been, and is killed soon after that."""
        program = self.one()
        program.send(signal.SIGSTOP)
        try:
            self.fall()
        finally:
            program.send(signal.SIGCONT)
        time.sleep(self.random.uniform(*AFTERWARDS_SECONDS))
        program.end(signal.SIGKILL)
        program.start()

    def lose_a_backend(self) -> None:
        """A killed one takes all others with it: PostgreSQL begins anew, within a moment."""
        with psycopg.connect(self.stand.database, autocommit=True) as connection:
            own = connection.info.backend_pid
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE client_port = -1").fetchall()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.random.choice([pid for (pid,) in rows if pid != own] or [own]), signal.SIGKILL)

    def drop_connections(self) -> None:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(self.stand.database, autocommit=True) as connection:
            for _ in range(ROUNDS):
                connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
                time.sleep(self.random.uniform(0.02, 0.3))
