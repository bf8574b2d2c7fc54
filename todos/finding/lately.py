"""Todos by what they were called until just now: a call that comes twice means the same todo, and no similar one."""

import datetime
import uuid
from functools import cached_property

from language.stems import meaning_of, telling, words_of
from todos.models import TodoChangeQuerySet, TodoQuerySet

# As long as the answer to a request is kept for whoever sends it again.
LATELY = datetime.timedelta(hours=24)
CHANGES_READ = 200


class Lately:
    """The titles of todos before and after their changes of the last day that are in effect, the newest first.

    Of a todo that is found but not among `todos` nothing may be said than that it is not there.
    """

    def __init__(self, todos: TodoQuerySet, changes: TodoChangeQuerySet, now: datetime.datetime) -> None:
        self.todos = todos
        self.changes = changes.in_effect().filter(created_at__gt=now - LATELY, created_at__lte=now).newest_first()

    @cached_property
    def titles(self) -> list[tuple[uuid.UUID, list[str]]]:
        rows = self.changes.values_list("todo_id", "before__title", "after__title")[:CHANGES_READ]
        titles = {(todo_id, title) for todo_id, *titles in rows for title in titles if title}
        order = {todo_id: place for place, (todo_id, *_) in reversed(list(enumerate(rows)))}
        return [(todo_id, words_of(title)) for todo_id, title in sorted(titles, key=lambda found: order[found[0]])]

    def called(self, words: list[str]) -> uuid.UUID | None:
        """The todo that was called this last, by all words of its title and no others; None where none was."""
        exact = (todo_id for todo_id, title in self.titles if title == words)
        count, meaning = len(telling(words)), meaning_of(words)
        # Counted first: to stem the words of all titles would take too long.
        near = ((todo_id, title) for todo_id, title in self.titles if meaning and len(telling(title)) == count)
        alike = (todo_id for todo_id, title in near if meaning_of(title) == meaning)
        return next(exact, None) or next(alike, None)

    def may_be_meant(self, todo_id: uuid.UUID) -> bool:
        return self.todos.filter(pk=todo_id).exists()
