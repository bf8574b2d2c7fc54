"""Todo pages. Each button is one command; afterwards the person is where they were."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.pages.sign_in import PageRequest, address_after, refusal_response, render_page, signed_in
from database.units import database_unit
from language.dates import date_text
from language.errors import DateNotUnderstood
from todos.changing.changes import Origin
from todos.changing.undo import undo
from todos.commands import (
    TodoFields,
    Written,
    add_todo,
    complete_todo,
    delete_todo,
    reopen_todo,
    restore_todo,
    told,
)
from todos.errors import NothingToUndo
from todos.models import Door
from web.app.keeping import kept_for
from web.errors import IdempotencyMismatch, ValidationFailed
from web.pages.missing import missing_as_404
from web.repeats import write_once
from web.requests.typed_at import moment_of

from .forms import QuickAddForm, add_reasons
from .listing import ListQuery, opens_on_today, todo_listing

UNPROCESSABLE = 422
BY_PAGE = Origin(Door.PAGE)


@require_safe
@signed_in
async def todos(request: PageRequest) -> HttpResponse:
    """Opens on today where something is due; the address says so, and the list stays there when all is ticked off."""
    now = timezone.now().astimezone(request.acting_user.zone)
    if await database_unit(opens_on_today)(request.acting_user, request.GET, now):
        return redirect(f"{reverse('todos')}?{urlencode(request.GET.dict() | {'filter': 'today'})}")
    return await list_page(request)


@database_unit
def list_page(request: PageRequest, status: int = 200, **context: Any) -> HttpResponse:
    now = timezone.now().astimezone(request.acting_user.zone)
    listing = todo_listing(request.acting_user, ListQuery.from_params(request.GET), now)
    page = render_page(request, "todos/todos.html", {"section": "todos", "listing": listing, **context}, status)
    return kept_for(request.acting_user.pk, page)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def add(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("todos")
    user = request.acting_user
    form = QuickAddForm(request.POST, user=user, now=timezone.now())
    try:
        form.now = moment_of(request)
        if form.is_valid():
            fields = form.todo_fields()
            added = await write_once(request, user, partial(add_and_tell, user, form.now, fields))
            if added:
                messages.success(request, added[1], extra_tags=undo_address(added[0]))
            return redirect(address_after(request, "todos"))
    except (ValidationFailed, DateNotUnderstood, IdempotencyMismatch) as refusal:
        add_reasons(form, refusal)
    return await list_page(request, UNPROCESSABLE, here=address_after(request, "todos"), quick_add=form)


def add_and_tell(user: User, now: datetime.datetime, fields: TodoFields) -> tuple[Written, str]:
    written = add_todo(user, now=now, by=BY_PAGE, **fields)
    return written, added_sentence(written, user, timezone.now())


def added_sentence(written: Written, user: User, now: datetime.datetime) -> str:
    """What was added, and how its date and repeat were understood."""
    todo = written.todo
    when = date_text(todo.wall_due, user.zone, now, user.habits)
    understood = ", ".join(filter(None, [when, todo.repeats_text(user.habits)]))
    sentence = _("Added “%(title)s”, %(when)s.") if understood else _("Added “%(title)s”.")
    return " ".join(filter(None, [sentence % {"title": todo.title, "when": understood}, told(written, user, now)]))


@require_POST
@signed_in
async def parse(request: PageRequest) -> HttpResponse:
    """The parts of a line that is being written."""
    form = QuickAddForm(request.POST, user=request.acting_user, now=timezone.now())
    form.is_valid()
    return render(request, "todos/_quick_add_parts.html", {"quick_add": form, "typing": True})


@require_POST
@signed_in
async def complete(request: PageRequest, todo_id: UUID) -> HttpResponse:
    return await change(request, complete_todo, todo_id, _("Completed “%(title)s”."))


@require_POST
@signed_in
async def reopen(request: PageRequest, todo_id: UUID) -> HttpResponse:
    return await change(request, reopen_todo, todo_id, _("“%(title)s” is open again."))


@require_POST
@signed_in
async def delete(request: PageRequest, todo_id: UUID) -> HttpResponse:
    return await change(request, delete_todo, todo_id, _("Moved “%(title)s” to the trash."))


@require_POST
@signed_in
async def restore(request: PageRequest, todo_id: UUID) -> HttpResponse:
    return await change(request, restore_todo, todo_id, _("“%(title)s” is back."))


async def change(request: PageRequest, command: Callable[..., Written], todo_id: UUID, sentence: str) -> HttpResponse:
    """Run a command and go back; the notice offers to undo it."""
    user = request.acting_user
    try:
        with missing_as_404():
            now = moment_of(request)
            written = await write_once(request, user, partial(command, user, todo_id, now=now, by=BY_PAGE))
    except (ValidationFailed, IdempotencyMismatch) as refusal:
        # Of headers that only the script sends.
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    if written is None:
        return redirect(address_after(request, "todos"))
    notice = " ".join(filter(None, [sentence % {"title": written.todo.title}, written.note]))
    messages.success(request, notice, extra_tags=undo_address(written))
    return redirect(address_after(request, "todos"))


def undo_address(written: Written) -> str:
    return reverse("undo_change", args=[written.change.pk]) if written.change else ""


@require_POST
@signed_in
async def take_back(request: PageRequest, **target: UUID) -> HttpResponse:
    """Undo a change, a tool call or a turn; what was left alone is said."""
    with missing_as_404():
        try:
            report = await database_unit(undo)(request.acting_user, now=timezone.now(), by=BY_PAGE, **target)
        except NothingToUndo as refusal:
            messages.warning(request, refusal.sentence)
            return redirect(address_after(request, "todos"))
    redo = reverse("undo_change", args=[report.change_id]) if report.change_id else ""
    messages.success(request, report.sentence, extra_tags=redo)
    return redirect(address_after(request, "todos"))
