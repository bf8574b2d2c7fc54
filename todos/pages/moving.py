"""Moving a todo: to another day, and to a place among the others of its day."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.locks import lock_user
from accounts.models import User
from accounts.pages.sign_in import PageRequest, address_after, signed_in
from database.units import database_unit
from habits.wording import when_text
from language.dates import date_text
from language.errors import DateNotUnderstood
from todos.changing.changes import Origin
from todos.changing.places import Beside
from todos.commands import TodoFields, Written, get_todo, update_todo
from todos.models import Todo, TodoChange
from web.errors import ValidationFailed
from web.pages.missing import missing_as_404

from .views import BY_PAGE, undo_address

# What another move has changed. Whatever else is changed meanwhile, a move leaves as it is.
MOVED = ("due_date", "due_time", "due_zone", "position")


class MoveForm(forms.Form):
    """`to` is a day in words, or as a date; empty for none. What of the rest cannot be read says nothing.

    `after` and `before` are the rows that the place is between, and `version` is the one that the person saw.
    """

    to = forms.CharField(required=False)
    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)
    version = forms.IntegerField(required=False)


@dataclass(frozen=True)
class Notice:
    """What the person is told, and the address of the button beside it: it undoes the move, or insists on it."""

    level: int
    sentence: str
    address: str = ""


@require_POST
@signed_in
async def move(request: PageRequest, todo_id: UUID) -> HttpResponse:
    """What is said in words as everywhere; a time of day stays as it is."""
    form = MoveForm(request.GET.dict() | request.POST.dict())
    form.is_valid()
    try:
        with missing_as_404():
            notice = await move_and_tell(request.acting_user, todo_id, form.cleaned_data)
    except (ValidationFailed, DateNotUnderstood) as refusal:
        notice = Notice(messages.ERROR, " ".join(refusal.details.values()) or refusal.sentence)
    messages.add_message(request, notice.level, notice.sentence, extra_tags=notice.address)
    return redirect(address_after(request, "todos"))


@database_unit
def move_and_tell(user: User, todo_id: UUID, wish: dict[str, Any]) -> Notice:
    """A place that has changed meanwhile stays, until the person says so again."""
    lock_user(user)  # others of the day may get numbers
    todo, now = get_todo(user, todo_id), timezone.now()
    if todo.completed_at or todo.deleted_at:
        in_trash = _("“%(title)s” was moved to the trash meanwhile, and was not moved.")
        done = _("“%(title)s” was completed meanwhile, and was not moved.")
        return Notice(messages.WARNING, (in_trash if todo.deleted_at else done) % {"title": todo.title})
    if was_moved_since(todo, wish.get("version")):
        address = reverse("move_todo", args=[todo.pk])
        again = {name: wish.get(name) or "" for name in ("to", "after", "before")}
        sentence = _("“%(title)s” was moved elsewhere meanwhile, and stays there (%(when)s).")
        words = {"title": todo.title, "when": date_text(todo.wall_due, user.zone, now, user.habits) or _("no date")}
        return Notice(messages.WARNING, sentence % words, f"{address}?{urlencode(again)}")
    beside = place_in(todos_of_day(user, wish.get("to", "")), wish.get("after"), wish.get("before"))
    written = moved(user, todo.pk, now, BY_PAGE, wish.get("to", ""), beside)
    return Notice(messages.SUCCESS, moved_sentence(written, todo, user, now), undo_address(written))


def moved(
    user: User, todo_id: UUID, now: datetime.datetime, by: Origin, day: str, beside: Beside | None = None
) -> Written:
    """To another day, which is said in words as everywhere; a time of day stays as it is."""
    todo = get_todo(user, todo_id)
    fields: TodoFields = {}
    if day != (todo.due_date.isoformat() if todo.due_date else ""):
        fields["due"] = f"{day} {todo.due_time:%H:%M}" if day and todo.due_time else day or None
    return update_todo(user, todo_id, now=now, by=by, beside=beside, **fields)


def was_moved_since(todo: Todo, version: int | None) -> bool:
    """Whether another date or place was given to it after the version that the person saw."""
    if version is None or version == todo.version:
        return False
    for change in TodoChange.objects.for_user(todo.owner).filter(todo_id=todo.pk).newest_first():
        if not change.before or not change.after or change.before["version"] < version:
            break
        if any(change.before.get(name) != change.after.get(name) for name in MOVED):
            return True
    return False


def todos_of_day(user: User, day: str) -> list[UUID]:
    """The open todos of a day given as a date, or of those without one; no others have a place that can be named."""
    try:
        date = datetime.date.fromisoformat(day) if day else None
    except ValueError:
        return []
    return list(Todo.objects.for_user(user).open().filter(due_date=date).by_urgency().values_list("pk", flat=True))


def step_addresses(user: User, todo: Todo) -> dict[str, str]:
    """What moves an open todo to the top of its day, or one place up or down: buttons that need no script."""
    day = todo.due_date.isoformat() if todo.due_date else ""
    ids = todos_of_day(user, day)
    if todo.pk not in ids:
        return {}
    place, address = ids.index(todo.pk), reverse("move_todo", args=[todo.pk])
    beside = {
        "first": ("before", ids[0]) if place > 1 else None,
        "up": ("before", ids[place - 1]) if place else None,
        "down": ("after", ids[place + 1]) if ids[place + 1 :] else None,
    }
    return {
        name: f"{address}?{urlencode({'to': day, which[0]: which[1], 'version': todo.version})}"
        for name, which in beside.items()
        if which
    }


def place_in(ids: list[UUID], after: UUID | None, before: UUID | None) -> Beside | None:
    """Beside the neighbour that is still there; None where neither is, or none was named."""
    if after in ids:
        return Beside(after=after)
    return Beside(before=before) if before in ids else None


def moved_sentence(written: Written, before: Todo, user: User, now: datetime.datetime) -> str:
    todo = written.todo
    words: dict[str, Any] = {"title": todo.title}
    if not written.changed:
        return _("“%(title)s” is there already.") % words
    if (todo.due_date, todo.due_time) == (before.due_date, before.due_time):
        ids = todos_of_day(user, todo.due_date.isoformat() if todo.due_date else "")
        words |= {"place": ids.index(todo.pk) + 1, "total": len(ids)}
        return _("Moved “%(title)s” to place %(place)d of %(total)d.") % words
    words["when"] = when_text(date_text(todo.wall_due, user.zone, now, user.habits))
    return (_("Moved “%(title)s” to %(when)s.") if words["when"] else _("“%(title)s” has no date now.")) % words
