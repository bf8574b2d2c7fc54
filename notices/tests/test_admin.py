"""What an administrator sees of deliveries, and what is counted of them."""

from asgiref.sync import async_to_sync
from django.test import TestCase
from prometheus_client import REGISTRY

from accounts.models import Reading, User
from accounts.testing import alice
from notices.admin import DeliveryAdmin
from notices.channel import Outcome
from notices.models import Delivery, PushSubscription
from notices.outbox.sending import send_due
from notices.testing import ScriptedChannel, only_channels
from todos.models import Reminder

from .test_sending import remind


class DeliveriesInTheAdmin(TestCase):
    def setUp(self):
        self.alice = alice()
        self.enterContext(only_channels(ScriptedChannel(Outcome("failed", "http_410"))))
        for number in range(3):
            remind(self.alice, title=f"Secret {number}")
        async_to_sync(send_due)()
        self.client.force_login(User.objects.create_superuser("root", password="x"))

    def test_the_list_says_how_many_and_how_late_and_leaves_a_reading(self):
        page = self.client.get("/admin/notices/delivery/")
        self.assertContains(page, "mail: 1 failed, 2 sent; late p50")
        self.assertContains(page, "http_410")
        for secret in ("Secret", "a@example.com"):
            self.assertNotContains(page, secret)
        self.assertEqual(Reading.objects.get().what, "notices.delivery")

    def test_one_is_found_by_its_id_and_its_owner_and_cannot_be_changed(self):
        row = Delivery.objects.first()
        for typed in (str(row.pk), str(row.source_id), "alice"):
            self.assertContains(self.client.get("/admin/notices/delivery/", {"q": typed}), str(row.pk))
        self.assertContains(self.client.get(f"/admin/notices/delivery/{row.pk}/change/"), "Late by")
        self.assertEqual(self.client.get("/admin/notices/delivery/add/").status_code, 403)
        self.assertNotIn("target", DeliveryAdmin.fields)

    def test_reminders_are_found_by_their_todo_and_their_owner(self):
        row = Reminder.objects.first()
        for typed in (str(row.pk), str(row.todo_id), "alice"):
            self.assertContains(self.client.get("/admin/todos/reminder/", {"q": typed}), str(row.pk))
        self.assertNotContains(self.client.get("/admin/todos/reminder/", {"q": "nobody"}), str(row.pk))
        self.assertContains(self.client.get(f"/admin/todos/reminder/{row.pk}/change/"), "sent")

    def test_browsers_are_listed_without_what_it_takes_to_push_to_them(self):
        endpoint = "https://push.example/secret-path"
        row = PushSubscription.objects.create(
            owner=self.alice, endpoint=endpoint, p256dh="key-p", auth="key-a", device="Phone"
        )
        for path in ("/admin/notices/pushsubscription/", f"/admin/notices/pushsubscription/{row.pk}/change/"):
            page = self.client.get(path)
            self.assertContains(page, "push.example")
            for secret in ("secret-path", "key-p", "key-a"):
                self.assertNotContains(page, secret)

    def test_lateness_is_counted_for_metrics(self):
        name = "todo_chat_delivery_late_seconds_count"
        before = REGISTRY.get_sample_value(name, {"channel": "mail"}) or 0
        remind(self.alice)
        async_to_sync(send_due)()
        self.assertEqual(REGISTRY.get_sample_value(name, {"channel": "mail"}), before + 1)
