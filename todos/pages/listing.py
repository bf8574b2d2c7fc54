"""The list of todos on a page: what its address asks for, the rows, and the headings they stand under."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from habits.values import Habits
from language.dates import date_text
from language.due import Due, instant_of
from todos.fields.sorting import natural_sort
from todos.finding.figures import counts_of, tags_in_use
from todos.finding.selection import Selection
from todos.models import Todo
from web.errors import ValidationFailed

PAGE_SIZE = 100
WEEK_SIZE = 500
WEEK = 7
OVERDUE = gettext_lazy("Overdue")
FILTERS = {
    "all": gettext_lazy("All"),
    "today": gettext_lazy("Today"),
    "upcoming": gettext_lazy("Upcoming"),
    "week": gettext_lazy("Week"),
    "overdue": OVERDUE,
    "done": gettext_lazy("Done"),
    "trash": gettext_lazy("Trash"),
}
# The view of the todos behind each filter, where that has another name: what is overdue stands above what is due today.
VIEWS = {"today": "due", "week": "open"}
# Filters that are offered only where there is something behind them, or while they are open.
ONLY_WHERE_NEEDED = {"overdue"}
SORTS = {
    "": gettext_lazy("By date"),
    "priority": gettext_lazy("By priority"),
    "title": gettext_lazy("By title"),
    "created": gettext_lazy("Newest first"),
}
# The headings of rows.
DONE, LATE, NO_DATE, LATER = "done", "overdue", "no date", "later"
HEADINGS = {
    LATE: OVERDUE,
    "today": gettext_lazy("Today"),
    "tomorrow": gettext_lazy("Tomorrow"),
    "week": gettext_lazy("Next 7 days"),
    LATER: gettext_lazy("Later"),
    NO_DATE: gettext_lazy("No date"),
    DONE: gettext_lazy("Done"),
    "": "",
}
DAYS_AHEAD = ((0, "today"), (1, "tomorrow"), (7, "week"))


@dataclass(frozen=True)
class ListQuery:
    """What an address asks for; a value that is no choice counts as none. `first` begins a week, None is today."""

    filter: str = "all"
    words: str = ""
    tag: str = ""
    sort: str = ""
    after: str = ""
    first: datetime.date | None = None

    @property
    def is_search(self) -> bool:
        return bool(self.words or self.tag)

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> ListQuery:
        return cls(
            filter=choice(params.get("filter", ""), FILTERS, "all"),
            words=storable_param(params.get("q", "")),
            tag=storable_param(params.get("tag", "")).removeprefix("#").lower(),
            sort=choice(params.get("sort", ""), SORTS, ""),
            after=params.get("after", ""),
            first=day_of(params.get("from", "")),
        )


@dataclass(frozen=True)
class FilterLink:
    name: str
    label: str
    count: int
    active: bool


@dataclass(frozen=True)
class TodoGroup:
    """Rows under a heading, which is not drawn where it is empty. `day` is when all of them are due.

    `to` is the day that a row gets which is dropped here, as a date, or empty; None where there are several.
    """

    heading: str
    todos: list[Todo]
    day: datetime.date | None = None
    to: str | None = None


@dataclass(frozen=True)
class TodoListing:
    """One page of rows under their headings, with what the toolbar shows."""

    query: ListQuery
    filters: list[FilterLink]
    groups: list[TodoGroup]
    tags: list[str]
    after: str | None
    open_count: int
    done_count: int
    first_day: datetime.date
    turns_at: datetime.datetime
    turns_in_seconds: int

    @property
    def label(self) -> str:
        return str(FILTERS[self.query.filter])

    @property
    def shows_week(self) -> bool:
        """Seven days beside each other, where there is room; a search finds less than that."""
        return self.query.filter == "week" and not self.query.is_search

    @property
    def week_before(self) -> datetime.date:
        return self.first_day - datetime.timedelta(days=WEEK)

    @property
    def week_after(self) -> datetime.date:
        return self.first_day + datetime.timedelta(days=WEEK)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in SORTS.items()]

    @property
    def order_label(self) -> str:
        """What the button beside the search leads to."""
        return _("Sort and tags") if self.tags else _("Sort")

    @property
    def chosen(self) -> str:
        """What is shown, where that is not all: “Today, with “milk”, tagged #home, by title”."""
        words, tag, sort = self.query.words, self.query.tag, self.query.sort
        parts = [
            words and _("with “%(words)s”") % {"words": words},
            tag and _("tagged #%(tag)s") % {"tag": tag},
            sort and f"{SORTS[sort]}".lower(),
        ]
        return ", ".join([self.label, *filter(None, parts)])

    @property
    def nothing_found(self) -> str:
        looked_for = {"words": self.query.words, "tag": self.query.tag, "label": self.label}
        return nothing_found_sentence(self.query) % looked_for


def nothing_found_sentence(query: ListQuery) -> str:
    """With places for `words`, `tag` and the `label` of the filter, as far as they were chosen."""
    if query.filter == "all":
        if query.words and query.tag:
            return _("Nothing matches “%(words)s” and is tagged #%(tag)s.")
        return _("Nothing matches “%(words)s”.") if query.words else _("Nothing is tagged #%(tag)s.")
    if query.words and query.tag:
        return _("Nothing under %(label)s matches “%(words)s” and is tagged #%(tag)s.")
    if query.words:
        return _("Nothing under %(label)s matches “%(words)s”.")
    return _("Nothing under %(label)s is tagged #%(tag)s.")


def choice(word: str, choices: Mapping[str, object], default: str) -> str:
    return word if word in choices else default


def day_of(text: str) -> datetime.date | None:
    """A day as an address has it, of a year that has weeks around it."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if datetime.MINYEAR < day.year < datetime.MAXYEAR else None


def opens_on_today(user: User, params: Mapping[str, str], now: datetime.datetime) -> bool:
    """Whether the list, asked for without a choice, begins with today: where something is due."""
    if params.keys() & {"filter", "q", "tag", "sort", "after"}:
        return False
    return Todo.objects.for_user(user).in_view("due", now, now.date()).exists()


def storable_param(text: str) -> str:
    """PostgreSQL refuses NUL even to compare with."""
    return text.replace("\0", "").strip()


def todo_listing(user: User, query: ListQuery, now: datetime.datetime) -> TodoListing:
    """`now` is in the user's zone. Four queries, whatever the number of rows."""
    counts = counts_of(user, {"open", *(VIEWS.get(name, name) for name in FILTERS)}, now, now.date())
    rows, after = rows_of(user, query, now)
    turns_at = turn_of(rows, now)
    return TodoListing(
        query=query,
        filters=filter_links(query, counts),
        groups=week_groups(rows, query, now, user.habits) if query.filter == "week" else todo_groups(rows, query, now),
        tags=tags_in_use(user),
        after=after,
        open_count=counts["open"],
        done_count=counts["done"],
        first_day=first_day_of(query, now),
        turns_at=turns_at,
        turns_in_seconds=math.ceil((turns_at - now).total_seconds()),
    )


def turn_of(todos: Iterable[Todo], now: datetime.datetime) -> datetime.datetime:
    """When these rows are to be drawn again although nobody changed them: one gets overdue, or the day ends."""
    midnight = instant_of(now.date() + datetime.timedelta(days=1), datetime.time(), zone_of(now))
    return min([midnight, *(todo.due_at for todo in todos if todo.due_at and todo.due_at > now)])


def filter_links(query: ListQuery, counts: Mapping[str, int]) -> list[FilterLink]:
    links = [
        FilterLink(name, str(label), 0 if name == "week" else counts[VIEWS.get(name, name)], name == query.filter)
        for name, label in FILTERS.items()
    ]
    return [link for link in links if link.count or link.active or link.name not in ONLY_WHERE_NEEDED]


def rows_of(user: User, query: ListQuery, now: datetime.datetime) -> tuple[list[Todo], str | None]:
    """The rows of one page and where the next one begins. An address with a spoilt beginning shows the first page."""
    first = last = None
    if query.filter == "week":
        first = first_day_of(query, now)
        last = first + datetime.timedelta(days=WEEK - 1)
    view, words = VIEWS.get(query.filter, query.filter), tuple(query.words.split())
    chosen = Selection(user, now, view, words, query.tag, first=first, last=last)
    sort, size = query.sort or natural_sort(query.filter), WEEK_SIZE if query.filter == "week" else PAGE_SIZE
    try:
        return chosen.page(sort, size, query.after or None)
    except ValidationFailed:
        return chosen.page(sort, size)


def todo_groups(todos: Iterable[Todo], query: ListQuery, now: datetime.datetime) -> list[TodoGroup]:
    """Rows under “Overdue”, “Today” …; one group without a heading where the order is not by date."""
    dated = not query.sort and query.filter in {"all", "upcoming", "today"}
    groups: dict[str, list[Todo]] = {}
    for todo in todos:
        groups.setdefault(heading(todo, now) if dated else "", []).append(todo)
    # One of today is overdue before the others where it has a time, and may stand behind them by hand.
    names = sorted(groups, key=lambda name: name != LATE)
    return [TodoGroup(str(HEADINGS[name]), groups[name], to=place_of(name, now)) for name in names]


def place_of(heading: str, now: datetime.datetime) -> str | None:
    """The day under a heading, as a date or empty; None where there are several."""
    days = {"today": 0, "tomorrow": 1}.get(heading)
    if days is None:
        return "" if heading == NO_DATE else None
    return (now.date() + datetime.timedelta(days=days)).isoformat()


def first_day_of(query: ListQuery, now: datetime.datetime) -> datetime.date:
    """Of a week."""
    return query.first or now.date()


def week_groups(todos: Iterable[Todo], query: ListQuery, now: datetime.datetime, habits: Habits) -> list[TodoGroup]:
    """Seven days, also those on which nothing is due; of a search those alone on which something is found."""
    first = first_day_of(query, now)
    days: dict[datetime.date | None, list[Todo]] = {first + datetime.timedelta(days=n): [] for n in range(WEEK)}
    for todo in todos:
        days[todo.due_date].append(todo)
    if query.is_search:
        days = {day: rows for day, rows in days.items() if rows}
    zone = zone_of(now)
    return [
        TodoGroup(capfirst(date_text(Due(day), zone, now, habits)), rows, day, day.isoformat())
        for day, rows in days.items()
        if day is not None
    ]


def zone_of(now: datetime.datetime) -> ZoneInfo:
    return cast(ZoneInfo, now.tzinfo)


def heading(todo: Todo, now: datetime.datetime) -> str:
    """A key of HEADINGS."""
    if todo.completed_at:
        return DONE
    if todo.due_date is None:
        return NO_DATE
    if todo.is_overdue(now, now.date()):
        return LATE
    days = (todo.due_date - now.date()).days
    return next((name for limit, name in DAYS_AHEAD if days <= limit), LATER)
