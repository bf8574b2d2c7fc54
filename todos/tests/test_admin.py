from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.testing import UserFactory, alice, bob
from todos.commands import add_todo, update_todo
from todos.fields.priority import Priority
from todos.models import Todo
from todos.testing import BY_CHAT, BY_PAGE, NOW, TodoFactory

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
            "MIL": {"Buy milk"},
            "oat": {"Buy milk"},
            "#Home": {"Buy milk"},
            str(self.trashed.pk): {"Old idea"},
            "?": set(),
            "home": {"Buy milk"},
            "bob": {"Old idea"},
            "nothing": set(),
        }.items():
            with self.subTest(words):
                self.assertEqual(self.shown(q=words), titles)

    def test_of_a_word_in_most_titles_the_newest_are_found(self):
        Todo.objects.bulk_create(Todo(owner=self.bob, title=f"bread {n}") for n in range(250))
        found = self.client.get(CHANGELIST, {"q": "brea"}).context["cl"]
        self.assertEqual([todo.title for todo in found.result_list[:2]], ["bread 249", "bread 248"])
        self.assertEqual(found.result_count, 250)

    def test_words_are_found_by_the_indexes_of_the_database(self):
        if connection.vendor != "postgresql":
            self.skipTest("SQLite looks at every row.")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for column in ("title", "notes"):
            found = Todo.objects.filter(**{f"{column}__matches": ("milk",)}).order_by()
            self.assertIn(f"todos_todo_{column}_search", found.explain())

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


class TodoChangeAdminTests(TestCase):
    def setUp(self):
        self.client.force_login(UserFactory(username="root", is_staff=True, is_superuser=True))
        self.alice = alice()
        todo = add_todo(self.alice, now=NOW, by=BY_PAGE, title="Buy <milk>").todo
        self.change = update_todo(self.alice, todo.id, now=NOW, by=BY_CHAT, title="Buy bread").change
        add_todo(bob(), now=NOW, by=BY_CHAT, title="Old idea")

    def shown(self, **query):
        response = self.client.get(reverse("admin:todos_todochange_changelist"), query)
        self.assertEqual(response.status_code, 200)
        return [
            f"{change.kind} {(change.after or change.before)['title']}" for change in response.context["cl"].result_list
        ]

    def test_searches_the_titles_of_todos_ids_and_owners(self):
        for words, entries in {
            "buy bre": ["updated Buy bread", "added Buy <milk>"],
            "milk": [],
            "bob": ["added Old idea"],
            str(self.change.todo_id): ["updated Buy bread", "added Buy <milk>"],
            str(self.change.act): ["updated Buy bread"],
        }.items():
            with self.subTest(words):
                self.assertEqual(self.shown(q=words), entries)

    def test_filters_by_door_owner_and_date(self):
        self.assertEqual(self.shown(door__exact="page"), ["added Buy <milk>"])
        self.assertEqual(self.shown(owner__id__exact=str(self.alice.id), door__exact="chat"), ["updated Buy bread"])
        self.assertEqual(len(self.shown(created_at__year="2026")), 3)
        self.assertEqual(self.shown(created_at__year="2025"), [])

    def test_shows_one_entry_and_changes_nothing(self):
        address = reverse("admin:todos_todochange_change", args=[self.change.pk])
        self.assertContains(self.client.get(address), "Buy &lt;milk&gt;")
        self.assertEqual(self.client.post(address, {"door": "api"}).status_code, 403)
        self.assertEqual(self.client.get(reverse("admin:todos_todochange_add")).status_code, 403)
        self.assertEqual(
            self.client.post(reverse("admin:todos_todochange_delete", args=[self.change.pk])).status_code, 403
        )
