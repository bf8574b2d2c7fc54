"""The program as it runs: real processes of daphne and uvicorn on one database, with a scripted upstream."""

import contextlib
import json
import signal
import socket
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from bench.surroundings.answers import call, calls, hangs, says
from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.processes.lifetime import LAST_WORDS_SECONDS
from config.testing import empty_database, running_server
from config.tests.servers import FOUR_SENTENCES, ServerCase, connection_states, wait_for


class FourSentences(ServerCase):
    def test_the_basic_assistant_answers_them_across_restarts_of_the_server(self):
        with empty_database() as database:
            user, conversation = None, None
            for sentence in FOUR_SENTENCES:
                with running_server(database) as server:
                    user = user or self.sign_up(server)
                    answer = self.say(server, user, sentence, conversation)
                    self.assertEqual((answer.status, answer.body["model"]), (200, "basic"), answer.body)
                    conversation = answer.body["conversation_id"]
                    server.stop(signal.SIGKILL)
            with running_server(database, "uvicorn") as server:
                self.assert_four_sentences_went_well(server, user, conversation)

    def test_a_model_answers_them_over_both_wire_formats(self):
        for wire_format in ("responses", "chat_completions"):
            with (
                self.subTest(wire_format),
                empty_database() as database,
                ScriptedUpstream() as upstream,
                running_server(database, OPENAI_BASE_URL=upstream.url, OPENAI_API=wire_format) as server,
            ):
                user, conversation = self.sign_up(server), None
                for sentence in FOUR_SENTENCES:
                    answer = self.say(server, user, sentence, conversation)
                    self.assertEqual(answer.status, 200, answer.body)
                    conversation = answer.body["conversation_id"]
                self.assert_four_sentences_went_well(server, user, conversation)
                self.assertEqual(set(upstream.paths), {f"/v1/{wire_format.replace('_', '/')}"})


class Names(ServerCase):
    def test_of_two_names_that_look_alike_and_are_chosen_at_once_one_is_given(self):
        with empty_database() as database, running_server(database, RATE_LIMITS="off") as server:

            def register(username):
                person = {"username": username, "password": "seven green bottles"}
                return server.request("POST", "/api/auth/register", person).status

            with ThreadPoolExecutor() as both:
                for latin, cyrillic in (("coco", "сосо"), ("xx", "хх"), ("top", "ТОР")):
                    self.assertEqual(sorted(both.map(register, (latin, cyrillic))), [201, 422])
            self.assertNotIn("Traceback", server.log.read_text())


class TwoProcesses(ServerCase):
    def test_turns_of_one_conversation_may_alternate_between_them(self):
        with (
            empty_database() as database,
            ScriptedUpstream() as upstream,
            running_server(database, "daphne", OPENAI_BASE_URL=upstream.url) as first,
            running_server(database, "uvicorn", OPENAI_BASE_URL=upstream.url) as second,
        ):
            upstream.script([says(f"Answer {number}.") for number in range(10)])
            user, conversation = self.sign_up(first), None
            for number in range(10):
                server = second if number % 2 else first
                answer = self.say(server, user, f"Question {number}", conversation)
                self.assertEqual(answer.body["response"], f"Answer {number}.")
                conversation = answer.body["conversation_id"]
            path = f"/api/{user[0]}/conversations/{conversation}/messages?limit=100"
            messages = first.request("GET", path, token=user[1]).body["items"]
            self.assertEqual([message["sequence"] for message in messages], list(range(1, 21)))
            self.assertEqual(len(upstream.requests[-1]["messages"]), 1 + 19)


class WhileTheModelThinks(ServerCase):
    def test_no_database_connection_is_held(self):
        if connection.vendor != "postgresql":
            self.skipTest("only PostgreSQL tells who is connected")
        with (
            empty_database() as database,
            ScriptedUpstream() as upstream,
            running_server(database, OPENAI_BASE_URL=upstream.url, DATABASE_THREADS="2") as server,
        ):
            upstream.script([hangs() for _ in range(12)])
            users = [self.sign_up(server, f"user{number}") for number in range(6)]
            with ThreadPoolExecutor() as clients, psycopg.connect(database, autocommit=True) as observer:
                for user in users:
                    clients.submit(self.say, server, user, "hello")
                wait_for(lambda: len(upstream.requests) == len(users))
                wait_for(lambda: set(connection_states(observer)) <= {"idle"})
                connections = len(connection_states(observer))
                server.stop(signal.SIGKILL)
        self.assertLess(connections, len(users))


class Shutdown(ServerCase):
    def test_a_running_turn_is_finished_and_answered_before_the_server_stops(self):
        for name in ("daphne", "uvicorn"):
            with (
                self.subTest(name),
                empty_database() as database,
                ScriptedUpstream(first_token_ms=1500) as upstream,
                running_server(database, name, OPENAI_BASE_URL=upstream.url) as server,
            ):
                upstream.script([calls(call("add_task", {"tasks": [{"title": "Buy milk"}]})), says("Added.")])
                user = self.sign_up(server)
                with ThreadPoolExecutor() as client:
                    answer = client.submit(self.say, server, user, "add milk")
                    wait_for(upstream.requests.__len__)
                    server.stop(signal.SIGTERM)
                self.assertEqual(answer.result().body["response"], "Added.", server.log.read_text())

    def test_a_turn_that_takes_too_long_tells_its_stream_that_it_was_interrupted_and_can_be_retried_at_once(self):
        for name in ("daphne", "uvicorn"):
            with self.subTest(name), empty_database() as database, ScriptedUpstream() as upstream:
                variables = {"OPENAI_BASE_URL": upstream.url, "SHUTDOWN_GRACE_SECONDS": "1"}
                with running_server(database, name, **variables) as server, ThreadPoolExecutor() as client:
                    upstream.script([calls(call("add_task", {"tasks": [{"title": "Buy milk"}]})), hangs("Let me")])
                    user = self.sign_up(server)
                    said = {"message": "add milk"}
                    stream = client.submit(lambda: list(server.stream(f"/api/{user[0]}/chat", said, user[1])))  # noqa: B023
                    wait_for(lambda: len(upstream.requests) == 2, "the model is asked again")
                    server.stop(signal.SIGTERM)
                    events = stream.result()
                self.assertEqual([event for event, _ in events][-1], "turn.failed", events)
                self.assertEqual(events[-1][1]["error"], "interrupted")
                answer = "SELECT status, content FROM chat_message WHERE role = 'assistant'"
                self.assertEqual(stored(database, answer), [("interrupted", "Let me")])
                self.assertEqual(stored(database, "SELECT 1 FROM chat_conversation WHERE lease_token IS NOT NULL"), [])

    def test_requests_that_come_in_with_the_signal_to_stop_are_answered(self):
        with empty_database() as database, running_server(database) as server:
            connections = [HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(20)]
            for number, connection in enumerate(connections):
                connection.connect()
                if number % 2:  # one that is kept, as a proxy does
                    connection.request("GET", "/api/auth/me")
                    connection.getresponse().read()
            server.process.send_signal(signal.SIGSTOP)
            server.process.send_signal(signal.SIGTERM)
            for connection in connections:
                connection.request("GET", "/api/auth/me")
            server.process.send_signal(signal.SIGCONT)
            answers = [connection.getresponse() for connection in connections]
            for answer, connection in zip(answers, connections, strict=True):
                self.assertEqual((answer.status, answer.headers["Connection"]), (401, "close"))
                answer.read()
                connection.close()
            self.assertEqual(server.process.wait(timeout=30), 0)

    def test_a_turn_that_begins_while_its_process_ends_has_time_to_end(self):
        with (
            empty_database() as database,
            ScriptedUpstream(first_token_ms=1500) as upstream,
            running_server(database, OPENAI_BASE_URL=upstream.url, SHUTDOWN_GRACE_SECONDS="10") as server,
        ):
            upstream.script([says("Here I am.")])
            user_id, token = self.sign_up(server)
            with contextlib.closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as kept:
                kept.request("GET", "/readyz")
                kept.getresponse().read()
                server.process.send_signal(signal.SIGTERM)
                wait_for(lambda: not is_open(server.port), "it accepts nothing more")
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
                kept.request("POST", f"/api/{user_id}/chat", json.dumps({"message": "hello"}), headers)
                answer = kept.getresponse()
                self.assertEqual((answer.status, json.loads(answer.read())["response"]), (200, "Here I am."))

    def test_a_change_that_outlasts_the_event_loop_does_not_keep_the_process(self):
        # uvicorn ends by the signal that it got, and does not wait for threads.
        for name, code in (("daphne", 0), ("uvicorn", -signal.SIGTERM)):
            with (
                self.subTest(name),
                empty_database() as database,
                running_server(database, name, SHUTDOWN_GRACE_SECONDS="1") as server,
                contextlib.closing(HTTPConnection("127.0.0.1", server.port)) as client,
            ):
                user_id, token = self.sign_up(server)
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
                with writes_held(database):
                    client.request("POST", f"/api/{user_id}/todos", json.dumps({"title": "Buy milk"}), headers)
                    # Asked after it and answered: so the program has it.
                    self.assertEqual(server.request("GET", "/healthz").status, 200)
                    server.process.send_signal(signal.SIGTERM)
                    with contextlib.suppress(subprocess.TimeoutExpired):  # by then its event loop has ended
                        server.process.wait(timeout=LAST_WORDS_SECONDS + 2)
                self.assertEqual(server.process.wait(timeout=10), code)


class NoBody(ServerCase):
    def test_a_client_that_sends_headers_and_no_body_is_let_go(self):
        with empty_database() as database, running_server(database, "uvicorn", BODY_SECONDS="1") as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
                client.sendall(b"POST /api/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
                answer = b"".join(iter(lambda: client.recv(4096), b""))
            self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
            self.assertIn(b"request_timeout", answer)
            self.sign_up(server)


@contextlib.contextmanager
def writes_held(database_url):
    """Whoever writes a todo meanwhile waits."""
    if database_url.startswith("sqlite"):
        holder = sqlite3.connect(urlsplit(database_url).path, isolation_level=None)
        begin = "BEGIN IMMEDIATE"
    else:
        holder = psycopg.connect(database_url)
        begin = "LOCK TABLE todos_todo"
    with contextlib.closing(holder):
        holder.execute(begin)
        yield


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionError:
        return False
    return True
