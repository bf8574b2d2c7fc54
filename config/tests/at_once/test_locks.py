"""Many requests at once over two processes on one PostgreSQL: no two wait for each other, and none pays for another."""

import json
import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless
from uuid import uuid4

from config.testing import own_postgresql, running_server
from config.tests.servers import ServerCase

MANY = ("TURNS_PER_MINUTE", "TURNS_PER_HOUR", "TURNS_AT_ONCE", "REQUESTS_PER_MINUTE", "MCP_REQUESTS_PER_MINUTE")
AT_ONCE = 10
SERVERS = ("daphne", "uvicorn")
MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


@skipUnless(os.environ.get("DATABASE_URL"), "only PostgreSQL locks rows")
class ManyAtOnce(ServerCase):
    """`servers` are two processes on a database of their own, whose log tells of no deadlock after any test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(own_postgresql())
        variables = dict.fromkeys(MANY, "100000")
        cls.servers = [cls.enterClassContext(running_server(cls.database.url, name, **variables)) for name in SERVERS]
        cls.clients = cls.enterClassContext(ThreadPoolExecutor(AT_ONCE))

    def setUp(self):
        self.name = f"user-{uuid4().hex[:8]}"
        self.user = self.sign_up(self.servers[0], self.name)

    def tearDown(self):
        self.assertEqual(self.database.log.read_text().count("deadlock detected"), 0)

    def request(self, method, path, body=None, **headers):
        server = random.choice(self.servers)
        return server.request(method, f"/api/{self.user[0]}{path}", body, self.user[1], **headers)

    def said(self, message, conversation=None):
        return self.say(random.choice(self.servers), self.user, message, conversation)

    def todos(self):
        return self.request("GET", "/todos?limit=100").body["items"]

    def test_messages_into_one_conversation(self):
        conversation = self.said("hello").body["conversation_id"]
        answers = []
        for rounds in range(30):
            messages = [f"add a todo: number {rounds} of {place}" for place in range(AT_ONCE)]
            answers += self.clients.map(self.said, messages, [conversation] * AT_ONCE)
        statuses = Counter(answer.status for answer in answers)
        self.assertEqual(set(statuses), {200, 409}, statuses)
        self.assertGreaterEqual(statuses[200], 30)
        self.assertEqual({answer.body["error"] for answer in answers if answer.status == 409}, {"conversation_busy"})
        self.assertEqual(len(self.todos()), statuses[200])

    def test_a_word_in_the_chat_while_the_button_is_pressed(self):
        for number in range(6):
            self.request("POST", "/todos", {"title": f"Number {number}"})
        for _ in range(12):
            asked = self.said("delete all my todos").body
            self.assertEqual(asked["status"], "needs_approval", asked)
            word = self.clients.submit(self.said, "yes", asked["conversation_id"])
            button = self.clients.submit(
                self.request, "POST", f"/approvals/{asked['approval']['id']}", {"approve": "all"}
            )
            word, button = word.result(), button.result()
            self.assertEqual(word.status, 200, word.body)
            self.assertIn("are in the trash now.", word.body["response"])
            self.assertEqual(self.todos(), [])
            if button.status == 200:
                self.assertIn("This was decided already.", word.body["response"])
            else:
                self.assertEqual((button.status, button.body["error"]), (409, "approval_decided"))
                self.assertEqual(len(button.body["details"]["approval"]["approved"]), 6)
            self.request("POST", "/undo", {"message_id": asked["message_id"]})
            self.assertEqual(len(self.todos()), 6)

    def test_all_that_changes_several_todos_and_the_end_of_the_account(self):
        for number in range(8):
            self.request("POST", "/todos", {"title": f"Number {number}", "due": "every day" if number % 2 else None})
        todo_ids = [todo["id"] for todo in self.todos()]
        conversations = [self.said("hello").body["conversation_id"] for _ in range(2)]
        deeds = [self.deed(todo_ids, conversations) for _ in range(400)]
        statuses = Counter(status for status in self.clients.map(lambda deed: deed(), deeds))
        self.assertLessEqual(set(statuses), {200, 201, 202, 404, 409}, statuses)
        deeds = [self.deed(todo_ids, conversations) for _ in range(60)]
        account = {"username": self.name, "password": "seven green bottles"}
        deeds.insert(20, lambda: self.request("DELETE", "", account).status)
        statuses = Counter(self.clients.map(lambda deed: deed(), deeds))
        self.assertNotIn(500, statuses)
        self.assertEqual(self.request("GET", "/todos").status, 401)

    def deed(self, todo_ids, conversations):
        """Something that locks, to be done later; tells its status."""
        some, conversation = random.sample(todo_ids, 3), random.choice(conversations)
        deeds = [
            lambda: self.tool("complete_task", tasks=some),
            lambda: self.tool("complete_task", tasks=some[::-1], reopen=True),
            lambda: self.tool("update_task", updates=[{"task": todo_id, "priority": "high"} for todo_id in some]),
            lambda: self.tool("undo"),
            lambda: self.request("POST", f"/todos/{some[0]}/complete").status,
            lambda: self.request("POST", f"/todos/{some[0]}/reopen").status,
            lambda: self.request("PATCH", f"/todos/{some[0]}", {"notes": "later"}).status,
            lambda: self.undo_of(some[0]),
            lambda: self.said("add milk and eggs", conversation).status,
            lambda: self.said("undo that", conversation).status,
            lambda: self.request("POST", f"/conversations/{conversation}/stop").status,
            lambda: self.request("POST", "/conversations", {"continue_from": conversation}).status,
        ]
        return random.choice(deeds)

    def undo_of(self, todo_id):
        changes = self.request("GET", f"/todos/{todo_id}/changes").body.get("items") or [{"id": todo_id}]
        return self.request("POST", "/undo", {"change_id": random.choice(changes)["id"]}).status

    def tool(self, name, **arguments):
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        answer = random.choice(self.servers).request("POST", "/mcp", call, self.user[1], **MCP_HEADERS)
        self.assertNotIn("Error executing", json.dumps(answer.body))  # what the library says of our own faults
        return answer.status
