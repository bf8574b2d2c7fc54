"""Programs of others at /mcp of a running server: official client, inspector and conformance suite, and an agent."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import TestCase, skipIf, skipUnless

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from websockets.asyncio.client import connect

from config.testing import RunningServer, empty_database, running_server
from config.tests.programs.connecting import Browser
from todos.tools import tool_definitions

HERE = Path(__file__).parents[2]
# Environment of each agent: those of the second hold mcp before version 2.
AGENTS = {
    name: HERE / folder / ".venv" / "bin" / "python"
    for folder, names in (
        ("agent", ("openai_agents", "pydantic_ai", "fastmcp")),
        ("agent_of_mcp1", ("google_adk", "langchain")),
    )
    for name in names
}
MODULES = HERE / "node" / "node_modules"
OFFICIAL = MODULES / "@modelcontextprotocol"
SUITE = OFFICIAL / "conformance" / "dist" / "index.js"
INSPECTOR = OFFICIAL / "inspector" / "clients" / "launcher" / "build" / "index.js"


def find_node() -> str | None:
    """Node 22 or newer: the one that npm brought for this system, else one that is installed."""
    for node in (*map(str, MODULES.glob("node-*/bin/node")), shutil.which("node")):
        if node and int(subprocess.check_output([node, "--version"], text=True).strip("v").split(".")[0]) >= 22:
            return node
    return None


NODE = find_node()

# The only scenarios that need not pass, by the beginning of their names: what ours does without.
NOT_FOR_US = {
    "resources-subscribe": "nothing can be watched: that would hold streams open, and “list” tells what changed",
    "resources-unsubscribe": "the same",
    "completion-complete": "what its prompts and resources take is free text or an id, which nothing can complete",
    "logging-set-level": "it sends no log messages to clients",
    "tools-call-with-logging": "the same",
    "tools-call-with-progress": "its tools are done at once and report no progress",
    "tools-call-sampling": "it asks the person and never the client's model",
    "tools-call-elicitation": "in the older revision it asks one question of its own, tried in test_approvals.py",
    "elicitation-": "the same",
}
REVISIONS = ("2025-11-25", "2026-07-28")
# So many do: where the suite's own words change, the test must not pass by reading none of them.
PASSED = {"2025-11-25": 23, "2026-07-28": 38}


module = {}


def setUpModule():
    module["contexts"] = contextlib.ExitStack()
    module["database"] = module["contexts"].enter_context(empty_database())


def tearDownModule():
    module["contexts"].close()


@pytest.mark.once
class McpServerCase(TestCase):
    """One server for each class, all on one database."""

    application = "config.asgi:application"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        server = running_server(module["database"], application=cls.application, MCP_REQUESTS_PER_MINUTE="100000")
        cls.server = cls.enterClassContext(server)
        cls.address = f"http://127.0.0.1:{cls.server.port}/mcp"

    def sign_up(self, username: str) -> tuple[str, str]:
        person = {"username": username, "password": "seven green bottles"}
        answer = self.server.request("POST", "/api/auth/register", person)
        return answer.body["user_id"], answer.body["access_token"]

    def titles(self, user, which: str) -> list[str]:
        answer = self.server.request("GET", f"/api/{user[0]}/todos?filter={which}", token=user[1])
        return [todo["title"] for todo in answer.body["items"]]


class PythonClient(McpServerCase):
    def test_it_adds_lists_and_completes_in_both_revisions(self):
        for mode in ("legacy", "2026-07-28"):
            with self.subTest(mode):
                user = self.sign_up(f"alice-{mode}")
                asyncio.run(self.add_list_and_complete(user[1], mode))
                self.assertEqual((self.titles(user, "open"), self.titles(user, "done")), ([], ["Buy milk"]))

    async def add_list_and_complete(self, token, mode):
        headers = {"Authorization": f"Bearer {token}"}
        live = f"ws://127.0.0.1:{self.server.port}/live"
        async with (
            httpx2.AsyncClient(headers=headers) as http_client,
            connect(live, additional_headers=headers) as page,
            Client(streamable_http_client(self.address, http_client=http_client), mode=mode) as client,
        ):
            self.assertEqual(len((await client.list_tools()).tools), 9)
            await asyncio.wait_for(page.recv(), 10)  # what every page hears when it opens
            await client.call_tool("add_task", {"tasks": [{"title": "Buy milk"}]})
            self.assertIn("catch-up", str(await asyncio.wait_for(page.recv(), 10)))
            listed = await client.call_tool("list_tasks", {})
            self.assertEqual([task["title"] for task in listed.structured_content["tasks"]], ["Buy milk"])
            await client.call_tool("complete_task", {"tasks": ["milk"]})


@skipIf(os.environ.get("TEST_DATABASE"), "Agents of others are run on SQLite: they do not see the database.")
class AgentsOfOthers(McpServerCase):
    """Scripted: each lists, is refused, adds and completes, and reads what was done as structured output."""

    def test_each_lists_is_refused_adds_and_completes(self):
        for name, python in AGENTS.items():
            with self.subTest(name):
                if not python.exists():
                    self.skipTest(f"NOT TESTED with an agent of {name}: `make test` installs it")
                user = self.sign_up(name)
                seen = self.run_agent(python, name, user[1])
                self.assertEqual(seen["outcomes"], ["added", "added"])
                self.assertEqual(len(seen["refused"]), 1)
                self.assertIn("There is no argument “colour”.", seen["refused"][0])
                self.assertEqual(self.titles(user, "open"), ["Paint the fence"])
                self.assertEqual(self.titles(user, "done"), ["Buy milk"])
                self.check_shown(seen["tools"])

    def run_agent(self, python, name, token):
        command = [python, python.parents[2] / f"of_{name}.py", self.address, token]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def check_shown(self, shown):
        """Each description reaches the model whole, though some put marks of their own around it."""
        ours = {tool.name: tool.description for tool in asyncio.run(tool_definitions())}
        self.assertEqual(shown.keys(), ours.keys() | {"search", "fetch"})
        for name, description in ours.items():
            self.assertIn(description, shown[name])


@skipUnless(NODE and INSPECTOR.exists(), "NOT TESTED with the MCP inspector: it needs npm, and `make test` installs it")
class Inspector(McpServerCase):
    def inspect(self, era, token, *options):
        command = [NODE, INSPECTOR, "--cli", self.address, "--protocol-era", era, "--format", "json"]
        command += ["--stored-auth-only", *(["--header", f"Authorization: Bearer {token}"] if token else []), *options]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    def call(self, era, token, name, arguments):
        ended = self.inspect(era, token, "--method", "tools/call", "--tool-name", name, "--tool-args-json", arguments)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)["result"]["structuredContent"]

    def test_it_finds_no_fault_in_the_definitions_and_adds_lists_and_completes(self):
        for era in ("legacy", "modern"):
            with self.subTest(era):
                user = self.sign_up(f"dora-{era}")
                listed = self.inspect(era, user[1], "--method", "tools/list", "--strict")
                self.assertEqual(listed.returncode, 0, listed.stderr[-2000:])
                self.assertIn("0 errors", listed.stderr)
                self.assertEqual(len(json.loads(listed.stdout)["result"]["tools"]), 9)
                self.call(era, user[1], "add_task", '{"tasks": [{"title": "Buy milk"}]}')
                self.assertEqual(self.call(era, user[1], "list_tasks", "{}")["tasks"][0]["title"], "Buy milk")
                self.call(era, user[1], "complete_task", '{"tasks": ["milk"]}')
                self.assertEqual(self.titles(user, "done"), ["Buy milk"])

    def test_it_finds_its_way_through_oauth_from_the_bare_address_and_sees_the_card(self):
        origin = f"http://127.0.0.1:{self.server.port}"
        person = Browser(origin, "erin").register()
        self.addCleanup(person.http.close)
        with tempfile.TemporaryDirectory() as home, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            callback = f"http://127.0.0.1:{free.getsockname()[1]}/oauth/callback"
            free.close()
            kept = {"HOME": home, "MCP_INSPECTOR_SECRET_STORE": "file", "MCP_AUTO_OPEN_ENABLED": "true"}
            environment = {**os.environ, **kept, "BROWSER": "true", "DISPLAY": ""}
            run = partial(self.run_for, environment, "--advertise-apps", "--callback-url", callback)
            with run("--method", "tools/list", "--app-info") as inspector:
                question = next(
                    found[0] for line in inspector.stderr if (found := re.search(r"http\S+/o/authorize\S+", line))
                )
                httpx2.get(person.sent_to(question.removeprefix(origin)))
                apps, errors = inspector.communicate(timeout=60)
            self.assertEqual(inspector.returncode, 0, errors)
            self.assertIn("ui://todo-chat/todos.html", apps)
            adding = ["--tool-name", "add_task", "--tool-args-json", '{"tasks": [{"title": "Buy milk"}]}']
            with run("--stored-auth-only", "--method", "tools/call", *adding) as inspector:
                added, errors = inspector.communicate(timeout=60)
            self.assertEqual(inspector.returncode, 0, errors)
            self.assertEqual(json.loads(added)["result"]["structuredContent"]["results"][0]["outcome"], "added")
        self.assertIn("Inspector", person.page)

    def run_for(self, environment, *options):
        command = [NODE, INSPECTOR, "--cli", self.address, "--protocol-era", "modern", "--format", "json", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, **pipes)

    def test_it_is_told_that_it_needs_a_token(self):
        refused = self.inspect("modern", "", "--method", "tools/list")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("auth_required", refused.stderr)


@contextlib.contextmanager
def signed_in_proxy(server: RunningServer, token: str) -> Iterator[str]:
    """An address in front of /mcp that adds the token: the suite cannot send one."""

    class Forward(BaseHTTPRequestHandler):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request(self.command, self.path, body, {**self.headers, "Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = forward  # noqa: N815 the library asks for these names

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Forward) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{proxy.server_port}/mcp"
        finally:
            proxy.shutdown()
            thread.join()


@skipUnless(NODE and SUITE.exists(), "NOT TESTED with the conformance suite: it needs npm, and `make test` installs it")
class Conformance(McpServerCase):
    application = "config.tests.programs.mcp.suite_program:application"

    def test_every_scenario_that_is_for_us_passes_in_both_revisions(self):
        token = self.sign_up("carol")[1]
        with signed_in_proxy(self.server, token) as address, ThreadPoolExecutor() as runs:
            for revision, verdicts in zip(REVISIONS, runs.map(partial(self.verdicts, address), REVISIONS), strict=True):
                with self.subTest(revision):
                    failed = {name for name, failures in verdicts.items() if failures}
                    self.assertEqual({name for name in failed if not name.startswith(tuple(NOT_FOR_US))}, set())
                    self.assertGreaterEqual(len(verdicts.keys() - failed), PASSED[revision])

    def verdicts(self, address, revision) -> dict[str, int]:
        """Scenario → how many of its checks failed."""
        options = ["--url", address, "--suite", "all", "--spec-version", revision]
        command = [NODE, SUITE, "server", *options]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        found = re.findall(r"^[✓✗] ([\w-]+): \d+ passed, (\d+) failed", ended.stdout, re.MULTILINE)
        return {scenario: int(failures) for scenario, failures in found}
