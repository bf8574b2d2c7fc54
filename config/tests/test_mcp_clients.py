"""Clients of others at /mcp of a running server: the official Python client, an agent, and the conformance suite."""

import asyncio
import contextlib
import http.client
import itertools
import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import TestCase, skipUnless

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from websockets.asyncio.client import connect

from config.testing import RunningServer, empty_database, running_server

HERE = Path(__file__).parent
MODULES = HERE / "node" / "node_modules"
SUITE = MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
# The suite needs Node 22; where npm brought one for this system, that, and else the one that is installed.
NODE = next(iter(MODULES.glob("node-*/bin/node")), None) or shutil.which("node")
AGENT_PYTHON = HERE / "agent" / ".venv" / "bin" / "python"

NO_SUCH_TOOL = "calls a tool of the suite's own example server"
NOT_OFFERED = "the server has tools alone, and does not announce this"
NOT_FOR_US = {
    **dict.fromkeys(("logging-set-level", "completion-complete"), NOT_OFFERED),
    **dict.fromkeys(("json-schema-2020-12", "http-custom-header-server-validation"), NO_SUCH_TOOL),
}
# Of server-stateless, which tries much else that must pass.
CHECKS_NOT_FOR_US = {
    **dict.fromkeys(
        ("sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400"), NO_SUCH_TOOL
    ),
    **dict.fromkeys(
        (
            "sep-2575-server-sends-subscription-ack",
            "sep-2575-server-tags-subscription-id",
            "sep-2575-server-honors-notification-filter",
        ),
        NOT_OFFERED,
    ),
}
# By the beginning of their names; every other scenario must pass.
KINDS_NOT_FOR_US = {
    "tools-call-image": NO_SUCH_TOOL,
    "tools-call-audio": NO_SUCH_TOOL,
    "tools-call-embedded": NO_SUCH_TOOL,
    "tools-call-mixed": NO_SUCH_TOOL,
    "tools-call-with": NO_SUCH_TOOL,
    "tools-call-sampling": NO_SUCH_TOOL,
    "tools-call-elicitation": NO_SUCH_TOOL,
    "elicitation-": NO_SUCH_TOOL,
    "input-required-": NO_SUCH_TOOL,
    "resources-read": NOT_OFFERED,
    "resources-templates": NOT_OFFERED,
    "resources-subscribe": NOT_OFFERED,
    "resources-unsubscribe": NOT_OFFERED,
    "prompts-get": NOT_OFFERED,
}


class McpServerCase(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.enterClassContext(empty_database())
        cls.server = cls.enterClassContext(running_server(database, MCP_REQUESTS_PER_MINUTE="100000"))
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
            self.assertEqual(len((await client.list_tools()).tools), 6)
            await asyncio.wait_for(page.recv(), 10)  # what every page hears when it opens
            await client.call_tool("add_task", {"tasks": [{"title": "Buy milk"}]})
            self.assertIn("catch-up", str(await asyncio.wait_for(page.recv(), 10)))
            listed = await client.call_tool("list_tasks", {})
            self.assertEqual([task["title"] for task in listed.structured_content["tasks"]], ["Buy milk"])
            await client.call_tool("complete_task", {"tasks": ["milk"]})


@skipUnless(AGENT_PYTHON.exists(), "NOT TESTED with the OpenAI Agents SDK: `make test` installs it")
class AgentOfOpenAI(McpServerCase):
    def test_it_adds_lists_and_completes(self):
        user = self.sign_up("bob")
        command = [AGENT_PYTHON, HERE / "agent" / "agent.py", self.address, user[1]]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(len(json.loads(ended.stdout)), 3)
        self.assertEqual((self.titles(user, "open"), self.titles(user, "done")), (["Paint the fence"], ["Buy milk"]))


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


def is_for_us(scenario: str) -> bool:
    return scenario not in NOT_FOR_US and not scenario.startswith(tuple(KINDS_NOT_FOR_US))


@skipUnless(NODE and SUITE.exists(), "NOT TESTED with the conformance suite: it needs npm, and `make test` installs it")
class Conformance(McpServerCase):
    def test_every_scenario_for_a_server_of_tools_passes_in_both_revisions(self):
        token = self.sign_up("carol")[1]
        with signed_in_proxy(self.server, token) as address:
            for revision in ("2025-11-25", "2026-07-28"):
                with self.subTest(revision):
                    self.check(address, revision)

    def check(self, address, revision):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        options = ["--url", address, "--suite", "all", "--spec-version", revision, "--output-dir", folder]
        ended = subprocess.run(
            [NODE, SUITE, "server", *options], check=False, capture_output=True, text=True, timeout=120
        )
        verdicts = re.findall(r"^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed", ended.stdout, re.MULTILINE)
        passed = {scenario for scenario, succeeded, _ in verdicts if int(succeeded)}
        self.assertLessEqual({"tools-list", "tools-call-simple-text", "tools-call-error"}, passed, ended.stderr[-2000:])
        failed = {scenario for scenario, _, failures in verdicts if int(failures) and is_for_us(scenario)}
        checks = [json.loads(file.read_text()) for file in folder.rglob("checks.json")]
        told = {check["id"]: check for check in itertools.chain(*checks) if check["status"] == "FAILURE"}
        self.assertEqual(failed - {"server-stateless"}, set())
        stateless = {name for name in told if name.startswith("sep-2575-")}
        self.assertLessEqual(stateless, set(CHECKS_NOT_FOR_US), told)
