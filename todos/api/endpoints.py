"""The API of todos. Authentication is API-wide; each handler checks whose address it is, then makes one call."""

import dataclasses
import re
from collections.abc import Callable
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from accounts.models import User
from database.units import database_read, database_unit
from todos import commands
from todos.changing.changes import Origin
from todos.changing.undo import Report, undo
from todos.commands import Written
from todos.errors import TodoNotFound
from todos.fields.sorting import CHANGES_NEWEST_FIRST, natural_sort
from todos.finding.figures import state_of
from todos.finding.references import read_id
from todos.finding.selection import select_todos
from todos.models import Door, Todo, TodoChange
from todos.rows import TodoOut, todo_out
from web.errors import ValidationFailed
from web.ratelimits import SEARCHES_PER_USER, check_use
from web.repeats import Answer, answer_once
from web.requests.conditional import is_known, not_modified, weak_etag
from web.requests.typed_at import moment_of

from .schema import (
    ChangeOut,
    ChangePage,
    ChangeQuery,
    DifferenceOut,
    TodoIn,
    TodoPage,
    TodoPatch,
    TodoQuery,
    UndoIn,
    UndoneOut,
    UndoOut,
)

ETAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,9})"', re.ASCII)
BY_API = Origin(Door.API)
ON_LIST = frozenset({401, 403, 422, 503})
ON_TODO = ON_LIST | {404}
ON_CHANGE = ON_TODO | {409}

router = Router()

ETagText = Annotated[str, Field(json_schema_extra={"pattern": r'^(\*|(W/)?"[1-9][0-9]{0,9}")$'}, examples=['"3"'])]
IfMatch = Annotated[
    ETagText | SkipJsonSchema[None],
    Header(alias="If-Match", description="The ETag last seen; a todo changed since then answers 409."),
]


@router.get("/{user_id}/todos", response={200: TodoPage, ON_LIST: ErrorBody})
async def list_todos(request: HttpRequest, user_id: str, query: Query[TodoQuery], response: HttpResponse):
    """The todos of one view, page by page."""
    user = await caller(request, user_id)
    if query.q:
        await check_use("search", user, SEARCHES_PER_USER)
    if (etag := await etag_of_list(request, user)) and is_known(request, etag):
        return not_modified(etag)
    response["ETag"] = etag
    return await read_page(user, query)


@router.post("/{user_id}/todos", response={201: TodoOut, ON_LIST: ErrorBody})
async def create_todo(request: HttpRequest, user_id: str, body: TodoIn) -> HttpResponse:
    """Add a todo."""
    user = await caller(request, user_id)
    typed = moment_of(request)

    def write() -> Answer:
        fields = body.model_dump(exclude_unset=True)
        todo = commands.add_todo(user, now=typed, by=BY_API, **fields).todo
        return todo_answer(todo, user, status=201, Location=f"/api/{user_id}/todos/{todo.id}")

    return await answer_once(request, user, write)


@router.get("/{user_id}/todos/{todo_id}", response={200: TodoOut, ON_TODO: ErrorBody})
async def get_todo(request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse):
    """One todo, also from the trash."""
    user = await caller(request, user_id)
    todo = await database_unit(commands.get_todo)(user, id_of(todo_id))
    if is_known(request, etag_of(todo)) and says_the_same(todo, user):
        return not_modified(etag_of(todo))
    return todo_response(todo, user, response)


@router.patch("/{user_id}/todos/{todo_id}", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def update_todo(
    request: HttpRequest,
    user_id: str,
    todo_id: str,
    body: TodoPatch,
    *,
    if_match: IfMatch = None,
) -> HttpResponse:
    """Change some fields of a todo."""
    return await run_command(commands.update_todo, request, user_id, todo_id, if_match=if_match, **body.changes())


@router.delete("/{user_id}/todos/{todo_id}", response={204: None, ON_CHANGE: ErrorBody})
async def delete_todo(request: HttpRequest, user_id: str, todo_id: str, if_match: IfMatch = None) -> HttpResponse:
    """Move a todo to the trash; one that is there stays there."""
    return await run_command(commands.delete_todo, request, user_id, todo_id, if_match=if_match, status=204)


@router.post("/{user_id}/todos/{todo_id}/complete", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def complete_todo(request: HttpRequest, user_id: str, todo_id: str, if_match: IfMatch = None) -> HttpResponse:
    """Mark a todo as done; one that is done stays as it is."""
    return await run_command(commands.complete_todo, request, user_id, todo_id, if_match=if_match)


@router.post("/{user_id}/todos/{todo_id}/reopen", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def reopen_todo(request: HttpRequest, user_id: str, todo_id: str, if_match: IfMatch = None) -> HttpResponse:
    """Make a done todo open again."""
    return await run_command(commands.reopen_todo, request, user_id, todo_id, if_match=if_match)


@router.post("/{user_id}/todos/{todo_id}/restore", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def restore_todo(request: HttpRequest, user_id: str, todo_id: str, if_match: IfMatch = None) -> HttpResponse:
    """Take a todo out of the trash, open or done as it was."""
    return await run_command(commands.restore_todo, request, user_id, todo_id, if_match=if_match)


@router.get("/{user_id}/todos/{todo_id}/changes", response={200: ChangePage, ON_TODO: ErrorBody})
async def list_changes(request: HttpRequest, user_id: str, todo_id: str, query: Query[ChangeQuery]):
    """What happened to a todo, also to one that is no longer stored."""
    user = await caller(request, user_id)
    return await read_changes(user, id_of(todo_id), query)


@router.post("/{user_id}/undo", response={200: UndoOut, ON_CHANGE: ErrorBody})
async def undo_changes(request: HttpRequest, user_id: str, body: UndoIn) -> HttpResponse:
    """Take back a change, a tool call or a whole turn. A todo that was changed since stays as it is and says so."""
    user = await caller(request, user_id)

    def write() -> Answer:
        return Answer(undo_out(undo(user, now=timezone.now(), by=BY_API, **body.target), user))

    return await answer_once(request, user, write)


async def run_command(
    command: Callable[..., Written],
    request: HttpRequest,
    user_id: str,
    todo_id: str,
    *,
    if_match: str | None,
    status: int = 200,
    **fields: Any,
) -> HttpResponse:
    """One command on one todo of the user whose address it is, answered with the todo as stored."""
    user = await caller(request, user_id)
    pk, expected_version, typed = id_of(todo_id), version_of(if_match), moment_of(request)

    def write() -> Answer:
        written = command(user, pk, now=typed, by=BY_API, expected_version=expected_version, **fields)
        return Answer(status=204) if status == 204 else todo_answer(written.todo, user)

    return await answer_once(request, user, write)


@database_read
def etag_of_list(request: HttpRequest, user: User) -> str:
    """Of all that a list of the user depends on, without a row of it: their todos, and what the time makes of them."""
    now = timezone.now()
    day = now.astimezone(user.zone).date()
    return weak_etag(request.get_full_path(), user.time_zone, user.habits, day, state_of(user, now))


def says_the_same(todo: Todo, user: User) -> bool:
    """Whether time has made nothing else of an unchanged todo: “tomorrow” has become “today”, it is overdue."""
    return todo_out(todo, user, todo.updated_at) == todo_out(todo, user, timezone.now())


@database_unit
def read_page(user: User, query: TodoQuery) -> TodoPage:
    now = timezone.now()
    todos = select_todos(
        user, now, query.filter, words=query.q.split(), tag=query.tag, start=query.start, end=query.end
    )
    rows, cursor = todos.page(query.sort or natural_sort(query.filter), query.limit, query.cursor)
    return TodoPage(items=[todo_out(todo, user, now) for todo in rows], next=cursor)


@database_unit
def read_changes(user: User, todo_id: UUID, query: ChangeQuery) -> ChangePage:
    changes = TodoChange.objects.for_user(user).filter(todo_id=todo_id)
    rows, cursor = CHANGES_NEWEST_FIRST.page(changes, query.limit, query.cursor)
    if not rows:
        commands.get_todo(user, todo_id)
    return ChangePage(items=[change_out(change) for change in rows], next=cursor)


def change_out(change: TodoChange) -> ChangeOut:
    return ChangeOut(
        id=change.id,
        kind=change.kind,
        before=change.before,
        after=change.after,
        door=cast(Any, change.door),
        message_id=change.message_id,
        tool_call_id=change.tool_call_id,
        undoes=change.undoes_id,
        undone_at=change.undone_at,
        created_at=change.created_at,
    )


def undo_out(report: Report, user: User) -> UndoOut:
    return UndoOut(
        change_id=report.change_id,
        results=[
            UndoneOut(
                outcome="refused" if undone.differences else "undone",
                note=undone.note,
                differences=[DifferenceOut(**dataclasses.asdict(difference)) for difference in undone.differences],
                todo=todo_out(undone.todo, user, timezone.now()),
            )
            for undone in report.todos
        ],
    )


def todo_answer(todo: Todo, user: User, status: int = 200, **headers: str) -> Answer:
    return Answer(todo_out(todo, user, timezone.now()), status, {"ETag": etag_of(todo), **headers})


def todo_response(todo: Todo, user: User, response: HttpResponse) -> TodoOut:
    response["ETag"] = etag_of(todo)
    return todo_out(todo, user, timezone.now())


def etag_of(todo: Todo) -> str:
    return f'"{todo.version}"'


def id_of(text: str) -> UUID:
    """What is spelt like no id is the id of no todo: 404, the same as one that never was."""
    todo_id = read_id(text)
    if todo_id is None:
        raise TodoNotFound
    return todo_id


def version_of(if_match: str | None) -> int | None:
    """The version in an ETag; None for no condition and for “*”, which any todo meets."""
    if if_match is None or if_match.strip() == "*":
        return None
    etag = ETAG.fullmatch(if_match.strip())
    if etag is None:
        raise ValidationFailed(details={"If-Match": _('Send the ETag of the todo as it came, such as "3".')})
    return int(etag[1])
