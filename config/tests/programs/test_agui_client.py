"""The official client of AG-UI, which checks each event by the protocol's schemas, against a running server."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from unittest import TestCase, skipUnless

import pytest
from django.conf import settings

from config.testing import empty_database, running_server
from config.tests.operating.test_readme import blocks

NODE = Path(__file__).parents[1] / "node"
CLIENT = NODE / "node_modules" / "@ag-ui" / "client"


@pytest.mark.once
class AgentCase(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(running_server(cls.enterClassContext(empty_database())))
        cls.address = f"http://127.0.0.1:{cls.server.port}"

    def sign_up(self, name):
        person = {"username": name, "password": "seven green bottles"}
        me = self.server.request("POST", "/api/auth/register", person).body
        return me["user_id"], me["access_token"]

    def titles(self, user):
        items = self.server.request("GET", f"/api/{user[0]}/todos", token=user[1]).body["items"]
        return [todo["title"] for todo in items]


class LongConversations(AgentCase):
    def status_of(self, user, size):
        messages = [{"id": "0", "role": "assistant", "content": "x" * size}]
        messages.append({"id": "1", "role": "user", "content": "what is overdue?"})
        body = json.dumps({"threadId": "long", "runId": "1", "messages": messages}).encode()
        headers = {"Authorization": f"Bearer {user[1]}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/{user[0]}/agui", body, headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def test_a_front_end_may_send_all_of_one_up_to_the_limit(self):
        user = self.sign_up("alice")
        status, text = self.status_of(user, settings.AGUI_BODY_MAX_BYTES // 2)
        self.assertEqual(status, 200, text)
        self.assertIn("RUN_FINISHED", text)
        status, text = self.status_of(user, settings.AGUI_BODY_MAX_BYTES)
        self.assertEqual((status, json.loads(text)["error"]), (413, "payload_too_large"))
        self.assertEqual(json.loads(text)["details"], {"limit_bytes": settings.AGUI_BODY_MAX_BYTES})


@skipUnless(CLIENT.exists() and shutil.which("node"), "NOT TESTED with the client of AG-UI: it needs npm (make test)")
class OfficialClient(AgentCase):
    def run_node(self, *arguments):
        command = ["node", *map(str, arguments)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=NODE)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        return ended.stdout

    def test_it_adds_is_asked_approves_and_reads_the_thread_anew(self):
        user = self.sign_up("bob")
        seen = json.loads(self.run_node(NODE / "agui.mjs", f"{self.address}/api/{user[0]}/agui", user[1]))
        self.assertIn("in the trash now", seen.pop("approved"))
        turn = ["assistant", "tool", "assistant"]
        asked = ["user", *turn, "user", "assistant", "tool", "tool", "assistant", "assistant"]
        self.assertEqual(seen, {"added": turn, "status": "completed", "asked": [4], "open": 0, "read": asked})
        self.assertEqual(self.titles(user), [])

    def test_the_example_of_the_readme(self):
        user = self.sign_up("carol")
        (example,) = blocks("ts")
        names = {"server": self.address, "user_id": user[0], "access_token": user[1]}
        before = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in names.items())
        printed = self.run_node("--input-type=module", "--eval", before + example + "console.log(newMessages.length)")
        self.assertEqual((printed, self.titles(user)), ("3\n", ["call the dentist"]))
