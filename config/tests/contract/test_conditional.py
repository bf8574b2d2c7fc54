"""Who has an answer already is sent nothing, and who has an old one is sent the new one."""

import datetime
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.testing import alice, bearer, bob
from chat.models import Message
from chat.testing import ConversationFactory, MessageFactory
from todos.changing.changes import Origin
from todos.changing.undo import undo
from todos.commands import add_todo, complete_todo, delete_todo, update_todo
from todos.models import Door, Todo
from todos.testing import make_many

BY = Origin(Door.PAGE)


class ConditionalCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.now = timezone.now()

    def get(self, path, etag=None, user=None):
        user = user or self.alice
        headers = {"Authorization": bearer(user)} | ({"If-None-Match": etag} if etag else {})
        return self.client.get(f"/api/{user.subject}{path}", headers=headers)

    def assert_known(self, path, etag):
        answer = self.get(path, etag)
        self.assertEqual((answer.status_code, answer.content, answer["ETag"]), (304, b"", etag))

    def assert_new(self, path, etag):
        answer = self.get(path, etag)
        self.assertEqual(answer.status_code, 200)
        self.assertNotEqual(answer["ETag"], etag)
        return answer["ETag"]

    def add(self, title="Buy milk", **fields):
        return add_todo(self.alice, now=timezone.now(), by=BY, title=title, **fields)


class ListOfTodos(ConditionalCase):
    def test_every_change_of_a_todo_is_another_list(self):
        written = self.add()
        etag = self.get("/todos")["ETag"]
        self.assert_known("/todos", etag)
        todo, options = written.todo, {"now": timezone.now(), "by": BY}
        steps = {
            "another": lambda: self.add("Call mom"),
            "a new title": lambda: update_todo(self.alice, todo.pk, title="Buy oat milk", **options),
            "a tag": lambda: update_todo(self.alice, todo.pk, add_tags=["home"], **options),
            "done": lambda: complete_todo(self.alice, todo.pk, **options),
            "deleted": lambda: delete_todo(self.alice, todo.pk, **options),
        }
        for name, change in steps.items():
            with self.subTest(name):
                change()
                etag = self.assert_new("/todos", etag)
                self.assert_known("/todos", etag)

    def test_one_that_is_as_if_it_had_never_been_leaves_the_list_as_it_was(self):
        before = self.get("/todos")["ETag"]
        added = self.add()
        self.assert_new("/todos", before)
        undo(self.alice, change_id=added.change.pk, now=timezone.now(), by=BY)
        self.assert_known("/todos", before)

    def test_a_change_that_was_begun_before_the_last_one_and_stored_after_it_counts(self):
        early, _ = self.add().todo, self.add("Call mom")
        etag = self.get("/todos")["ETag"]
        Todo.objects.filter(pk=early.pk).update(title="Buy bread", version=2)
        self.assert_new("/todos", etag)

    def test_each_page_and_view_has_its_own(self):
        self.add()
        etags = {self.get(path)["ETag"] for path in ("/todos", "/todos?filter=done", "/todos?limit=1", "/todos?q=milk")}
        self.assertEqual(len(etags), 4)

    def test_time_makes_another_list_of_it(self):
        self.add(due=(self.now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        etag = self.get("/todos")["ETag"]
        for later in (datetime.timedelta(minutes=6), datetime.timedelta(days=1)):
            with self.subTest(later), mock.patch("django.utils.timezone.now", return_value=self.now + later):
                self.assert_new("/todos", etag)

    def test_another_persons_todos_change_nothing(self):
        self.add()
        etag = self.get("/todos")["ETag"]
        add_todo(bob(), now=self.now, by=BY, title="Nap")
        self.assert_known("/todos", etag)

    def test_no_row_is_loaded_to_say_that_nothing_changed(self):
        make_many(self.alice, 1_000)
        etag = self.get("/todos?limit=100")["ETag"]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            self.assert_known("/todos?limit=100", etag)
        asked = [query["sql"] for query in queries if "todos_todo" in query["sql"]]
        self.assertEqual(len(asked), 1)
        self.assertNotIn('"title"', asked[0])


class OneTodo(ConditionalCase):
    def test_it_is_known_until_it_changes(self):
        todo = self.add().todo
        etag = self.get(f"/todos/{todo.pk}")["ETag"]
        self.assert_known(f"/todos/{todo.pk}", etag)
        for header in ("*", f"W/{etag}", f'"other", {etag}'):
            with self.subTest(header):
                self.assertEqual(self.get(f"/todos/{todo.pk}", header).status_code, 304)
        update_todo(self.alice, todo.pk, now=timezone.now(), by=BY, title="Buy bread")
        self.assert_new(f"/todos/{todo.pk}", etag)

    def test_what_time_makes_of_it_is_sent(self):
        todo = self.add(due="today").todo
        etag = self.get(f"/todos/{todo.pk}")["ETag"]
        self.assert_known(f"/todos/{todo.pk}", etag)
        later = self.now + datetime.timedelta(days=1)
        with mock.patch("django.utils.timezone.now", return_value=later):
            self.assertTrue(self.get(f"/todos/{todo.pk}", etag).json()["overdue"])

    def test_what_is_no_etag_is_no_condition(self):
        todo = self.add().todo
        for header in ("", "3", "W/", '"', "\x7f", "'1'"):
            with self.subTest(header):
                self.assertEqual(self.get(f"/todos/{todo.pk}", header).status_code, 200)


class Conversations(ConditionalCase):
    def test_lists_and_messages_are_known_until_they_change(self):
        conversation = ConversationFactory(owner=self.alice, title="Groceries")
        message = MessageFactory(conversation=conversation, content="buy milk")
        address = f"/conversations/{conversation.pk}"
        etags = {path: self.get(path)["ETag"] for path in ("/conversations", address, f"{address}/messages")}
        for path, etag in etags.items():
            self.assert_known(path, etag)
        self.client.patch(
            f"/api/{self.alice.subject}{address}",
            {"title": "Food"},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )
        Message.objects.filter(pk=message.pk).update(content="buy bread")
        for path, etag in etags.items():
            with self.subTest(path):
                self.assert_new(path, etag)
