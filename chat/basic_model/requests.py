"""From acts to tool calls: batches of one kind, in the order first said."""

from collections.abc import Iterable, Iterator
from typing import Any

from .acts import (
    Act,
    AddTodo,
    AnnotateTodo,
    AskTodos,
    ChangeMany,
    CompleteTodos,
    DeleteTodos,
    RepeatCall,
    Selection,
    UndoChanges,
    UpdateTodos,
)

BATCH_MAX = 25
CALLS_MAX = 8
LIST_MAX = 100

Wanted = tuple[str, dict[str, Any]]


def requests_for(acts: Iterable[Act], offered: frozenset[str]) -> list[Wanted]:
    """The calls that the acts need first, of the tools that are offered; at most CALLS_MAX."""
    batches: dict[tuple[str, bool], list[Any]] = {}
    looks: list[Wanted] = []
    repeats: list[Wanted] = []
    for act in acts:
        match act:
            case AddTodo():
                batches.setdefault(("add_task", False), []).append(new_task(act))
            case CompleteTodos():
                batches.setdefault(("complete_task", act.reopen), []).extend(act.tasks)
            case UpdateTodos():
                batches.setdefault(("update_task", False), []).extend(updates(act))
            case DeleteTodos():
                batches.setdefault(("delete_task", False), []).extend(act.tasks)
            case AskTodos() | ChangeMany():
                looks.append(("list_tasks", selected(act.selection)))
            case AnnotateTodo():
                looks.append(("list_tasks", selected(Selection("open", act.task))))
            case UndoChanges() if "undo" in offered:
                repeats += [("undo", {})] * act.count
            case RepeatCall():
                repeats.append((act.tool_name, act.arguments))
    return [*repeats, *batched_calls(batches), *looks][:CALLS_MAX]


def batched_calls(batches: dict[tuple[str, bool], list[Any]]) -> Iterator[Wanted]:
    for (tool_name, reopen), items in batches.items():
        key = "updates" if tool_name == "update_task" else "tasks"
        for batch in batches_of(items):
            yield tool_name, {key: batch} | ({"reopen": True} if reopen else {})


def batches_of(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH_MAX):
        yield items[start : start + BATCH_MAX]


def new_task(act: AddTodo) -> dict[str, Any]:
    return said({"title": act.title, "due": act.due, "priority": act.priority, "tags": list(act.tags)})


def updates(act: UpdateTodos) -> list[dict[str, Any]]:
    fields = {
        "title": act.title,
        "due": act.due,
        "priority": act.priority,
        "add_tags": list(act.add_tags),
        "remove_tags": list(act.remove_tags),
    }
    return [{"task": task} | said(fields) for task in act.tasks]


def selected(selection: Selection) -> dict[str, Any]:
    """What list_tasks can narrow by itself; days are narrowed afterwards, from as many rows as it gives."""
    narrowed_later = selection.span is not None and selection.filter != "today"
    arguments = {
        "filter": selection.filter,
        "text": selection.text,
        "tag": selection.tag,
        "priority": selection.priority,
    }
    return said(arguments) | ({"limit": LIST_MAX} if narrowed_later else {})


def said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
