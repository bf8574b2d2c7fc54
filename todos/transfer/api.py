"""The API of files: all todos out, and todos in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api.schema import ErrorBody
from accounts.bearer import caller
from database.units import within_unit
from todos.changing.changes import Origin
from todos.models import Door
from web.errors import UnsupportedMediaType
from web.ratelimits import FILES_PER_USER, check_use
from web.repeats import Answer, answer_once

from .export import FormatName, export_response
from .importing import IMPORTS_PER_USER, MEDIA_TYPES, read_rows, write_rows
from .schema import ExportFile, ImportReport, TodoFile
from .tables.todoist import COLUMNS

CSV_CONTENT = {
    "schema": {
        "type": "string",
        "description": f"A table whose header names a title, such as Todoist's template: {','.join(COLUMNS)}.",
    }
}
EXPORT_DOCUMENTATION: dict[str, Any] = {"responses": {200: {"content": {"text/csv": CSV_CONTENT}}}}
IMPORT_DOCUMENTATION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": TodoFile.model_json_schema()},
            "text/csv": CSV_CONTENT,
        },
    }
}

router = Router()


@router.get(
    "/{user_id}/todos/export",
    response={200: ExportFile, frozenset({401, 403, 422, 429, 503}): ErrorBody},
    openapi_extra=EXPORT_DOCUMENTATION,
)
async def export_todos(request: HttpRequest, user_id: str, format: Query[FormatName] = "json") -> HttpResponseBase:
    """All your todos as a file.

    JSON has everything, also what is done or in the trash, and can be imported again. CSV is Todoist's template:
    open todos only, and four priorities instead of five. A cell that a spreadsheet could run as a formula begins with
    an apostrophe.
    """
    user = await caller(request, user_id)
    await check_use("file", user, FILES_PER_USER)
    return await export_response(user, format)


@router.post(
    "/{user_id}/todos/import",
    response={200: ImportReport, frozenset({401, 403, 413, 415, 422, 429, 503}): ErrorBody},
    openapi_extra=IMPORT_DOCUMENTATION,
)
async def import_todos(request: HttpRequest, user_id: str) -> HttpResponse:
    """Add up to 500 todos from our own JSON export, or from a CSV file: Todoist's, TickTick's, any with titles.

    Each row is added, skipped or refused on its own, with a reason. A todo that an earlier import of the file added, or
    that is here still, is skipped. What of a CSV row has no place in a todo, such as a section, a duration or a date in
    words that are not understood, goes into its notes, and so do comments; a subtask becomes a todo.
    """
    user = await caller(request, user_id)
    media_type = request.content_type or ""
    if media_type not in MEDIA_TYPES.values():
        raise UnsupportedMediaType(_("Send the file as application/json or text/csv."))
    await check_use("import", user, IMPORTS_PER_USER)
    now = timezone.now()
    rows = await read_rows(user, request.body, media_type, now)

    def write() -> Answer:
        return Answer(within_unit(write_rows)(rows, user, now, Origin(Door.API)))

    return await answer_once(request, user, write)
