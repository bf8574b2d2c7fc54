"""Batches of tool items: one unit of database work, in which one refused item does not undo the others."""

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult

from accounts.locks import lock_user
from accounts.models import User
from database.units import database_unit
from language.errors import DateNotUnderstood
from todos.changing.changes import Origin, latest, previous_id_of, todo_of
from todos.errors import NotYourTodo, TodoNotFound
from todos.finding.references import bare, echo, read_id
from todos.models import Door, Todo, TodoChange
from todos.rows import TodoRow, todo_row
from web.errors import ProductError, TokenInvalid, ValidationFailed

from .schema import BATCH_MAX, Changed, Outcome, Refused, Results

T = TypeVar("T")
REACH_MAX = 3


class ToolRefused(ToolError):
    """A call that did nothing, with a code and a sentence; `results` says it item by item, for a batch."""

    status: Literal["error", "waiting"] = "error"

    def __init__(self, code: str, message: str, results: Results | None = None) -> None:
        self.code, self.message, self.results = code, message, results
        candidates = [row for item in results.results for row in getattr(item, "candidates", [])] if results else []
        # Outside clients get nothing but text: it carries the ids that tell candidates apart.
        super().__init__("\n".join([message, *(f"{row.id}: {row.title}" for row in candidates)]))

    @property
    def output(self) -> dict[str, Any]:
        output: dict[str, Any] = {"error": {"code": self.code, "message": self.message}}
        return output | self.results.model_dump(mode="json") if self.results else output


class NeedsApproval(ToolRefused):
    """More than the assistant may do on its own. What was written is rolled back, and waits for the person."""

    status = "waiting"

    def __init__(self, todos: list[dict[str, Any]], results: Results) -> None:
        super().__init__("needs_approval", _("The person has to approve this first. Nothing was changed."))
        self.todos, self.waiting = todos, results

    @property
    def output(self) -> dict[str, Any]:
        refused = [item.model_dump(mode="json") for item in self.waiting.results if isinstance(item, Refused)]
        return {"approval": {"todos": self.todos}, "results": refused}


@dataclass(frozen=True)
class Rights:
    """What a program may do at /mcp, and which it is. One that may not write may still see the tools that do."""

    may_write: bool = True
    sees_all_tools: bool = True
    shows_cards: bool = False
    token_id: str = ""
    program_id: int | None = None
    origin: str = ""

    @property
    def name_of_caller(self) -> str:
        """For the log, and for what only the same caller may go on with."""
        return f"program {self.program_id}" if self.program_id else self.token_id or "an access token"


ALL_RIGHTS = Rights()


class Asking(Protocol):
    """How a caller who may not do something on its own reaches the person."""

    async def ask(self, wide: NeedsApproval, context: Context) -> CallToolResult | InputRequiredResult:
        """Put it to them; the answer of the call until they have decided."""

    def is_heard(self, context: Context) -> bool:
        """Whether the call comes again with what they said; a tool may ask questions of its own."""

    async def hear(self, context: Context) -> CallToolResult | InputRequiredResult:
        """What came of it, where the call comes again with what they said."""

    async def decide(self, key: str, approve: list[UUID] | None, *, undo: bool) -> CallToolResult:
        """What the person did in the card that the program shows, by the key that the card was given."""


@dataclass(frozen=True)
class Caller:
    """On whose behalf a tool runs, when and from where, and what each write must pass inside its transaction."""

    user: User
    now: datetime.datetime
    fence: Callable[[], None]
    by: Origin
    rights: Rights = ALL_RIGHTS
    asking: Asking | None = None

    @property
    def asks(self) -> bool:
        """Whether somebody other than the person acts here, whose wide changes the person has to approve."""
        return self.by.door == Door.MCP or self.by.message_id is not None


async def run_batch(
    items: Sequence[T], write: Callable[[T], Changed | Refused], name: Callable[[T], str], caller: Caller
) -> Results:
    """Write every item; `name` is how the caller spoke of one. Raises ToolRefused when no item was accepted."""

    def write_or_refuse(item: T) -> Changed | Refused:
        try:
            with transaction.atomic():
                return write(item)
        except ProductError as error:
            return refusal(error, name(item), caller.user, caller.now)

    def write_all() -> Results:
        written = [write_or_refuse(item) for item in items[:BATCH_MAX]]
        return Results(results=[*written, *(one_too_many(name(item)) for item in items[BATCH_MAX:])])

    return accepted(await write_once(write_all, caller))


def one_too_many(reference: str) -> Refused:
    sentence = _("%(name)s: a call takes at most %(most)s items. Send this one in another call.")
    reason = sentence % {"name": echo(reference), "most": BATCH_MAX}
    return Refused(code="too_many_items", reason=reason, reference=bare(reference))


async def write_once(write: Callable[[], Results], caller: Caller) -> Results:
    """Run `write` as one unit behind the fence. A tool call that was made already only tells what it wrote."""

    @database_unit
    def write_unless_made() -> Results:
        begin_write(caller)
        made = caller.by.tool_call_id and written_in_call(caller.user, caller.by.tool_call_id, caller.now)
        if made:
            return made
        results = write()
        check_reach(results, caller)
        return results

    return await write_unless_made()


def begin_write(caller: Caller) -> None:
    """What each write of a tool begins with, in its transaction."""
    try:
        lock_user(caller.user)
    except TokenInvalid as erased:
        raise ToolRefused(erased.code, erased.sentence) from None
    caller.fence()


def check_reach(results: Results, caller: Caller) -> None:
    """Raise NeedsApproval where one turn would complete or delete more than a few todos, or all that are open.

    All calls of a turn count together, so that a wide change does not pass in small steps; of a program of somebody
    else, each call counts for itself.
    """
    wide = {
        str(item.task.id): item
        for item in results.results
        if isinstance(item, Changed) and item.outcome in {"completed", "deleted"}
    }
    if not wide or not caller.asks:
        return
    changes = list(TodoChange.objects.for_user(caller.user).filter(**changes_of(caller.by, wide)))
    reached = {change.todo_id for change in changes if change.kind in {"completed", "deleted"}}
    empties = len(wide) > 1 and not Todo.objects.for_user(caller.user).open().exists()
    if len(reached) <= REACH_MAX and not empties:
        return
    versions = {str(change.todo_id): change.before["version"] for change in reversed(changes) if change.before}
    todos = [
        {
            "todo_id": todo_id,
            "version": versions[todo_id],
            "title": item.task.title,
            "due_text": item.task.due_text,
            "action": "complete" if item.outcome == "completed" else "delete",
        }
        for todo_id, item in wide.items()
    ]
    raise NeedsApproval(todos, results)


def changes_of(by: Origin, wide: Collection[str]) -> dict[str, Any]:
    """What finds the changes that count together: of a turn, of a call, or of these todos where neither is known."""
    if by.message_id:
        return {"message_id": by.message_id}
    return {"tool_call_id": by.tool_call_id} if by.tool_call_id else {"todo_id__in": list(wide)}


def accepted(results: Results) -> Results:
    refused = [item for item in results.results if isinstance(item, Refused)]
    if refused and len(refused) == len(results.results):
        raise ToolRefused(refused[0].code, " ".join(dict.fromkeys(item.reason for item in refused)), results)
    return results


def written_in_call(user: User, tool_call_id: UUID, now: datetime.datetime) -> Results | None:
    """What a tool call changed when it was made, with the todos as they are now; None where it changed nothing."""
    made = TodoChange.objects.for_user(user).filter(tool_call_id=tool_call_id).order_by("id")
    changes = {change.todo_id: change for change in made}
    todos = Todo.objects.for_user(user).with_tags().in_bulk(changes)
    results: list[Changed | Refused] = []
    for todo_id, change in changes.items():
        if previous_id_of(change) in changes:
            continue  # the next occurrence, which came or went with the one before
        todo = todos.get(todo_id) or todo_of(change, latest(change))
        outcome = "undone" if change.undoes_id else cast(Outcome, change.kind)
        results.append(Changed(outcome=outcome, task=todo_row(todo, user, now)))
    return Results(results=results) if results else None


def refusal(error: ProductError, reference: str, user: User, now: datetime.datetime) -> Refused:
    """Somebody else's todo is answered like one that never was."""
    if isinstance(error, NotYourTodo):
        error = TodoNotFound()
    listed = error.details.get("candidates") or error.details.get("near") or []
    return Refused(
        code=error.code,
        reason=reason_of(error, reference, user),
        reference=bare(reference),
        candidates=rows_of([UUID(candidate["id"]) for candidate in listed], user, now),
    )


# Of a todo, as a person reads them.
FIELDS = {
    "title": gettext_noop("title"),
    "notes": gettext_noop("notes"),
    "priority": gettext_noop("priority"),
    "due": gettext_noop("due"),
    "tags": gettext_noop("tags"),
    "remind": gettext_noop("remind"),
}


def reason_of(error: ProductError, reference: str, user: User) -> str:
    """Names the item and the field, where the refusal is about one: “Nap”, due: I could not read “soon”."""
    if not isinstance(error, ValidationFailed | DateNotUnderstood) or not error.details:
        return error.sentence
    # An id is for programs; the sentence may be read to the person.
    todo_id = read_id(reference)
    known = Todo.objects.for_user(user).filter(pk=todo_id) if todo_id else Todo.objects.none()
    item = echo(known.values_list("title", flat=True).first() or reference)
    named = ((_(FIELDS.get(field, field)), reason) for field, reason in error.details.items())
    return " ".join(f"{item}, {field}: {reason}" for field, reason in named)


def rows_of(todo_ids: list[UUID], user: User, now: datetime.datetime) -> list[TodoRow]:
    """In the order of the ids."""
    if not todo_ids:
        return []
    todos = Todo.objects.for_user(user).with_tags().in_bulk(todo_ids)
    return [todo_row(todos[todo_id], user, now) for todo_id in todo_ids if todo_id in todos]
