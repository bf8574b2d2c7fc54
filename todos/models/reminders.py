"""The moments at which a person is reminded of a todo, and the ways to select them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7

from language.reminders.rule import ReminderRule


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Chains of people begin with `for_user`; those of the sending sweep are about everybody's."""

    def for_user(self, user) -> ReminderQuerySet:
        return self.filter(owner=user)

    def waiting(self) -> ReminderQuerySet:
        return self.filter(state=Reminder.State.WAITING)

    def due(self) -> ReminderQuerySet:
        """Those whose moment has come, by the database's clock, the oldest first."""
        return self.waiting().filter(at__lte=Now()).order_by("at")


class Reminder(models.Model):
    """One moment of one todo. `rule` says how it follows from the todo (`language/reminders/rule.py`).

    The rules of a todo are a column of it, so that its history and undo know them; a row here is what one of them
    comes to by now. `at` is empty where the todo lacks the date to count from. `sent_for` is the moment for which it
    was last handed to the outbox, so that a todo that is moved away and back does not remind twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        DONE = "done", "dealt with"
        CANCELLED = "cancelled", "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    todo = models.ForeignKey("todos.Todo", on_delete=models.CASCADE, related_name="reminders")
    rule = models.CharField(max_length=100)
    at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    sent_for = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = [F("at").asc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(fields=["todo", "rule"], name="reminder_rule_once"),
            models.CheckConstraint(condition=~Q(state="waiting") | Q(at__isnull=False), name="reminder_waits_for_it"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "done", "cancelled"]), name="reminder_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(state="waiting"), name="reminder_waiting_index"),
            models.Index(fields=["owner", "state", "at"], name="reminder_of_owner_index"),
        ]

    def __str__(self) -> str:
        return self.rule

    @property
    def parsed_rule(self) -> ReminderRule:
        return ReminderRule.parse(self.rule)
