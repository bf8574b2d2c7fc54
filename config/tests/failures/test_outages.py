"""Databases and Redis that go away under running servers and come back: nothing is lost, nothing needs a restart."""

import contextlib
import os
from unittest import skipUnless

import psycopg
from websockets.sync.client import connect

from bench.surroundings.answers import says
from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, own_postgresql, own_redis, running_server
from config.tests.servers import ServerCase, WaitingUpstream, connection_states, wait_for

on_postgresql = skipUnless(os.environ.get("DATABASE_URL"), "only PostgreSQL has connections that can be closed")


@on_postgresql
class DatabaseOutages(ServerCase):
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
            self.assert_kept(answers[0], database)
            upstream.go_on.set()
            following = self.say(server, user, "What are my pending tasks?")
            self.assertEqual(following.status, 200, following.body)
            self.assertNotIn("Traceback", server.log.read_text())

    old_connections = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(ARRAY(SELECT pid FROM dropped))"

    def drop_connections(self, observer):
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        observer.execute(f"CREATE TEMP TABLE dropped AS SELECT pid FROM pg_stat_activity WHERE {others}")
        observer.execute("SELECT pg_terminate_backend(pid) FROM dropped")

    def assert_kept(self, answer, database):
        """The defined error at most; and whatever was answered, the database says the same."""
        self.assertIn(answer.status, {200, 503}, answer.body)
        if answer.status == 503:
            self.assertEqual(answer.body["error"], "service_unavailable")
        said = "SELECT sequence FROM chat_message WHERE content = 'Create a todo: Buy milk'"
        self.assertEqual(stored(database, said), [(1,)])
        todos = stored(database, "SELECT title FROM todos_todo")
        self.assertLessEqual(todos, [("Buy milk",)])
        if answer.status == 200:
            self.assertEqual(todos, [("Buy milk",)])

    def test_a_database_that_restarts_during_a_turn_is_used_again_without_a_restart_of_the_server(self):
        with (
            own_postgresql() as postgresql,
            WaitingUpstream() as upstream,
            running_server(postgresql.url, OPENAI_BASE_URL=upstream.url, TURN_LEASE_SECONDS="2") as server,
        ):
            database, user = postgresql.url, self.sign_up(server)
            upstream.go_on.set()
            self.assertEqual(self.say(server, user, "hello").status, 200)
            with self.turn_running(server, upstream, user) as answers:
                postgresql.stop()
                down = server.request("GET", f"/api/{user[0]}/todos", token=user[1])
                self.assertEqual((down.status, down.body["error"]), (503, "service_unavailable"))
                postgresql.start()
            self.assert_kept(answers[0], database)
            wait_for(
                lambda: not stored(database, "SELECT 1 FROM chat_conversation WHERE lease_token IS NOT NULL"),
                "the turn is closed",
            )
            self.assertEqual(stored(database, "SELECT 1 FROM chat_message WHERE status = 'pending'"), [])
            self.assertEqual(self.say(server, user, "What are my pending tasks?").status, 200)
            with psycopg.connect(database, autocommit=True) as observer:
                self.assertEqual(set(connection_states(observer)), {"idle"})


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
