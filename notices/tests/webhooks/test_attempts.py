"""How often a webhook is tried, and who waits for whom."""

import datetime
import socket
from http.server import BaseHTTPRequestHandler
from unittest import mock

from asgiref.sync import async_to_sync
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.testing import bob
from notices.channels.webhook import WebhookChannel
from notices.models import Delivery, Webhook
from notices.outbox.claims import KEPT_FREE, claim
from notices.outbox.sending import SLEEP_SECONDS, Sender
from notices.tests.webhooks.case import DAY, WebhookCase
from notices.webhooks import events, health, sending
from notices.webhooks.acts import add_webhook, put_test
from notices.webhooks.events import WebhookTold, letter, put_letters
from notices.webhooks.health import PAUSES_SECONDS
from notices.webhooks.signing import new_secret
from notices.webhooks.testing import Receiver


class Attempts(WebhookCase):
    def test_a_second_attempt_has_the_same_id_and_body_and_another_time(self):
        self.receiver.answers = [(503, {})]
        self.todo()
        self.send()
        self.assertEqual(self.states(), [("waiting", "http_503", 1)])
        self.later()
        self.send()
        first, second = self.receiver.calls
        self.assertEqual((first.id, first.body), (second.id, second.body))
        self.assertEqual(self.states(), [("sent", "http_204", 2)])
        self.assertEqual(Webhook.objects.get().state, "on")

    def test_one_that_is_down_is_asked_now_and_then_and_told_all_when_it_is_back(self):
        self.receiver.usual = (500, {})
        for number in range(5):
            self.todo(f"Todo {number}")
        self.send()
        self.assertEqual(len(self.receiver.calls), 1, "not once for each event")
        self.todo("Todo 5")
        self.send()
        self.assertEqual(len(self.receiver.calls), 1, "what comes meanwhile waits as well")
        self.assertEqual({code for _, code, attempts in self.states() if not attempts}, {"held"})
        self.receiver.usual = (200, {})
        self.later()
        self.send()
        self.later()  # what failed itself has a wait of its own
        self.send()
        self.assertEqual(
            sorted(event["data"]["todo"]["title"] for event in self.told[1:]), [f"Todo {n}" for n in range(6)]
        )
        self.assertEqual({state for state, _, _ in self.states()}, {"sent"})

    def test_of_what_waits_for_one_that_does_not_answer_the_oldest_gives_way(self):
        self.receiver.usual = (500, {})
        for reached in (False, True):
            with self.subTest(reached=reached), mock.patch.object(events, "WAITING_MAX", 3):
                Delivery.objects.all().delete()
                reached_at = timezone.now() if reached else None
                Webhook.objects.update(last_success_at=reached_at, failures=0, paused_until=None)
                self.todo("Todo 0")
                self.send()  # fails
                for number in range(1, 6):
                    self.todo(f"Todo {number}")
                states = [(state, code == "dropped") for state, code, _ in self.states()]
                self.assertEqual(states, [("expired", True)] * 3 + [("waiting", False)] * 3)
                self.assertNotIn("dropped", [code for _, code, _ in self.states()[3:]])
        self.receiver.usual = (200, {})
        self.later(DAY)
        self.send()
        titles = [event["data"]["todo"]["title"] for event in self.told[-3:]]
        self.assertEqual(titles, ["Todo 3", "Todo 4", "Todo 5"])

    def test_to_one_that_answers_all_of_a_burst_goes(self):
        Webhook.objects.update(last_success_at=timezone.now())
        with mock.patch.object(events, "WAITING_MAX", 3):
            for number in range(6):
                self.todo(f"Todo {number}")
            self.send()
        self.assertEqual({state for state, _, _ in self.states()}, {"sent"})

    def test_once_anything_arrives_what_was_held_back_comes_at_once(self):
        self.receiver.answers = [(500, {})]
        for number in range(5):
            self.todo(f"Todo {number}")
        self.send()
        self.assertEqual([attempts for *_, attempts in self.states()], [1, 0, 0, 0, 0])
        put_test(self.alice, self.webhook.pk)
        self.send()
        self.assertEqual(len(self.receiver.calls), 6, "all but what failed itself, which has a time of its own")

    def test_the_pauses_grow_and_fill_about_a_day(self):
        self.receiver.usual = (500, {})
        self.todo()
        waits = []
        while Delivery.objects.filter(state="waiting").exists() and len(waits) < 20:
            self.send()
            row = Delivery.objects.get(channel="webhook")
            if row.state == "waiting":
                waits.append((row.not_before - timezone.now()).total_seconds())
                self.later(row.not_before - timezone.now() + datetime.timedelta(seconds=1))
                Delivery.objects.update(expires_at=F("expires_at") - datetime.timedelta(seconds=waits[-1]))
        for seconds, wait in zip(PAUSES_SECONDS, waits, strict=False):
            self.assertTrue(seconds - 5 <= wait <= seconds * 1.2 + 5, (seconds, wait))
        self.assertEqual(len(self.receiver.calls), 1 + len(PAUSES_SECONDS))
        self.assertTrue(DAY * 0.6 < datetime.timedelta(seconds=sum(waits)) < DAY * 1.5, waits)
        self.assertEqual(Delivery.objects.get(channel="webhook").state, "expired")

    def test_what_its_server_asks_for_is_waited_and_not_more_than_a_day(self):
        for asked, most in (("7200", 7200), ("99999999", 30), ("9999999", 86_400), ("soon", 30)):
            with self.subTest(asked):
                self.receiver.answers = [(429, {"Retry-After": asked})]
                self.todo()
                self.send()
                row = Delivery.objects.get(state="waiting")
                wait = (row.not_before - timezone.now()).total_seconds()
                self.assertTrue(most - 25 <= wait <= most + 5, wait)
                Delivery.objects.all().delete()
                Webhook.objects.update(failures=0, paused_until=None)

    def test_one_event_that_its_server_cannot_take_holds_the_others_up_for_seconds_only(self):
        self.receiver.answers = [(422, {})]
        self.todo("Poison")
        self.send()
        self.todo("After it")
        self.later(datetime.timedelta(seconds=13))
        self.receiver.answers = [(204, {}), (422, {})]
        self.send()
        self.assertEqual(self.states(), [("waiting", "http_422", 2), ("sent", "http_204", 1)])

    def test_no_two_are_sent_to_one_address_at_a_time_and_they_come_in_order(self):
        for number in range(8):
            self.todo(f"Todo {number}")
        self.send()
        self.assertEqual([event["data"]["todo"]["title"] for event in self.told], [f"Todo {n}" for n in range(8)])
        self.assertEqual(self.receiver.most_at_once, 1)

    def test_a_process_does_not_look_all_the_time_for_what_another_is_sending(self):
        self.todo()
        self.todo()
        claim("webhook", WebhookChannel.slots)
        self.assertEqual(async_to_sync(Sender().look)(), SLEEP_SECONDS)
        self.assertEqual(self.receiver.calls, [])

    def test_one_that_never_answers_is_tried_again_and_holds_nobody_else_up(self):
        self.receiver.answers = [None]
        other = Receiver()
        with other, mock.patch.object(sending, "ANSWER_SECONDS", 0.3):
            self.todo()
            self.send()
            self.assertEqual(self.states(), [("waiting", "timeout", 1)])
            add_webhook(bob(), None, other.url, "", ["*"])
            self.todo(owner=User.objects.get(username="bob"))
            self.send()
        self.assertEqual(len(other.calls), 1)

    def test_an_answer_without_end_is_not_read_to_its_end(self):
        def endless(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.end_headers()
            try:
                while True:
                    request.wfile.write(b"x" * 65_536)
            except OSError:
                written.append(True)

        written = []
        self.receiver.answers = [endless]
        self.todo()
        self.send()
        self.assertEqual(self.states(), [("sent", "http_200", 1)])

    def test_a_connection_that_is_refused_or_cut_is_tried_again(self):
        def cut(request: BaseHTTPRequestHandler) -> None:
            request.connection.close()

        self.receiver.answers = [cut]
        self.todo()
        self.send()
        [(state, code, _)] = self.states()
        self.assertEqual(state, "waiting")
        self.assertTrue(code)


class AThousand(WebhookCase):
    HOOKS = 1_000

    def test_that_never_answer_are_asked_once_each_and_hold_nobody_else_up(self):
        silent = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=2_048))
        secret, url = new_secret(), f"http://127.0.0.1:{silent.getsockname()[1]}/"
        people = [User(username=f"person{number}", subject=f"person{number}") for number in range(self.HOOKS // 10)]
        User.objects.bulk_create(people)
        hooks = [
            Webhook(owner=people[n % len(people)], url=url, secret=secret, events=["*"]) for n in range(self.HOOKS)
        ]
        Webhook.objects.bulk_create(hooks)
        content = letter("webhook.test", timezone.now(), WebhookTold(webhook_id=self.webhook.pk))
        for source in hooks[:2]:
            put_letters(hooks, Delivery.Kind.EVENT, source.pk, DAY, content)
        Webhook.objects.filter(pk=self.webhook.pk).update(last_success_at=timezone.now())
        self.assertTrue(self.is_among_the_next(), "who was reached before does not wait behind who never was")
        # However long a slow machine takes for a round, the next one is not due within it.
        long_pauses = mock.patch.object(health, "PAUSES_SECONDS", (1_800,))
        with mock.patch.object(sending, "ANSWER_SECONDS", 0.01), long_pauses:
            self.assertEqual(self.send(), {"webhook again": self.HOOKS})
        self.assertEqual(set(Webhook.objects.exclude(pk=self.webhook.pk).values_list("failures")), {(1,)})
        self.later()
        self.assertTrue(self.is_among_the_next(), "nor behind who failed")
        self.todo()
        places = WebhookChannel.slots // KEPT_FREE
        self.assertEqual([held.notice.target for held in claim("webhook", places)], [str(self.webhook.pk)])
        self.assertEqual(claim("webhook", places), [], "places are kept for who answers")

    def is_among_the_next(self):
        """Of all that are claimed when one more event is put; the claims are given back, and the event is gone."""
        self.todo()
        claimed = {held.notice.target for held in claim("webhook", WebhookChannel.slots)}
        self.assertEqual(len(claimed), WebhookChannel.slots * 3 // 4)
        Delivery.objects.filter(state="claimed").update(state="waiting", claim_token=None, not_before=timezone.now())
        Delivery.objects.filter(target=str(self.webhook.pk)).delete()
        return str(self.webhook.pk) in claimed
