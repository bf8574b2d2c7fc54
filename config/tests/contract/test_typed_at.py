"""What was typed without a network and arrives late counts from the moment that it was typed, at every door."""

import datetime

from django.test import TransactionTestCase
from django.utils import timezone

from accounts.testing import alice, bearer
from chat.models import Message
from todos.models import Todo

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


class LateCase(TransactionTestCase):
    def setUp(self):
        self.alice = alice(time_zone="Europe/Berlin")
        self.typed = timezone.now() - 3 * DAY

    def on_page(self, path, fields=None, typed=None, **headers):
        self.client.force_login(self.alice)
        sent = {"X-Typed-At": (typed or self.typed).isoformat()} | headers
        return self.client.post(path, fields or {}, headers=sent)

    def by_api(self, path, body=None, typed=None, **headers):
        sent = {"X-Typed-At": str(typed or self.typed.isoformat()), "Authorization": bearer(self.alice)} | headers
        path = f"/api/{self.alice.subject}{path}"
        return self.client.post(path, body or {}, content_type="application/json", headers=sent)

    def day_after(self, moment):
        return moment.astimezone(self.alice.zone).date() + DAY

    def only_todo(self):
        return Todo.objects.get(owner=self.alice)


class WhatComesLate(LateCase):
    def test_tomorrow_in_a_line_is_the_day_after_it_was_typed(self):
        self.assertEqual(self.on_page("/todos/add", {"text": "pack bags tomorrow"}).status_code, 302)
        self.assertEqual(self.only_todo().due_date, self.day_after(self.typed))

    def test_tomorrow_by_the_api_is_too(self):
        self.assertEqual(self.by_api("/todos", {"title": "Pack", "due": "tomorrow"}).status_code, 201)
        self.assertEqual(self.only_todo().due_date, self.day_after(self.typed))

    def test_tomorrow_in_a_batch_is_too(self):
        self.by_api("/todos/batch", {"create": [{"title": "Pack", "due": "tomorrow"}]})
        self.assertEqual(self.only_todo().due_date, self.day_after(self.typed))

    def test_tomorrow_said_to_the_assistant_is_too_and_the_message_is_counted_today(self):
        for send in (self.say_on_page, self.say_by_api):
            with self.subTest(send.__name__):
                Todo.objects.all().delete()
                before = timezone.now()
                send("add pack bags tomorrow")
                self.assertEqual(self.only_todo().due_date, self.day_after(self.typed))
                question = Message.objects.filter(role="user").latest("created_at")
                self.assertGreaterEqual(question.created_at, before)

    def say_on_page(self, text):
        self.on_page("/c/send", {"message": text})

    def say_by_api(self, text):
        self.assertEqual(self.by_api("/chat", {"message": text}).status_code, 200)

    def test_a_tick_is_done_at_the_moment_it_was_ticked(self):
        todo = Todo.objects.create(owner=self.alice, title="Pack")
        self.on_page(f"/todos/{todo.pk}/complete")
        self.assertEqual(self.only_todo().completed_at, self.typed)

    def test_a_clock_that_runs_ahead_means_now(self):
        self.on_page("/todos/add", {"text": "pack bags tomorrow"}, typed=timezone.now() + 9 * DAY)
        self.assertEqual(self.only_todo().due_date, self.day_after(timezone.now()))

    def test_what_is_too_old_or_no_moment_is_refused_and_writes_nothing(self):
        todo = Todo.objects.create(owner=self.alice, title="Pack")
        for typed in (timezone.now() - 8 * DAY, "yesterday", "", "2026-03-04T10:00:00", "2026-13-04T10:00:00Z"):
            header = typed if isinstance(typed, str) else typed.isoformat()
            with self.subTest(typed=header):
                sent = {"X-Typed-At": header}
                for path, fields in (
                    ("/todos/add", {"text": "nap"}),
                    (f"/todos/{todo.pk}/complete", {}),
                    ("/c/send", {"message": "add nap"}),
                ):
                    self.assertEqual(self.on_page(path, fields, **sent).status_code, 422)
                for path, body in (("/todos", {"title": "Nap"}), ("/chat", {"message": "add nap"})):
                    answer = self.by_api(path, body, **sent)
                    self.assertEqual((answer.status_code, list(answer.json()["details"])), (422, ["X-Typed-At"]))
        self.assertIsNone(self.only_todo().completed_at)
        self.assertFalse(Message.objects.exists())


class WhatComesTwice(LateCase):
    def test_a_line_with_its_key_is_added_once(self):
        for _ in range(2):
            answer = self.on_page("/todos/add", {"text": "nap", "next": "/todos"}, **{"Idempotency-Key": "typed-1"})
            self.assertEqual(answer.status_code, 302)
        self.assertEqual(self.only_todo().title, "nap")

    def test_a_tick_with_its_key_does_not_tick_again_what_was_opened_since(self):
        todo = Todo.objects.create(owner=self.alice, title="Pack")
        key = {"Idempotency-Key": "ticked-1"}
        self.on_page(f"/todos/{todo.pk}/complete", **key)
        self.on_page(f"/todos/{todo.pk}/reopen")
        self.on_page(f"/todos/{todo.pk}/complete", **key)
        self.assertIsNone(self.only_todo().completed_at)

    def test_a_key_for_something_else_is_refused(self):
        key = {"Idempotency-Key": "typed-1"}
        todo = Todo.objects.create(owner=self.alice, title="Pack")
        self.on_page("/todos/add", {"text": "nap"}, **key)
        self.assertEqual(self.on_page("/todos/add", {"text": "rest"}, **key).status_code, 422)
        self.assertEqual(self.on_page(f"/todos/{todo.pk}/complete", **key).status_code, 422)
        self.assertEqual({todo.title for todo in Todo.objects.filter(completed_at=None)}, {"nap", "Pack"})
