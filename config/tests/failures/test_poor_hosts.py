"""Hosts as they should not be: few open files, no room on the disk, a wrong clock, a start before what is needed.

Each says so with the right status, loses nothing, and recovers without a hand.
"""

import contextlib
import os
import resource
import socket
import tempfile
import textwrap
from pathlib import Path
from unittest import skipUnless
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from bench.surroundings.answers import says
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, own_redis, running_server
from config.tests.servers import ServerCase, WaitingUpstream, wait_for

OPEN_FILES = 64
AHEAD_SECONDS = 30
PASSWORD = "seven green bottles"
CLOCK = f"""
    import time
    import django.utils.timezone
    right, right_ns, right_now = time.time, time.time_ns, django.utils.timezone.now
    time.time = lambda: right() + {AHEAD_SECONDS}
    time.time_ns = lambda: right_ns() + {AHEAD_SECONDS} * 10**9
    def now():
        import datetime
        return right_now() + datetime.timedelta(seconds={AHEAD_SECONDS})
    django.utils.timezone.now = now
"""


class Scarce(ServerCase):
    def test_a_process_that_has_no_files_left_answers_again_when_it_has(self):
        with empty_database() as database, running_server(database) as server:
            user = self.sign_up(server)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
            with contextlib.ExitStack() as held:
                for _ in range(2 * OPEN_FILES):
                    held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
                wait_for(lambda: open_files(server) >= OPEN_FILES - 1, "no file is left")
            wait_for(lambda: open_files(server) < OPEN_FILES // 2, "the files are given back")
            self.assertEqual(self.say(server, user, "Add buy milk").status, 200)
            titles = [todo["title"] for todo in self.todos(server, user)]
            self.assertEqual(titles, ["buy milk"])
            self.assertIsNone(server.process.poll())
            self.assertNotIn("Traceback", server.log.read_text())

    @skipUnless(connection.vendor == "sqlite", "of a file")
    def test_a_disk_that_takes_no_more_is_a_503_that_says_why_and_nothing_is_half_written(self):
        with empty_database() as database, running_server(database) as server:
            user = self.sign_up(server)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            self.assert_reads_and_writes_nothing(server, user)
            resource.prlimit(
                server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
            self.assert_works(server, user)

    @skipUnless(connection.vendor == "postgresql", "of a server")
    def test_a_database_that_takes_no_writes_is_a_503_until_it_does(self):
        with empty_database() as database, running_server(database) as server:
            user = self.sign_up(server)
            self.make_read_only(database, "on")
            self.assert_reads_and_writes_nothing(server, user)
            self.make_read_only(database, "off")
            self.assert_works(server, user)

    def make_read_only(self, database, state):
        """As after a failover to a replica: connections end, and new ones cannot write."""
        name = urlsplit(database).path.removeprefix("/")
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    def assert_reads_and_writes_nothing(self, server, user):
        todo = server.request("POST", f"/api/{user[0]}/todos", {"title": "Lost"}, token=user[1])
        said = self.say(server, user, "Add lost")
        for answer in (todo, said):
            self.assertEqual((answer.status, answer.body["error"]), (503, "service_unavailable"), answer.body)
        self.assertEqual(self.todos(server, user), [])
        self.assertEqual(server.request("GET", "/healthz").status, 200)
        self.assertNotIn("Traceback", server.log.read_text())

    def assert_works(self, server, user):
        def added():
            return server.request("POST", f"/api/{user[0]}/todos", {"title": "Kept"}, token=user[1]).status == 201

        wait_for(added, "it recovers")
        self.assertEqual(self.say(server, user, "Add milk").status, 200)
        self.assertEqual({todo["title"] for todo in self.todos(server, user)}, {"Kept", "milk"})

    def todos(self, server, user):
        answer = server.request("GET", f"/api/{user[0]}/todos", token=user[1])
        self.assertEqual(answer.status, 200, answer.body)
        return answer.body["items"]


def open_files(server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


class WrongClock(ServerCase):
    """Two hosts with one database, one of them half a minute ahead of the other."""

    @contextlib.contextmanager
    def hosts(self, **variables):
        with contextlib.ExitStack() as stack:
            database = stack.enter_context(empty_database())
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            Path(folder, "sitecustomize.py").write_text(textwrap.dedent(CLOCK))
            right = stack.enter_context(running_server(database, **variables))
            ahead = stack.enter_context(running_server(database, "uvicorn", PYTHONPATH=folder, **variables))
            yield right, ahead

    def test_a_turn_of_one_is_not_taken_for_dead_by_the_other(self):
        with WaitingUpstream() as upstream:
            variables = {"OPENAI_BASE_URL": upstream.url, "TURN_LEASE_SECONDS": "5"}
            with self.hosts(**variables) as (right, ahead):
                user = self.sign_up(right)
                for mine, other in ((right, ahead), (ahead, right)):
                    upstream.go_on.set()
                    conversation = self.say(mine, user, "hello").body["conversation_id"]
                    with self.turn_running(mine, upstream, user, "hello again", conversation) as answers:
                        refused = self.say(other, user, "me too", conversation)
                        self.assertEqual((refused.status, refused.body["error"]), (409, "conversation_busy"))
                    self.assertEqual([answer.status for answer in answers], [200])

    def test_who_signs_in_at_one_is_known_at_the_other_and_who_signs_out_is_not(self):
        with self.hosts() as (right, ahead):
            self.sign_up(right)
            for mine, other in ((right, ahead), (ahead, right)):
                tokens = self.signed_in(mine)
                self.assertEqual(self.me(other, tokens["access_token"]), 200)
                self.assertEqual(self.revoked(other, tokens), 204)
                self.assertEqual(self.me(mine, tokens["access_token"]), 401)

    def signed_in(self, server):
        answer = server.request("POST", "/api/auth/token", {"username": "alice", "password": PASSWORD})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.body

    def revoked(self, server, tokens):
        return server.request("POST", "/api/auth/revoke", {"refresh_token": tokens["refresh_token"]}).status

    def me(self, server, token):
        return server.request("GET", "/api/auth/me", token=token).status


class Early(ServerCase):
    """Started before what it needs: it waits, says that it is not ready, and is when that comes."""

    def test_before_redis(self):
        redis = own_redis()
        with empty_database() as database, redis as late, ScriptedUpstream() as upstream:
            late.stop()
            with running_server(database, REDIS_URL=late.address, OPENAI_BASE_URL=upstream.url) as server:
                ready = server.request("GET", "/readyz")
                self.assertEqual((ready.status, ready.body["status"]), (503, "not ready"))
                late.start()
                wait_for(lambda: server.request("GET", "/readyz").status == 200, "it is ready")
                upstream.script([says("Here.")])
                self.assertEqual(self.say(server, self.sign_up(server), "hello").body["response"], "Here.")
                self.assertNotIn("Traceback", server.log.read_text())
