"""Databases and Redis that go away under running servers and come back: nothing is lost, nothing needs a restart."""

import contextlib
import http.client
import os
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import skipUnless

import psycopg
from websockets.sync.client import connect

from bench.surroundings.answers import says
from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, own_postgresql, own_redis, running_server
from config.tests.servers import ServerCase, WaitingUpstream, connection_states, wait_for

on_postgresql = skipUnless(os.environ.get("DATABASE_URL"), "only PostgreSQL has connections that can be closed")


class OutageCase(ServerCase):
    def assert_kept(self, answer, database, title):
        """The defined error at most; and whatever was answered, the database says the same."""
        self.assertIn(answer.status, {200, 503}, answer.body)
        if answer.status == 503:
            self.assertEqual(answer.body["error"], "service_unavailable")
        said = f"SELECT sequence FROM chat_message WHERE content = 'Create a todo: {title}'"
        self.assertEqual(stored(database, said), [(1,)])
        todos = stored(database, f"SELECT title FROM todos_todo WHERE title = '{title}'")
        self.assertLessEqual(todos, [(title,)])
        if answer.status == 200:
            self.assertEqual(todos, [(title,)])


@on_postgresql
class DatabaseOutages(OutageCase):
    def test_connections_that_are_dropped_while_the_model_thinks_cost_no_turn(self):
        with (
            empty_database() as database,
            WaitingUpstream() as upstream,
            running_server(database, OPENAI_BASE_URL=upstream.url, TURN_LEASE_SECONDS="30") as server,
        ):
            user = self.sign_up(server)
            with (
                self.turn_running(server, upstream, user) as answers,
                psycopg.connect(database, autocommit=True) as observer,
            ):
                self.drop_connections(observer)
                wait_for(lambda: not observer.execute(self.old_connections).fetchall(), "connections are dropped")
            self.assert_kept(answers[0], database, "Buy milk")
            upstream.go_on.set()
            following = self.say(server, user, "What are my pending tasks?")
            self.assertEqual(following.status, 200, following.body)
            self.assertNotIn("Traceback", server.log.read_text())

    old_connections = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(ARRAY(SELECT pid FROM dropped))"

    def drop_connections(self, observer):
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        observer.execute(f"CREATE TEMP TABLE dropped AS SELECT pid FROM pg_stat_activity WHERE {others}")
        observer.execute("SELECT pg_terminate_backend(pid) FROM dropped")


@on_postgresql
class FallingDatabase(OutageCase):
    """A PostgreSQL whose processes are killed, and a server that outlives that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgresql = cls.enterClassContext(own_postgresql())
        cls.postgresql.write_late()
        cls.upstream = cls.enterClassContext(WaitingUpstream())
        cls.variables = {"OPENAI_BASE_URL": cls.upstream.url, "TURN_LEASE_SECONDS": "2"}
        cls.server = cls.enterClassContext(running_server(cls.postgresql.url, **cls.variables))

    def setUp(self):
        self.upstream.go_on.set()

    def stored(self, sql):
        return stored(self.postgresql.url, sql)

    def test_a_database_that_falls_during_a_turn_is_used_again_without_a_restart_of_the_server(self):
        server, user = self.server, self.sign_up(self.server)
        self.assertEqual(self.say(server, user, "hello").status, 200)
        with self.turn_running(server, self.upstream, user, "Create a todo: Buy tea") as answers:
            self.postgresql.crash()
            down = server.request("GET", f"/api/{user[0]}/todos", token=user[1])
            self.assertEqual((down.status, down.body["error"]), (503, "service_unavailable"))
            self.postgresql.start()
        self.assert_kept(answers[0], self.postgresql.url, "Buy tea")
        wait_for(lambda: not self.stored("SELECT 1 FROM chat_conversation WHERE lease_token IS NOT NULL"), "its end")
        self.assertEqual(self.stored("SELECT 1 FROM chat_message WHERE status = 'pending'"), [])
        self.assertEqual(self.say(server, user, "What are my pending tasks?").status, 200)
        with psycopg.connect(self.postgresql.url, autocommit=True) as observer:
            self.assertEqual(set(connection_states(observer)), {"idle"})

    def test_a_todo_that_is_added_after_it_forgot_the_call_has_its_call_and_is_added_once(self):
        """Then the process dies as well, so that nothing but the rows can tell what was done."""
        user = self.sign_up(self.server, "bob")
        with tempfile.TemporaryDirectory() as folder:
            held = {"HOLD_AT": 'committed INSERT INTO "(chat_toolcall|todos_todo)"', "HOLD_UNTIL": f"{folder}/go"}
            # Its lease outlives a fall on a slow machine, else another process would settle the turn meanwhile.
            held |= {"DJANGO_SETTINGS_MODULE": "config.tests.failures.held_settings", "TURN_LEASE_SECONDS": "10"}
            with running_server(self.postgresql.url, **self.variables | held) as dying, ThreadPoolExecutor() as client:
                answer = client.submit(self.add_milk, dying, user)
                wait_for(lambda: self.times_held(dying) == 1, "the call is stored")
                self.assertEqual(len(self.stored(self.calls_of_milk)), 1)
                self.postgresql.crash()
                self.postgresql.start()
                self.assertEqual(self.stored(self.calls_of_milk), [])
                Path(folder, "go1").touch()
                wait_for(lambda: self.times_held(dying) == 2, "the todo is stored")
                dying.stop(signal.SIGKILL)
                with self.assertRaises((OSError, http.client.HTTPException)):
                    answer.result()
        self.assertEqual(self.stored(self.changes_without_a_call), [])
        wait_for(lambda: not self.stored("SELECT 1 FROM chat_conversation WHERE lease_until > now()"), "its lease ends")
        self.assertEqual(self.add_milk(self.server, user).body["response"], "I added “Buy milk”.")
        self.assertEqual(self.stored("SELECT 1 FROM todos_todo WHERE title = 'Buy milk'"), [(1,)])

    calls_of_milk = "SELECT id FROM chat_toolcall WHERE CAST(input AS text) LIKE '%milk%'"
    changes_without_a_call = "SELECT id FROM todos_todochange WHERE tool_call_id NOT IN (SELECT id FROM chat_toolcall)"

    def add_milk(self, server, user):
        body = {"message": "Create a todo: Buy milk"}
        return server.request("POST", f"/api/{user[0]}/chat", body, token=user[1], Idempotency_Key="milk")

    def times_held(self, server):
        return server.log.read_text().count("held\n")


class RedisOutage(ServerCase):
    def test_chat_goes_on_without_it_and_pages_are_live_again_when_it_is_back(self):
        with contextlib.ExitStack() as stack:
            redis = stack.enter_context(own_redis())
            database = stack.enter_context(empty_database())
            upstream = stack.enter_context(ScriptedUpstream())
            variables = {"REDIS_URL": redis.address, "OPENAI_BASE_URL": upstream.url}
            near = stack.enter_context(running_server(database, "uvicorn", **variables))
            far = stack.enter_context(running_server(database, "daphne", **variables))
            user = self.sign_up(near)
            headers = {"Authorization": f"Bearer {user[1]}"}
            socket = stack.enter_context(connect(f"ws://127.0.0.1:{near.port}/live", additional_headers=headers))
            self.assert_told(socket)
            self.add_todo(far, user)
            self.assert_told(socket)
            redis.stop()
            upstream.script([says("Still here.")])
            self.assertEqual(self.say(far, user, "hello").body["response"], "Still here.")
            self.add_todo(far, user)
            self.assert_login_fails_closed(far)
            self.assertRegex(far.log.read_text(), "The limit turns.* was not checked")
            redis.start()
            self.assert_told(socket)  # of what was changed meanwhile
            self.add_todo(far, user)
            self.assert_told(socket)
            self.assertNotIn("Traceback", far.log.read_text())

    def add_todo(self, server, user):
        answer = server.request("POST", f"/api/{user[0]}/todos", {"title": "Buy milk"}, token=user[1])
        self.assertEqual(answer.status, 201, answer.body)

    def assert_told(self, socket):
        self.assertIn("catch-up", socket.recv(timeout=30))

    def assert_login_fails_closed(self, server):
        answer = server.request("POST", "/api/auth/token", {"username": "alice", "password": "seven green bottles"})
        self.assertEqual((answer.status, answer.body["error"]), (503, "service_unavailable"))
        self.assertIn("A login was refused unchecked", server.log.read_text())
