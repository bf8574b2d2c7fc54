"""What tests with real servers share: people who sign up at one, and waiting for what another process does."""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.test import SimpleTestCase

from bench.surroundings.assistant import built_in_answer
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import Answer

FOUR_SENTENCES = (
    "Create a todo: Buy groceries",
    "What are my pending tasks?",
    "Complete the grocery shopping task",
    "How urgent is that task?",
)


class WaitingUpstream(ScriptedUpstream):
    """Answers what fits, but not before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = threading.Event(), threading.Event()

    def answer_to(self, history, input_tokens):
        self.asked.set()
        self.go_on.wait(30)
        return built_in_answer(history)


class ServerCase(SimpleTestCase):
    databases = {"default"}

    def sign_up(self, server, username="alice"):
        answer = server.request("POST", "/api/auth/register", {"username": username, "password": "seven green bottles"})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.body["user_id"], answer.body["access_token"]

    def say(self, server, user, message, conversation=None) -> Answer:
        body = {"message": message, "conversation_id": conversation}
        return server.request("POST", f"/api/{user[0]}/chat", body, token=user[1])

    @contextlib.contextmanager
    def turn_running(
        self, server, upstream, user, message="Create a todo: Buy milk", conversation=None
    ) -> Iterator[list]:
        """A turn whose model is waited for inside the block; after it, the list has its answer."""
        answers = []
        upstream.asked.clear()
        upstream.go_on.clear()
        with ThreadPoolExecutor() as client:
            answer = client.submit(self.say, server, user, message, conversation)
            try:
                self.assertTrue(upstream.asked.wait(30))
                yield answers
            finally:
                upstream.go_on.set()
            answers.append(answer.result())

    def assert_four_sentences_went_well(self, server, user, conversation):
        todos = server.request("GET", f"/api/{user[0]}/todos?filter=done", token=user[1]).body["items"]
        self.assertEqual([todo["title"] for todo in todos], ["Buy groceries"])
        path = f"/api/{user[0]}/conversations/{conversation}/messages?limit=100"
        messages = server.request("GET", path, token=user[1]).body["items"]
        self.assertEqual([message["sequence"] for message in messages], list(range(1, 9)))
        self.assertEqual([message["content"] for message in messages[::2]], list(FOUR_SENTENCES))
        self.assertEqual({message["status"] for message in messages}, {"completed"})
        added, listed, completed, urgency = messages[1::2]
        self.assertIn("Buy groceries", added["content"])
        self.assertIn("Buy groceries", listed["content"])
        self.assertIn("Buy groceries", completed["content"])
        self.assertIn("priority", urgency["content"])
        self.assertEqual(added["tool_calls"][0]["tool_name"], "add_task")


def connection_states(observer):
    others = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return [state for (state,) in observer.execute(others)]


def wait_for(condition, what="it", seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"this did not happen in time: {what}")
        time.sleep(0.02)
