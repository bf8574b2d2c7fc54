"""/healthz and /readyz: cheap, bounded, without words of errors, and right while something is out of reach."""

import asyncio
import json
import os
import threading
from unittest import skipUnless
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import SimpleTestCase, TransactionTestCase, override_settings

from config.endpoints.health import OK, OUT_OF_REACH, SLOW, Dependency, look_at_database, look_at_redis
from config.testing import empty_database, running_server
from config.tests.asking import ask
from config.tests.servers import wait_for

RECOVERY_SECONDS = 60


class Looks(SimpleTestCase):
    async def test_probes_that_come_together_share_one_look(self):
        looks = []
        part = Dependency("x", lambda: looks.append(1) or OK, fresh_seconds=60)
        self.assertEqual(await asyncio.gather(*(part.state() for _ in range(20))), [OK] * 20)
        self.assertEqual(len(looks), 1)

    async def test_a_look_that_hangs_holds_up_no_probe_and_is_not_joined_by_more(self):
        looks, released = [], threading.Event()

        def hang():
            looks.append(1)
            released.wait()
            return OK

        part = Dependency("x", hang, patience_seconds=0.01, fresh_seconds=60)
        with self.assertLogs("config.endpoints.health", "WARNING"):
            self.assertEqual([await part.state(), await part.state()], [SLOW, SLOW])
        released.set()
        part.looking.result()
        self.assertEqual(await part.state(), OK)
        self.assertEqual(len(looks), 1)

    async def test_what_changes_is_logged_once(self):
        states = ["out of reach", "out of reach", OK]
        part = Dependency("x", lambda: states[0])
        with self.assertLogs("config.endpoints.health", "INFO") as logs:
            while states:
                part.looking = None
                await part.state()
                states.pop(0)
        self.assertEqual([line.levelname for line in logs.records], ["WARNING", "INFO"])

    @override_settings(
        CACHES={"default": {"BACKEND": "database.cache.SharedRedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    )
    async def test_a_redis_that_nobody_answers_for_is_out_of_reach_and_the_log_says_why(self):
        with self.assertLogs("config.endpoints.health", "WARNING") as logs:
            self.assertEqual(await Dependency("redis", look_at_redis).state(), OUT_OF_REACH)
        self.assertEqual(logs.records[0].getMessage(), "redis: out of reach (connection refused), was: ok")

    def test_a_cache_that_answers_is_well(self):
        self.assertEqual(look_at_redis(), OK)


class Probes(TransactionTestCase):
    async def test_a_process_with_its_database_is_alive_and_ready(self):
        for path, body in (("/healthz", {"status": "alive"}), ("/readyz", {"status": "ready", "database": OK})):
            with self.subTest(path):
                # A host that is not ours and plain HTTP, as a balancer asks.
                status, headers, answer = await ask(path, host=b"10.1.2.3:8000")
                self.assertEqual((status, json.loads(answer), headers[b"cache-control"]), (200, body, b"no-store"))

    async def test_probes_are_only_read(self):
        status, headers, body = await ask("/readyz", method="POST")
        self.assertEqual((status, headers[b"allow"]), (405, b"GET, HEAD"))
        self.assertIn("status", json.loads(body))

    def test_a_database_without_our_last_migration_is_not_ready(self):
        last = MigrationRecorder.Migration.objects.filter(app="chat").latest("id")
        last.delete()
        self.addCleanup(last.save)
        self.assertEqual(look_at_database(), "migrations are missing")

    def test_a_look_takes_two_queries_and_leaves_no_connection(self):
        look_at_database()
        with self.assertNumQueries(2):
            look_at_database()
        self.assertIsNone(connection.connection)


@skipUnless(os.environ.get("DATABASE_URL"), "A SQLite file does not go away.")
class Outage(SimpleTestCase):
    databases = {"default"}

    def admit(self, name: str, admitted: bool) -> None:
        """Let nobody connect to a database, or everybody again."""
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {admitted}")
            if not admitted:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    def wait_for(self, server, status):
        answers = []

        def is_heard():
            answers.append(server.request("GET", "/readyz"))
            return answers[-1].status == status

        wait_for(is_heard, f"{status} at /readyz", RECOVERY_SECONDS)
        return answers[-1].body

    def test_a_process_is_alive_but_not_ready_without_its_database_and_ready_when_it_is_back(self):
        with empty_database() as url, running_server(url) as server:
            self.assertEqual(self.wait_for(server, 200), {"status": "ready", "database": OK})
            name = urlsplit(url).path.removeprefix("/")
            self.admit(name, False)
            body = self.wait_for(server, 503)
            self.assertEqual(body["status"], "not ready")
            self.assertIn(body["database"], {"out of reach", SLOW})
            self.assertEqual(server.request("GET", "/healthz").status, 200)
            self.admit(name, True)
            self.wait_for(server, 200)
