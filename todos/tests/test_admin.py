from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.testing import UserFactory, alice, bob
from todos.models import Priority
from todos.testing import NOW, TodoFactory

CHANGELIST = reverse("admin:todos_todo_changelist")


class TodoAdminTests(TestCase):
    def setUp(self):
        self.client.force_login(UserFactory(username="root", is_staff=True, is_superuser=True))
        self.alice, self.bob = alice(), bob()
        TodoFactory(owner=self.alice, title="Buy milk", tags=["home"], notes="<b>oat</b>", priority=Priority.HIGH)
        TodoFactory(owner=self.alice, title="File taxes", completed_at=NOW)
        self.trashed = TodoFactory(owner=self.bob, title="Old idea", deleted_at=NOW)

    def shown(self, **query):
        response = self.client.get(CHANGELIST, query)
        self.assertEqual(response.status_code, 200)
        return {todo.title for todo in response.context["cl"].result_list}

    def test_lists_todos_of_all_owners_with_their_tags(self):
        response = self.client.get(CHANGELIST)
        for text in ("Buy milk", "File taxes", "Old idea", "alice", "bob", "home", "in the trash"):
            self.assertContains(response, text)

    def test_searches_title_notes_tags_and_owner(self):
        for words, titles in {
            "milk": {"Buy milk"},
            "oat": {"Buy milk"},
            "home": {"Buy milk"},
            "bob": {"Old idea"},
            "nothing": set(),
        }.items():
            with self.subTest(words):
                self.assertEqual(self.shown(q=words), titles)

    def test_filters_by_state_priority_and_owner(self):
        self.assertEqual(self.shown(state="open"), {"Buy milk"})
        self.assertEqual(self.shown(state="done"), {"File taxes"})
        self.assertEqual(self.shown(state="trash"), {"Old idea"})
        self.assertEqual(self.shown(priority__exact=Priority.HIGH), {"Buy milk"})
        self.assertEqual(self.shown(owner__id__exact=str(self.bob.id)), {"Old idea"})

    def test_shows_one_todo_and_changes_nothing(self):
        address = reverse("admin:todos_todo_change", args=[self.trashed.id])
        self.assertContains(self.client.get(address), "Old idea")
        self.assertEqual(self.client.post(address, {"title": "New idea"}).status_code, 403)
        self.assertEqual(self.client.get(reverse("admin:todos_todo_add")).status_code, 403)
        self.assertEqual(self.client.post(reverse("admin:todos_todo_delete", args=[self.trashed.id])).status_code, 403)
        self.trashed.refresh_from_db()
        self.assertEqual(self.trashed.title, "Old idea")

    def test_many_todos_cost_no_more_queries(self):
        counts = []
        for more in (1, 20):
            TodoFactory.create_batch(more, owner=self.alice, tags=["work"])
            with CaptureQueriesContext(connection) as queries:
                self.client.get(CHANGELIST)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
