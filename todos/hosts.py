"""What the hosts of assistants get at /mcp beside the tools: search and fetch, resources, prompts, and a card.

A turn of our own has no use for any of it, and does not see it.
"""

import json
from typing import Annotated
from uuid import UUID

from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, Field

from database.units import database_read
from language.stems import search_terms
from todos.fields.sorting import natural_sort
from todos.finding.references import read_id
from todos.finding.selection import select_todos
from todos.models import Todo
from todos.rows import TodoRow, todo_row
from todos.tools import SearchText, server

from .mcp.batches import Caller, ToolRefused
from .mcp.schema import Absent
from .mcp.server import ActingCaller, acting_caller

FOUND_MAX = 20
LISTED_MAX = 100
READING = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
JSON = "application/json"


class Found(BaseModel):
    id: str
    title: str
    url: str


class SearchResults(BaseModel):
    results: list[Found]


class Document(Found):
    text: str
    metadata: dict[str, str]


@server.tool(annotations=READING.model_copy(update={"title": "Search"}))
async def search(query: SearchText, caller: ActingCaller) -> SearchResults:
    """Find todos by words of title or notes, as ids for `fetch`."""
    rows = await rows_in(caller, "all", FOUND_MAX, query)
    return SearchResults(results=[Found(id=row.id, title=row.title, url=page_of(row, caller)) for row in rows])


@server.tool(annotations=READING.model_copy(update={"title": "Fetch"}))
async def fetch(id: Annotated[str, Field(max_length=100)], caller: ActingCaller) -> Document:
    """One todo, whole, by its id."""
    row = await row_of(caller, id)
    if row is None:
        raise ToolRefused("todo_not_found", "There is no todo with this id.")
    said = {"due": row.due_text or "", "priority": row.priority, "tags": ", ".join(row.tags), "done": str(row.done)}
    text = "\n\n".join(filter(None, [row.title, row.notes, row.due_text]))
    return Document(id=row.id, title=row.title, url=page_of(row, caller), text=text, metadata=said)


@server.tool(
    annotations=ToolAnnotations(
        title="Decide", read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
    ),
    meta={"ui": {"visibility": ["app"]}},
)
async def decide(
    key: Annotated[str, Field(max_length=500)],
    caller: ActingCaller,
    approve: list[UUID] | Absent = None,
    undo: bool = False,
) -> CallToolResult:
    """The card's own: what the person ticked there."""
    if caller.asking is None:
        raise ToolRefused("approval_not_found", "Nothing was asked.")
    return await caller.asking.decide(key, approve, undo=undo)


server.only_for_hosts("search", "fetch")
server.only_for_cards("decide")


@server.resource("todo://today", title="Today", description="What is due today or overdue.", mime_type=JSON)
async def today() -> str:
    caller = await acting_caller()
    due = [*await rows_in(caller, "overdue", LISTED_MAX), *await rows_in(caller, "today", LISTED_MAX)]
    return json_of([row.model_dump() for row in {row.id: row for row in due}.values()])


@server.resource("todo://todos/{todo_id}", title="A todo", description="One todo by its id.", mime_type=JSON)
async def one_todo(todo_id: str) -> str:
    row = await row_of(await acting_caller(), todo_id)
    if row is None:
        raise ResourceNotFoundError("There is no todo with this id.")
    return json_of(row.model_dump())


@server.prompt(title="Plan my day", description="What to do today, in an order that fits the day.")
async def plan_my_day(focus: str = "") -> str:
    aim = f" Keep in mind: {focus}" if focus else ""
    return (
        "Plan my day with my todos. Look at what is overdue and at what is due today, then at what is undated. Propose "
        "an order with rough times, say what could move to another day, and ask before you change anything." + aim
    )


@server.prompt(title="Weekly review", description="What got done, what is stuck, what comes.")
async def weekly_review() -> str:
    return (
        "Do a weekly review of my todos with me. List what I completed in the last seven days, what is overdue or has "
        "no date, and what is due in the next seven days. Then go through what is stuck, one by one: do, move, or "
        "delete. Change only what I agree to."
    )


async def rows_in(caller: Caller, view: str, limit: int, words: str = "") -> list[TodoRow]:
    @database_read
    def read() -> list[TodoRow]:
        todos = select_todos(caller.user, caller.now, view, words=search_terms(words))
        rows, _ = todos.page(natural_sort(view), limit)
        return [todo_row(todo, caller.user, caller.now) for todo in rows]

    return await read()


async def row_of(caller: Caller, todo_id: str) -> TodoRow | None:
    @database_read
    def read() -> TodoRow | None:
        key = read_id(todo_id)
        todo = Todo.objects.for_user(caller.user).with_tags().filter(pk=key).first() if key else None
        return todo_row(todo, caller.user, caller.now) if todo else None

    return await read()


def page_of(row: TodoRow, caller: Caller) -> str:
    return f"{caller.rights.origin}/todos/{row.id}/edit"


def json_of(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
