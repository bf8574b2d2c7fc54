"""Connections that break in the middle of a turn, at its COMMITs too: nothing is lost, nothing is done twice."""

import json
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

import psycopg

from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import empty_database, running_server
from config.tests.servers import ServerCase

STATEMENTS = {
    "the question": 'INSERT INTO "chat_message"',
    "the call": 'INSERT INTO "chat_toolcall"',
    "the todo": 'INSERT INTO "todos_todo"',
    "the outcome": 'UPDATE "chat_toolcall"',
    "the answer": 'UPDATE "chat_message" SET .*"error_code"',
}
MOMENTS = ("inside", "before", "after")
CASES = {f"Todo {moment} {name}": (moment, name) for name in STATEMENTS for moment in MOMENTS}
FAILED = {"service_unavailable", "outcome_unknown"}
UNLIMITED = dict.fromkeys(("TURNS_PER_MINUTE", "TURNS_PER_HOUR", "TURNS_AT_ONCE", "REQUESTS_PER_MINUTE"), "100000")
UNLIMITED |= {"TOKENS_PER_DAY": "100000000", "TURN_LEASE_SECONDS": "5"}
ROUNDS, CLIENTS = 12, 6


@skipUnless(os.environ.get("DATABASE_URL"), "only PostgreSQL has connections that break")
class LostConnections(ServerCase):
    def send(self, server, title):
        body = {"message": f"Create a todo: {title}"}
        headers = {"Idempotency_Key": title.replace(" ", "-")}
        return server.request("POST", f"/api/{self.user[0]}/chat", body, self.user[1], **headers)

    def assert_each_was_done_once(self, database, titles):
        self.assertEqual(sorted(stored(database, "SELECT title FROM todos_todo")), sorted((title,) for title in titles))
        asked = stored(database, "SELECT content FROM chat_message WHERE role = 'user'")
        self.assertEqual(sorted(asked), sorted((f"Create a todo: {title}",) for title in titles))
        self.assertEqual(stored(database, "SELECT status FROM chat_message WHERE status <> 'completed'"), [])
        self.assertEqual(stored(database, "SELECT status FROM chat_toolcall WHERE status <> 'success'"), [])

    def test_at_each_moment_of_a_turn_the_same_key_goes_on_at_once(self):
        lose = [[moment, STATEMENTS[name], title] for title, (moment, name) in CASES.items()]
        lose.append(["inside", STATEMENTS["the answer"], "Todo inside the answer"])  # when its failure is stored, too
        module = "config.tests.failures.lost_settings"
        settings = {"DJANGO_SETTINGS_MODULE": module, "LOSE": json.dumps(lose), **UNLIMITED}
        with (
            empty_database() as database,
            ScriptedUpstream() as upstream,
            running_server(database, OPENAI_BASE_URL=upstream.url, **settings) as server,
        ):
            self.user = self.sign_up(server)
            for title in CASES:
                with self.subTest(title):
                    answer = self.send(server, title)
                    if answer.status != 200:
                        self.assertEqual(answer.status, 503, answer.body)
                        self.assertIn(answer.body["error"], FAILED)
                        self.assertIn("retry_after_seconds", answer.body["details"])
                        answer = self.send(server, title)
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(answer.body["response"], f"I added “{title}”.")
            self.assert_each_was_done_once(database, CASES)
            self.assertNotIn("Traceback", server.log.read_text())

    def test_twelve_rounds_of_terminated_connections_cost_no_key_and_double_nothing(self):
        with (
            empty_database() as database,
            ScriptedUpstream() as upstream,
            running_server(database, "daphne", OPENAI_BASE_URL=upstream.url, **UNLIMITED) as one,
            running_server(database, "uvicorn", OPENAI_BASE_URL=upstream.url, **UNLIMITED) as other,
            ThreadPoolExecutor(CLIENTS) as clients,
        ):
            self.user = self.sign_up(one)
            self.statuses = Counter()
            self.is_over = threading.Event()
            sent = [clients.submit(self.keep_sending, (one, other), number) for number in range(CLIENTS)]
            with psycopg.connect(database, autocommit=True) as nemesis:
                for _ in range(ROUNDS):
                    self.is_over.wait(0.4)
                    others = "datname = current_database() AND pid <> pg_backend_pid()"
                    nemesis.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
            self.is_over.set()
            titles = [title for client in sent for title in client.result()]
            self.assertLessEqual(set(self.statuses), {200, 409, 503})
            self.assert_each_was_done_once(database, titles)

    def keep_sending(self, servers, number):
        """The titles that were answered in the end; each is sent by its key until it is."""
        titles = []
        while not self.is_over.is_set():
            titles.append(f"Todo {number} {len(titles)}")
            for attempt in range(100):
                answer = self.send(servers[attempt % 2], titles[-1])
                self.statuses[answer.status] += 1
                if answer.status == 200:
                    break
                self.assertIn("retry_after_seconds", answer.body["details"], answer.body)
                self.is_over.wait(0.1)
            self.assertEqual(answer.status, 200, answer.body)
        return titles
