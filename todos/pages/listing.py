"""The list of todos on a page: what its address asks for, the rows, and the headings they stand under."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import User
from todos.models import Todo, TodoQuerySet
from todos.sorting import natural_sort
from web.errors import ValidationFailed

PAGE_SIZE = 100
FILTERS = {
    "all": "All",
    "today": "Today",
    "upcoming": "Upcoming",
    "overdue": "Overdue",
    "done": "Done",
    "trash": "Trash",
}
SORTS = {"": "By date", "priority": "By priority", "title": "By title", "created": "Newest first"}
DAYS_AHEAD = ((0, "Today"), (1, "Tomorrow"), (7, "Next 7 days"))


@dataclass(frozen=True)
class ListQuery:
    """What an address asks for; a value that is no choice counts as the first choice."""

    filter: str = "all"
    words: str = ""
    tag: str = ""
    sort: str = ""
    after: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> ListQuery:
        return cls(
            filter=choice(params.get("filter", ""), FILTERS),
            words=storable_param(params.get("q", "")),
            tag=storable_param(params.get("tag", "")).removeprefix("#").lower(),
            sort=choice(params.get("sort", ""), SORTS),
            after=params.get("after", ""),
        )


@dataclass(frozen=True)
class FilterLink:
    name: str
    label: str
    count: int
    active: bool


@dataclass(frozen=True)
class TodoListing:
    """One page of rows under their headings, with what the toolbar shows. An empty heading is not drawn."""

    query: ListQuery
    filters: list[FilterLink]
    groups: list[tuple[str, list[Todo]]]
    tags: list[str]
    after: str | None
    open_count: int

    @property
    def label(self) -> str:
        return FILTERS[self.query.filter]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return list(SORTS.items())

    @property
    def order_label(self) -> str:
        """What the button beside the search leads to."""
        return "Sort and tags" if self.tags else "Sort"

    @property
    def chosen(self) -> str:
        """What is shown, where that is not all: “Today, with “milk”, tagged #home, by title”."""
        words, tag, sort = self.query.words, self.query.tag, self.query.sort
        parts = [words and f"with “{words}”", tag and f"tagged #{tag}", sort and SORTS[sort].lower()]
        return ", ".join([self.label, *filter(None, parts)])

    @property
    def nothing_found(self) -> str:
        words, tag = self.query.words, self.query.tag
        parts = [words and f"matches “{words}”", tag and f"is tagged #{tag}"]
        if self.query.filter != "all":
            parts.append(f"under {self.label}")
        return f"Nothing {' '.join(filter(None, parts))}."


def choice(word: str, choices: Mapping[str, object]) -> str:
    return word if word in choices else next(iter(choices))


def storable_param(text: str) -> str:
    """PostgreSQL refuses NUL even to compare with."""
    return text.replace("\0", "").strip()


def todo_listing(user: User, query: ListQuery, now: datetime.datetime) -> TodoListing:
    """`now` is in the user's zone. Four queries, whatever the number of rows."""
    mine = Todo.objects.for_user(user)
    counts = mine.counts(FILTERS, now, now.date())
    rows, after = rows_of(mine, query, now)
    return TodoListing(
        query=query,
        filters=[FilterLink(name, label, counts[name], name == query.filter) for name, label in FILTERS.items()],
        groups=todo_groups(rows, query, now),
        tags=mine.tags_in_use(),
        after=after,
        open_count=counts["all"] - counts["done"],
    )


def rows_of(mine: TodoQuerySet, query: ListQuery, now: datetime.datetime) -> tuple[list[Todo], str | None]:
    """The rows of one page and where the next one begins. An address with a spoilt beginning shows the first page."""
    todos = mine.in_view(query.filter, now, now.date()).containing(*query.words.split())
    if query.tag:
        todos = todos.tagged(query.tag)
    sort = query.sort or natural_sort(query.filter)
    try:
        return todos.page(sort, PAGE_SIZE, query.after or None)
    except ValidationFailed:
        return todos.page(sort, PAGE_SIZE)


def todo_groups(todos: Iterable[Todo], query: ListQuery, now: datetime.datetime) -> list[tuple[str, list[Todo]]]:
    """Rows under “Overdue”, “Today” …; one group without a heading where the order is not by date."""
    dated = not query.sort and query.filter in {"all", "upcoming"}
    groups: dict[str, list[Todo]] = {}
    for todo in todos:
        groups.setdefault(heading(todo, now) if dated else "", []).append(todo)
    return list(groups.items())


def heading(todo: Todo, now: datetime.datetime) -> str:
    if todo.completed_at:
        return "Done"
    if todo.due_date is None:
        return "No date"
    if todo.is_overdue(now, now.date()):
        return "Overdue"
    days = (todo.due_date - now.date()).days
    return next((words for limit, words in DAYS_AHEAD if days <= limit), "Later")
