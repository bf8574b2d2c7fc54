import datetime
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase

from accounts.testing import alice, bob
from language.due import Due
from language.errors import DateNotUnderstood
from todos.commands import (
    add_todo,
    complete_todo,
    delete_todo,
    get_todo,
    reopen_todo,
    restore_todo,
    update_todo,
)
from todos.errors import NotYourTodo, TodoNotFound, VersionConflict
from todos.fields.priority import Priority
from todos.models import Todo
from todos.testing import BY_PAGE, NOW, TodoFactory
from web.errors import ValidationFailed

FRIDAY = datetime.date(2026, 3, 6)
FRIDAY_AT_FIVE = Due(FRIDAY, datetime.time(17), "America/New_York")


class AddTodoTests(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def add(self, **fields):
        return add_todo(self.alice, now=NOW, by=BY_PAGE, **fields)

    def reasons(self, **fields):
        with self.assertRaises(ValidationFailed) as refusal:
            self.add(**fields)
        self.assertFalse(Todo.objects.exists())
        return refusal.exception.details

    def test_stores_all_fields_for_the_owner(self):
        written = self.add(title="Buy milk", notes="oat", priority="high", due=FRIDAY_AT_FIVE, tags=["home", "shop"])
        todo = Todo.objects.for_user(self.alice).get()
        self.assertEqual(written.todo, todo)
        self.assertTrue(written.changed)
        self.assertEqual((todo.title, todo.notes, todo.priority), ("Buy milk", "oat", Priority.HIGH))
        self.assertEqual(todo.due, "2026-03-06T17:00:00-05:00")
        self.assertEqual(todo.due_at, datetime.datetime(2026, 3, 6, 22, tzinfo=datetime.UTC))
        self.assertEqual(todo.tags, ["home", "shop"])
        self.assertEqual((todo.version, todo.created_at), (1, NOW))

    def test_answers_with_tags_loaded(self):
        todo = self.add(title="Buy milk", tags=["home"]).todo
        with self.assertNumQueries(0):
            self.assertEqual(todo.tags, ["home"])

    def test_a_date_phrase_is_read_in_the_zone_of_the_user(self):
        late = datetime.datetime(2026, 3, 5, 3, 0, tzinfo=datetime.UTC)  # still the 4th in New York
        todo = add_todo(self.alice, now=late, by=BY_PAGE, title="Buy milk", due="tomorrow").todo
        self.assertEqual(todo.due, "2026-03-05")

    def test_a_phrase_that_is_no_date_is_refused(self):
        with self.assertRaises(DateNotUnderstood) as refusal:
            self.add(title="Buy milk", due="when pigs fly")
        self.assertEqual(list(refusal.exception.details), ["due"])
        self.assertFalse(Todo.objects.exists())

    def test_a_date_phrase_has_a_limit(self):
        self.assertEqual(list(self.reasons(title="Buy", due="soon " * 41)), ["due"])

    def test_white_space_and_line_breaks_in_a_title_fold_into_spaces(self):
        self.assertEqual(self.add(title="  Buy\n\n oat\t milk \u2028").todo.title, "Buy oat milk")

    def test_markup_in_a_title_stays_the_text_it_is(self):
        title = "<script>alert(1)</script> & “quotes” %s {{ x }}"
        self.assertEqual(self.add(title=title).todo.title, title)

    def test_a_title_in_any_script_or_a_picture_is_a_title(self):
        for title in ("买牛奶", "कल दूध लाना", "شراء الحليب", "🎉", "👩‍👩‍👧 party", "?"):
            with self.subTest(title):
                self.assertEqual(self.add(title=title).todo.title, title)

    def test_a_title_without_anything_to_see_is_refused(self):
        for title in ("", "   ", "\n", "\u200b", "\u2060\ufeff"):
            with self.subTest(title):
                self.assertEqual(self.reasons(title=title), {"title": "A todo needs a title."})

    def test_a_missing_title_is_refused(self):
        self.assertIn("title", self.reasons(notes="oat"))

    def test_a_title_has_at_most_200_characters_after_folding(self):
        self.assertEqual(len(self.add(title=f"{'é' * 100}  \n {'x' * 99}").todo.title), 200)
        Todo.objects.all().delete()
        self.assertIn("201", self.reasons(title="x" * 201)["title"])

    def test_characters_that_no_database_keeps_are_refused(self):
        for text in ("Buy\x00milk", "Buy\x1bmilk", "Buy\ud800milk", "Buy\x7fmilk"):
            for field in ("title", "notes"):
                with self.subTest(field=field, text=ascii(text)):
                    self.assertEqual(list(self.reasons(**{"title": "Buy milk", field: text})), [field])

    def test_notes_keep_their_lines(self):
        self.assertEqual(self.add(title="Buy", notes=" milk\r\n\tbread\rjam \n").todo.notes, "milk\n\tbread\njam")

    def test_notes_have_a_limit(self):
        self.add(title="Buy", notes="x" * 10_000)
        Todo.objects.all().delete()
        self.assertIn("10,001", self.reasons(title="Buy", notes="x" * 10_001)["notes"])

    def test_a_priority_is_one_of_five_words_in_any_case(self):
        self.assertEqual(self.add(title="Buy", priority=" Urgent").todo.priority, Priority.URGENT)
        Todo.objects.all().delete()
        self.assertIn("priority", self.reasons(title="Buy", priority="p1"))

    def test_tags_are_lower_case_and_one_word_is_one_tag(self):
        tags = ["#Home", "home ", "Cafe\u0301", "CAFÉ", "दूध", "q3-plan", "to_read", "2026"]
        self.assertEqual(
            self.add(title="Buy", tags=tags).todo.tags, ["2026", "café", "home", "q3-plan", "to_read", "दूध"]
        )

    def test_a_tag_of_other_characters_is_refused(self):
        for tag in ("", "#", "two words", "a/b", "<b>", "x" * 51, "-", "a\x00"):
            with self.subTest(ascii(tag)):
                self.assertEqual(list(self.reasons(title="Buy", tags=[tag])), ["tags"])

    def test_a_todo_has_at_most_20_tags(self):
        self.assertEqual(len(self.add(title="Buy", tags=[f"t{number}" for number in range(20)]).todo.tags), 20)
        Todo.objects.all().delete()
        self.assertIn("tags", self.reasons(title="Buy", tags=[f"t{number}" for number in range(21)]))

    def test_all_reasons_come_at_once(self):
        reasons = self.reasons(title="", priority="p1", due="when pigs fly", tags=["a b"])
        self.assertEqual(list(reasons), ["title", "priority", "due", "tags"])


class UpdateTodoTests(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")
        self.todo = add_todo(
            self.alice, now=NOW, by=BY_PAGE, title="Buy milk", notes="oat", due=FRIDAY_AT_FIVE, tags=["shop"]
        ).todo

    def update(self, **fields):
        return update_todo(self.alice, self.todo.id, now=NOW, by=BY_PAGE, **fields)

    def stored(self):
        return Todo.objects.get(pk=self.todo.id)

    def test_changes_what_is_given_and_nothing_else(self):
        written = self.update(title="Buy oat milk")
        self.assertTrue(written.changed)
        stored = self.stored()
        self.assertEqual((stored.title, stored.notes, stored.tags), ("Buy oat milk", "oat", ["shop"]))
        self.assertEqual(stored.due, "2026-03-06T17:00:00-05:00")

    def test_a_change_bumps_version_and_time(self):
        self.update(notes="soy")
        stored = self.stored()
        self.assertEqual(stored.version, 2)
        self.assertGreater(stored.updated_at, self.todo.updated_at)
        self.assertEqual(stored.created_at, self.todo.created_at)

    def test_a_change_to_what_is_so_already_changes_nothing(self):
        written = self.update(title=" Buy  milk", notes="oat", due=FRIDAY_AT_FIVE, tags=["SHOP"], add_tags=["shop"])
        self.assertFalse(written.changed)
        stored = self.stored()
        self.assertEqual((stored.version, stored.updated_at), (1, self.todo.updated_at))

    def test_none_removes_the_date(self):
        self.update(due=None)
        stored = self.stored()
        self.assertEqual((stored.due, stored.due_time, stored.due_zone, stored.due_at), (None, None, "", None))

    def test_a_time_alone_moves_the_todo_on_its_day(self):
        for phrase, time in {"4pm": "16:00", "at 4 p.m.": "16:00", "16:30": "16:30", "at noon": "12:00"}.items():
            with self.subTest(phrase):
                self.assertEqual(self.update(due=phrase).todo.due, f"2026-03-06T{time}:00-05:00")

    def test_a_time_alone_means_today_when_the_day_is_over(self):
        Todo.objects.update(due_date="2026-03-02", due_time=None, due_zone="", due_at=None)
        self.assertEqual(self.update(due="4pm").todo.due, "2026-03-04T16:00:00-05:00")

    def test_a_distance_counts_from_the_date_of_the_todo(self):
        self.assertEqual(self.update(due="2 days later").todo.due, "2026-03-08T17:00:00-04:00")
        self.assertEqual(self.update(due="an hour earlier").todo.due, "2026-03-08T16:00:00-04:00")

    def test_a_day_alone_takes_the_place_of_the_moment(self):
        self.assertEqual(self.update(due="monday").todo.due, "2026-03-09")

    def test_tags_are_added_and_removed(self):
        written = self.update(add_tags=["Home", "urgent"], remove_tags=["shop"])
        self.assertEqual(written.todo.tags, ["home", "urgent"])
        self.assertEqual((self.stored().tags, self.stored().version), (["home", "urgent"], 2))

    def test_tags_are_replaced(self):
        self.assertEqual(self.update(tags=["a", "b"]).todo.tags, ["a", "b"])
        self.assertEqual(self.update(tags=[]).todo.tags, [])

    def test_adding_beyond_20_tags_is_refused(self):
        with self.assertRaises(ValidationFailed):
            self.update(add_tags=[f"t{number}" for number in range(20)])
        self.assertEqual((self.stored().tags, self.stored().version), (["shop"], 1))

    def test_a_refused_field_changes_no_other(self):
        with self.assertRaises(ValidationFailed):
            self.update(notes="soy", title=" ")
        self.assertEqual((self.stored().notes, self.stored().version), ("oat", 1))

    def test_the_expected_version_must_be_the_stored_one(self):
        self.update(notes="soy", expected_version=1)
        with self.assertRaises(VersionConflict) as refusal:
            self.update(notes="almond", expected_version=1)
        now_there = refusal.exception.details["todo"]
        self.assertEqual((now_there["notes"], now_there["version"], now_there["tags"]), ("soy", 2, ["shop"]))
        self.assertEqual(self.stored().notes, "soy")


class StateTests(TestCase):
    def setUp(self):
        self.alice = alice()
        self.todo = TodoFactory(owner=self.alice)

    def run_command(self, command, **expectation):
        return command(self.alice, self.todo.id, now=NOW, by=BY_PAGE, **expectation)

    def test_complete_and_reopen(self):
        done = self.run_command(complete_todo)
        self.assertEqual((done.changed, done.todo.completed_at, done.todo.version), (True, NOW, 2))
        again = self.run_command(reopen_todo)
        self.assertEqual((again.changed, again.todo.completed_at, again.todo.version), (True, None, 3))

    def test_delete_moves_to_the_trash_and_restore_takes_back(self):
        self.assertEqual(self.run_command(delete_todo).todo.deleted_at, NOW)
        self.assertTrue(Todo.objects.for_user(self.alice).in_trash().exists())
        self.assertIsNone(self.run_command(restore_todo).todo.deleted_at)

    def test_restore_leaves_a_done_todo_done(self):
        for command in (complete_todo, delete_todo, restore_todo):
            written = self.run_command(command)
        self.assertEqual(written.todo.completed_at, NOW)

    def test_doing_it_twice_changes_nothing(self):
        for first, command in (
            (complete_todo, complete_todo),
            (reopen_todo, reopen_todo),
            (delete_todo, delete_todo),
            (restore_todo, restore_todo),
        ):
            with self.subTest(command.__name__):
                before = self.run_command(first).todo
                written = self.run_command(command)
                self.assertFalse(written.changed)
                self.assertEqual((written.todo.version, written.todo.updated_at), (before.version, before.updated_at))

    def test_what_is_in_the_trash_must_be_restored_first(self):
        self.run_command(delete_todo)
        for command in (complete_todo, reopen_todo, update_todo):
            with self.subTest(command.__name__), self.assertRaisesMessage(TodoNotFound, "in the trash"):
                self.run_command(command)

    def test_every_command_checks_the_expected_version(self):
        for command in (complete_todo, reopen_todo, delete_todo, restore_todo, update_todo):
            with self.subTest(command.__name__), self.assertRaises(VersionConflict):
                self.run_command(command, expected_version=7)


class OwnershipTests(TestCase):
    def test_another_users_todo_is_refused_and_untouched(self):
        theirs = TodoFactory(owner=bob(), title="Secret")
        user = alice()
        for command in (complete_todo, reopen_todo, delete_todo, restore_todo, update_todo):
            with self.subTest(command.__name__), self.assertRaises(NotYourTodo):
                command(user, theirs.id, now=NOW, by=BY_PAGE)
        with self.assertRaises(NotYourTodo):
            get_todo(user, theirs.id)
        theirs.refresh_from_db()
        self.assertEqual((theirs.version, theirs.title), (1, "Secret"))

    def test_a_todo_that_never_was_is_not_found(self):
        with self.assertRaises(TodoNotFound):
            get_todo(alice(), uuid.uuid4())


class ConcurrencyTests(TransactionTestCase):
    def setUp(self):
        self.alice = alice()
        self.todo = TodoFactory(owner=self.alice)

    def at_once(self, command, **fields):
        """Whether each of two threads, which start together, changed the todo; None for a conflict."""
        barrier = threading.Barrier(2, timeout=10)

        def run(_):
            barrier.wait()
            try:
                with transaction.atomic():
                    return command(self.alice, self.todo.id, now=NOW, by=BY_PAGE, **fields).changed
            except VersionConflict:
                return None
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(run, range(2)))

    def test_of_two_changes_to_one_version_one_is_made(self):
        self.assertCountEqual(self.at_once(update_todo, notes="x", expected_version=1), [True, None])
        self.assertEqual(Todo.objects.get().version, 2)

    def test_a_todo_is_completed_once(self):
        self.assertCountEqual(self.at_once(complete_todo), [True, False])
        self.assertEqual(Todo.objects.get().version, 2)


class ConstraintTests(TestCase):
    """The database refuses what no command would write."""

    def refused(self, **columns):
        with self.assertRaises(IntegrityError), transaction.atomic():
            TodoFactory(**columns)

    def test_a_todo_without_title_cannot_be(self):
        self.refused(title="")

    def test_a_due_time_is_whole_or_absent(self):
        self.refused(due_date=FRIDAY, due_time=datetime.time(17))
        self.refused(due_zone="Europe/Berlin")
        self.refused(due_at=NOW, due_time=datetime.time(17), due_zone="Europe/Berlin")

    def test_a_priority_is_known(self):
        self.refused(priority=5)

    def test_a_tag_is_once_on_a_todo(self):
        self.refused(tags=["home", "home"])
