"""What a tool call looks like to a person: a line of words, and the rows it wrote as cards.

Pure: values in, words out. No function here reads the database or the clock, and none refuses a value that an
older version stored.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.utils.safestring import SafeString

from todos.models import Todo


class CallFacts(Protocol):
    """A tool call, stored or as an event tells it."""

    id: UUID
    tool_name: str
    input: Any
    output: Any
    status: str


@dataclass(frozen=True)
class Verb:
    """The words of one tool; `doing` and `failed` take the noun, the rest are counted."""

    doing: str
    failed: str
    batch: str = ""
    done: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""


BRIEFING = "set_briefing"
VERBS = {
    "add_task": Verb("Adding {}", "Could not add {}", "tasks", {"added": "Added {}"}, "{} could not be added"),
    "complete_task": Verb(
        "Completing {}",
        "Could not complete {}",
        "tasks",
        {"completed": "Completed {}", "reopened": "Reopened {}", "unchanged": "{} needed no change"},
        "{} could not be completed",
    ),
    "update_task": Verb(
        "Changing {}",
        "Could not change {}",
        "updates",
        {"updated": "Changed {}", "unchanged": "{} needed no change"},
        "{} could not be changed",
    ),
    "delete_task": Verb(
        "Moving {} to the trash",
        "Could not delete {}",
        "tasks",
        {"deleted": "Moved {} to the trash"},
        "{} could not be deleted",
    ),
    "undo": Verb(
        "Undoing the last change",
        "Could not undo that",
        "",
        {"undone": "Undid changes to {}"},
        "{} could not be undone",
    ),
    "list_tasks": Verb("Looking at your todos", "Could not look at your todos"),
    BRIEFING: Verb("Setting the briefing", "Could not set the briefing"),
}
UNKNOWN_VERB = Verb("Trying something", "Tried something that is not possible here")
CHANGES = {"added", "completed", "reopened", "updated", "deleted", "undone"}


@dataclass(frozen=True)
class Card:
    """A todo of an answer. `todo` is its row as it is now, None once it is gone for good; `number` that in a list.

    `marked` is the title with hits of a search.
    """

    title: str
    todo: Todo | None
    note: str = ""
    number: int | None = None
    marked: SafeString | None = None


@dataclass(frozen=True)
class ToolCallLine:
    """A tool call as drawn by `chat/_tool_call.html`. `word` says its state, where that is not success."""

    pk: UUID
    tool_name: str
    state: str
    word: str
    sentence: str
    refusals: list[str]
    cards: list[Card]
    input: str
    output: str
    error: str

    @property
    def changed_something(self) -> bool:
        return bool(self.cards) or (self.tool_name == BRIEFING and self.state == "done")

    @property
    def is_shown(self) -> bool:
        """Not what is said elsewhere: what a look found is in the answer, and what waits for approval has a card."""
        return self.state != "waiting" and (self.tool_name != "list_tasks" or self.state != "done")


def counted(count: int, noun: str = "todo") -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def tool_call_line(call: CallFacts, todos: Mapping[str, Todo], *, turn_ended: bool = True) -> ToolCallLine:
    """`todos` are the stored rows by id as text; a pending call of an ended turn counts as interrupted."""
    state, word = call_state(call, turn_ended=turn_ended)
    error = error_of(call.output)
    return ToolCallLine(
        pk=call.id,
        tool_name=call.tool_name,
        state=state,
        word=word,
        sentence=call_sentence(call, turn_ended=turn_ended),
        refusals=[item_text(item, "reason") for item in results_of(call.output) if item.get("outcome") == "refused"],
        cards=[card(item, todos) for item in results_of(call.output) if item.get("outcome") in CHANGES],
        input=json_text(call.input),
        output="" if error or call.output is None else json_text(call.output),
        error=error,
    )


def call_state(call: CallFacts, *, turn_ended: bool) -> tuple[str, str]:
    if call.status == "success":
        return "done", ""
    if call.status == "undone":
        return "undone", "Undone"
    if call.status == "error":
        return "failed", "Failed"
    if call.status == "denied":
        return "declined", "Declined"
    if call.output is not None:
        return "waiting", "Needs approval"
    return ("failed", "Interrupted") if turn_ended else ("running", "Running")


def call_sentence(call: CallFacts, *, turn_ended: bool) -> str:
    """One plain line; never the name of the function."""
    verb = VERBS.get(call.tool_name, UNKNOWN_VERB)
    if call.status in {"success", "undone"} and call.tool_name == BRIEFING:
        return "Set the briefing"
    if call.status in {"success", "undone"}:
        return list_sentence(call.output) if call.tool_name == "list_tasks" else outcome_sentence(verb, call.output)
    count = asked_for(call.input, verb.batch)
    noun = counted(count) if count else "todos"
    if call.status == "denied" or (call.status == "pending" and call.output is not None):
        return verb.doing.format(noun)
    if call.status == "error" or turn_ended:
        return verb.failed.format(noun)
    return verb.doing.format(noun) + "…"


def outcome_sentence(verb: Verb, output: Any) -> str:
    """What the outcomes add up to: “Added 2 todos; 1 could not be added”."""
    outcomes = [item.get("outcome") for item in results_of(output)]
    parts = [
        words.format(counted(outcomes.count(outcome))) for outcome, words in verb.done.items() if outcome in outcomes
    ]
    if refused := outcomes.count("refused"):
        parts.append(verb.refused.format(refused if parts else counted(refused)))
    return "; ".join(parts) or "No change was made"


def list_sentence(output: Any) -> str:
    seen = len(output["tasks"]) if isinstance(output, dict) and isinstance(output.get("tasks"), list) else 0
    total = output.get("total", seen) if isinstance(output, dict) else seen
    if not seen:
        return "Found no todos"
    return f"Looked at {seen} of {counted(total)}" if total != seen else f"Looked at {counted(seen)}"


def asked_for(arguments: Any, batch: str) -> int:
    items = arguments.get(batch) if isinstance(arguments, dict) else None
    return len(items) if isinstance(items, list) else 0


def results_of(output: Any) -> list[dict[str, Any]]:
    results = output.get("results") if isinstance(output, dict) else None
    return [item for item in results if isinstance(item, dict)] if isinstance(results, list) else []


def error_of(output: Any) -> str:
    error = output.get("error") if isinstance(output, dict) else None
    return item_text(error, "message") if isinstance(error, dict) else ""


def item_text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def written_ids(calls: Iterable[CallFacts]) -> set[UUID]:
    """The ids of all todos that these calls wrote, to load their rows in one query."""
    ids = set()
    for call in calls:
        for item in results_of(call.output):
            if item.get("outcome") in CHANGES and (todo_id := uuid_or_none(task_of(item).get("id"))):
                ids.add(todo_id)
    return ids


def uuid_or_none(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


def task_of(item: Mapping[str, Any]) -> dict[str, Any]:
    task = item.get("task")
    return task if isinstance(task, dict) else {}


def card(item: Mapping[str, Any], todos: Mapping[str, Todo]) -> Card:
    task = task_of(item)
    return Card(
        title=item_text(task, "title"),
        todo=todos.get(item_text(task, "id")),
        note=item_text(item, "note"),
    )


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
