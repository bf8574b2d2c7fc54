"""The same request sent again with its Idempotency-Key: one effect and one answer, at every address that writes."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

from asgiref.sync import async_to_sync
from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from chat.models import Conversation
from chat.testing import belongings
from config.api import api
from notices.api import EXAMPLE as NEW_BROWSER
from notices.models import Delivery, PushSubscription, Webhook
from todos.models import Todo, TodoChange
from web.models import KeptAnswer
from web.repeats import purge_kept_answers

KEYS = NEW_BROWSER["keys"]
WRITES = {
    "createTodo": ("/todos", {"title": "Nap"}),
    "writeTodos": ("/todos/batch", {"create": [{"title": "Nap"}, {"title": "Rest"}]}),
    "addReminder": ("/todos/{todo_id}/reminders", {"when": "at 8am"}),
    "snooze": ("/todos/{todo_id}/reminders/{reminder_id}/snooze", {"until": "1 hour"}),
    "deleteReminder": ("/todos/{todo_id}/reminders/{reminder_id}", None),
    "updateTodo": ("/todos/{todo_id}", {"due": "2 days later"}),
    "completeTodo": ("/todos/{todo_id}/complete", None),
    "reopenTodo": ("/todos/{todo_id}/reopen", None),
    "deleteTodo": ("/todos/{todo_id}", None),
    "restoreTodo": ("/todos/{todo_id}/restore", None),
    "importTodos": ("/todos/import", {"todos": [{"title": "Nap"}, {"title": "Rest"}]}),
    "setBriefing": ("/briefing", {"on": True}),
    "addPushSubscription": ("/push-subscriptions", {"endpoint": "https://push.example.com/1", "keys": KEYS}),
    "endPushSubscription": ("/push-subscriptions/{subscription_id}", None),
    "endPushSubscriptions": ("/push-subscriptions", None),
    "createWebhook": ("/webhooks", {"url": "https://example.com/hooks"}),
    "updateWebhook": ("/webhooks/{webhook_id}", {"name": "Kitchen"}),
    "rotateWebhookSecret": ("/webhooks/{webhook_id}/rotate", None),
    "testWebhook": ("/webhooks/{webhook_id}/test", None),
    "deleteWebhook": ("/webhooks/{webhook_id}", None),
    "undoChanges": ("/undo", {"change_id": "{change_id}"}),
    "continueConversation": ("/conversations", {"continue_from": "{conversation_id}"}),
    "updateConversation": ("/conversations/{conversation_id}", {"title": "Groceries"}),
    "deleteConversation": ("/conversations/{conversation_id}", None),
    "restoreConversation": ("/conversations/{conversation_id}/restore", None),
    "stopTurn": ("/conversations/{conversation_id}/stop", None),
    "decideApproval": ("/approvals/{approval_id}", {"approve": "all"}),
}


class RepeatCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.address = f"/api/{self.alice.subject}"

    def send(self, method, path, body=None, key="one-and-only", user=None, **headers):
        headers = {"Authorization": bearer(user or self.alice)} | headers
        if key:
            headers["Idempotency-Key"] = key
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(path, **sent, headers=headers)

    def create(self, title="Nap", **options):
        return self.send("post", f"{self.address}/todos", {"title": title}, **options)

    def titles(self):
        return [todo.title for todo in Todo.objects.for_user(self.alice).order_by("id")]


def stored() -> dict[str, list]:
    """All that requests write, but for the answers that are kept."""
    tables = (Todo, TodoChange, Conversation, PushSubscription, Webhook, Delivery)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def filled(template: dict | None, ids: dict[str, str]) -> dict | None:
    """The body with the ids that it names."""
    values = (template or {}).items()
    body = {field: value.format(**ids) if isinstance(value, str) else value for field, value in values}
    return body if template else None


class EveryWrite(RepeatCase):
    def test_a_repeat_with_the_key_writes_nothing_and_is_answered_the_same(self):
        documented = {
            operation["operationId"]: (method, path)
            for path, operations in api.get_openapi_schema()["paths"].items()
            for method, operation in operations.items()
            if any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
        }
        self.assertEqual(documented.keys() - {"sendMessage"}, WRITES.keys(), "the turn has tests of its own")
        mine = belongings(self.alice, "milk")
        for name, (path, template) in WRITES.items():
            with self.subTest(name):
                address = self.address + path.format(**mine)
                body = filled(template, mine)
                first = self.send(documented[name][0], address, body, key=name)
                self.assertLess(first.status_code, 300, first.content)
                after = stored()
                again = self.send(documented[name][0], address, body, key=name)
                self.assertEqual((again.status_code, again.content), (first.status_code, first.content))
                self.assertEqual(again.headers["Idempotent-Replayed"], "true")
                self.assertEqual(first.headers.get("ETag"), again.headers.get("ETag"))
                self.assertEqual(first.headers.get("Location"), again.headers.get("Location"))
                self.assertEqual(stored(), after)


class Keys(RepeatCase):
    def test_two_requests_without_a_key_are_two(self):
        self.create(key=None)
        self.create(key=None)
        self.assertEqual(self.titles(), ["Nap", "Nap"])
        self.assertFalse(KeptAnswer.objects.exists())

    def test_the_key_with_another_request_is_refused_and_nothing_is_written(self):
        todo = self.create().json()
        others = [
            ("post", "/todos", {"title": "Rest"}),
            ("post", f"/todos/{todo['id']}/complete", None),
            ("patch", f"/todos/{todo['id']}", {"title": "Nap"}),
        ]
        for method, path, body in others:
            with self.subTest(method, path=path):
                answer = self.send(method, self.address + path, body)
                self.assertEqual((answer.status_code, answer.json()["error"]), (422, "idempotency_mismatch"))
        self.assertEqual((self.titles(), TodoChange.objects.count()), (["Nap"], 1))

    def test_another_method_is_another_request(self):
        todo = self.create(key=None).json()
        path = f"{self.address}/todos/{todo['id']}"
        self.assertEqual(self.send("patch", path, {}).status_code, 200)
        answer = self.send("delete", path, {})
        self.assertEqual((answer.status_code, answer.json()["error"]), (422, "idempotency_mismatch"))
        self.assertEqual(self.titles(), ["Nap"])

    def test_a_button_of_another_todo_is_another_request_and_is_not_passed_over(self):
        self.client.force_login(self.alice)
        one, other = (self.create(key=None).json()["id"] for _ in range(2))
        statuses = [
            self.client.post(f"/todos/{todo_id}/complete", headers={"Idempotency-Key": "one"}).status_code
            for todo_id in (one, one, other)
        ]
        self.assertEqual(statuses, [302, 302, 422])
        self.assertEqual([str(todo.pk) for todo in Todo.objects.done()], [one])

    def test_json_that_says_the_same_is_the_same_request(self):
        self.send("post", f"{self.address}/todos", {"title": "Nap", "notes": "long"})
        spaced = '{ "notes": "long",\n "title": "Nap" }'
        headers = {"Authorization": bearer(self.alice), "Idempotency-Key": "one-and-only"}
        again = self.client.post(f"{self.address}/todos", spaced, content_type="application/json", headers=headers)
        self.assertEqual((again.status_code, self.titles()), (201, ["Nap"]))

    def test_a_refusal_leaves_the_key_good_for_another_try(self):
        refused = self.send("post", f"{self.address}/todos", {"title": "Nap", "due": "blursday"})
        self.assertEqual(refused.status_code, 422)
        self.assertEqual(self.create().status_code, 201)

    def test_a_key_is_its_owners_alone(self):
        mallory = bob()
        self.create()
        answer = self.send("post", f"/api/{mallory.subject}/todos", {"title": "Rest"}, user=mallory)
        self.assertEqual((answer.status_code, answer.json()["title"]), (201, "Rest"))

    def test_what_is_no_key_is_refused(self):
        for key in ("x" * 201, "two words", "schlüssel"):
            with self.subTest(key):
                answer = self.create(key=key.encode().decode("latin-1"))
                self.assertEqual(answer.status_code, 422)
                self.assertIn("Idempotency-Key", answer.json()["details"])
        self.assertEqual(self.titles(), [])

    def test_the_answer_is_the_one_of_then_whatever_became_of_the_todo(self):
        """A repeat after it was renamed, completed and trashed: nothing of that is taken back or done again."""
        first = self.create()
        address = f"{self.address}/todos/{first.json()['id']}"
        self.send("patch", address, {"title": "Rest"}, key=None)
        self.send("post", f"{address}/complete", key=None)
        self.send("delete", address, key=None)
        after = stored()
        self.assertEqual(self.create().content, first.content)
        self.assertEqual(stored(), after)

    def test_a_moved_date_is_moved_once_though_its_move_was_undone_in_between(self):
        todo = self.send("post", f"{self.address}/todos", {"title": "Nap", "due": "2036-03-05"}, key=None).json()
        address = f"{self.address}/todos/{todo['id']}"
        self.send("patch", address, {"due": "2 days later"})
        change = self.send("get", f"{address}/changes", key=None).json()["items"][0]
        self.send("post", f"{self.address}/undo", {"change_id": change["id"]}, key=None)
        self.send("patch", address, {"due": "2 days later"})
        self.assertEqual(self.send("get", address, key=None).json()["due"], "2036-03-05")

    def test_answers_are_kept_for_a_day_and_then_forgotten(self):
        self.create(key="old")
        self.create(key="new")
        day_old = timezone.now() - datetime.timedelta(days=8, minutes=1)
        KeptAnswer.objects.filter(key="old").update(created_at=day_old)
        async_to_sync(purge_kept_answers)()
        self.assertEqual([kept.key for kept in KeptAnswer.objects.all()], ["new"])


@skipUnless(connection.vendor == "postgresql", "SQLite has one writer at a time")
class AtTheSameTime(TransactionTestCase):
    def test_twenty_requests_with_one_key_make_one_todo(self):
        user = alice()
        headers = {"Authorization": bearer(user), "Idempotency-Key": "one-and-only"}

        def send(_):
            try:
                answer = self.client_class().post(
                    f"/api/{user.subject}/todos", {"title": "Nap"}, content_type="application/json", headers=headers
                )
                return answer.status_code, answer.content
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as threads:
            answers = set(threads.map(send, range(20)))
        self.assertEqual([status for status, _ in answers], [201])
        self.assertEqual(Todo.objects.count(), 1)
