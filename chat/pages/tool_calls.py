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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from todos.models import Todo


class CallFacts(Protocol):
    """A tool call, stored or as an event tells it."""

    id: UUID
    tool_name: str
    input: Any
    output: Any
    status: str


Counted = tuple[str, str]


def ngettext_noop(one: str, several: str) -> Counted:
    """Marks a sentence that has a `count`, for one and for several."""
    return one, several


@dataclass(frozen=True)
class Verb:
    """The sentences of one tool, by how many todos it is about."""

    doing: Counted
    failed: Counted
    batch: str = ""
    done: Mapping[str, Counted] = field(default_factory=dict)
    refused: Counted = ("", "")


BRIEFING = "set_briefing"
NO_CHANGE = ngettext_noop("%(count)s todo needed no change", "%(count)s todos needed no change")
VERBS = {
    "add_task": Verb(
        ngettext_noop("Adding %(count)s todo", "Adding %(count)s todos"),
        ngettext_noop("Could not add %(count)s todo", "Could not add %(count)s todos"),
        "tasks",
        {"added": ngettext_noop("Added %(count)s todo", "Added %(count)s todos")},
        ngettext_noop("%(count)s todo could not be added", "%(count)s todos could not be added"),
    ),
    "complete_task": Verb(
        ngettext_noop("Completing %(count)s todo", "Completing %(count)s todos"),
        ngettext_noop("Could not complete %(count)s todo", "Could not complete %(count)s todos"),
        "tasks",
        {
            "completed": ngettext_noop("Completed %(count)s todo", "Completed %(count)s todos"),
            "reopened": ngettext_noop("Reopened %(count)s todo", "Reopened %(count)s todos"),
            "unchanged": NO_CHANGE,
        },
        ngettext_noop("%(count)s todo could not be completed", "%(count)s todos could not be completed"),
    ),
    "update_task": Verb(
        ngettext_noop("Changing %(count)s todo", "Changing %(count)s todos"),
        ngettext_noop("Could not change %(count)s todo", "Could not change %(count)s todos"),
        "updates",
        {
            "updated": ngettext_noop("Changed %(count)s todo", "Changed %(count)s todos"),
            "unchanged": NO_CHANGE,
        },
        ngettext_noop("%(count)s todo could not be changed", "%(count)s todos could not be changed"),
    ),
    "delete_task": Verb(
        ngettext_noop("Moving %(count)s todo to the trash", "Moving %(count)s todos to the trash"),
        ngettext_noop("Could not delete %(count)s todo", "Could not delete %(count)s todos"),
        "tasks",
        {"deleted": ngettext_noop("Moved %(count)s todo to the trash", "Moved %(count)s todos to the trash")},
        ngettext_noop("%(count)s todo could not be deleted", "%(count)s todos could not be deleted"),
    ),
    "undo": Verb(
        ngettext_noop("Undoing the last change", "Undoing the last change"),
        ngettext_noop("Could not undo that", "Could not undo that"),
        "",
        {"undone": ngettext_noop("Undid changes to %(count)s todo", "Undid changes to %(count)s todos")},
        ngettext_noop("%(count)s todo could not be undone", "%(count)s todos could not be undone"),
    ),
    "list_tasks": Verb(
        ngettext_noop("Looking at your todos", "Looking at your todos"),
        ngettext_noop("Could not look at your todos", "Could not look at your todos"),
    ),
    BRIEFING: Verb(
        ngettext_noop("Setting the briefing", "Setting the briefing"),
        ngettext_noop("Could not set the briefing", "Could not set the briefing"),
    ),
}
UNKNOWN_VERB = Verb(
    ngettext_noop("Trying something", "Trying something"),
    ngettext_noop("Tried something that is not possible here", "Tried something that is not possible here"),
)
# Of a call that does not say how many.
UNCOUNTED = {
    "Adding %(count)s todos": gettext_noop("Adding todos"),
    "Completing %(count)s todos": gettext_noop("Completing todos"),
    "Changing %(count)s todos": gettext_noop("Changing todos"),
    "Moving %(count)s todos to the trash": gettext_noop("Moving todos to the trash"),
    "Could not add %(count)s todos": gettext_noop("Could not add todos"),
    "Could not complete %(count)s todos": gettext_noop("Could not complete todos"),
    "Could not change %(count)s todos": gettext_noop("Could not change todos"),
    "Could not delete %(count)s todos": gettext_noop("Could not delete todos"),
}
# Behind what went well: “Added 2 todos; 1 could not be added”.
SHORT_OF = {
    "%(count)s todos could not be added": ngettext_noop("%(count)s could not be added", "%(count)s could not be added"),
    "%(count)s todos could not be completed": ngettext_noop(
        "%(count)s could not be completed", "%(count)s could not be completed"
    ),
    "%(count)s todos could not be changed": ngettext_noop(
        "%(count)s could not be changed", "%(count)s could not be changed"
    ),
    "%(count)s todos could not be deleted": ngettext_noop(
        "%(count)s could not be deleted", "%(count)s could not be deleted"
    ),
    "%(count)s todos could not be undone": ngettext_noop(
        "%(count)s could not be undone", "%(count)s could not be undone"
    ),
}
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


def said(words: Counted, count: int) -> str:
    """`count` is 0 where it is not known."""
    if not count and words[1] in UNCOUNTED:
        return _(UNCOUNTED[words[1]])
    return ngettext(*words, count or 1) % {"count": count}


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
        return "undone", _("Undone")
    if call.status == "error":
        return "failed", _("Failed")
    if call.status == "denied":
        return "declined", _("Declined")
    if call.output is not None:
        return "waiting", _("Needs approval")
    return ("failed", _("Interrupted")) if turn_ended else ("running", _("Running"))


def call_sentence(call: CallFacts, *, turn_ended: bool) -> str:
    """One plain line; never the name of the function."""
    verb = VERBS.get(call.tool_name, UNKNOWN_VERB)
    if call.status in {"success", "undone"} and call.tool_name == BRIEFING:
        return _("Set the briefing")
    if call.status in {"success", "undone"}:
        return list_sentence(call.output) if call.tool_name == "list_tasks" else outcome_sentence(verb, call.output)
    count = asked_for(call.input, verb.batch)
    if call.status == "denied" or (call.status == "pending" and call.output is not None):
        return said(verb.doing, count)
    if call.status == "error" or turn_ended:
        return said(verb.failed, count)
    return said(verb.doing, count) + "…"


def outcome_sentence(verb: Verb, output: Any) -> str:
    """What the outcomes add up to: “Added 2 todos; 1 could not be added”."""
    outcomes = [item.get("outcome") for item in results_of(output)]
    parts = [said(words, outcomes.count(outcome)) for outcome, words in verb.done.items() if outcome in outcomes]
    if refused := outcomes.count("refused"):
        parts.append(said(SHORT_OF.get(verb.refused[1], verb.refused) if parts else verb.refused, refused))
    return "; ".join(parts) or _("No change was made")


def list_sentence(output: Any) -> str:
    seen = len(output["tasks"]) if isinstance(output, dict) and isinstance(output.get("tasks"), list) else 0
    total = output.get("total", seen) if isinstance(output, dict) else seen
    if not seen:
        return _("Found no todos")
    if total == seen:
        return ngettext("Looked at %(count)s todo", "Looked at %(count)s todos", seen) % {"count": seen}
    some = ngettext("Looked at %(seen)s of %(count)s todo", "Looked at %(seen)s of %(count)s todos", total)
    return some % {"seen": seen, "count": total}


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
