import datetime
from types import SimpleNamespace
from uuid import UUID

from django.test import SimpleTestCase

from chat.models import Conversation, Message
from chat.pages.messages import failure_of, receipt
from chat.pages.sidebar import conversation_groups
from chat.pages.tool_calls import tool_call_line, written_ids
from chat.pages.welcome import greeting, starters
from todos.models import Todo

MILK = {"id": "0198c2f0-a1b2-7c3d-8e4f-000000000001", "title": "Buy milk"}
BREAD = {"id": "0198c2f0-a1b2-7c3d-8e4f-000000000002", "title": "Buy bread"}
NOW = datetime.datetime(2026, 3, 4, 10, tzinfo=datetime.UTC)


def call(tool_name, arguments=None, results=None, status="success", output=None):
    output = {"results": results} if results is not None else output
    return SimpleNamespace(
        id=UUID(int=1), tool_name=tool_name, input=arguments or {}, output=output, status=status, duration_ms=1
    )


def sentence(*args, turn_ended=True, **fields):
    return tool_call_line(call(*args, **fields), {}, turn_ended=turn_ended).sentence


class SentenceTests(SimpleTestCase):
    def test_what_was_done_is_counted(self):
        for tool_name, outcome, expected in (
            ("add_task", "added", "Added {}"),
            ("complete_task", "completed", "Completed {}"),
            ("complete_task", "reopened", "Reopened {}"),
            ("update_task", "updated", "Changed {}"),
            ("delete_task", "deleted", "Moved {} to the trash"),
        ):
            with self.subTest(outcome):
                results = [{"outcome": outcome, "task": MILK}, {"outcome": outcome, "task": BREAD}]
                self.assertEqual(sentence(tool_name, results=results[:1]), expected.format("1 todo"))
                self.assertEqual(sentence(tool_name, results=results), expected.format("2 todos"))

    def test_parts_that_were_refused_or_needed_no_change_are_said(self):
        refused = {"outcome": "refused", "reason": "“31 february” is no date.", "reference": "rent"}
        results = [{"outcome": "added", "task": MILK}, refused]
        self.assertEqual(sentence("add_task", results=results), "Added 1 todo; 1 could not be added")
        self.assertEqual(tool_call_line(call("add_task", results=results), {}).refusals, ["“31 february” is no date."])
        results = [{"outcome": "unchanged", "task": MILK}]
        self.assertEqual(sentence("complete_task", results=results), "1 todo needed no change")

    def test_what_was_looked_at_is_counted(self):
        for output, expected in (
            ({"tasks": [], "total": 0, "more": 0}, "Found no todos"),
            ({"tasks": [MILK], "total": 1, "more": 0}, "Looked at 1 todo"),
            ({"tasks": [MILK, BREAD], "total": 34, "more": 32}, "Looked at 2 of 34 todos"),
        ):
            with self.subTest(expected):
                self.assertEqual(sentence("list_tasks", output=output), expected)

    def test_a_running_call_says_what_is_being_done(self):
        arguments = {"tasks": [{"title": "Buy milk"}, {"title": "Buy bread"}]}
        line = tool_call_line(call("add_task", arguments, status="pending"), {}, turn_ended=False)
        self.assertEqual((line.sentence, line.state, line.word), ("Adding 2 todos…", "running", "Running"))
        self.assertEqual(sentence("list_tasks", status="pending", turn_ended=False), "Looking at your todos…")

    def test_a_call_whose_turn_ended_before_it_is_not_running_for_ever(self):
        line = tool_call_line(call("delete_task", {"tasks": ["milk"]}, status="pending"), {}, turn_ended=True)
        self.assertEqual((line.sentence, line.state, line.word), ("Could not delete 1 todo", "failed", "Interrupted"))

    def test_a_failed_call_gives_its_reason(self):
        output = {"error": {"code": "todo_not_found", "message": "No todo matches “zzz”."}, "results": []}
        line = tool_call_line(call("update_task", {"updates": [{}]}, status="error", output=output), {})
        self.assertEqual((line.sentence, line.word), ("Could not change 1 todo", "Failed"))
        self.assertEqual((line.error, line.output), ("No todo matches “zzz”.", ""))

    def test_the_name_of_a_function_is_never_said(self):
        for name in ("add_task", "list_tasks", "drop_database"):
            for status in ("pending", "success", "error"):
                with self.subTest(name=name, status=status):
                    self.assertNotIn("_", sentence(name, status=status))

    def test_rows_of_any_shape_are_drawn(self):
        for output in (None, [], "text", 3, {"results": 3}, {"results": [3, {}]}, {"error": "x"}, {"tasks": "x"}):
            for name in ("add_task", "list_tasks", "other"):
                for arguments in (None, [], {"tasks": 3}, {"invalid_json": "{"}):
                    tool_call_line(call(name, arguments, output=output), {})


class CardTests(SimpleTestCase):
    def test_a_write_shows_the_rows_as_they_are_now(self):
        milk = Todo(id=UUID(MILK["id"]), title="Buy oat milk")
        results = [
            {"outcome": "added", "task": MILK, "note": "Moved to 03:00."},
            {"outcome": "added", "task": BREAD},
            {"outcome": "refused", "reason": "No."},
        ]
        cards = tool_call_line(call("add_task", results=results), {MILK["id"]: milk}).cards
        self.assertEqual([card.todo for card in cards], [milk, None])
        self.assertEqual([card.title for card in cards], ["Buy milk", "Buy bread"])
        self.assertEqual([card.note for card in cards], ["Moved to 03:00.", ""])

    def test_what_the_answer_says_is_not_said_again_beside_it(self):
        note = "It repeats every week: the next one is due friday. You will be reminded then."
        results = [
            {"outcome": "added", "task": MILK, "note": note},
            {"outcome": "refused", "reason": "“31 february” is no date."},
        ]
        for text, left, refusals in (
            ("Added **milk**.", note, 1),
            ("Added milk.\n\nYou will be   *reminded* then.", "It repeats every week: the next one is due friday.", 1),
            (f'Added milk. {note} And "31 February" is no date.', "", 0),
        ):
            with self.subTest(text):
                line = receipt(tool_call_line(call("add_task", results=results), {}), Message(content=text))
                self.assertEqual(([card.note for card in line.cards], len(line.refusals)), ([left], refusals))

    def test_an_answer_that_is_being_written_may_still_say_it(self):
        results = [{"outcome": "added", "task": MILK, "note": "You will be reminded then."}]
        line = receipt(tool_call_line(call("add_task", results=results), {}), Message(status="pending"))
        self.assertEqual([card.note for card in line.cards], [""])

    def test_only_written_rows_are_loaded(self):
        calls = [
            call("add_task", results=[{"outcome": "added", "task": MILK}, {"outcome": "refused", "task": BREAD}]),
            call("list_tasks", output={"tasks": [BREAD]}),
            call("add_task", results=[{"outcome": "added", "task": {"id": "nonsense"}}, {"outcome": "added"}]),
        ]
        self.assertEqual(written_ids(calls), {UUID(MILK["id"])})


class FailureTests(SimpleTestCase):
    def test_each_failure_has_its_sentence_and_a_next_step(self):
        sentences = set()
        for code in ("model_error", "model_unavailable", "model_timeout", "internal_error"):
            failure = failure_of(Message(status="failed", error_code=code))
            self.assertTrue(failure.next_step)
            sentences.add(failure.sentence)
        self.assertEqual(len(sentences), 4)

    def test_an_answer_that_arrived_has_none(self):
        for status in ("completed", "pending"):
            self.assertIsNone(failure_of(Message(status=status)))

    def test_an_interrupted_and_a_stopped_answer_say_so(self):
        self.assertEqual(failure_of(Message(status="interrupted")).sentence, "The answer was interrupted.")
        self.assertEqual(failure_of(Message(status="stopped")).sentence, "Stopped here.")

    def test_an_answer_that_met_a_limit_says_so_itself(self):
        self.assertIsNone(failure_of(Message(status="stopped", error_code="too_many_steps")))


class ConversationGroupTests(SimpleTestCase):
    def test_conversations_stand_under_the_words_for_their_age(self):
        ages = [0, 1, 5, 20, 400]
        conversations = [Conversation(updated_at=NOW - datetime.timedelta(days)) for days in ages]
        groups = conversation_groups(conversations, NOW)
        self.assertEqual([label for label, _ in groups], ["Today", "Yesterday", "Last 7 days", "Last 30 days", "Older"])


class WelcomeTests(SimpleTestCase):
    def test_the_greeting_goes_by_the_clock(self):
        for hour, words in ((4, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")):
            with self.subTest(hour):
                self.assertEqual(greeting(NOW.replace(hour=hour), "alice"), f"Good {words}, alice")

    def test_without_todos_the_starters_are_generic(self):
        self.assertEqual(len(starters([], NOW)), 4)

    def test_the_starters_are_about_the_most_urgent_todos(self):
        late = Todo(title="Pay rent", due_date=NOW.date() - datetime.timedelta(1))
        today = Todo(title="Call Ann", due_date=NOW.date())
        own = starters([late, today], NOW)
        self.assertEqual(own[:3], ["Move “Pay rent” to tomorrow", "Mark “Call Ann” as done", "What is due today?"])
        self.assertEqual(len(own), 4)

    def test_titles_that_would_not_read_well_are_left_out(self):
        odd = [Todo(title="x" * 80), Todo(title="say “hello” twice")]
        self.assertEqual(starters(odd, NOW), starters([], NOW))
