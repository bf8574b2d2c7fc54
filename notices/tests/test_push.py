"""Web Push over the wire: what a browser gets is encrypted for it alone, and what its push service answers counts."""

import base64
import datetime
import json
import socket
from unittest import mock

import jwt
from asgiref.sync import async_to_sync
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import alice, bearer, bob
from notices.channel import Item, Notice
from notices.channels.push import PushChannel
from notices.models import Delivery, InstallationKey, NoticeSettings, PushSubscription
from notices.outbox.filling import put
from notices.outbox.sending import send_due
from notices.push import vapid
from notices.push.encryption import MESSAGE_MAX_BYTES, encrypt
from notices.push.subscriptions import SUBSCRIPTIONS_MAX, subscribe
from notices.push.testing import Browser, PushService
from web.addresses.outbound import NotReachable, checked_address, resolved

WATERMELON = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


BAD_ADDRESSES = (
    *("http://push.example.com/a", "https://push.example.com:8443/a", "ftp://push.example.com/a", "push", ""),
    *("https://127.0.0.1/a", "https://127.1/a", "https://0x7f000001/a", "https://2130706433/a", "https://[::1]/a"),
    *("https://10.0.0.1/a", "https://192.168.1.1/a", "https://172.16.0.1/a", "https://169.254.169.254/latest"),
    *(
        "https://100.64.0.1/a",
        "https://0.0.0.0/a",
        "https://224.0.0.1/a",
        "https://[fe80::1]/a",
        "https://[fd00::1]/a",
    ),
    *("https://[::ffff:127.0.0.1]/a", "https://[64:ff9b::7f00:1]/a", "https://[2002:7f00:1::]/a"),
    *("https://user:password@push.example.com/a", "https://push.example.com:0/a", "https://push.example.com:x/a"),
    *("https://ex\x00ample.com/a", "https://püsh.example.com/a", "//push.example.com/a", "https:///a"),
    *("https://push..example.com/a", f"https://{'a' * 64}.example.com/a", "https://.example.com/a"),
    *("https://push.example.com/a\x7f", "https://push.example.com/a\x01", "https://push.example.com/a\r\nb: c"),
)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Encryption(SimpleTestCase):
    def test_the_example_of_the_standard_comes_out_to_the_byte(self):
        secret = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
        body = encrypt(
            b"When I grow up, I want to be a watermelon",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
            salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
            sender=derive_private_key(secret, SECP256R1()),
        )
        self.assertEqual(body, decoded(WATERMELON))

    def test_a_longer_message_is_refused_and_the_longest_is_not(self):
        with PushService() as service:
            browser = Browser(service)
            for keys in (browser.keys, {name: value + "=" for name, value in browser.keys.items()}):
                body = encrypt(b'"' + b"x" * (MESSAGE_MAX_BYTES - 2) + b'"', **keys)
                self.assertEqual((len(body), len(browser.decrypted(body))), (4096, MESSAGE_MAX_BYTES - 2))
            with self.assertRaises(ValueError):
                encrypt(b"x" * (MESSAGE_MAX_BYTES + 1), **browser.keys)


@override_settings(CALLS_TO_LOOPBACK=True)
class PushCase(TransactionTestCase):
    def setUp(self):
        self.service = self.enterContext(PushService())
        self.alice = alice()
        self.browser = Browser(self.service)

    def add(self, browser=None, user=None, **changes):
        user = user or self.alice
        body = {**(browser or self.browser).subscription, **changes}
        headers = {"Authorization": bearer(user)}
        path = f"/api/{user.subject}/push-subscriptions"
        return self.client.post(path, body, content_type="application/json", headers=headers)

    def say(self, title="Call Ann", text="Due today 5 pm", address="/todos", user=None, **fields):
        now = timezone.now()
        content = {"title": title, "text": text, "address": address}
        put(
            (user or self.alice).pk,
            Delivery.Kind.TEST,
            uuid7(),
            now,
            now + datetime.timedelta(hours=1),
            content,
            {"push"},
        )
        async_to_sync(send_due)()

    def outcome(self):
        row = Delivery.objects.latest("id")
        return row.state, row.code


class Pushes(PushCase):
    def test_a_browser_that_subscribed_reads_what_was_said_and_nobody_on_the_way_does(self):
        self.assertEqual(self.add().status_code, 201)
        self.say(title="Grüße 🎂")
        [message] = self.browser.messages
        self.assertEqual((message["title"], message["body"], message["url"]), ("Grüße 🎂", "Due today 5 pm", "/todos"))
        [push] = self.service.pushes
        self.assertNotIn("Grüße".encode(), push.body)
        self.assertEqual(self.outcome(), ("sent", "http_201"))
        self.assertIsNotNone(PushSubscription.objects.get().last_success_at)

    def test_the_push_service_knows_us_by_a_token_for_it_alone(self):
        self.add()
        self.say()
        headers = self.service.pushes[0].headers
        scheme, _, parts = headers["authorization"].partition(" ")
        token, key = (part.partition("=")[2] for part in parts.split(", "))
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(key))
        audience = f"http://127.0.0.1:{self.service.port}"
        claims = jwt.decode(token, public, algorithms=["ES256"], audience=audience)
        self.assertEqual(scheme, "vapid")
        self.assertLess(claims["exp"] - timezone.now().timestamp(), 24 * 3600)
        self.assertTrue(claims["sub"].startswith(("mailto:", "https:")))
        shown = self.client.get(
            f"/api/{self.alice.subject}/push-subscriptions", headers={"Authorization": bearer(self.alice)}
        ).json()
        self.assertEqual(shown["public_key"], key)
        self.assertEqual(headers["content-encoding"], "aes128gcm")
        self.assertGreater(int(headers["ttl"]), 3600)

    def test_the_second_attempt_replaces_the_first(self):
        self.add()
        self.service.answers = [(503, {"Retry-After": "120"})]
        self.say()
        row = Delivery.objects.get()
        self.assertEqual((row.state, row.code), ("waiting", "http_503"))
        self.assertGreater(row.not_before, timezone.now() + datetime.timedelta(seconds=100))
        Delivery.objects.update(not_before=timezone.now())
        async_to_sync(send_due)()
        first, second = self.service.pushes
        self.assertEqual(first.headers["topic"], second.headers["topic"])
        self.assertRegex(first.headers["topic"], r"^[A-Za-z0-9_-]{1,32}$")
        self.assertEqual(len({message["tag"] for message in self.browser.messages}), 1)
        self.assertEqual(self.outcome(), ("sent", "http_201"))

    def test_a_browser_that_is_gone_is_dropped_and_others_are_not(self):
        other = Browser(self.service)
        for status in (404, 410, 403):
            with self.subTest(status):
                self.add()
                self.add(other)
                self.service.answers = [(status, {}), (201, {})]
                self.say()
                self.assertEqual(PushSubscription.objects.count(), 1)

    def test_what_a_push_service_refuses_for_good_is_not_tried_again(self):
        self.add()
        for status, state in ((400, "failed"), (302, "failed"), (429, "waiting"), (500, "waiting")):
            with self.subTest(status):
                self.service.answers = [(status, {"Location": "http://127.0.0.1:1/"})]
                self.say()
                self.assertEqual(self.outcome(), (state, f"http_{status}"))
                Delivery.objects.all().delete()

    def test_a_device_that_never_answers_is_tried_again_and_holds_nobody_up(self):
        self.add()
        self.add(Browser(self.service), user=bob())
        self.service.answers = [None]
        with mock.patch.object(PushChannel, "timeout_seconds", 0.3):
            self.say()
        self.assertEqual(self.outcome(), ("waiting", "timeout"))

    def test_a_long_text_loses_its_end_and_not_its_buttons(self):
        self.add()
        item = Item(uuid7(), "Call Ann", "x" * 9_000, "/todos", timezone.now(), acts={"Done": "/r/a", "Snooze": "/r/b"})
        target = str(PushSubscription.objects.get().pk)
        outcome = async_to_sync(PushChannel().send)(Notice(uuid7(), "reminder", self.alice, target, (item,)))
        self.assertEqual(outcome.result, "sent")
        [message] = self.browser.messages
        self.assertTrue(message["body"].endswith("x…"))
        self.assertEqual([act["url"] for act in message["actions"]], ["/r/a", "/r/b"])

    def test_who_wants_it_gets_no_word_of_what_it_is_about(self):
        self.add()
        NoticeSettings.objects.create(owner=self.alice, says_what=False)
        items = tuple(
            Item(uuid7(), title, "a secret", "/todos", timezone.now(), acts={"Done": "/r/a"})
            for title in ("one", "two")
        )
        target = str(PushSubscription.objects.get().pk)
        of_reminder, of_briefing = "You have a reminder.", "Your briefing is ready."
        for kind, said, body in (
            ("reminder", items[:1], of_reminder),
            ("reminder", items, of_reminder),
            ("briefing", items[:1], of_briefing),
        ):
            async_to_sync(PushChannel().send)(Notice(uuid7(), kind, self.alice, target, said))
            message = self.browser.messages[-1]
            self.assertEqual((message["title"], message["body"]), ("Todo Chat", body))
            self.assertNotIn("secret", json.dumps(message))

    def test_who_switched_it_off_gets_nothing(self):
        self.add()
        NoticeSettings.objects.create(owner=self.alice, push=False)
        self.say()
        self.assertEqual(self.service.pushes, [])


class Subscriptions(PushCase):
    def test_they_are_listed_without_their_secrets_and_ended(self):
        self.add()
        address, headers = f"/api/{self.alice.subject}/push-subscriptions", {"Authorization": bearer(self.alice)}
        page = self.client.get(address, headers=headers)
        [item] = page.json()["items"]
        self.assertEqual(item["device"], "Test browser")
        for secret in (self.browser.endpoint, *self.browser.keys.values()):
            self.assertNotIn(secret, page.content.decode())
        self.assertEqual(self.client.delete(f"{address}/{item['id']}", headers=headers).status_code, 204)
        self.add()
        self.add(Browser(self.service))
        path = f"{address}?endpoint={self.browser.endpoint}"
        self.assertEqual(self.client.delete(path, headers=headers).status_code, 204)
        self.assertEqual(len(self.client.get(address, headers=headers).json()["items"]), 1)
        self.assertEqual(self.client.delete(address, headers=headers).status_code, 204)
        self.assertEqual(self.client.get(address, headers=headers).json()["items"], [])

    def test_the_same_browser_twice_is_one_and_belongs_to_who_used_it_last(self):
        self.add()
        self.browser.auth = b"y" * 16
        self.add()
        self.say()
        self.assertEqual(len(self.browser.messages), 1)
        other = bob()
        self.add(user=other)
        self.assertEqual([row.owner for row in PushSubscription.objects.all()], [other])
        self.say()
        self.assertEqual(len(self.service.pushes), 1)

    def test_there_are_at_most_twenty_and_an_old_one_may_renew_itself(self):
        for _ in range(SUBSCRIPTIONS_MAX - 1):
            browser = Browser(self.service)
            subscribe(self.alice, browser.endpoint, **browser.keys)
        self.assertEqual(self.add().status_code, 201)
        refused = self.add(Browser(self.service))
        self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
        self.assertIn("20 devices", refused.json()["message"])
        self.assertEqual(self.add().status_code, 201)

    def test_what_is_no_key_of_a_browser_is_refused(self):
        good = self.browser.keys
        for keys in (
            {"p256dh": good["p256dh"], "auth": "short"},
            {"p256dh": good["p256dh"][:-4], "auth": good["auth"]},
            {"p256dh": "B" + "A" * 86, "auth": good["auth"]},
            {"p256dh": "no base64!", "auth": good["auth"]},
            {"p256dh": "", "auth": ""},
            {"p256dh": good["auth"], "auth": good["p256dh"]},
        ):
            with self.subTest(keys):
                refused = self.add(keys=keys)
                self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
        self.assertFalse(PushSubscription.objects.exists())


@override_settings(CALLS_TO_LOOPBACK=False)
class AddressesThatAreNotCalled(TransactionTestCase):
    def test_they_are_refused_when_a_browser_names_them(self):
        user = alice()
        with PushService() as service:
            browser = Browser(service)
        headers = {"Authorization": bearer(user)}
        for endpoint in (*BAD_ADDRESSES, browser.endpoint, "https://push.example.com/" + "a" * 1_000):
            with self.subTest(endpoint):
                body = browser.subscription | {"endpoint": endpoint}
                path = f"/api/{user.subject}/push-subscriptions"
                refused = self.client.post(path, body, content_type="application/json", headers=headers)
                self.assertEqual((refused.status_code, refused.json()["error"]), (422, "validation_error"))
        self.assertFalse(PushSubscription.objects.exists())

    def test_a_name_that_means_something_inside_when_it_is_called_is_not_called(self):
        user, push = alice(), PushService()
        with push:
            browser = Browser(push)
            endpoint = f"https://push.example.com{browser.path}"
            row = subscribe(user, endpoint, **browser.keys)
            for inside in ("127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"):
                for others in ([], ["93.184.215.14"]):
                    found = [(0, 0, 0, "", (number, push.port)) for number in [*others, inside]]
                    with self.subTest(found), mock.patch.object(socket, "getaddrinfo", return_value=found):
                        item = Item(uuid7(), "Call Ann", "", "/todos", timezone.now())
                        notice = Notice(uuid7(), "reminder", user, str(row.pk), (item,))
                        outcome = async_to_sync(PushChannel().send)(notice)
                        self.assertEqual((outcome.result, outcome.code), ("failed", "not_public"))
            self.assertEqual(push.pushes, [])

    def test_a_public_name_is_called_at_the_number_that_was_checked(self):
        found = [(0, 0, 0, "", ("93.184.215.14", 443))]
        with mock.patch.object(socket, "getaddrinfo", return_value=found):
            target = async_to_sync(resolved)("https://push.example.com/a?b=c")
        self.assertEqual(target.url, "https://93.184.215.14:443/a?b=c")
        self.assertEqual((target.host, target.name), ("push.example.com", "push.example.com"))
        self.assertEqual(checked_address("https://push.example.com:443/a").hostname, "push.example.com")
        with self.assertRaises(NotReachable):
            checked_address("https://push.example.com:444/a", loopback=True)


class Keys(TestCase):
    def test_two_processes_that_need_one_at_the_same_time_make_one(self):
        def made_late(curve):
            InstallationKey.objects.create(name=vapid.NAME, secret="1" * 64)
            return generate_private_key(curve)

        with mock.patch.object(vapid, "generate_private_key", side_effect=made_late):
            key = vapid.vapid_key()
        self.assertEqual(key.private_numbers().private_value, int("1" * 64, 16))
        self.assertEqual(vapid.vapid_key(), key)
