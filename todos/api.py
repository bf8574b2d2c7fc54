"""The API of todos. Authentication is API-wide; each handler checks whose address it is, then makes one call."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Status

from accounts.api_schema import ErrorBody
from accounts.bearer import authenticate, check_subject
from accounts.database import database_unit
from accounts.errors import ValidationFailed
from accounts.models import User

from . import commands
from .api_schema import TodoIn, TodoPage, TodoPatch, TodoQuery
from .commands import Written
from .errors import TodoNotFound
from .models import Todo
from .references import read_id
from .rows import TodoOut, todo_out
from .sorting import natural_sort

ETAG = re.compile(r'(?:W/)?"([1-9]\d{0,9})"', re.ASCII)
ON_LIST = frozenset({401, 403, 422, 503})
ON_TODO = ON_LIST | {404}
ON_CHANGE = ON_TODO | {409}

router = Router()

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag last seen; a todo changed since then answers 409.")
]


@router.get("/{user_id}/todos", response={200: TodoPage, ON_LIST: ErrorBody})
async def list_todos(request: HttpRequest, user_id: str, query: Query[TodoQuery]):
    """The todos of one view, page by page."""
    user = await authenticate(request)
    check_subject(user, user_id)
    return await read_page(user, query)


@router.post("/{user_id}/todos", response={201: TodoOut, ON_LIST: ErrorBody})
async def create_todo(request: HttpRequest, user_id: str, body: TodoIn, response: HttpResponse):
    """Add a todo."""
    user = await authenticate(request)
    check_subject(user, user_id)
    now = timezone.now()
    written = await database_unit(commands.add_todo)(user, now=now, **body.model_dump())
    response["Location"] = f"/api/{user_id}/todos/{written.todo.id}"
    return Status(201, answer(written.todo, user, response))


@router.get("/{user_id}/todos/{todo_id}", response={200: TodoOut, ON_TODO: ErrorBody})
async def read_todo(request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse):
    """One todo, also from the trash."""
    user = await authenticate(request)
    check_subject(user, user_id)
    todo = await database_unit(commands.get_todo)(user, id_of(todo_id))
    return answer(todo, user, response)


@router.patch("/{user_id}/todos/{todo_id}", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def change_todo(
    request: HttpRequest,
    user_id: str,
    todo_id: str,
    body: TodoPatch,
    *,
    response: HttpResponse,
    if_match: IfMatch = None,
):
    """Change some fields of a todo."""
    fields = body.model_dump(exclude_unset=True)
    return await run_command(
        commands.update_todo, request, user_id, todo_id, if_match=if_match, response=response, **fields
    )


@router.delete("/{user_id}/todos/{todo_id}", response={204: None, ON_CHANGE: ErrorBody})
async def trash_todo(
    request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse, if_match: IfMatch = None
):
    """Move a todo to the trash."""
    await run_command(commands.delete_todo, request, user_id, todo_id, if_match=if_match, response=response)
    return Status(204, None)


@router.post("/{user_id}/todos/{todo_id}/complete", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def complete_todo(
    request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse, if_match: IfMatch = None
):
    """Mark a todo as done; one that is done stays as it is."""
    return await run_command(commands.complete_todo, request, user_id, todo_id, if_match=if_match, response=response)


@router.post("/{user_id}/todos/{todo_id}/reopen", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def reopen_todo(
    request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse, if_match: IfMatch = None
):
    """Make a done todo open again."""
    return await run_command(commands.reopen_todo, request, user_id, todo_id, if_match=if_match, response=response)


@router.post("/{user_id}/todos/{todo_id}/restore", response={200: TodoOut, ON_CHANGE: ErrorBody})
async def restore_todo(
    request: HttpRequest, user_id: str, todo_id: str, response: HttpResponse, if_match: IfMatch = None
):
    """Take a todo out of the trash, open or done as it was."""
    return await run_command(commands.restore_todo, request, user_id, todo_id, if_match=if_match, response=response)


async def run_command(
    command: Callable[..., Written],
    request: HttpRequest,
    user_id: str,
    todo_id: str,
    *,
    if_match: str | None,
    response: HttpResponse,
    **fields: Any,
) -> TodoOut:
    """One command on one todo of the user whose address it is, answered with the todo as stored."""
    user = await authenticate(request)
    check_subject(user, user_id)
    written = await database_unit(command)(
        user, id_of(todo_id), now=timezone.now(), expected_version=version_of(if_match), **fields
    )
    return answer(written.todo, user, response)


@database_unit
def read_page(user: User, query: TodoQuery) -> TodoPage:
    now = timezone.now()
    todos = Todo.objects.for_user(user).in_view(query.filter, now, now.astimezone(user.zone).date())
    todos = todos.containing(*query.q.split())
    if query.tag:
        todos = todos.tagged(query.tag.lower())
    rows, cursor = todos.page(query.sort or natural_sort(query.filter), query.limit, query.cursor)
    return TodoPage(items=[todo_out(todo, user.zone, now) for todo in rows], next=cursor)


def answer(todo: Todo, user: User, response: HttpResponse) -> TodoOut:
    response["ETag"] = f'"{todo.version}"'
    return todo_out(todo, user.zone, timezone.now())


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
        raise ValidationFailed(details={"If-Match": 'Send the ETag of the todo as it came, such as "3".'})
    return int(etag[1])
