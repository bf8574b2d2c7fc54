"""What must hold in the end. Each check yields a sentence for every fault that it finds."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .kept import Kept, Row
from .operations import History, Operation

# Columns of a row that a snapshot of it shows in the same words on both databases.
PLAIN = ("title", "notes", "priority", "recurrence", "previous_id", "version")
PRESENT = ("completed_at", "deleted_at", "due_date", "due_time")
# What may become of a call after it was told: decided, undone, done again.
LATER = {status: {"success", "undone"} for status in ("success", "undone")}
LATER["pending"] = {"pending", "success", "denied", "undone"}
KINDS = {"added", "completed", "reopened", "updated", "deleted"}


def faults(kept: Kept, history: History) -> list[str]:
    found: list[str] = []
    for check in (chains, undo_states, calls, conversations, repeats, approvals):
        found += check(kept)
    retried = history.retried()
    for operation in history:
        found += [f"{operation}: {fault}" for fault in of_operation(kept, operation, retried)]
    return found + list(unasked(kept, history)) + list(told_twice(history))


# Of the rows alone


def chains(kept: Kept) -> Iterator[str]:
    """Each todo is what its changes made of it, and no version is missing or there twice."""
    for todo_id in kept.todos.keys() - kept.of_todo.keys():
        yield f"todo {todo_id} has no change that added it"
    for todo_id, changes in kept.of_todo.items():
        shot: Row | None = None
        version = 0
        for change in sorted(changes, key=version_after):
            before, after = change["before"], change["after"]
            if before != shot:
                yield f"todo {todo_id}: change {change['id']} does not begin where version {version} ended"
            if after and after["version"] != version + 1:
                yield f"todo {todo_id}: version {after['version']} follows version {version}"
            shot, version = after, after["version"] if after else version
        if fault := difference(kept.todos.get(todo_id), shot):
            yield f"todo {todo_id} is not what its changes made of it: {fault}"


def version_after(change: Row) -> float:
    """A todo that was removed comes back with the next version."""
    return change["after"]["version"] if change["after"] else change["before"]["version"] + 0.5


def difference(row: Row | None, shot: Row | None) -> str:
    if row is None or shot is None:
        return "" if row is shot else f"the row is {'not ' if row is None else ''}there"
    wrong = [name for name in PLAIN if row[name] != shot[name]]
    wrong += [name for name in PRESENT if bool(row[name]) != bool(shot[name])]
    return ", ".join(wrong)


def undo_states(kept: Kept) -> Iterator[str]:
    """A change is in effect exactly where nothing that is in effect takes it back, and is taken back once."""
    for change in kept.changes.values():
        taking_back = [other["id"] for other in kept.undone_by[change["id"]] if in_effect(kept, other)]
        if len(taking_back) > 1:
            yield f"change {change['id']} is taken back by {len(taking_back)} others at once"
        if bool(taking_back) != bool(change["undone_at"]):
            yield f"change {change['id']} is taken back {len(taking_back)} times, and says {change['undone_at']}"


def in_effect(kept: Kept, change: Row) -> bool:
    return not any(in_effect(kept, other) for other in kept.undone_by[change["id"]])


def calls(kept: Kept) -> Iterator[str]:
    """A call is undone exactly where it changed something and nothing of that is in effect."""
    asked = {row["tool_call_id"] for approval in kept.approvals.values() for row in approval["rows"]}
    for call in kept.calls.values():
        changes = kept.of_call[call["id"]]
        undone = bool(changes) and all(change["undone_at"] for change in changes)
        if undone != (call["status"] == "undone"):
            yield f"call {call['id']} is {call['status']}; changes in effect: {not undone} of {len(changes)}"
        if changes and call["status"] not in {"success", "undone"}:
            yield f"call {call['id']} is {call['status']} and changed something"
        if call["status"] == "pending" and call["id"] not in asked:
            yield f"call {call['id']} is open for ever"
        again = Counter((change["todo_id"], change["undoes_id"]) for change in changes)
        if call["tool_name"] != "undo" and any(count > 1 for count in again.values()):
            yield f"call {call['id']} changed a todo twice"
    titles = Counter(change["after"]["title"] for change in kept.changes.values() if is_new(change))
    yield from (f"“{title}” was added {count} times" for title, count in titles.items() if count > 1)


def is_new(change: Row) -> bool:
    """Added, neither by an undo nor as the next occurrence of a repeat."""
    return change["before"] is None and not change["undoes_id"] and not change["after"]["previous_id"]


def conversations(kept: Kept) -> Iterator[str]:
    counted = Counter(message["conversation_id"] for message in kept.messages.values())
    for conversation_id, conversation in kept.conversations.items():
        last = conversation["last_sequence"]
        if counted[conversation_id] != last:
            yield f"conversation {conversation_id} counts {last} messages and has {counted[conversation_id]}"
        if any((conversation_id, sequence) not in kept.by_place for sequence in range(1, last + 1)):
            yield f"conversation {conversation_id} has a gap"
        if conversation["lease_until"]:
            yield f"conversation {conversation_id} still has a lease"
    for message in kept.messages.values():
        if message["status"] == "pending":
            yield f"message {message['id']} is open for ever"


def repeats(kept: Kept) -> Iterator[str]:
    """Of a series of occurrences one has the rule, and that one is still to be done."""
    rules: Counter[str] = Counter()
    for todo in kept.todos.values():
        if todo["recurrence"]:
            rules[first_occurrence(kept, todo)] += 1
            if todo["completed_at"]:
                yield f"todo {todo['id']} is done and still repeats"
    yield from (f"the series of {todo_id} has {count} rules" for todo_id, count in rules.items() if count > 1)


def first_occurrence(kept: Kept, todo: Row) -> str:
    while todo["previous_id"] in kept.todos:
        todo = kept.todos[todo["previous_id"]]
    return todo["id"]


def approvals(kept: Kept) -> Iterator[str]:
    """What was approved happened once at most, and nothing else."""
    for approval in kept.approvals.values():
        approved = set(approval["approved"])
        for row in approval["rows"]:
            made = [change for change in kept.of_call[row["tool_call_id"]] if not change["undoes_id"]]
            mine = [change for change in made if change["todo_id"] == row["todo_id"]]
            if len(mine) > (row["todo_id"] in approved):
                yield f"approval {approval['id']}: todo {row['todo_id']} was changed {len(mine)} times"
        if approved and not approval["decided_at"]:
            yield f"approval {approval['id']} is approved and undecided"


# Of what was told


def of_operation(kept: Kept, operation: Operation, retried: set[str]) -> Iterator[str]:
    for attempt in operation.attempts:
        if attempt.status == 500 or attempt.error == "internal_error":
            yield "answered with 500"
        if attempt.status and attempt.is_passing and not attempt.retry_after:
            yield f"{attempt.status} {attempt.error} does not say when to ask again"
    told = operation.acknowledgement
    if operation.kind == "say":
        yield from of_turn(kept, operation, told.answer if told else None, retried)
    elif told and operation.expects:
        yield from of_bound(kept, operation, told.answer)
    elif told:
        yield from OF_KIND[operation.kind](kept, operation, told.answer)


def of_turn(kept: Kept, operation: Operation, told: Any, retried: set[str]) -> Iterator[str]:
    for call in (call for attempt in operation.attempts for call in attempt.calls):
        if call["id"] not in kept.calls:
            yield f"call {call['id']} was told and is not stored"
        yield from of_call(kept, call)
    questions = kept.questions[operation.key]
    if len(questions) != (operation.outcome == "acknowledged"):
        yield f"its message is stored {len(questions)} times, and {operation.outcome}"
    if not told or len(questions) != 1:
        return
    answer = kept.answer_to(questions[0])
    if answer is None or answer["id"] != told["message_id"]:
        yield f"its answer is stored as {answer and answer['id']}, and was told as {told['message_id']}"
        return
    is_final = answer["id"] not in retried
    if is_final and told["status"] != "interrupted" and answer["content"] != told["response"]:
        yield f"its answer is stored as {answer['content']!r}, and was told as {told['response']!r}"
    stored = kept.calls_of[answer["id"]]
    ids, told_ids = ([call["id"] for call in made] for made in (stored, told["tool_calls"]))
    if (ids if is_final else ids[: len(told_ids)]) != told_ids:
        yield f"{len(stored)} calls are stored, and {len(told_ids)} were told"
    asked = [tuple(call) for step in operation.steps for call in step]
    made = [(call["tool_name"], call["input"]) for call in stored]
    if made != asked[: len(made)] or (told["status"] == "completed" and len(made) < len(asked)):
        yield f"the model asked for {asked} and {made} was made"
    for call in told["tool_calls"]:
        yield from of_call(kept, call)


def of_call(kept: Kept, call: dict[str, Any]) -> Iterator[str]:
    """What a call said that it changed is recorded, once each; and it ended as it was told."""
    stored = kept.calls.get(call["id"])
    if stored and stored["status"] not in LATER.get(call["status"], {call["status"]}):
        yield f"call {call['id']} was told as {call['status']} and is {stored['status']}"
    # To open an occurrence again is to take its completion back.
    changes = [
        change for change in kept.of_call[call["id"]] if not change["undoes_id"] or kind_of(change) == "reopened"
    ]
    made = Counter((change["todo_id"], kind_of(change)) for change in changes)
    for item in (call["output"] or {}).get("results", []):
        if item["outcome"] in KINDS and made[item["task"]["id"], item["outcome"]] != 1:
            yield f"call {call['id']} told that {item['task']['id']} was {item['outcome']}; recorded: {dict(made)}"


def kind_of(change: Row) -> str:
    before, after = change["before"], change["after"]
    if before is None or after is None:
        return "added" if before is None else "removed"
    if bool(before["deleted_at"]) != bool(after["deleted_at"]):
        return "deleted" if after["deleted_at"] else "restored"
    if bool(before["completed_at"]) != bool(after["completed_at"]):
        return "completed" if after["completed_at"] else "reopened"
    return "updated"


def of_bound(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    """It led from the version it was bound to to the next one, or found nothing to do there."""
    changes = {change["after"]["version"]: change for change in kept.of_todo[operation.todo_id] if change["after"]}
    version = told["version"] if told else operation.expects + 1
    if told and version not in {operation.expects, operation.expects + 1}:
        yield f"version {version} was answered to version {operation.expects}"
    made = changes.get(version)
    if told is None and (made is None or not made["after"]["deleted_at"]):
        made = changes.get(operation.expects)  # it was in the trash already
        if made is None or not made["after"]["deleted_at"]:
            yield "it was not deleted"
    if told and (made is None or made["after"]["notes"] != told["notes"] or made["after"]["title"] != told["title"]):
        yield f"version {version} is not recorded as it was told"


def of_created(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    added = [change for change in kept.of_todo[told["id"]] if is_new(change)]
    if len(added) != 1:
        yield f"it was added {len(added)} times"


def of_read(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    if told["version"] < operation.at_least:
        yield f"version {told['version']} was read after version {operation.at_least}"


def of_decision(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    stored = kept.approvals.get(told["approval"]["id"], {"approved": [], "decided_at": None})
    if sorted(stored["approved"]) != sorted(told["approval"]["approved"]) or not stored["decided_at"]:
        yield f"the approval is stored as {stored['approved']}"


def of_retry(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    if told["message_id"] != operation.message_id:
        yield f"it answered {told['message_id']}"
    for call in told["tool_calls"]:
        yield from of_call(kept, call)


def of_program(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    """What a call at /mcp said that it changed is recorded once, as it was asked."""
    [asked] = operation.items
    for item in told["result"]["structuredContent"]["results"]:
        if item["outcome"] in KINDS:
            changes = kept.of_todo[item["task"]["id"]]
            made = [change for change in changes if change["door"] == "mcp" and same_words(change, asked)]
            if len(made) != 1:
                yield f"it told that {item['task']['id']} was {item['outcome']}, which is recorded {len(made)} times"


def same_words(change: Row, asked: dict[str, Any]) -> bool:
    """Whether it wrote the title or the notes that were asked for, which are nobody else's."""
    before, after = change["before"] or {}, change["after"] or {}
    name = "notes" if "notes" in asked else "title"
    return after.get(name) == asked[name] != before.get(name) and not change["undoes_id"]


def nothing(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    return iter(())


def of_undo(kept: Kept, operation: Operation, told: Any) -> Iterator[str]:
    undone = [item for item in told["results"] if item["outcome"] == "undone"]
    change = kept.changes.get(told["change_id"]) if told["change_id"] else None
    if undone and (change is None or not change["undoes_id"]):
        yield f"its change {told['change_id']} is not stored as an undo"


OF_KIND = {"create": of_created, "read": of_read, "decide": of_decision, "undo": of_undo}
OF_KIND |= {"retry": of_retry, "mcp": of_program, "stop": nothing}


# Of all of it together


def unasked(kept: Kept, history: History) -> Iterator[str]:
    """Every change comes from something that was asked for, and from no more than that."""
    asked = [operation for operation in history if operation.outcome != "refused"]
    asked_for = [question for key, found in kept.questions.items() if key for question in found]
    answered = {answer["id"] for question in asked_for if (answer := kept.answer_to(question))}
    bound = Counter((operation.todo_id, operation.expects) for operation in asked if operation.expects)
    undos = sum(operation.kind == "undo" for operation in asked)
    acts = {change["act"] for change in kept.changes.values() if change["door"] == "api" and change["undoes_id"]}
    reopened = sum(operation.kind == "reopen" for operation in asked)
    if len(acts) > undos + reopened:
        yield f"{len(acts)} undos are stored, and {undos} were asked for"
    by_program = [operation.items[0] for operation in asked if operation.kind == "mcp"]
    words = {item.get("notes") or item["title"] for item in by_program}
    for change in kept.changes.values():
        if change["door"] == "mcp" and not words & {change["after"]["title"], change["after"]["notes"]}:
            yield f"change {change['id']} was made by no program"
        call = kept.calls.get(change["tool_call_id"])
        if change["door"] == "chat" and (call is None or call["message_id"] not in answered):
            yield f"change {change['id']} belongs to no message that was sent"
        simple = change["door"] == "api" and not change["undoes_id"] and change["before"]
        if simple and not bound[change["todo_id"], change["before"]["version"]]:
            yield f"change {change['id']} was made by nobody's request"


def told_twice(history: History) -> Iterator[str]:
    """A version of a todo, a decision and an undo are acknowledged to one operation alone."""
    told: Counter[tuple[str, Any]] = Counter()
    for operation in history:
        if not (acknowledged := operation.acknowledgement):
            continue
        answer = acknowledged.answer
        if operation.expects and answer and answer["version"] == operation.expects + 1:
            told["version", (operation.todo_id, answer["version"])] += 1
        elif operation.kind == "decide":
            told["decision", answer["approval"]["id"]] += 1
        elif operation.kind == "undo" and answer["change_id"]:
            told["undo", answer["change_id"]] += 1
    yield from (f"{what} was acknowledged {count} times" for what, count in told.items() if count > 1)
