import datetime

from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.testing import alice
from todos import commands
from todos.changing.changes import Origin
from todos.changing.undo import undo
from todos.models import Door, Todo, TodoChange, TodoTag
from todos.purge import BATCH, purge_changes, purge_trash
from todos.testing import TodoFactory, make_many


def purged() -> int:
    return purge_trash(timezone.now())


class PurgeTrashTests(TestCase):
    def setUp(self):
        self.alice = alice()

    def trashed(self, days):
        return timezone.now() - datetime.timedelta(days=days)

    def test_removes_what_has_been_in_the_trash_for_30_days(self):
        TodoFactory(owner=self.alice, title="old", deleted_at=self.trashed(30.1), tags=["home"])
        TodoFactory(owner=self.alice, title="recent", deleted_at=self.trashed(29.9))
        TodoFactory(owner=self.alice, title="done", completed_at=self.trashed(90))
        self.assertEqual(purged(), 1)
        self.assertCountEqual(Todo.objects.values_list("title", flat=True), ["recent", "done"])
        self.assertFalse(TodoTag.objects.exists())

    def test_a_second_time_finds_nothing(self):
        TodoFactory(owner=self.alice, deleted_at=self.trashed(31))
        purged()
        self.assertEqual(purged(), 0)

    @override_settings(TRASH_DAYS=7)
    def test_the_days_are_a_setting(self):
        TodoFactory(owner=self.alice, deleted_at=self.trashed(8))
        self.assertEqual(purged(), 1)

    def test_a_full_trash_goes_in_batches(self):
        count = 2 * BATCH + 1
        make_many(self.alice, count, deleted_at=self.trashed(31))
        self.assertEqual([purged() for _ in range(4)], [BATCH, BATCH, 1, 0])
        self.assertFalse(Todo.objects.exists())

    def test_what_was_purged_leaves_no_text_behind(self):
        long_ago, origin = timezone.now() - datetime.timedelta(days=31), Origin(Door.PAGE)
        old = commands.add_todo(self.alice, now=long_ago, by=origin, title="a secret").todo
        commands.delete_todo(self.alice, old.pk, now=long_ago, by=origin)
        commands.add_todo(self.alice, now=long_ago, by=origin, title="kept")
        purged()
        self.assertEqual([change.after["title"] for change in TodoChange.objects.all()], ["kept"])


class PurgeChangesTests(TestCase):
    def setUp(self):
        self.alice, self.now, self.origin = alice(), timezone.now(), Origin(Door.PAGE)

    def ago(self, days):
        return self.now - datetime.timedelta(days=days)

    def test_the_changes_of_a_todo_that_rested_for_a_year_go_and_the_todo_stays(self):
        todo = commands.add_todo(self.alice, now=self.ago(400), by=self.origin, title="old").todo
        commands.complete_todo(self.alice, todo.pk, now=self.ago(366), by=self.origin)
        self.assertEqual([purge_changes(self.now) for _ in range(2)], [2, 0])
        self.assertTrue(Todo.objects.get().completed_at)

    def test_of_a_todo_that_changed_since_all_stay_and_can_be_undone(self):
        todo = commands.add_todo(self.alice, now=self.ago(400), by=self.origin, title="old").todo
        renamed = commands.update_todo(self.alice, todo.pk, now=self.ago(380), by=self.origin, title="new").change
        completed = commands.complete_todo(self.alice, todo.pk, now=self.ago(364), by=self.origin).change
        self.assertEqual(purge_changes(self.now), 0)
        undo(self.alice, now=self.now, by=self.origin, change_id=completed.pk)
        undo(self.alice, now=self.now, by=self.origin, change_id=renamed.pk)
        self.assertEqual(Todo.objects.get().title, "old")

    @override_settings(HISTORY_DAYS=7)
    def test_the_days_are_a_setting(self):
        commands.add_todo(self.alice, now=self.ago(8), by=self.origin, title="old")
        self.assertEqual(purge_changes(self.now), 1)
