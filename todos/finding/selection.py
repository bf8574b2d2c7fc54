"""Which todos a list shows: the same words mean the same for the tool and for the API."""

import datetime
from collections.abc import Iterable

from accounts.models import User
from language.dates import resolve_date
from language.errors import DateNotUnderstood
from todos.fields.priority import Priority
from todos.models import Todo, TodoQuerySet
from web.errors import ValidationFailed


def select_todos(
    user: User,
    now: datetime.datetime,
    view: str,
    *,
    words: Iterable[str] = (),
    tag: str = "",
    priority: str | None = None,
    start: str = "",
    end: str = "",
) -> TodoQuerySet:
    """The user's todos of a view that meet all conditions; `start` and `end` are days, as phrases or ISO dates.

    Raises ValidationFailed for a phrase that is no date.
    """
    todos = Todo.objects.for_user(user).in_view(view, now, now.astimezone(user.zone).date()).containing(*words)
    if start or end:
        todos = todos.between(view, _day("start", start, user, now), _day("end", end, user, now), user.zone)
    if tag:
        todos = todos.tagged(tag.removeprefix("#").lower())
    return todos.filter(priority=Priority[priority.upper()]) if priority else todos


def _day(field: str, phrase: str, user: User, now: datetime.datetime) -> datetime.date | None:
    if not phrase:
        return None
    try:
        found = resolve_date(phrase, user.zone, now, habits=user.habits)
    except DateNotUnderstood as error:
        raise ValidationFailed(details={field: error.sentence}) from None
    return found.due.date if found.due else None
