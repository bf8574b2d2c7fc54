"""Editing a todo: a page, and a panel beside the list that saves while it is written in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from accounts.pages.sign_in import PageRequest, address_after, is_htmx, render_page, signed_in
from database.units import database_unit
from language.errors import DateNotUnderstood
from todos.changing.changes import Origin
from todos.commands import Written, get_todo, told, update_todo
from todos.errors import VersionConflict
from todos.finding.figures import tags_in_use
from todos.models import Door, Todo
from web.errors import ValidationFailed
from web.pages.missing import missing_as_404

from .edit_form import DAYS, REMINDERS, REPEATS, TodoForm
from .forms import add_reasons
from .moving import step_addresses
from .views import undo_address

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def edit(request: PageRequest, todo_id: UUID) -> HttpResponse:
    with missing_as_404():
        if request.method != "POST":
            return await edit_page(request, todo_id)
        form = TodoForm(request.POST, auto_id="edit-%s")
        try:
            if form.is_valid():
                await save(request, todo_id, form)
                return (
                    await edit_page(request, todo_id) if is_htmx(request) else redirect(address_after(request, "todos"))
                )
        except VersionConflict as conflict:
            return await edit_page(request, todo_id, form, CONFLICT, conflict)
        except (ValidationFailed, DateNotUnderstood) as refusal:
            add_reasons(form, refusal)
        return await edit_page(request, todo_id, form, UNPROCESSABLE)


@database_unit
def save(request: PageRequest, todo_id: UUID, form: TodoForm) -> None:
    """One act, which one Undo takes back; what changed nothing says nothing."""
    user, now, by = request.acting_user, timezone.now(), Origin(Door.PAGE, act=uuid7())
    version, also = form.cleaned_data["version"], form.cleaned_data["remind_also"]
    fields = form.todo_fields(get_todo(user, todo_id), user)
    written = update_todo(user, todo_id, now=now, by=by, expected_version=version, **fields)
    acts = [written]
    if also:
        # Beside those that stay, which the first change has settled.
        acts.append(update_todo(user, todo_id, now=now, by=by, remind=[f"also {also}"]))
    if last := changed_last(acts):
        saved = _("Saved “%(title)s”.") % {"title": last.todo.title}
        notice = " ".join(filter(None, [saved, told(last, user, now)]))
        messages.success(request, notice, extra_tags=undo_address(last))


def changed_last(acts: list[Written]) -> Written | None:
    return next((written for written in reversed(acts) if written.changed), None)


@database_unit
def edit_page(
    request: PageRequest,
    todo_id: UUID,
    form: TodoForm | None = None,
    status: int = 200,
    conflict: VersionConflict | None = None,
) -> HttpResponse:
    """The page, or what stands in the panel."""
    todo = get_todo(request.acting_user, todo_id)
    if form and conflict:
        # Saving again overwrites the other change.
        form.data = request.POST.copy()
        form.data["version"] = str(todo.version)
    context = {
        "section": "todos",
        "here": address_after(request, "todos"),
        "todo": todo,
        "conflict": conflict,
        "steps": None if is_htmx(request) else step_addresses(request.acting_user, todo),
        **pickers(request, todo, form or TodoForm.of(todo, request.acting_user)),
    }
    template = "todos/_editing.html" if is_htmx(request) else "todos/edit.html"
    return render_page(request, template, context, status)


def pickers(request: PageRequest, todo: Todo, form: TodoForm) -> dict[str, Any]:
    """The form, and what can be picked in it."""
    user = request.acting_user
    in_use = tags_in_use(user)
    tags = form.tag_choices(todo, in_use)
    return {
        "form": form,
        "days": DAYS,
        "repeat_words": REPEATS,
        "remind_words": REMINDERS,
        "tags_in_use": in_use,
        "tag_choices": tags,
        "tags_typed": form.tags_typed(tags),
        "reminder_choices": form.reminder_choices(todo, user, timezone.now()),
    }
