"""Todos, and the only ways to select them."""

from __future__ import annotations

import datetime
import zoneinfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from .due import Due
from .sorting import SORTS


class Priority(models.IntegerChoices):
    NONE = 0, "none"
    LOW = 1, "low"
    MEDIUM = 2, "medium"
    HIGH = 3, "high"
    URGENT = 4, "urgent"


class TodoQuerySet(models.QuerySet["Todo"]):
    """Chains that begin with `for_user`: ownership is the first rule of every query."""

    def for_user(self, user) -> TodoQuerySet:
        return self.filter(owner=user)

    def open(self) -> TodoQuerySet:
        return self.filter(completed_at=None, deleted_at=None)

    def done(self) -> TodoQuerySet:
        return self.filter(completed_at__isnull=False, deleted_at=None)

    def in_trash(self) -> TodoQuerySet:
        return self.filter(deleted_at__isnull=False)

    def outside_trash(self) -> TodoQuerySet:
        return self.filter(deleted_at=None)

    def due_on(self, day: datetime.date) -> TodoQuerySet:
        return self.open().filter(due_date=day)

    def upcoming(self, day: datetime.date) -> TodoQuerySet:
        """Open and due after `day`."""
        return self.open().filter(due_date__gt=day)

    def overdue(self, now: datetime.datetime, day: datetime.date) -> TodoQuerySet:
        """Open and past: an instant before `now`, or an all-day date before `day`, the user's today."""
        return self.open().filter(Q(due_at__lt=now) | Q(due_at=None, due_date__lt=day))

    def in_view(self, name: str, now: datetime.datetime, day: datetime.date) -> TodoQuerySet:
        """What people call open, today, overdue, upcoming, done, trash; "all" is all but the trash."""
        views = {
            "open": self.open,
            "today": lambda: self.due_on(day),
            "overdue": lambda: self.overdue(now, day),
            "upcoming": lambda: self.upcoming(day),
            "done": self.done,
            "trash": self.in_trash,
            "all": self.outside_trash,
        }
        return views[name]()

    def containing(self, *words: str) -> TodoQuerySet:
        """Each of the words is somewhere in the title or the notes."""
        return self.filter(*(Q(title__icontains=word) | Q(notes__icontains=word) for word in words))

    def tagged(self, name: str) -> TodoQuerySet:
        return self.filter(todo_tags__name=name)

    def with_tags(self) -> TodoQuerySet:
        return self.prefetch_related("todo_tags")

    def sorted_by(self, sort: str) -> TodoQuerySet:
        """One of the orders of `todos.sorting.SORTS`."""
        return self.annotate(folded_title=Lower("title")).order_by(*SORTS[sort].orderings())

    def by_urgency(self) -> TodoQuerySet:
        """Soonest due first, undated last; then the higher priority; then the older."""
        return self.sorted_by("urgency")

    def page(self, sort: str, limit: int, cursor: str | None = None) -> tuple[list[Todo], str | None]:
        """At most `limit` todos after the cursor, tags loaded, and the cursor of the next page or None."""
        return SORTS[sort].page(self.annotate(folded_title=Lower("title")).with_tags(), limit, cursor)


class Todo(models.Model):
    """One thing to do. `due_date` and `due_time` are the user's wall clock in `due_zone`; `due_at` is that instant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="todos")
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, max_length=10_000)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NONE)
    due_date = models.DateField(null=True, blank=True)
    due_time = models.TimeField(null=True, blank=True)
    due_zone = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

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
            models.CheckConstraint(condition=Q(version__gte=1), name="todo_version_positive"),
        ]
        indexes = [models.Index(fields=["owner", "deleted_at", "completed_at", "due_date"], name="todo_list_index")]

    def __str__(self) -> str:
        return self.title

    @property
    def tags(self) -> list[str]:
        return sorted(tag.name for tag in self.todo_tags.all())

    @property
    def due(self) -> str | None:
        """RFC 3339: a full-date, or a date-time with the offset of the user's zone."""
        if self.due_at is None:
            return self.due_date.isoformat() if self.due_date else None
        return self.due_at.astimezone(zoneinfo.ZoneInfo(self.due_zone)).isoformat()

    @property
    def wall_due(self) -> Due | None:
        return Due(self.due_date, self.due_time, self.due_zone) if self.due_date else None

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

    def __str__(self) -> str:
        return self.name
