"""From acts to tool calls: batches of one kind, in the order first said."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from language.acts import (
    Act,
    AddTodo,
    AnnotateTodo,
    AskTodos,
    BriefMe,
    ChangeMany,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    OfferToDelete,
    RepeatCall,
    RestoreTodo,
    Say,
    Selection,
    Sought,
    UndoChanges,
    UpdateTodos,
)
from language.clock import Clock
from language.stems import stem_of, words_of
from language.talk.exchanges import Row
from language.talk.references import with_whole_due
from todos.mcp.batches import REACH_MAX

BATCH_MAX = 25
CALLS_MAX = 8
LIST_MAX = 100
MOVABLE = {"open", "today", "overdue", "upcoming", "undated"}
BULK_TOOLS = {"complete": "complete_task", "delete": "delete_task"}

Look = AskTodos | ChangeMany | AnnotateTodo | RestoreTodo | Sought | OfferToDelete
Wanted = tuple[str, dict[str, Any]]


def requests_for(acts: Iterable[Act]) -> list[Wanted]:
    """The calls that the acts need first; at most CALLS_MAX."""
    batches: dict[tuple[str, bool], list[Any]] = {}
    others: list[Wanted] = []
    looks: list[Wanted] = []
    seeking: list[Wanted] = []
    for act in acts:
        match act:
            case UndoChanges():
                others += [("undo", said({"redo": act.redo}))] * act.count
            case BriefMe():
                given = {name: value for name, value in vars(act).items() if value not in ("", (), None)}
                others.append(("set_briefing", given))
            case RepeatCall():
                others.append((act.tool_name, act.arguments))
            case Sought():
                # Before anything is added that might be found instead.
                seeking.append(("list_tasks", look_for(act)))
            case _ if isinstance(act, Look):
                looks.append(("list_tasks", look_for(act)))
            case AddTodo() | CompleteTodos() | UpdateTodos() | DeleteTodos():
                batch, items = batch_and_items(act)
                batches.setdefault(batch, []).extend(items)
    return [*others, *seeking, *batched_calls(batches), *looks][:CALLS_MAX]


def batch_and_items(act: AddTodo | CompleteTodos | UpdateTodos | DeleteTodos) -> tuple[tuple[str, bool], list[Any]]:
    """The tool, and whether it reopens, with what the act adds to its batch."""
    match act:
        case AddTodo():
            return ("add_task", False), [new_task(act)]
        case CompleteTodos():
            return ("complete_task", act.reopen), [*act.tasks]
        case UpdateTodos():
            return ("update_task", False), updates(act)
        case DeleteTodos():
            return ("delete_task", False), [*act.tasks]


def look_for(act: Look) -> dict[str, Any]:
    match act:
        case AskTodos():
            is_seen_there = act.shown or act.selection.trait or isinstance(act.otherwise, Say | Clarify)
            return selected(act.selection) | ({"limit": LIST_MAX} if is_seen_there else {})
        case ChangeMany():
            return selected(with_tag_first(act)) | {"limit": LIST_MAX}
        case AnnotateTodo() | OfferToDelete():
            return selected(Selection("open", act.task))
        case RestoreTodo():
            return selected(Selection("trash", act.task))
        case Sought(change=change):
            reopens = isinstance(change, CompleteTodos) and change.reopen
            return {"filter": "done" if reopens else "open", "limit": LIST_MAX}


def with_tag_first(change: ChangeMany) -> Selection:
    """What to look for first: the one word of "move all work todos" names a tag sooner than a title."""
    selection = change.selection
    if change.verb != "move" or selection.tag or not selection.text.isalnum():
        return selection
    return replace(selection, text="", tag=selection.text.lower())


def bulk_calls(change: ChangeMany, rows: Sequence[Row], clock: Clock) -> list[Wanted]:
    """The calls for a whole group, where the server is sure to ask the person first: for many, or all that is open.

    A move asks nobody, for it is taken back with one word; but all that is open is not moved at once.
    """
    everything = change.selection == Selection("open")
    if change.verb == "move":
        return [] if everything else moving_calls(change, rows, clock)
    if change.verb not in BULK_TOOLS or not (len(rows) > REACH_MAX or (everything and len(rows) > 1)):
        return []
    return [(BULK_TOOLS[change.verb], {"tasks": batch}) for batch in batches_of([row.id for row in rows])]


def rows_named(text: str, rows: Sequence[Row]) -> list[Row]:
    """The rows whose titles hold each word: a search also finds "workout" by "work"."""
    wanted = {stem_of(word) for word in words_of(text)}
    return [row for row in rows if wanted <= {stem_of(word) for word in words_of(row.title)}]


def moving_calls(change: ChangeMany, rows: Sequence[Row], clock: Clock) -> list[Wanted]:
    """One batch that moves the group and keeps the time of each; none where it is larger, or gets a repeat."""
    found = clock.find(change.due) if change.due else None
    is_movable = change.due and change.selection.filter in MOVABLE and len(rows) <= BATCH_MAX
    if not is_movable or (found and found.recurrence):
        return []
    moves = [with_whole_due(UpdateTodos((row.id,), due=change.due), {row.due}, clock) for row in rows]
    return requests_for(moves)


def batched_calls(batches: dict[tuple[str, bool], list[Any]]) -> Iterator[Wanted]:
    for (tool_name, reopen), items in batches.items():
        key = "updates" if tool_name == "update_task" else "tasks"
        for batch in batches_of(items):
            yield tool_name, {key: batch} | ({"reopen": True} if reopen else {})


def batches_of(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH_MAX):
        yield items[start : start + BATCH_MAX]


def new_task(act: AddTodo) -> dict[str, Any]:
    return said(
        {"title": act.title, "due": act.due, "remind": act.remind, "priority": act.priority, "tags": list(act.tags)}
    )


def updates(act: UpdateTodos) -> list[dict[str, Any]]:
    fields = {
        "title": act.title,
        "due": act.due,
        "remind": act.remind,
        "priority": act.priority,
        "add_tags": list(act.add_tags),
        "remove_tags": list(act.remove_tags),
        "stop_repeating": act.stop_repeating,
    }
    return [{"task": task} | said(fields) for task in act.tasks]


def selected(selection: Selection) -> dict[str, Any]:
    days = selection.span if selection.filter != "today" else None
    arguments = {
        "filter": selection.filter,
        "text": selection.text,
        "tag": selection.tag,
        "priority": selection.priority,
        "start": days and days.first_on.isoformat(),
        "end": days and days.last_on.isoformat(),
    }
    return said(arguments)


def said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
