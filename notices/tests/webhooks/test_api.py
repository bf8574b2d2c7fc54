"""Webhooks by their API and on the settings page: a person's own, at most ten, and no address inside."""

import datetime
import json
import re
from concurrent.futures import ThreadPoolExecutor
from unittest import mock, skipUnless

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from accounts.models import AccountMail, SecurityEvent, User
from accounts.testing import alice, bearer, bob
from notices.models import Delivery, Webhook
from notices.outbox.sending import send_due
from notices.tests.test_push import BAD_ADDRESSES
from notices.webhooks import acts
from notices.webhooks.acts import WEBHOOKS_MAX, TooManyWebhooks, add_webhook
from notices.webhooks.testing import Receiver
from todos.commands import add_todo
from todos.testing import BY_CHAT
from web.models import KeptAnswer

PUBLIC = "https://hooks.example.com/todos"


class ApiCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.address = f"/api/{self.alice.subject}/webhooks"

    def ask(self, method, path="", body=None, **headers):
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        headers = {"Authorization": bearer(self.alice)} | headers
        return getattr(self.client, method)(f"{self.address}{path}", **sent, headers=headers)

    def add(self, **fields):
        answer = self.ask("post", body={"url": PUBLIC} | fields)
        self.assertEqual(answer.status_code, 201, answer.content)
        return answer.json()


class Api(ApiCase):
    def test_one_is_added_found_changed_and_removed(self):
        answer = self.ask("post", body={"url": PUBLIC, "name": "Kitchen", "events": ["todo.completed", "todo.added"]})
        made = answer.json()
        self.assertEqual((answer.status_code, answer["Location"]), (201, f"{self.address}/{made['id']}"))
        self.assertEqual((made["state"], made["events"]), ("on", ["todo.added", "todo.completed"]))
        self.assertEqual(self.ask("get").json(), {"items": [made], "next": None})
        path = f"/{made['id']}"
        self.assertEqual(self.ask("get", path).json(), made)
        changed = self.ask("patch", path, {"on": False, "events": ["*"], "name": ""}).json()
        self.assertEqual((changed["state"], changed["off_because"], changed["events"]), ("off", "owner", ["*"]))
        self.assertEqual(self.ask("patch", path, {"on": True}).json()["state"], "on")
        self.assertEqual(self.ask("delete", path).status_code, 204)
        self.assertEqual(self.ask("get", path).json()["error"], "webhook_not_found")
        self.assertEqual(self.ask("delete", path).status_code, 204)

    def test_who_has_the_list_already_is_sent_nothing(self):
        made = self.add()
        for path in ("", f"/{made['id']}"):
            etag = self.ask("get", path)["ETag"]
            self.assertEqual(self.ask("get", path, **{"If-None-Match": etag}).status_code, 304)
            self.ask("patch", f"/{made['id']}", {"name": f"Another than {path}"})
            self.assertEqual(self.ask("get", path, **{"If-None-Match": etag}).status_code, 200)

    def test_the_secret_is_asked_for_and_stands_nowhere_else(self):
        answer = self.ask("post", body={"url": PUBLIC}, **{"Idempotency-Key": "one"})
        path = f"/{answer.json()['id']}"
        before = self.ask("get", f"{path}/secret")
        secret = before.json()["secret"]
        self.assertEqual(before["Cache-Control"], "no-store")
        Verifier(secret)
        rotated = self.ask("post", f"{path}/rotate", **{"Idempotency-Key": "two"})
        self.assertGreater(rotated.json()["old_secret_until"], timezone.now().isoformat())
        new = self.ask("get", f"{path}/secret").json()["secret"]
        self.assertNotEqual(secret, new)
        kept = "".join(KeptAnswer.objects.values_list("body", flat=True))
        said = [answer.content, rotated.content, self.ask("get").content, kept.encode()]
        for text in said:
            for hidden in (secret, new):
                self.assertNotIn(hidden.removeprefix("whsec_").encode(), text)

    def test_there_are_at_most_ten(self):
        for number in range(WEBHOOKS_MAX):
            self.add(url=f"{PUBLIC}/{number}")
        refused = self.ask("post", body={"url": PUBLIC})
        self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
        self.assertIn("10 webhooks", refused.json()["message"])
        self.assertEqual(Webhook.objects.count(), WEBHOOKS_MAX)
        add_webhook(bob(), None, PUBLIC, "", ["*"])

    def test_addresses_inside_are_refused_whichever_way_they_are_written(self):
        made = self.add()
        for url in (*BAD_ADDRESSES, "http://127.0.0.1:8000/", f"https://e.example/{'a' * 1000}"):
            for method, path in (("post", ""), ("patch", f"/{made['id']}")):
                with self.subTest(url, method=method), override_settings(CALLS_TO_LOOPBACK=False):
                    refused = self.ask(method, path, {"url": url})
                    self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
                    self.assertEqual(list(refused.json()["details"]), ["url"])
        self.assertEqual(Webhook.objects.get().url, PUBLIC)

    def test_what_makes_no_sense_is_refused_and_changes_nothing(self):
        made = self.add()
        path = f"/{made['id']}"
        for body in (
            *(
                {"events": ["todo.eaten"]},
                {"events": "todo.added"},
                {"events": [""]},
                {"name": "x" * 61},
                {"name": "\0"},
            ),
            *({"secret": "whsec_mine"}, {"on": "perhaps"}, {"owner": "bob"}, {"url": None}, {"url": 7}, {"on": None}),
            {"events": ["todo.added"] * 21},
        ):
            with self.subTest(body):
                self.assertEqual(self.ask("patch", path, body).json()["error"], "validation_error")
                self.assertEqual(self.ask("post", body={"url": PUBLIC} | body).json()["error"], "validation_error")
        self.assertEqual(self.ask("get").json()["items"], [made])

    def test_programs_of_others_may_not_add_any(self):
        documented = self.client.get("/api/openapi.json").json()["paths"]
        paths = [path for path in documented if "/webhooks" in path]
        self.assertEqual(len(paths), 6)
        for path in paths:
            for operation in documented[path].values():
                self.assertNotIn("ProgramAuth", str(operation["security"]))

    def test_the_security_log_says_what_was_done_and_names_the_host_alone(self):
        made = self.add(url="https://hooks.example.com/secret-path")
        self.ask("patch", f"/{made['id']}", {"url": "https://other.example.com/secret-path"})
        self.ask("post", f"/{made['id']}/rotate")
        self.ask("delete", f"/{made['id']}")
        events = list(SecurityEvent.objects.order_by("id").values_list("kind", "detail"))
        self.assertEqual(
            events,
            [
                ("webhook_added", "hooks.example.com"),
                ("webhook_changed", "other.example.com"),
                ("webhook_changed", "new secret for other.example.com"),
                ("webhook_removed", "other.example.com"),
            ],
        )
        self.assertFalse(AccountMail.objects.exists(), "no address is confirmed")


@skipUnless(connection.vendor == "postgresql", "on SQLite one writes at a time")
class AtOnce(TransactionTestCase):
    def test_requests_at_once_make_no_eleventh(self):
        owner = alice()

        def add(number):
            try:
                return bool(transaction.atomic(add_webhook)(owner, None, f"{PUBLIC}/{number}", "", []))
            except TooManyWebhooks:
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as threads:
            added = list(threads.map(add, range(WEBHOOKS_MAX + 6)))
        self.assertEqual((sum(added), Webhook.objects.count()), (WEBHOOKS_MAX, WEBHOOKS_MAX))


@override_settings(CALLS_TO_LOOPBACK=True)
class Deliveries(ApiCase):
    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(Receiver())
        self.path = f"/{self.add(url=self.receiver.url)['id']}"

    def send(self):
        return async_to_sync(send_due)()

    def test_a_test_arrives_signed_and_is_listed_with_what_came_of_it(self):
        for on, status in ((True, 204), (False, 204), (False, 500)):
            self.ask("patch", self.path, {"on": on})
            self.receiver.usual = (status, {})
            put = self.ask("post", f"{self.path}/test")
            self.assertEqual((put.status_code, put.json()["state"]), (202, "waiting"))
            self.send()
            event = self.receiver.calls[-1].verified(self.ask("get", f"{self.path}/secret").json()["secret"])
            self.assertEqual((event["type"], event["data"]["webhook_id"]), ("webhook.test", self.path[1:]))
            [newest, *_] = self.ask("get", f"{self.path}/deliveries").json()["items"]
            self.assertEqual((newest["id"], newest["code"]), (self.receiver.calls[-1].id, f"http_{status}"))
        self.assertEqual(newest["state"], "failed")
        self.assertEqual(Webhook.objects.get().failures, 0, "a test is no failure")

    def test_tests_are_counted(self):
        with override_settings(RATE_LIMITS=True), mock.patch.object(acts, "TESTS_PER_USER", "10/m"):
            statuses = {self.ask("post", f"{self.path}/test").status_code for _ in range(12)}
        self.assertEqual(statuses, {202, 429})

    def test_they_come_page_by_page_with_the_time_of_the_next_attempt(self):
        self.receiver.usual = (500, {})
        for number in range(5):
            add_todo(User.objects.get(pk=self.alice.pk), now=timezone.now(), by=BY_CHAT, title=f"Todo {number}")
        self.send()
        found, cursor = [], ""
        while cursor is not None:
            page = self.ask("get", f"{self.path}/deliveries?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
            found, cursor = found + page["items"], page["next"]
        self.assertEqual(len({item["id"] for item in found}), 5)
        self.assertEqual({item["code"] for item in found}, {"http_500", "held"})
        self.assertTrue(all(item["next_attempt_at"] > timezone.now().isoformat() for item in found))
        self.assertEqual(self.ask("get", self.path).json()["state"], "failing")

    def test_what_waits_for_one_that_is_removed_is_dropped(self):
        add_todo(User.objects.get(pk=self.alice.pk), now=timezone.now(), by=BY_CHAT, title="Nobody hears of this")
        self.ask("delete", self.path)
        self.send()
        self.assertEqual(self.receiver.calls, [])
        self.assertEqual(Delivery.objects.get().code, "removed")


class Page(TestCase):
    def setUp(self):
        self.alice = alice()
        self.client.force_login(self.alice)

    def press(self, act, webhook=None, **fields):
        path = f"/{webhook.pk}/{act}" if webhook else ""
        return self.client.post(f"/accounts/settings/webhooks{path}", fields)

    def test_one_is_added_shown_with_its_secret_once_and_removed(self):
        page = self.press("", url=PUBLIC, name="Kitchen <display>", events=["todo.completed"]).content.decode()
        webhook = Webhook.objects.get()
        secret = re.search(r"whsec_[\w+/=]+", page)[0]
        self.assertIn("Kitchen &lt;display&gt;", page)
        self.assertNotIn(secret, self.client.get("/accounts/settings").content.decode())
        self.assertIn(secret, self.press("secret", webhook).content.decode())
        renewed = self.press("new-secret", webhook).content.decode()
        self.assertNotIn(secret, renewed)
        self.assertIn("The one before counts as well until", renewed)
        self.press("switch", webhook, on="false")
        self.assertIn("Off: you switched it off", self.client.get("/accounts/settings").content.decode())
        self.press("test", webhook)
        self.assertIn("webhook.test", self.client.get("/accounts/settings").content.decode())
        self.press("remove", webhook)
        self.assertFalse(Webhook.objects.exists())

    def test_of_one_that_fails_it_says_since_when_and_how_much_waits(self):
        add_webhook(self.alice, None, PUBLIC, "", [])
        since, until = timezone.now(), timezone.now() + datetime.timedelta(hours=1)
        Webhook.objects.update(failures=1, failing_since=since, paused_until=until)
        page = self.client.get("/accounts/settings").content.decode()
        self.assertIn("Nothing has reached it since", page)
        self.assertIn("The newest 1,000 events wait for it", page)

    def test_a_wrong_address_is_told_beside_its_field_and_stays_in_it(self):
        with override_settings(CALLS_TO_LOOPBACK=False):
            refused = self.press("", url="http://127.0.0.1/", events=["todo.added"])
        page = refused.content.decode()
        self.assertEqual(refused.status_code, 422)
        self.assertIn("This must be an https address.", page)
        self.assertIn('value="http://127.0.0.1/"', page)
        self.assertRegex(page, r'value="todo.added"[^>]*checked')
        self.assertFalse(Webhook.objects.exists())

    def test_with_ten_there_is_no_form_for_another(self):
        for _ in range(WEBHOOKS_MAX):
            add_webhook(self.alice, None, PUBLIC, "", [])
        self.assertNotIn('name="events"', self.client.get("/accounts/settings").content.decode())
        self.assertEqual(self.press("", url=PUBLIC).status_code, 422)

    def test_what_is_another_persons_is_not_there(self):
        webhook = add_webhook(bob(), None, PUBLIC, "", [])
        for name in ("secret", "new-secret", "test", "switch", "remove"):
            page = self.press(name, webhook, on="false")
            self.assertEqual(page.status_code, 302)
        webhook.refresh_from_db()
        self.assertTrue(webhook.is_on)
        self.assertEqual(webhook.both_until, None)


class Administrators(TestCase):
    def test_they_see_the_host_and_how_it_fares_and_neither_address_nor_secret(self):
        webhook = add_webhook(alice(), None, "https://hooks.example.com/secret-path?key=1", "", [])
        Webhook.objects.update(failures=3, failing_since=timezone.now() - datetime.timedelta(hours=2))
        self.client.force_login(User.objects.create_superuser("root"))
        for path in ("", f"{webhook.pk}/change/"):
            page = self.client.get(f"/admin/notices/webhook/{path}").content.decode()
            self.assertIn("hooks.example.com", page)
            for hidden in ("secret-path", "key=1", webhook.secret):
                self.assertNotIn(hidden, page)
