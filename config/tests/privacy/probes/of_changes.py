"""Probes of changes: what acts, undoes, moves and repeats do to a todo."""

from typing import Any

from asgiref.sync import async_to_sync

from config.tests.privacy.probes.lies import Lies, probe
from todos.changing.changes import Act, snapshot
from todos.changing.places import Beside
from todos.changing.shifts import is_made_already
from todos.changing.undo import take_back_completion, undo, undo_last, undo_todo
from todos.commands import add_todo, complete_todo, done_today, update_todo
from todos.mcp.batches import Caller, check_reach, written_in_call
from todos.mcp.schema import Results
from todos.models import Todo, TodoChange
from todos.pages.moving import was_moved_since
from todos.testing import NOW, TodoFactory, use_tool
from web.errors import ValidationFailed


@probe
def deletions_of_carol_in_eves_turn(lies: Lies):
    gone = {"before": lies.snapshot, "after": lies.snapshot | {"deleted_at": lies.now.isoformat()}}
    for _ in range(5):
        other = add_todo(lies.carol, now=lies.now, by=lies.by, title="x").todo
        lies.change(lies.carol, other, message_id=lies.answer.pk, **gone)
    results = Results(results=[lies.item(lies.eves_todo)])
    return check_reach(results, Caller(lies.eve, lies.now, lambda: None, lies.by))


@probe
def a_change_of_carol_in_eves_call(lies: Lies):
    lies.change(lies.carol, lies.carols_todo, tool_call_id=lies.by.tool_call_id)
    return written_in_call(lies.eve, lies.by.tool_call_id, lies.now)


@probe
def carols_todo_in_a_change_of_eve(lies: Lies):
    lies.change(lies.eve, lies.carols_todo, tool_call_id=lies.by.tool_call_id)
    Todo.objects.filter(pk=lies.carols_todo.pk).update(title="another title by now")
    return written_in_call(lies.eve, lies.by.tool_call_id, lies.now)


@probe
def an_occurrence_of_carol(lies: Lies):
    first = add_todo(lies.carol, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.carol, first.pk, now=lies.now, by=lies.by)
    return done_today(lies.eve, Todo.objects.get(previous_id=first.pk).pk, lies.now) == first.pk


@probe
def an_occurrence_of_eve_after_one_of_carol(lies: Lies):
    first = add_todo(lies.carol, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.carol, first.pk, now=lies.now, by=lies.by)
    following = Todo.objects.get(previous_id=first.pk)
    Todo.objects.filter(pk=following.pk).update(owner=lies.eve)
    return done_today(lies.eve, following.pk, lies.now) == first.pk


@probe
def an_occurrence_of_carol_after_one_of_eve(lies: Lies):
    first = add_todo(lies.eve, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    complete_todo(lies.eve, first.pk, now=lies.now, by=lies.by)
    following = Todo.objects.get(previous_id=first.pk)
    Todo.objects.filter(pk=following.pk).update(owner=lies.carol)
    return done_today(lies.eve, following.pk, lies.now) == first.pk


@probe
def a_place_behind_a_todo_of_carol(lies: Lies):
    theirs, hers = (add_todo(user, now=lies.now, by=lies.by, title="A place").todo for user in (lies.carol, lies.eve))
    try:
        return update_todo(lies.eve, hers.pk, now=lies.now, by=lies.by, beside=Beside(theirs.pk)).changed
    except ValidationFailed:
        return "no such place"


@probe
def a_move_of_eves_todo_that_carol_is_said_to_have_made(lies: Lies):
    todo = add_todo(lies.eve, now=lies.now, by=lies.by, title="A place").todo
    before, todo.version = snapshot(todo), 2
    lies.change(lies.carol, todo, before=before, after=before | {"version": 2, "due_date": "2026-03-04"})
    return was_moved_since(todo, 1)


@probe
def the_last_change_in_eves_conversation_by_carol(lies: Lies):
    TodoChange.objects.filter(owner=lies.eve).delete()
    lies.change(lies.carol, lies.carols_todo, conversation_id=lies.conversation.pk)
    return undo_last(lies.eve, now=lies.now, by=lies.by)


@probe
def the_last_change_of_carols_todo(lies: Lies):
    return undo_todo(lies.eve, lies.carols_todo.pk, now=lies.now, by=lies.by)


@probe
def a_completion_of_eves_todo_by_carol(lies: Lies):
    first = add_todo(lies.eve, now=lies.now, by=lies.by, title="Water the plants", due="every day").todo
    written = complete_todo(lies.eve, first.pk, now=lies.now, by=lies.by)
    TodoChange.objects.filter(pk=written.change.pk).update(owner=lies.carol)
    return take_back_completion(Todo.objects.get(pk=first.pk), Act(lies.eve, lies.now, lies.by)) is None


@probe
def an_undo_of_a_change_that_names_carols_todo(lies: Lies):
    shots = {"before": lies.snapshot | {"title": "taken"}, "after": lies.carols_todo_as_it_is}
    forged = lies.change(lies.eve, lies.carols_todo, **shots)
    undo(lies.eve, now=lies.now, by=lies.by, change_id=forged.pk)
    return Todo.objects.filter(pk=lies.carols_todo.pk, title="taken").exists()


@probe
def a_move_of_carol_that_names_eves_todo(lies: Lies) -> Any:
    todo = lies.eves_todo
    lies.change(lies.carol, todo, after=snapshot(todo), before=snapshot(todo), shift="2 days later")
    return is_made_already("2 days later", todo, lies.now)


@probe
def a_title_that_carol_gave_eves_todo(lies: Lies) -> Any:
    TodoFactory(owner=lies.eve, title="Otter bread")
    lies.change(lies.carol, lies.eves_todo, after=lies.snapshot | {"title": "Otter"}, created_at=NOW)
    outcome = async_to_sync(use_tool)(lies.eve, "complete_task", tasks=["Otter"])
    return [item["task"]["title"] for item in outcome.output["results"]]


@probe
def a_later_version_that_carol_gave_eves_todo(lies: Lies) -> Any:
    """Of a todo whose adding is undone, and that undone again: the version that it comes back with."""
    added = add_todo(lies.eve, now=lies.now, by=lies.by, title="Otter milk")
    removal = undo(lies.eve, now=lies.now, by=lies.by, change_id=added.change.pk)
    lies.change(lies.carol, added.todo, before=lies.snapshot | {"version": 90}, after=lies.snapshot | {"version": 91})
    undo(lies.eve, now=lies.now, by=lies.by, change_id=TodoChange.objects.get(undoes=added.change).pk)
    return removal, Todo.objects.get(pk=added.todo.pk).version
