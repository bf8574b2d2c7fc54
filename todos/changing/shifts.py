"""Dates that move by a distance, “2 days later”: the same words said twice move a todo once."""

import datetime
from typing import Any

from language.dates.shifts import is_shift, says_again
from todos.models import SHIFT_MAX, Todo, TodoChange

from .changes import snapshot

# So long after a move, the same words are taken for the same request, and not for another day's wish.
SHORTLY = datetime.timedelta(hours=1)
DUE = ("due_date", "due_time", "due_zone")


def shift_in(due: Any) -> str:
    """The words of a distance from the date there is, folded; empty for any other date."""
    if not isinstance(due, str) or len(due) > SHIFT_MAX:
        return ""
    words = " ".join(due.casefold().split())
    return words if is_shift(words) else ""


def is_made_already(shift: str, todo: Todo, now: datetime.datetime) -> bool:
    """Whether these words have moved the todo shortly before, and its date is still the one they made.

    Who wants it moved once more says so: “another 2 days later”. A move that was undone is no move.
    """
    if not shift or says_again(shift):
        return False
    changes = TodoChange.objects.for_user(todo.owner).in_effect().filter(todo_id=todo.pk, shift=shift)
    last = changes.filter(created_at__gt=now - SHORTLY).newest_first().first()
    if last is None or last.after is None:
        return False
    current = snapshot(todo)
    return all(last.after[name] == current[name] for name in DUE)
