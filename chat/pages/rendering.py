"""What a stored turn looks like to a person: words for tool calls, failures and an empty page.

Pure: values in, words out. No function here reads the database or the clock, and none refuses a value that an
older version stored.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.utils.safestring import SafeString

from chat.assistants.basic import BasicModel
from chat.events import ApprovalRecord
from chat.models import Message
from chat.turns.again import RETRYABLE
from chat.turns.approvals import HOW_TO_DECIDE
from chat.turns.storage import approval_of
from todos.models import Todo

from .markdown import literal_html, markdown_html
from .sidebar import conversations_address


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
}
UNKNOWN_VERB = Verb("Trying something", "Tried something that is not possible here")
CHANGES = {"added", "completed", "reopened", "updated", "deleted", "undone"}


@dataclass(frozen=True)
class Card:
    """A row that a tool call wrote. `todo` is the row as it is now, None once it is gone for good."""

    outcome: str
    title: str
    todo: Todo | None
    note: str


@dataclass(frozen=True)
class ToolCallLine:
    """A tool call as drawn by `chat/_tool_call.html`. `state` names the icon, `word` says it."""

    pk: UUID
    state: str
    word: str
    sentence: str
    refusals: list[str]
    cards: list[Card]
    input: str
    output: str
    error: str


@dataclass(frozen=True)
class Failure:
    """Why an answer is missing or cut: what happened, what to do next."""

    sentence: str
    next_step: str


@dataclass(frozen=True)
class MessageView:
    """A message as drawn by `chat/_message.html`. `asked` is the sequence of the question it answers."""

    message: Message
    working: bool
    tool_calls: list[ToolCallLine]
    failure: Failure | None
    reference: str
    is_last: bool
    approval: ApprovalRecord | None

    @functools.cached_property
    def page(self) -> str:
        """What the addresses of its buttons begin with."""
        return f"{self.conversation_page}/messages/{self.message.pk}"

    @property
    def conversation_page(self) -> str:
        return f"{conversations_address()}{self.message.conversation_id}"

    @property
    def html(self) -> SafeString:
        """The answer as HTML.

        Text of the basic assistant is escaped, not parsed as Markdown: it quotes titles. The approval hint is dropped
        once decided.
        """
        draw = literal_html if self.message.model == BasicModel.name else markdown_html
        decided = self.approval is not None and self.approval.status != "pending"
        return draw(self.message.content.removesuffix(HOW_TO_DECIDE) if decided else self.message.content)

    @property
    def retryable(self) -> bool:
        return self.is_last and self.message.status in RETRYABLE

    @property
    def rated_up(self) -> bool:
        return self.message.metadata.get("feedback") == "up"

    @property
    def rated_down(self) -> bool:
        return self.message.metadata.get("feedback") == "down"

    @property
    def claims_too_much(self) -> bool:
        """Whether the text says that something was changed, and no call of the turn changed anything."""
        return not self.working and not self.has_cards and claims_change(self.message.content)

    @property
    def asked(self) -> int:
        return self.message.sequence - 1

    @property
    def has_cards(self) -> bool:
        return any(line.cards for line in self.tool_calls)


OUT_OF_REACH = Failure("The service was out of reach for a moment.", "What was done so far is kept.")
FAILURES = {
    "model_error": Failure(
        "The assistant gave an answer that could not be used.", "Ask again, perhaps in other words."
    ),
    "model_unavailable": Failure("The assistant is out of reach right now.", "Ask again in a moment."),
    "model_timeout": Failure("The assistant took too long to answer.", "Ask again, or ask for less at once."),
    "service_unavailable": OUT_OF_REACH,
    "outcome_unknown": OUT_OF_REACH,
    "quota_exhausted": Failure("Today’s allowance for the assistant is used up.", "It starts afresh tomorrow."),
}
# A sentence of the assistant that reports a change as done: “I added …”, “Done – I've moved …”, “Completed “rent”.”
CLAIM = re.compile(
    r"(?:\bI(?:[’']ve| have)?(?: just| now| also)? |^|[.!–:] )"
    r"(?:added|created|completed|marked|ticked off|deleted|removed|updated|changed|moved|renamed|reopened) "
    r"(?!no\b|none\b|nothing\b)",
    re.IGNORECASE | re.MULTILINE,
)
UNEXPECTED = Failure("Something went wrong on our side.", "Ask again; if it happens again, tell us the reference.")
STOPPED = Failure("Stopped here.", "What was done so far is kept.")
INTERRUPTED = Failure("The answer was interrupted.", "What was done so far is kept.")


def counted(count: int, noun: str = "todo") -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def tool_call_line(call: CallFacts, todos: Mapping[str, Todo], *, turn_ended: bool = True) -> ToolCallLine:
    """`todos` are the stored rows by id as text; a pending call of an ended turn counts as interrupted."""
    state, word = call_state(call, turn_ended=turn_ended)
    error = error_of(call.output)
    return ToolCallLine(
        pk=call.id,
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
        return "done", "Done"
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
        outcome=item_text(item, "outcome"),
        title=item_text(task, "title"),
        todo=todos.get(item_text(task, "id")),
        note=item_text(item, "note"),
    )


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def claims_change(text: str) -> bool:
    return CLAIM.search(text) is not None


def message_view(message: Message, todos: Mapping[str, Todo], *, is_last: bool) -> MessageView:
    """Of a row from `with_tool_calls`."""
    working = message.status == Message.Status.PENDING
    return MessageView(
        message=message,
        working=working,
        tool_calls=[tool_call_line(call, todos, turn_ended=not working) for call in message.calls],
        failure=failure_of(message),
        reference=str(message.metadata.get("request_id") or message.pk),
        is_last=is_last,
        approval=approval_of(message),
    )


def failure_of(message: Message) -> Failure | None:
    match message.status:
        case Message.Status.FAILED:
            return FAILURES.get(message.error_code, UNEXPECTED)
        case Message.Status.STOPPED if not message.error_code:
            return STOPPED
        case Message.Status.INTERRUPTED:
            return INTERRUPTED
    return None
