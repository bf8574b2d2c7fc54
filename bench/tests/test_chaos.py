import copy
import os
import tempfile
import uuid
from pathlib import Path

from django.test import SimpleTestCase

from bench.chaos.checks import faults
from bench.chaos.kept import Kept, Row
from bench.chaos.operations import Attempt, History, Operation, Person
from bench.chaos.requests import steps_of
from bench.chaos.run import run

SEED = "5"
SECONDS = 25


def an_id(number: int) -> str:
    return str(uuid.UUID(int=number))


TODO, NEXT, CONVERSATION, QUESTION, ANSWER, ADD, CALL, THIRD = map(an_id, range(1, 9))
ADDED, COMPLETED, ADDED_NEXT, ADDED_BY_API, PATCHED = map(an_id, range(10, 15))
BY_API, APPROVAL = an_id(20), an_id(21)


def shot(version: int, **more: object) -> Row:
    plain = {"title": "Water the plants", "notes": "", "priority": 0, "recurrence": "", "previous_id": None}
    dates = {"completed_at": None, "deleted_at": None, "due_date": None, "due_time": None}
    return {**plain, **dates, "version": version, **more}


def change(change_id: str, todo_id: str, before: Row | None, after: Row | None, **more: object) -> Row:
    row = {"id": change_id, "todo_id": todo_id, "before": before, "after": after, "act": change_id, "door": "chat"}
    return row | {"tool_call_id": CALL, "undoes_id": None, "undone_at": None} | more


def tables() -> dict[str, dict[str, Row]]:
    """A turn that added a todo that repeats and completed it, and a todo that was made and changed by the API."""
    daily = shot(1, recurrence="FREQ=DAILY", due_date="2026-03-02")
    done = shot(2, due_date="2026-03-02", completed_at="2026-03-02 10:00")
    following = shot(1, recurrence="FREQ=DAILY", due_date="2026-03-03", previous_id=TODO)
    plain, patched = shot(1, title="Call Ann"), shot(2, title="Call Ann", notes="at noon")
    by_api = {"door": "api", "tool_call_id": None}
    rows = {
        "todos": [{"id": TODO, **done}, {"id": NEXT, **following}, {"id": BY_API, **patched}],
        "changes": [
            change(ADDED, TODO, None, daily, tool_call_id=ADD),
            change(COMPLETED, TODO, daily, done),
            change(ADDED_NEXT, NEXT, None, following, act=COMPLETED),
            change(ADDED_BY_API, BY_API, None, plain, **by_api),
            change(PATCHED, BY_API, plain, patched, **by_api),
        ],
        "messages": [
            {"id": QUESTION, "sequence": 1, "role": "user", "content": "do it", "idempotency_key": "k"},
            {"id": ANSWER, "sequence": 2, "role": "assistant", "content": "Done.", "idempotency_key": None},
        ],
        "calls": [
            {"id": ADD, "position": 1, "tool_name": "add_task"},
            {"id": CALL, "position": 2, "tool_name": "complete_task"},
        ],
        "conversations": [{"id": CONVERSATION, "last_sequence": 2, "lease_until": None}],
        "approvals": [],
    }
    for message in rows["messages"]:
        message |= {"conversation_id": CONVERSATION, "status": "completed", "error_code": ""}
    for call in rows["calls"]:
        call |= {"message_id": ANSWER, "input": {}, "status": "success"}
    return {name: {row["id"]: row for row in rows[name]} for name in rows}


def told(status: int = 200, **more: object) -> Attempt:
    return Attempt(status, more)


def history() -> History:
    person, made = Person("someone", ""), History()
    added, completed = ({"outcome": outcome, "task": {"id": TODO}} for outcome in ("added", "completed"))
    calls = [{"id": ADD, "output": {"results": [added]}}, {"id": CALL, "output": {"results": [completed]}}]
    calls = [{**call, "status": "success"} for call in calls]
    steps = [[["add_task", {}]], [["complete_task", {}]]]
    said = Operation(1, "say", person, "POST", "chat", key="k", steps=steps)
    answer = {"message_id": ANSWER, "response": "Done.", "status": "completed", "tool_calls": calls}
    said.attempts = [Attempt(0, None), Attempt(200, answer)]
    created = Operation(2, "create", person, "POST", "todos", attempts=[told(201, id=BY_API, version=1)])
    patched = Operation(3, "patch", person, "PATCH", "todos", todo_id=BY_API, expects=1)
    patched.attempts = [told(id=BY_API, version=2, title="Call Ann", notes="at noon")]
    made.operations = [said, created, patched]
    return made


class Checks(SimpleTestCase):
    """The checker finds nothing in a history that is right, and each fault that is put into it."""

    def found(self, spoil=None, spoil_history=None) -> list[str]:
        kept, made = copy.deepcopy(tables()), history()
        if spoil:
            spoil(kept)
        if spoil_history:
            spoil_history(made.operations)
        return faults(Kept(kept), made)

    def test_a_right_history_has_no_fault(self):
        self.assertEqual(self.found(), [])

    def test_each_fault_in_what_is_stored_is_found(self):
        rows = [{"tool_call_id": CALL, "todo_id": TODO}]
        undecided = {"id": APPROVAL, "rows": rows, "approved": [], "decided_at": None}
        cases = {
            "a lost todo": lambda kept: kept["todos"].pop(BY_API),
            "a lost write": lambda kept: kept["todos"][BY_API].update(notes="", version=1),
            "a lost change": lambda kept: kept["changes"].pop(PATCHED),
            "a change that was made twice": lambda kept: kept["changes"][PATCHED].update(after=shot(3)),
            "a write without a record": lambda kept: kept["todos"][TODO].update(priority=4),
            "a todo without a past": lambda kept: kept["todos"].update({an_id(99): {"id": an_id(99), **shot(1)}}),
            "a todo that was added twice": lambda kept: kept["changes"].update(
                {an_id(98): change(an_id(98), an_id(97), None, shot(1))}
            ),
            "an undo that undid nothing": lambda kept: kept["changes"][PATCHED].update(undoes_id=ADDED_BY_API),
            "a change that is undone by nobody": lambda kept: kept["changes"][PATCHED].update(undone_at="now"),
            "a call that is undone by nobody": lambda kept: kept["calls"][CALL].update(status="undone"),
            "a call that failed and changed something": lambda kept: kept["calls"][CALL].update(status="error"),
            "a call that is open": lambda kept: kept["calls"][CALL].update(status="pending"),
            "a call that was made twice": lambda kept: kept["calls"].update(
                {THIRD: kept["calls"][CALL] | {"id": THIRD, "position": 3}}
            ),
            "a lost call": lambda kept: kept["calls"].clear(),
            "two rules of one series": lambda kept: kept["todos"][TODO].update(recurrence="FREQ=DAILY"),
            "a gap": lambda kept: kept["messages"][ANSWER].update(sequence=3),
            "a counter that is ahead": lambda kept: kept["conversations"][CONVERSATION].update(last_sequence=4),
            "a lease for ever": lambda kept: kept["conversations"][CONVERSATION].update(lease_until="now"),
            "an answer for ever": lambda kept: kept["messages"][ANSWER].update(status="pending"),
            "another answer": lambda kept: kept["messages"][ANSWER].update(content="Nothing was done."),
            "a message that nobody sent": lambda kept: kept["messages"][QUESTION].update(idempotency_key=None),
            "a decision that nobody made": lambda kept: kept["approvals"].update({APPROVAL: undecided}),
        }
        for name, spoil in cases.items():
            with self.subTest(name):
                self.assertNotEqual(self.found(spoil), [])

    def test_each_fault_in_what_was_told_is_found(self):
        def second(operations):
            operations.append(copy.copy(operations[2]))

        person, post = Person("someone", ""), "POST"
        cut_stream = Attempt(0, None, calls=({"id": THIRD, "output": None, "status": "error"},))
        decided = Operation(4, "decide", person, post, "approvals")
        decided.attempts = [told(approval={"id": APPROVAL, "approved": [TODO]})]
        undone = Operation(
            5, "undo", person, post, "undo", attempts=[told(change_id=THIRD, results=[{"outcome": "undone"}])]
        )
        past = Operation(6, "read", person, "GET", "todos", at_least=3, attempts=[told(version=2)])
        cases = {
            "a failure of ours": lambda operations: operations[0].attempts.insert(0, told(500)),
            "a failure that does not say for how long": lambda operations: operations[0].attempts.insert(0, told(503)),
            "a call that was told as failed": lambda operations: (
                operations[0].attempts[1].answer["tool_calls"][0].update(status="error")
            ),
            "a call that only a stream told": lambda operations: operations[0].attempts.insert(0, cut_stream),
            "a decision that is not stored": lambda operations: operations.append(decided),
            "an undo that is not stored": lambda operations: operations.append(undone),
            "a read of the past": lambda operations: operations.append(past),
            "one version for two": second,
            "a refused message that was stored": lambda operations: setattr(
                operations[0], "attempts", [told(409, error="conversation_busy")]
            ),
            "another todo than the stored one": lambda operations: operations[2].attempts[0].answer.update(notes="-"),
            "a todo that is not stored": lambda operations: operations[1].attempts[0].answer.update(id=an_id(96)),
            "a change that nobody asked for": lambda operations: operations.pop(2),
            "a call that did what it did not": lambda operations: (
                operations[0].attempts[1].answer["tool_calls"][0]["output"]["results"][0].update(outcome="deleted")
            ),
        }
        for name, spoil in cases.items():
            with self.subTest(name):
                self.assertNotEqual(self.found(spoil_history=spoil), [])

    def test_a_message_names_its_calls_and_another_none(self):
        self.assertEqual(steps_of('{"operation": 1, "steps": [[["undo", {}]]]}'), [[["undo", {}]]])
        self.assertEqual(steps_of("yes"), [])


class Chaos(SimpleTestCase):
    databases = {"default"}

    def test_whatever_fails_every_answer_is_true_and_nothing_is_done_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            verdict = run(Path(folder), postgres="DATABASE_URL" in os.environ, seconds=SECONDS, seed=SEED)
        self.assertEqual(verdict.faults, [], verdict)
        self.assertGreater(verdict.told["acknowledged"], 100, verdict)
        self.assertGreater(verdict.deeds.total(), 2, verdict)
