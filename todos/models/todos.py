"""Todos, and the only ways to select them."""

from __future__ import annotations

import datetime
import functools
import zoneinfo
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from habits.values import UNSAID, Habits
from language.due import Due
from language.recurrence import Recurrence, recurrence_text
from todos.fields.priority import Priority
from todos.fields.schedule import Schedule
from todos.fields.sorting import SORTS

from .conditions import DONE, IN_TRASH, MOMENTS, OPEN, OUTSIDE_TRASH, midnight, view_condition
from .reminders import Reminder


@functools.cache
def todos_address() -> str:
    return reverse("todos")


class TodoQuerySet(models.QuerySet["Todo"]):
    """Chains that begin with `for_user`: ownership is the first rule of every query."""

    def for_user(self, user) -> TodoQuerySet:
        return self.filter(owner=user)

    def open(self) -> TodoQuerySet:
        return self.filter(OPEN)

    def done(self) -> TodoQuerySet:
        return self.filter(DONE)

    def in_trash(self) -> TodoQuerySet:
        return self.filter(IN_TRASH)

    def trashed_before(self, moment: datetime.datetime) -> TodoQuerySet:
        return self.filter(deleted_at__lt=moment)

    def outside_trash(self) -> TodoQuerySet:
        return self.filter(OUTSIDE_TRASH)

    def in_view(self, name: str, now: Any, day: Any) -> TodoQuerySet:
        """What people call open, today, overdue, upcoming, undated, done, trash; "all" is all but the trash.

        "due" is what is due today or was due before; "reminding" is what has reminders to come.
        Of a moment and a day, or of the slots that stand for them in a prepared statement.
        """
        return self.filter(view_condition(name, now, day))

    def between(
        self, view: str, first: datetime.date | None, last: datetime.date | None, zone: zoneinfo.ZoneInfo
    ) -> TodoQuerySet:
        """Due from the day `first` to the day `last`; in the views "done" and "trash", done or deleted in these days.

        Days are the user's, in `zone`; None leaves that end open.
        """
        if view not in MOMENTS:
            days = Q(due_date__gte=first) if first else Q()
            return self.filter(days, *([Q(due_date__lte=last)] if last else []))
        moment, day = MOMENTS[view], datetime.timedelta(days=1)
        start = Q(**{f"{moment}__gte": midnight(first, zone)}) if first else Q()
        return self.filter(start, *([Q(**{f"{moment}__lt": midnight(last + day, zone)})] if last else []))

    def containing(self, *words: str) -> TodoQuerySet:
        """Each of the words is somewhere in the title or the notes."""
        return self.filter(*(Q(title__icontains=word) | Q(notes__icontains=word) for word in words))

    def tagged(self, name: str) -> TodoQuerySet:
        return self.filter(todo_tags__name=name)

    def with_tags(self) -> TodoQuerySet:
        return self.prefetch_related("todo_tags")

    def sorted_by(self, sort: str) -> TodoQuerySet:
        """One of the orders of `todos.fields.sorting.SORTS`."""
        return self.with_keys_of(sort).order_by(*SORTS[sort].orderings())

    def with_keys_of(self, sort: str) -> TodoQuerySet:
        """With what the order goes by and is no column."""
        return self.annotate(folded_title=Lower("title")) if sort == "title" else self

    def by_urgency(self) -> TodoQuerySet:
        """Soonest due first, undated last; of a day as placed by hand, then by time, priority and age."""
        return self.sorted_by("urgency")

    def page(self, sort: str, limit: int, cursor: str | None = None) -> tuple[list[Todo], str | None]:
        """At most `limit` todos after the cursor, with tags and reminders, and the cursor of the next page or None."""
        rows, following = SORTS[sort].page(self.with_keys_of(sort), limit, cursor)
        load_tags(rows)
        load_moments(rows)
        return rows, following


class Todo(models.Model):
    """One thing to do. `due_date` and `due_time` are the user's wall clock in `due_zone`; `due_at` is that instant.

    `recurrence` is the value of an RRULE, and the `anchor_…` columns are what it counts from (`fields/schedule.py`).
    A todo that repeats is one row for each occurrence: completing one makes the next, whose `previous_id` it is.
    `reminder_rules` are texts of rules (`language/reminders/rule.py`); where it is None, a due time reminds by itself.
    `position` is its place by hand in its day (`changing/places.py`); None where time and priority say it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="todos")
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, max_length=10_000)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NONE)
    due_date = models.DateField(null=True, blank=True)
    due_time = models.TimeField(null=True, blank=True)
    due_zone = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    recurrence = models.CharField(max_length=200, blank=True)
    recurs_from_completion = models.BooleanField(default=False)
    anchor_date = models.DateField(null=True, blank=True)
    anchor_time = models.TimeField(null=True, blank=True)
    anchor_zone = models.CharField(max_length=64, blank=True)
    reminder_rules = models.JSONField(null=True, blank=True)
    position = models.BigIntegerField(null=True, blank=True)
    # No foreign key: the occurrence before may be purged, and its row comes and goes with undo.
    previous_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    # The id it had in the file it was imported from; the same file a second time adds nothing.
    imported_id = models.UUIDField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # On rows from `page`, or from the two functions of these names.
    loaded_tags: list[str]
    loaded_moments: list[datetime.datetime]

    objects = TodoQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="todo_title_not_empty"),
            models.CheckConstraint(condition=Q(priority__lte=Priority.URGENT), name="todo_priority_known"),
            models.CheckConstraint(
                condition=Q(due_time=None, due_at=None, due_zone="")
                | Q(due_date__isnull=False, due_time__isnull=False, due_at__isnull=False) & ~Q(due_zone=""),
                name="todo_due_time_whole",
            ),
            models.CheckConstraint(
                condition=Q(recurrence="", recurs_from_completion=False, anchor_date=None)
                | ~Q(recurrence="") & Q(due_date__isnull=False, anchor_date__isnull=False),
                name="todo_recurrence_whole",
            ),
            models.CheckConstraint(
                condition=Q(anchor_time=None, anchor_zone="")
                | Q(anchor_date__isnull=False, anchor_time__isnull=False) & ~Q(anchor_zone=""),
                name="todo_anchor_time_whole",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="todo_version_positive"),
            models.UniqueConstraint(fields=["owner", "imported_id"], name="todo_imported_once"),
        ]
        indexes = [
            models.Index(fields=["owner", "deleted_at", "completed_at", "due_date"], name="todo_list_index"),
            models.Index(fields=["created_at"], name="todo_day_index"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def tags(self) -> list[str]:
        loaded = vars(self).get("loaded_tags")
        return sorted(tag.name for tag in self.todo_tags.all()) if loaded is None else loaded

    @property
    def may_remind(self) -> bool:
        """Without a look: a time of its own, or rules."""
        is_open = self.completed_at is None and self.deleted_at is None
        return is_open and (self.due_time is not None if self.reminder_rules is None else bool(self.reminder_rules))

    @property
    def reminder_moments(self) -> list[datetime.datetime]:
        """The moments that are waited for, the next one first."""
        loaded = vars(self).get("loaded_moments")
        if loaded is None and self.may_remind:
            return [at for at in self.reminders.waiting().order_by("at").values_list("at", flat=True) if at]
        return loaded or []

    @property
    def address(self) -> str:
        """What the addresses of its page and buttons begin with; reversing each of 300 takes as long as the rows."""
        return f"{todos_address()}/{self.pk}"

    @property
    def priority_word(self) -> str:
        """What Django's `get_priority_display` says, which builds the choices anew for each row."""
        return Priority(self.priority).label

    @property
    def due(self) -> str | None:
        """RFC 3339: a full-date, or a date-time with the offset of the user's zone."""
        if self.due_at is None:
            return self.due_date.isoformat() if self.due_date else None
        return self.due_at.astimezone(zoneinfo.ZoneInfo(self.due_zone)).isoformat()

    @property
    def wall_due(self) -> Due | None:
        return Due(self.due_date, self.due_time, self.due_zone) if self.due_date else None

    @property
    def schedule(self) -> Schedule:
        recurrence = Recurrence(self.recurrence, self.recurs_from_completion) if self.recurrence else None
        anchor = Due(self.anchor_date, self.anchor_time, self.anchor_zone) if self.anchor_date else None
        return Schedule(self.wall_due, recurrence, anchor)

    @property
    def repeats(self) -> str | None:
        """The repeat in words: “every weekday”. For a person there is `repeats_text`."""
        return self.repeats_text(UNSAID)

    def repeats_text(self, habits: Habits) -> str | None:
        recurrence = self.schedule.recurrence
        return recurrence_text(recurrence, habits) if recurrence else None

    def is_overdue(self, now: datetime.datetime, day: datetime.date) -> bool:
        """Open and past at the instant `now` on the user's `day`."""
        if self.completed_at or self.deleted_at or not self.due_date:
            return False
        return self.due_at < now if self.due_at else self.due_date < day


class TodoTag(models.Model):
    """A tag on a todo, in lower case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    todo = models.ForeignKey(Todo, on_delete=models.CASCADE, related_name="todo_tags")
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["todo", "name"], name="todo_tag_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="todo_tag_not_empty"),
        ]
        indexes = [models.Index(fields=["name", "-id"], name="todo_tag_name_index")]

    def __str__(self) -> str:
        return self.name


def load_tags(todos: Collection[Todo]) -> None:
    """The tags of rows that are only shown, in one query, as bare names: half the time of a prefetch."""
    names: dict[UUID, list[str]] = {todo.pk: [] for todo in todos}
    for todo_id, name in TodoTag.objects.filter(todo__in=names).values_list("todo_id", "name"):
        names[todo_id].append(name)
    for todo in todos:
        todo.loaded_tags = sorted(names[todo.pk])


def load_moments(todos: Collection[Todo]) -> None:
    """The moments at which rows that are only shown remind, in one query, or none where no row may."""
    moments: dict[UUID, list[datetime.datetime]] = {todo.pk: [] for todo in todos}
    if reminding := [todo.pk for todo in todos if todo.may_remind]:
        waiting = Reminder.objects.waiting().filter(todo__in=reminding).order_by("at")
        for todo_id, at in waiting.values_list("todo_id", "at"):
            if at:
                moments[todo_id].append(at)
    for todo in todos:
        todo.loaded_moments = moments[todo.pk]
