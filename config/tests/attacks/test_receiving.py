"""What comes in too large or too slowly, at real servers: daphne alone, as in `make run`, and `config.serve`."""

import contextlib
import json
import re
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from config.testing import empty_database, running_server
from config.tests.servers import ServerCase, wait_for

MEBIBYTE = 1024 * 1024
POST = b"POST /api/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
# Seconds that a client waits before it sends the next byte of what it trickles.
PACE = 0.1


class Bounds(ServerCase):
    server = "daphne"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(empty_database())
        limits = {"HEAD_SECONDS": "1", "BODY_SECONDS": "1"}
        cls.running = cls.enterClassContext(running_server(cls.database, cls.server, **limits))
        wait_for(lambda: cls.running.request("GET", "/healthz").status == 200, seconds=60)

    @contextlib.contextmanager
    def connection(self):
        with socket.create_connection(("127.0.0.1", self.running.port), timeout=20) as client:
            yield client

    def answer_to(self, *pieces):
        """What the server says until it closes the connection."""
        with self.connection() as client:
            with contextlib.suppress(OSError):
                for piece in pieces:
                    client.sendall(piece)
            return rest_of(client)

    def trickled(self, beginning, byte):
        """What the server says to a client that sends these bytes one after the other; None when it takes them all."""
        with self.connection() as client:
            client.sendall(beginning)
            client.settimeout(PACE)
            for _ in range(100):
                with contextlib.suppress(TimeoutError):
                    answer = client.recv(4096)
                    client.settimeout(20)
                    return answer + rest_of(client)
                client.sendall(byte)
        return None

    def assert_refused(self, answer, status, code):
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 %d " % status), answer)
        self.assertEqual(json.loads(body)["error"], code)
        self.assertIn(b"x-request-id: " + json.loads(body)["request_id"].encode(), head)

    def memory_bytes(self):
        return sum(resident_bytes(process) for process in processes_of(self.running.process.pid))

    def test_heads_that_never_end_are_let_go_while_others_are_answered(self):
        with contextlib.ExitStack() as opened:
            clients = []
            for _ in range(300):
                clients.append(opened.enter_context(self.connection()))
                clients[-1].sendall(b"GET /api/auth/me HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
            self.assertEqual(self.running.request("GET", "/healthz").status, 200)
            for client in clients:
                self.assert_refused(rest_of(client), 408, "request_timeout")

    def test_a_connection_that_never_says_a_word_is_closed(self):
        self.assertEqual(self.answer_to(), b"")

    def test_what_is_trickled_has_as_little_time_as_what_stands_still(self):
        slow = {
            "address": (b"GET /", b"x"),
            "headers": (b"GET / HTTP/1.1\r\n", b"A: b\r\n"),
            "body": (POST + b"Content-Length: 1000\r\n\r\n", b"x"),
            "chunks": (CHUNKED, b"1\r\nx\r\n"),
            "trailers": (CHUNKED + b"0\r\n", b"A: b\r\n"),
        }
        with ThreadPoolExecutor(len(slow)) as clients:
            answers = clients.map(self.trickled, *zip(*slow.values(), strict=True))
        for kind, answer in zip(slow, answers, strict=True):
            with self.subTest(kind):
                self.assert_refused(answer, 408, "request_timeout")

    def test_a_second_request_of_a_connection_has_its_own_time(self):
        with self.connection() as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200 "))
            client.sendall(b"GET /heal")
            self.assert_refused(rest_of(client), 408, "request_timeout")

    def test_a_body_without_an_announced_length_costs_no_memory_and_is_not_heard_to_its_end(self):
        self.answer_to(CHUNKED, CHUNK, CHUNK)
        before = self.memory_bytes()
        for _ in range(3):
            with self.connection() as client:
                client.sendall(CHUNKED)
                sent = 0
                with contextlib.suppress(OSError):
                    while sent < 300 * MEBIBYTE:
                        client.sendall(CHUNK)
                        sent += len(CHUNK)
                self.assertLess(sent, 32 * MEBIBYTE)
        self.assertLess(self.memory_bytes() - before, 8 * MEBIBYTE)

    def test_a_body_that_is_a_little_too_large_gets_a_sentence(self):
        for kind, pieces in {
            "chunks": (CHUNKED, CHUNK, CHUNK, b"0\r\n\r\n"),
            "announced": (POST + b"Content-Length: 100000\r\n\r\n", b"x" * 100_000),
            "asked before": (POST + b"Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n",),
            "much announced": (POST + b"Content-Length: %d\r\n\r\n" % (300 * MEBIBYTE), b"x" * MEBIBYTE),
        }.items():
            with self.subTest(kind):
                self.assert_refused(self.answer_to(*pieces), 413, "payload_too_large")

    def test_a_body_of_just_the_size_is_read(self):
        text = json.dumps({"username": "a", "password": "b"}).encode().ljust(settings.BODY_MAX_BYTES)
        for kind, pieces in {
            "chunks": (CHUNKED, b"%x\r\n" % len(text), text, b"\r\n0\r\n\r\n"),
            "announced": (POST + b"Content-Length: %d\r\n\r\n" % len(text), text),
        }.items():
            with self.subTest(kind), self.connection() as client:
                client.sendall(b"".join(pieces))
                self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 401 "))

    def test_a_head_that_is_too_large_gets_a_sentence(self):
        limit = settings.HEADERS_MAX_BYTES
        for kind, head in {
            "address": b"GET /" + b"x" * limit + b" HTTP/1.1\r\n\r\n",
            "query": b"GET /todos?q=" + b"x" * limit + b" HTTP/1.1\r\n\r\n",
            "line without an end": b"x" * 3 * limit,
            "one header": b"GET / HTTP/1.1\r\nCookie: " + b"x" * limit + b"\r\n\r\n",
            "headers together": b"GET / HTTP/1.1\r\n" + b"X-Many: %s\r\n" % (b"x" * 1000) * 17 + b"\r\n",
            "many headers": b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 200 + b"\r\n",
        }.items():
            with self.subTest(kind):
                self.assert_refused(self.answer_to(head), 431, "headers_too_large")

    def test_a_form_that_cannot_be_read_is_refused_by_the_program_and_not_by_the_server(self):
        head = b"POST /accounts/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        form = head + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9\r\n\r\n--nothing"
        answer = self.answer_to(form)
        self.assertTrue(answer.startswith(b"HTTP/1.1 403 "), answer)
        self.assertIn(b"x-request-id: ", answer.lower())

    def test_requests_in_one_packet_are_answered_in_their_order(self):
        two = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
        answer = self.answer_to(two, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", answer), [b"200", b"404", b"200"])


class BoundsOfServe(Bounds):
    server = "serve"


class OwnLog(ServerCase):
    def test_the_access_log_of_daphne_holds_no_secret_of_a_calendar(self):
        secret = "a-secret-of-somebody"
        with empty_database() as database, running_server(database, "daphne with its own log") as server:
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://127.0.0.1:{server.port}/calendar/{secret}.ics", timeout=20)
            self.sign_up(server)
            server.stop()
            logged = server.log.read_text()
        self.assertIn("auth/register", logged)
        self.assertNotIn(secret, logged)


def rest_of(client):
    return b"".join(iter(lambda: client.recv(65536), b""))


def processes_of(parent):
    """The process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def resident_bytes(process):
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024
