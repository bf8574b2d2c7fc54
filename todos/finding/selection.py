"""Which todos a list shows: the same words mean the same for the tool and for the API."""

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from database.prepared import PreparedQuery
from language.dates import resolve_date
from language.errors import DateNotUnderstood
from todos.fields.priority import Priority
from todos.fields.sorting import SORTS
from todos.models import Todo, TodoQuerySet, load_moments, load_tags
from web.errors import ValidationFailed

from .figures import DAY, NOW, OWNER


@dataclass(frozen=True)
class Selection:
    """The user's todos of a view that meet all conditions; `first` and `last` are days of the user, None is open."""

    user: User
    now: datetime.datetime
    view: str
    words: tuple[str, ...] = ()
    tag: str = ""
    priority: str | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None

    @property
    def day(self) -> datetime.date:
        """The user's today."""
        return self.now.astimezone(self.user.zone).date()

    @property
    def is_whole_view(self) -> bool:
        return not (self.words or self.tag or self.priority or self.first or self.last)

    @property
    def todos(self) -> TodoQuerySet:
        todos = Todo.objects.for_user(self.user).in_view(self.view, self.now, self.day).containing(*self.words)
        if self.first or self.last:
            todos = todos.between(self.view, self.first, self.last, self.user.zone)
        if self.tag:
            todos = todos.tagged(self.tag.removeprefix("#").lower())
        return todos.filter(priority=Priority[self.priority.upper()]) if self.priority else todos

    def page(self, sort: str, limit: int, cursor: str | None = None) -> tuple[list[Todo], str | None]:
        """At most `limit` todos after the cursor, with tags and reminders, and the cursor of the next page or None."""
        if cursor or not self.is_whole_view:
            return self.todos.page(sort, limit, cursor)
        found = beginning(self.view, sort, limit + 1).models(owner=self.user.pk, now=self.now, day=self.day)
        rows, following = SORTS[sort].cut(found, limit)
        load_tags(rows)
        load_moments(rows)
        return rows, following


@functools.lru_cache(maxsize=100)
def beginning(view: str, sort: str, limit: int) -> PreparedQuery[Todo]:
    """What is asked for most: a whole view from its beginning."""
    return PreparedQuery(lambda: Todo.objects.for_user(OWNER).in_view(view, NOW, DAY).sorted_by(sort)[:limit])


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
) -> Selection:
    """`start` and `end` are days, as phrases or ISO dates. Raises ValidationFailed for a phrase that is no date."""
    first, last = _day("start", start, user, now), _day("end", end, user, now)
    return Selection(user, now, view, tuple(words), tag, priority, first, last)


def _day(field: str, phrase: str, user: User, now: datetime.datetime) -> datetime.date | None:
    if not phrase:
        return None
    try:
        found = resolve_date(phrase, user.zone, now, habits=user.habits)
    except DateNotUnderstood as error:
        raise ValidationFailed(details={field: error.sentence}) from None
    return found.due.date if found.due else None
