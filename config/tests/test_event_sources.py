"""A real event source (npm `eventsource`) takes up a stream that was cut after each event, at another process."""

import json
import shutil
import subprocess
from pathlib import Path
from unittest import TestCase, skipUnless

from config.testing import empty_database, running_server

NODE = Path(__file__).parent / "node"
CLIENT = NODE / "node_modules" / "eventsource"
WHOLE = ["turn.started", "tool_call.started", "tool_call.finished", "message.delta", "turn.completed"]


@skipUnless(CLIENT.exists() and shutil.which("node"), "NOT TESTED with an event source: it needs npm (make test)")
class EventSource(TestCase):
    def test_cut_after_each_event_it_has_all_of_them_once_from_another_process(self):
        with empty_database() as database, running_server(database) as one, running_server(database) as other:
            person = {"username": "alice", "password": "seven green bottles"}
            me = one.request("POST", "/api/auth/register", person).body
            addresses = [f"http://127.0.0.1:{server.port}" for server in (one, other)]
            command = ["node", NODE / "resume.mjs", *addresses, me["user_id"], me["access_token"]]
            ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        for count, events in enumerate(json.loads(ended.stdout), start=1):
            with self.subTest(count):
                self.assertEqual([event["type"] for event in events], WHOLE)
                ids = [int(event["id"]) for event in events]
                self.assertEqual(ids, sorted(set(ids)))
                text = "".join(event["data"]["text"] for event in events if event["type"] == "message.delta")
                self.assertEqual(text, events[-1]["data"]["response"])
                self.assertIn(f"Thing {count}", text)
