"""Taking changes back, and what stands in the way."""

from accounts.testing import bob
from language.due import Due
from todos.changing.changes import Origin
from todos.changing.undo import tool_calls_settled, undo_todo
from todos.commands import add_todo, complete_todo, delete_todo, reopen_todo, update_todo
from todos.errors import ChangeNotFound, NothingToUndo
from todos.models import Door, Todo, TodoChange
from todos.testing import BY_PAGE, NOW, TodoFactory
from todos.tests.changing.undo_case import DAYS_LATER, UndoTestCase, in_turn


class OneChangeTests(UndoTestCase):
    def test_each_kind_of_change_can_be_undone_and_the_undo_too(self):
        todo = self.add(due="friday 5pm", tags=["home"], notes="oat").todo
        for command, fields, sentence in (
            (
                update_todo,
                {"title": "Buy bread", "due": None, "tags": ["a"], "notes": "", "priority": "low"},
                "as it was",
            ),
            (complete_todo, {}, "is open again"),
            (delete_todo, {}, "out of the trash again"),
        ):
            with self.subTest(command.__name__):
                before = self.state()
                written = self.run_command(command, todo, **fields)
                after = self.state()
                report = self.undo(written)
                self.assertIn(sentence, report.todos[0].note)
                self.assert_state(before)
                self.undo(change_id=report.change_id)
                self.assert_state(after)
                self.undo(written)
                self.assert_state(before)

    def test_what_was_added_is_gone_and_comes_back_with_its_id(self):
        written = self.add(due="every friday 5pm", tags=["home"])
        after = self.state()
        report = self.undo(written)
        self.assertEqual((self.state(), report.todos[0].note), ({}, "“Buy milk” is off the list again."))
        self.assertEqual(report.todos[0].todo.tags, ["home"])
        self.undo(change_id=report.change_id)
        self.assert_state(after)

    def test_versions_never_go_back(self):
        written = self.add()
        updated = self.run_command(update_todo, written.todo, title="Buy bread")
        self.undo(updated)
        self.assertEqual(Todo.objects.get().version, 3)
        gone = self.undo(written)
        self.undo(change_id=gone.change_id)
        self.assertEqual(Todo.objects.get().version, 4)

    def test_a_todo_that_goes_and_comes_back_again_and_again_has_no_version_twice(self):
        gone = self.undo(self.add())
        back = self.undo(change_id=gone.change_id)
        self.undo(change_id=back.change_id)
        self.undo(change_id=gone.change_id)
        versions = [change.after["version"] for change in TodoChange.objects.order_by("id") if change.after]
        self.assertEqual(versions, sorted(set(versions)))

    def test_an_undo_is_recorded_like_any_change(self):
        written = self.add()
        self.undo(written, by=Origin(Door.API))
        change = TodoChange.objects.latest("id")
        self.assertEqual((change.kind, change.door, change.undoes), ("removed", "api", written.change))
        self.assertEqual(TodoChange.objects.get(pk=written.change.pk).undone_at, DAYS_LATER)

    def test_reopening_what_does_not_repeat_is_a_change_of_its_own_and_no_undo(self):
        todo = self.add().todo
        self.run_command(complete_todo, todo)
        reopened = self.run_command(reopen_todo, todo).change
        self.assertEqual((reopened.kind, reopened.undoes), ("reopened", None))

    def test_a_todo_of_which_no_change_is_known_has_nothing_to_undo(self):
        todo = TodoFactory(owner=self.alice)
        with self.assertRaises(NothingToUndo):
            undo_todo(self.alice, todo.pk, now=NOW, by=BY_PAGE)

    def test_a_change_is_undone_once(self):
        written = self.add()
        self.undo(written)
        with self.assertRaises(NothingToUndo):
            self.undo(written)

    def test_nobody_undoes_what_another_did(self):
        theirs = add_todo(bob(), now=NOW, by=in_turn(), title="Secret").change
        for target in ("change_id", "tool_call_id", "message_id"):
            key = theirs.pk if target == "change_id" else getattr(theirs, target)
            with self.subTest(target), self.assertRaises(ChangeNotFound):
                self.undo(**{target: key})
        self.assertTrue(Todo.objects.exists())


class ChangedSinceTests(UndoTestCase):
    def test_a_todo_that_was_changed_since_is_left_alone_and_says_what_differs(self):
        todo = self.add(due="friday", tags=["home"]).todo
        first = self.run_command(update_todo, todo, title="Buy bread")
        self.run_command(update_todo, todo, title="Buy eggs", due="monday 5pm", tags=[], priority="high")
        state = self.state()
        report = self.undo(first)
        self.assert_state(state)
        (left,) = report.todos
        self.assertIsNone(report.change_id)
        self.assertEqual(left.todo.title, "Buy eggs")
        self.assertEqual(
            [str(difference) for difference in left.differences],
            [
                "title: “Buy bread” → “Buy eggs”",
                "priority: none → high",
                "due: Friday 6 March → today, 17:00",
                "tags: #home → none",
            ],
        )
        self.assertTrue(left.note.startswith("“Buy eggs” was changed since: title: “Buy bread” → “Buy eggs”; "))

    def test_a_change_of_nothing_but_the_zone_is_undone_and_stands_in_the_way(self):
        todo = self.add(due="friday 5pm").todo
        renamed = self.run_command(update_todo, todo, title="Buy bread")
        before = self.state()
        here = Todo.objects.get()
        elsewhere = Due(here.due_date, here.due_time, "Europe/Berlin")
        moved = self.run_command(update_todo, todo, due=elsewhere)
        (left,) = self.undo(renamed).todos
        self.assertEqual([difference.field for difference in left.differences], ["due"])
        self.assertNotEqual(left.differences[0].was, left.differences[0].now)
        self.assertEqual(Todo.objects.get().due_zone, "Europe/Berlin")
        self.undo(moved)
        self.assert_state(before)
        self.undo(renamed)
        self.assertEqual((self.titles(), Todo.objects.get().due_zone), (["Buy milk"], "America/New_York"))

    def test_what_is_as_it_was_again_can_be_undone(self):
        todo = self.add().todo
        first = self.run_command(update_todo, todo, title="Buy bread")
        self.run_command(update_todo, todo, title="Buy eggs")
        self.run_command(update_todo, todo, title="Buy bread")
        self.undo(first)
        self.assertEqual(self.titles(), ["Buy milk"])

    def test_what_is_done_or_in_the_trash_since_says_so(self):
        todo = self.add().todo
        first = self.run_command(update_todo, todo, title="Buy bread")
        self.run_command(complete_todo, todo)
        self.run_command(delete_todo, todo)
        differences = [str(difference) for difference in self.undo(first).todos[0].differences]
        self.assertEqual(differences, ["done: no → yes", "in the trash: no → yes"])

    def test_what_is_no_longer_stored_says_so(self):
        todo = self.add().todo
        first = self.run_command(update_todo, todo, title="Buy bread")
        Todo.objects.all().delete()
        (left,) = self.undo(first).todos
        self.assertEqual((left.todo.title, str(left.differences[0])), ("Buy bread", "on the list: yes → no"))


class BatchTests(UndoTestCase):
    def test_a_tool_call_is_undone_as_one_and_what_stands_in_the_way_is_left_out(self):
        by = in_turn()
        written = [self.add(f"Todo {number}", by=by) for number in range(25)]
        self.run_command(update_todo, written[7].todo, title="Mine")
        report = self.undo(tool_call_id=by.tool_call_id)
        self.assertEqual(self.titles(), ["Mine"])
        refused = [undone.todo.title for undone in report.todos if undone.differences]
        self.assertEqual((refused, len(report.todos)), (["Mine"], 25))
        self.assertEqual([undone.todo.title for undone in report.todos][:2], ["Todo 0", "Todo 1"])

    def test_undoing_the_undo_of_a_batch_brings_all_back(self):
        by = in_turn()
        for number in range(3):
            self.add(f"Todo {number}", by=by)
        report = self.undo(tool_call_id=by.tool_call_id)
        self.undo(change_id=report.change_id)
        self.assertEqual(self.titles(), ["Todo 0", "Todo 1", "Todo 2"])

    def test_one_item_of_a_batch_can_be_undone_alone(self):
        by = in_turn()
        written = [self.add(f"Todo {number}", by=by) for number in range(3)]
        self.undo(written[1])
        self.assertEqual(self.titles(), ["Todo 0", "Todo 2"])
        self.undo(tool_call_id=by.tool_call_id)
        self.assertEqual(self.titles(), [])

    def test_a_turn_with_several_changes_of_one_todo_is_undone_as_a_whole(self):
        other = self.add("Call mom").todo
        before = self.state()
        by = in_turn()
        todo = self.add("Standup", by=by, due="every day").todo
        self.run_command(update_todo, todo, by=by, title="Daily")
        self.run_command(complete_todo, todo, by=by)
        self.run_command(complete_todo, other, by=by)
        self.undo(message_id=by.message_id)
        self.assert_state(before)

    def test_a_turn_is_undone_for_a_todo_wholly_or_not_at_all(self):
        by = in_turn()
        todo = self.add().todo
        self.run_command(update_todo, todo, by=by, title="Buy bread")
        self.run_command(update_todo, todo, notes="mine")
        self.run_command(update_todo, todo, by=by, priority="high")
        state = self.state()
        self.assertTrue(self.undo(message_id=by.message_id).todos[0].differences)
        self.assert_state(state)

    def test_a_turn_that_undid_something_is_undone_too(self):
        earlier, by = self.add("Buy milk"), in_turn()
        before = self.state()
        own = self.add("Call mom", by=by)
        self.undo(earlier, by=by)
        self.undo(own, by=by)
        self.undo(message_id=by.message_id)
        self.assert_state(before)

    def test_tool_calls_hear_when_nothing_of_them_is_left(self):
        heard = []

        def hear(undone, in_effect, **kwargs):
            heard.append((undone, in_effect))

        tool_calls_settled.connect(hear)
        self.addCleanup(tool_calls_settled.disconnect, hear)
        by = in_turn()
        one, two = self.add("One", by=by), self.add("Two", by=by)
        self.undo(one)
        self.undo(two)
        self.undo(change_id=TodoChange.objects.latest("id").pk)
        call = {by.tool_call_id}
        self.assertEqual(heard, [(set(), call), (call, set()), (set(), call)])


class RepeatTests(UndoTestCase):
    def setUp(self):
        super().setUp()
        self.todo = self.add("Standup", due="every weekday at 9:30", tags=["work"]).todo
        self.before = self.state()

    def test_a_completion_is_undone_with_its_next_occurrence(self):
        written = self.run_command(complete_todo, self.todo)
        after = self.state()
        report = self.undo(written)
        self.assert_state(self.before)
        self.assertEqual([undone.note for undone in report.todos], ["“Standup” is open again."])
        self.undo(change_id=report.change_id)
        self.assert_state(after)

    def test_a_completion_stays_when_the_next_occurrence_was_changed(self):
        written = self.run_command(complete_todo, self.todo)
        following = Todo.objects.open().get()
        self.run_command(update_todo, following, notes="bring figures")
        state = self.state()
        (left,) = self.undo(written).todos
        self.assertEqual((left.todo, str(left.differences[0])), (following, "notes: none → “bring figures”"))
        self.assert_state(state)

    def test_several_completions_in_a_turn_are_undone_in_one_go(self):
        by = in_turn()
        for _ in range(3):
            self.run_command(complete_todo, Todo.objects.open().get(), by=by)
        report = self.undo(message_id=by.message_id)
        self.assert_state(self.before)
        self.assertEqual(len(report.todos), 1)

    def test_reopening_is_an_undo_that_can_be_undone(self):
        self.run_command(complete_todo, self.todo)
        after = self.state()
        reopened = self.run_command(reopen_todo, self.todo)
        self.assert_state(self.before)
        self.undo(reopened)
        self.assert_state(after)
