"""Every change of a todo, kept for audit and undo."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

ChangeKind = Literal["added", "removed", "deleted", "restored", "completed", "reopened", "updated"]
SHIFT_MAX = 100


class Door(models.TextChoices):
    """Where a change came in."""

    CHAT = "chat"
    PAGE = "page"
    API = "api"
    MCP = "mcp"
    ADMIN = "admin"


class TodoChangeQuerySet(models.QuerySet["TodoChange"]):
    """Chains that begin with `for_user`: ownership is the first rule of every query."""

    def for_user(self, user) -> TodoChangeQuerySet:
        return self.filter(owner=user)

    def in_effect(self) -> TodoChangeQuerySet:
        return self.filter(undone_at=None)

    def newest_first(self) -> TodoChangeQuerySet:
        return self.order_by("-id")


class TodoChange(models.Model):
    """One change to one todo, kept for audit and undo.

    `before` and `after` are whole snapshots (`todos/changing/changes.py`); none is there before a todo is added and
    after it is removed. `act` is shared by the changes that one command made together. A change that takes another
    back names it in `undoes`; `undone_at` is empty while a change is in effect. Ids of the chat are no foreign keys:
    todos know none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    todo_id = models.UUIDField(db_index=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    act = models.UUIDField(db_index=True)
    door = models.CharField(max_length=5, choices=Door)
    conversation_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True, db_index=True)
    tool_call_id = models.UUIDField(null=True, blank=True, db_index=True)
    shift = models.CharField(
        max_length=SHIFT_MAX,
        blank=True,
        default="",
        db_default="",
        help_text="The words that moved its date by a distance.",
    )
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="undone_by")
    undone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TodoChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False), name="todo_change_not_empty"
            ),
            models.CheckConstraint(condition=Q(door__in=Door.values), name="todo_change_door_known"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="todo_change_list_index"),
            models.Index(fields=["created_at"], name="todo_change_day_index"),
            models.Index(fields=["door", "-id"], name="todo_change_door_index"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.todo_id}"

    @property
    def kind(self) -> ChangeKind:
        return change_kind(self.before, self.after)


def change_kind(before: dict[str, Any] | None, after: dict[str, Any] | None) -> ChangeKind:
    """What a change between two snapshots is called."""
    if before is None or after is None:
        return "added" if before is None else "removed"
    if bool(before["deleted_at"]) != bool(after["deleted_at"]):
        return "deleted" if after["deleted_at"] else "restored"
    if bool(before["completed_at"]) != bool(after["completed_at"]):
        return "completed" if after["completed_at"] else "reopened"
    return "updated"
