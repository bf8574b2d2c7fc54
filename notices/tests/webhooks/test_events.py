"""What webhooks are told, signed how, and what is kept of it."""

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.models import User
from accounts.testing import bearer, bob
from notices.models import Delivery, Webhook
from notices.outbox.purging import purge_letters
from notices.tests.webhooks.case import DAY, WebhookCase
from notices.webhooks.acts import WEBHOOKS_MAX, add_webhook, change_webhook, rotate_secret
from notices.webhooks.signing import secret_of
from todos.changing.undo import undo_last
from todos.commands import complete_todo, delete_todo, reopen_todo, restore_todo, update_todo
from todos.models import TodoChange
from todos.testing import BY_CHAT


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


class Kept(WebhookCase):
    def test_what_was_sent_is_kept_for_a_week(self):
        self.todo()
        self.send()
        now = timezone.now()
        self.assertEqual(purge_letters(now + 6 * DAY), 0)
        self.assertEqual(purge_letters(now + 8 * DAY), 1)
        self.assertFalse(Delivery.objects.filter(channel="webhook").exists())
