"""Webhooks over the wire: what happens to todos and turns arrives signed, once, in the end, and nowhere inside."""

import datetime
import socket
from http.server import BaseHTTPRequestHandler
from unittest import mock

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.models import SecurityEvent, User
from accounts.testing import alice, bearer, bob
from accounts.tests.mails.case import MailCase
from database.units import database_unit, within_unit
from notices.channels.webhook import WebhookChannel
from notices.models import Delivery, Webhook
from notices.outbox.claims import KEPT_FREE, claim
from notices.outbox.purging import purge_letters
from notices.outbox.sending import SLEEP_SECONDS, Sender, send_due
from notices.webhooks import events, health, sending
from notices.webhooks.acts import WEBHOOKS_MAX, add_webhook, change_webhook, put_test, rotate_secret
from notices.webhooks.events import WebhookTold, letter, put_letters
from notices.webhooks.health import PAUSES_SECONDS, SWITCHED_OFF_AFTER, note_failure
from notices.webhooks.signing import new_secret, secret_of
from notices.webhooks.testing import Receiver
from todos.changing.undo import undo_last
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, restore_todo, update_todo
from todos.models import TodoChange
from todos.testing import BY_CHAT
from web.addresses import outbound

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@override_settings(CALLS_TO_LOOPBACK=True)
class WebhookCase(TestCase):
    def setUp(self):
        self.receiver = self.enterContext(Receiver())
        self.alice = alice()
        self.webhook = self.add()

    def add(self, owner=None, url=None, events=("*",), name=""):
        return add_webhook(owner or self.alice, None, url or self.receiver.url, name, events)

    def todo(self, title="Call Ann", owner=None, **fields):
        return add_todo(owner or self.alice, now=timezone.now(), by=BY_CHAT, title=title, **fields).todo

    def send(self):
        return async_to_sync(send_due)()

    def later(self, wait=HOUR):
        """So much time passes for what waits."""
        for rows, column in ((Delivery, "not_before"), (Webhook, "paused_until"), (Webhook, "failing_since")):
            rows.objects.update(**{column: F(column) - wait})

    def states(self):
        rows = Delivery.objects.filter(channel="webhook").order_by("pk")
        return list(rows.values_list("state", "code", "attempts"))

    @property
    def told(self):
        """What arrived, after a look at each signature."""
        secret = secret_of(Webhook.objects.get(pk=self.webhook.pk))
        return [call.verified(secret) for call in self.receiver.calls]

    @property
    def types(self):
        return [event["type"] for event in self.told]


class Events(WebhookCase):
    def test_each_change_of_a_todo_arrives_signed_with_the_todo_as_the_api_shows_it(self):
        todo = self.todo(due="tomorrow 5pm", tags={"family"})
        by = {"now": timezone.now(), "by": BY_CHAT}
        update_todo(self.alice, todo.pk, title="Call Anne", **by)
        complete_todo(self.alice, todo.pk, **by)
        reopen_todo(self.alice, todo.pk, **by)
        delete_todo(self.alice, todo.pk, **by)
        restore_todo(self.alice, todo.pk, **by)
        self.send()
        self.assertEqual(
            self.types,
            ["todo.added", "todo.updated", "todo.completed", "todo.reopened", "todo.deleted", "todo.restored"],
        )
        shown = self.client.get(
            f"/api/{self.alice.subject}/todos/{todo.pk}", headers={"Authorization": bearer(self.alice)}
        ).json()
        last = self.told[-1]["data"]
        self.assertEqual(last["todo"], shown)
        self.assertEqual(shown["reminds"], self.told[1]["data"]["todo"]["reminds"])
        self.assertTrue(shown["reminds"])
        newest = TodoChange.objects.latest("id")
        self.assertEqual((last["change"]["id"], last["change"]["door"]), (str(newest.pk), "chat"))
        self.assertEqual([event["data"]["todo"]["version"] for event in self.told], [1, 2, 3, 4, 5, 6])

    def test_what_an_undo_takes_back_arrives_as_well(self):
        self.todo()
        undo_last(self.alice, now=timezone.now(), by=BY_CHAT)
        self.send()
        self.assertEqual(self.types, ["todo.added", "todo.removed"])
        self.assertEqual(self.told[1]["data"]["todo"]["title"], "Call Ann")
        self.assertEqual(self.told[1]["data"]["change"]["undoes"], self.told[0]["data"]["change"]["id"])

    def test_what_was_not_done_in_the_end_is_not_told(self):
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            self.todo()
            raise ZeroDivisionError
        self.send()
        self.assertEqual(self.receiver.calls, [])

    def test_only_the_events_that_it_wants_and_only_of_its_owner(self):
        Webhook.objects.all().delete()
        self.webhook = self.add(events=["todo.completed"])
        self.todo(owner=bob())
        todo = self.todo()
        complete_todo(self.alice, todo.pk, now=timezone.now(), by=BY_CHAT)
        self.send()
        self.assertEqual(self.types, ["todo.completed"])

    def test_every_program_of_a_person_is_told(self):
        for _ in range(WEBHOOKS_MAX - 1):
            self.add()
        self.todo()
        self.assertEqual(self.send(), {"webhook sent": WEBHOOKS_MAX})
        self.assertEqual(len({call.id for call in self.receiver.calls}), WEBHOOKS_MAX)

    def test_who_has_none_is_asked_nothing_more(self):
        other = bob()
        before = len(self.queries(other))
        add_webhook(other, None, self.receiver.url, "", ["turn.failed"])
        with_one = self.queries(other)
        self.assertEqual(len(with_one) - before, 1, "which of them want it")
        change_webhook(other, other.webhooks.get().pk, None, on=False)
        self.assertEqual(len(self.queries(other)), before)
        self.assertFalse(any("webhook" in query["sql"] and "SELECT" in query["sql"] for query in self.queries(other)))

    def queries(self, user):
        user = User.objects.get(pk=user.pk)
        with CaptureQueriesContext(
            connection,
        ) as found:
            self.todo(owner=user)
        return [query for query in found.captured_queries if '"accounts_user"' not in query["sql"]]

    def test_an_account_that_was_read_before_and_is_saved_later_keeps_being_told(self):
        early = User.objects.get(pk=bob().pk)
        add_webhook(User.objects.get(pk=early.pk), None, self.receiver.url, "", ["*"])
        early.time_zone = "Europe/Berlin"
        early.save()
        early.refresh_from_db()
        self.assertEqual((early.has_webhooks, early.time_zone), (True, "Europe/Berlin"))


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


class SwitchedOff(WebhookCase):
    def test_after_days_of_failures_it_is_off_and_its_owner_told(self):
        self.receiver.usual = (500, {})
        self.todo()
        self.send()
        self.later(SWITCHED_OFF_AFTER)
        self.todo("Another")
        self.send()
        self.webhook.refresh_from_db()
        self.assertEqual((self.webhook.off_because, User.objects.get().has_webhooks), ("failing", False))
        self.assertFalse(Delivery.objects.filter(channel="webhook", state__in=["waiting", "claimed"]).exists())
        news = Delivery.objects.get(channel="page")
        self.assertEqual((news.kind, news.content["title"]), ("news", "A webhook was switched off"))
        self.assertEqual(SecurityEvent.objects.get(kind="webhook_off").detail, "127.0.0.1")
        self.client.force_login(self.alice)
        self.assertIn("A webhook was switched off", self.client.get("/notices").content.decode())
        self.assertIn("Off: nothing has reached it for days", self.client.get("/accounts/settings").content.decode())
        calls = len(self.receiver.calls)
        self.todo("Nobody hears of this")
        self.send()
        self.assertEqual(len(self.receiver.calls), calls)

    def test_a_success_in_between_begins_the_days_anew(self):
        self.receiver.answers = [(500, {}), (204, {}), (204, {}), (500, {})]
        for _ in range(2):
            self.todo()
            self.send()
            self.later(SWITCHED_OFF_AFTER)
            self.send()
        self.webhook.refresh_from_db()
        self.assertEqual(self.webhook.off_because, "")

    def test_who_says_410_is_asked_no_more(self):
        self.receiver.usual = (410, {})
        self.todo()
        self.todo()
        self.send()
        self.webhook.refresh_from_db()
        self.assertEqual((self.webhook.off_because, len(self.receiver.calls)), ("gone", 1))
        self.assertEqual([state for state, _, _ in self.states()], ["failed", "expired"])

    def test_switched_on_again_it_begins_anew(self):
        self.test_who_says_410_is_asked_no_more()
        self.receiver.usual = (204, {})
        change_webhook(self.alice, self.webhook.pk, None, on=True)
        self.todo("Third")
        self.send()
        self.assertEqual(self.told[-1]["data"]["todo"]["title"], "Third")

    def test_an_account_that_is_erased_or_disabled_meanwhile_is_not_told_of_any_more(self):
        self.todo()
        [held] = claim("webhook", WebhookChannel.slots)
        letter = within_unit(sending.letter_of)(self.alice, held.notice.id, held.notice.id, self.webhook.pk)
        User.objects.filter(pk=self.alice.pk).update(is_active=False)
        self.later()
        self.send()
        self.assertEqual((self.receiver.calls, self.states()[0][:2]), ([], ("expired", "not_needed")))
        User.objects.all().delete()
        self.receiver.usual = (500, {})
        outcome = async_to_sync(sending.send)(self.alice, letter)
        self.assertEqual((outcome.result, outcome.code), ("failed", "erased"))


class Mails(MailCase):
    async def test_who_confirmed_an_address_is_mailed_and_led_to_the_settings(self):
        webhook = await database_unit(add_webhook)(self.alice, None, "https://hooks.example.com/secret-path", "", [])
        await database_unit(note_failure)(self.alice, webhook.pk, is_gone=True, asked_seconds=0)
        added, off = sorted(await self.mails(), key=lambda mail: mail.subject)  # several go at once
        self.assertEqual((added.subject, off.subject), ("Webhook added", "Webhook switched off by itself"))
        self.assertTrue(off.links[0].endswith("/accounts/settings"))
        self.assertIn("hooks.example.com", off.text)
        self.assertNotIn("secret-path", added.text + off.text)
        self.assertNotIn("new password", off.text)


class Secrets(WebhookCase):
    def test_for_a_day_both_secrets_count_and_then_the_new_one_alone(self):
        old = secret_of(self.webhook)
        rotate_secret(self.alice, self.webhook.pk, None)
        self.todo()
        self.send()
        new = secret_of(Webhook.objects.get())
        self.assertNotEqual(old, new)
        [call] = self.receiver.calls
        self.assertEqual(call.headers["webhook-signature"].count("v1,"), 2)
        self.assertEqual(call.verified(old), call.verified(new))
        Webhook.objects.update(both_until=F("both_until") - DAY)
        self.todo()
        self.send()
        self.assertEqual(self.receiver.calls[1].headers["webhook-signature"].count("v1,"), 1)
        self.receiver.calls[1].verified(new)
        with self.assertRaises(WebhookVerificationError):
            self.receiver.calls[1].verified(old)

    def test_it_is_no_text_in_the_database_and_outlives_a_new_secret_key(self):
        secret = secret_of(self.webhook)
        self.assertTrue(secret.startswith("whsec_"))
        self.assertNotIn(secret.removeprefix("whsec_"), str(Webhook.objects.values_list().get()))
        with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
            self.todo()
            self.send()
            self.assertEqual(self.states(), [("waiting", "no_secret", 1)])
        with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            self.assertEqual(secret_of(Webhook.objects.get()), secret)

    def test_what_was_changed_on_the_way_does_not_verify(self):
        self.todo()
        self.send()
        [call] = self.receiver.calls
        for changed in (
            type(call)(call.path, call.headers, call.body + b" "),
            type(call)(call.path, call.headers | {"webhook-id": "another"}, call.body),
        ):
            with self.assertRaises(WebhookVerificationError):
                changed.verified(secret_of(self.webhook))


class AddressesThatAreNotCalled(WebhookCase):
    def test_a_redirect_is_a_failure_and_is_not_followed(self):
        inside = Receiver()
        with inside:
            for status in (301, 302, 303, 307, 308):
                self.receiver.answers.append((status, {"Location": inside.url}))
                self.todo()
                self.send()
                self.assertEqual(Delivery.objects.latest("id").code, f"http_{status}")
                Delivery.objects.all().delete()
                Webhook.objects.update(failures=0, paused_until=None)
        self.assertEqual(inside.calls, [])

    def test_a_name_that_means_something_inside_by_now_is_not_called(self):
        Webhook.objects.update(url=f"https://hooks.example.com:443/{'x' * 20}")
        for inside in ("127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"):
            found = [(0, 0, 0, "", (number, 443)) for number in ("93.184.215.14", inside)]
            with (
                self.subTest(inside),
                override_settings(CALLS_TO_LOOPBACK=False),
                mock.patch.object(socket, "getaddrinfo", return_value=found),
                mock.patch.object(outbound, "post", side_effect=AssertionError),
            ):
                self.todo()
                self.send()
                self.assertEqual(Delivery.objects.latest("id").code, "not_public")
                Delivery.objects.all().delete()
                Webhook.objects.update(failures=0, paused_until=None)


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


class Kept(WebhookCase):
    def test_what_was_sent_is_kept_for_a_week(self):
        self.todo()
        self.send()
        now = timezone.now()
        self.assertEqual(purge_letters(now + 6 * DAY), 0)
        self.assertEqual(purge_letters(now + 8 * DAY), 1)
        self.assertFalse(Delivery.objects.filter(channel="webhook").exists())
