"""Several rows that were selected, changed by one press and taken back by one Undo."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from accounts.locks import lock_user
from accounts.models import User
from accounts.pages.sign_in import PageRequest, address_after, signed_in
from database.units import database_unit
from language.errors import DateNotUnderstood
from todos.changing.changes import Origin
from todos.commands import Written, complete_todo, delete_todo, get_todo, update_todo
from todos.errors import TodoNotFound
from todos.models import Door
from web.errors import ValidationFailed
from web.pages.missing import missing_as_404

from .moving import moved

SELECTED_MAX = 100
Change = Callable[[User, UUID, datetime.datetime, Origin], Written]


@dataclass(frozen=True)
class Press:
    """What a button does to each todo, and the sentence about so many."""

    change: Change
    sentence: Callable[[int], str]


@require_POST
@signed_in
async def change_selected(request: PageRequest) -> HttpResponse:
    """Complete, delete, move or tag the todos that are ticked; those that others removed meanwhile are left out."""
    back = redirect(address_after(request, "todos"))
    try:
        press = press_of(request.POST)
        with missing_as_404():
            ids = selected_ids(request.POST.getlist("todo"))
            written = await database_unit(change_each)(request.acting_user, ids, press.change, timezone.now())
    except (ValidationFailed, DateNotUnderstood) as refusal:
        messages.error(request, " ".join(refusal.details.values()) or refusal.sentence)
        return back
    changes = [each.change for each in written if each.change]
    undo = reverse("undo_change", args=[changes[-1].pk]) if changes else ""
    sentence = press.sentence(len(changes)) if changes else _("Nothing needed a change.")
    messages.success(request, sentence, extra_tags=undo)
    return back


def press_of(form: QueryDict) -> Press:
    """The button that was pressed, with the field beside it."""
    day, tag = form.get("to"), form.get("tag", "").strip()
    if form.get("act") == "complete":
        return Press(completed, completed_words)
    if form.get("act") == "delete":
        return Press(deleted, deleted_words)
    if form.get("act") == "tag":
        if not tag:
            raise ValidationFailed(details={"tag": _("Write the tag that they are to have.")})
        return Press(partial(tagged, tag=tag), partial(tagged_words, tag=tag.removeprefix("#").lower()))
    return Press(partial(moved, day=day or ""), moved_words if day else undated_words)


def completed_words(count: int) -> str:
    return ngettext("Completed %(count)s todo.", "Completed %(count)s todos.", count) % {"count": count}


def deleted_words(count: int) -> str:
    sentence = ngettext("Moved %(count)s todo to the trash.", "Moved %(count)s todos to the trash.", count)
    return sentence % {"count": count}


def tagged_words(count: int, tag: str) -> str:
    sentence = ngettext("Tagged %(count)s todo with #%(tag)s.", "Tagged %(count)s todos with #%(tag)s.", count)
    return sentence % {"count": count, "tag": tag}


def moved_words(count: int) -> str:
    return ngettext("Moved %(count)s todo.", "Moved %(count)s todos.", count) % {"count": count}


def undated_words(count: int) -> str:
    sentence = ngettext("Took the date off %(count)s todo.", "Took the date off %(count)s todos.", count)
    return sentence % {"count": count}


def selected_ids(values: Iterable[str]) -> list[UUID]:
    try:
        ids = list(dict.fromkeys(map(UUID, values)))
    except ValueError as unreadable:
        raise TodoNotFound from unreadable
    if not 1 <= len(ids) <= SELECTED_MAX:
        raise ValidationFailed(details={"todo": _("Select 1 to %(most)s todos.") % {"most": SELECTED_MAX}})
    return ids


def change_each(user: User, ids: list[UUID], change: Change, now: datetime.datetime) -> list[Written]:
    """All or nothing, in one act: the ids in order, as accounts/locks.py has it."""
    lock_user(user)
    by = Origin(Door.PAGE, act=uuid7())
    todos = [get_todo(user, todo_id) for todo_id in sorted(ids)]
    return [change(user, todo.pk, now, by) for todo in todos if not todo.deleted_at]


def completed(user: User, todo_id: UUID, now: datetime.datetime, by: Origin) -> Written:
    return complete_todo(user, todo_id, now=now, by=by)


def deleted(user: User, todo_id: UUID, now: datetime.datetime, by: Origin) -> Written:
    return delete_todo(user, todo_id, now=now, by=by)


def tagged(user: User, todo_id: UUID, now: datetime.datetime, by: Origin, tag: str) -> Written:
    return update_todo(user, todo_id, now=now, by=by, add_tags=[tag])
