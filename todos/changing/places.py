"""The order of a day by hand. Places are numbers far apart, so that moving a todo changes that todo alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from todos.models import Todo, TodoQuerySet
from web.errors import ValidationFailed

STEP = 2**32


@dataclass(frozen=True)
class Beside:
    """Where a todo is to stand: right behind `after`, else right before `before`, else first."""

    after: UUID | None = None
    before: UUID | None = None


def position_beside(todo: Todo, neighbours: TodoQuerySet, beside: Beside) -> int | None:
    """The number of that place among the neighbours, whose owner is locked; the one it has where it stands there.

    The neighbours are the open todos of the day. Those above the place are numbered where they were not: that says the
    order that they are in already, and is no change of theirs.
    """
    rows = list(neighbours.by_urgency().only("pk", "position"))
    others = [row for row in rows if row.pk != todo.pk]
    place = place_of(beside, [row.pk for row in others])
    if place < len(rows) and rows[place].pk == todo.pk:
        return todo.position
    above, below = others[place - 1] if place else None, others[place] if place < len(others) else None
    if above and not has_room(above, below):
        number_anew(neighbours, rows, 1 + rows.index(above))
        todo.position = next((row.position for row in rows if row.pk == todo.pk), todo.position)
    return between(above.position if above else None, below.position if below else None)


def place_of(beside: Beside, ids: Sequence[UUID]) -> int:
    """How many todos of its day stand before it."""
    if beside.after is None and beside.before is None:
        return 0
    if beside.after in ids:
        return 1 + ids.index(beside.after)
    if beside.before in ids:
        return ids.index(beside.before)
    raise ValidationFailed(details={"after": _("This is no open todo of the same day.")})


def has_room(above: Todo, below: Todo | None) -> bool:
    """Whether a number is free between the two; what has none itself comes behind all that have."""
    if above.position is None:
        return False
    return below is None or below.position is None or below.position - above.position > 1


def between(lower: int | None, upper: int | None) -> int:
    if lower is None:
        return 0 if upper is None else upper - STEP
    return lower + STEP if upper is None else (lower + upper) // 2


def number_anew(neighbours: TodoQuerySet, rows: Sequence[Todo], count: int) -> None:
    """The first so many rows, and all that have numbers, which come first. Those that left the day meanwhile do not."""
    numbered = [row for place, row in enumerate(rows) if place < count or row.position is not None]
    for place, row in enumerate(numbered, start=1):
        row.position = place * STEP
    # Locked in the order of accounts/locks.py, because the update takes them in any.
    mine = neighbours.select_for_update(no_key=True).filter(pk__in=[row.pk for row in numbered]).order_by("pk")
    there = set(mine.values_list("pk", flat=True))
    Todo.objects.bulk_update([row for row in numbered if row.pk in there], ["position"])
