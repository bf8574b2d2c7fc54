"""Questions that wait for a person’s yes or no."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Chains that begin with `for_user`: ownership is the first rule of every query."""

    def for_user(self, user) -> ApprovalQuerySet:
        return self.filter(owner=user)

    def open(self) -> ApprovalQuerySet:
        """Neither decided nor expired, by the database's clock."""
        return self.filter(decided_at=None, expires_at__gt=Now())


class Approval(models.Model):
    """A question to the person: may the assistant do this to these todos, as they are now?

    `rows` is a list of {"tool_call_id", "action" ("complete" or "delete"), "todo_id", "version", "title", "due_text"}.
    `approved` lists the todo ids that were approved; empty when the person declined. It is decided once.

    One that a turn asks stands under its answer. One that a program of somebody else asks has no conversation: `asker`
    is which program, `asker_name` what it calls itself, and `outcome` what was done, as the answer of its tool.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, null=True, related_name="approvals")
    message = models.OneToOneField("chat.Message", on_delete=models.CASCADE, null=True, related_name="approval")
    asker = models.CharField(max_length=60, blank=True, default="", db_default="")
    asker_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    outcome = models.JSONField(null=True, blank=True)
    rows = models.JSONField()
    approved = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(message__isnull=False, conversation__isnull=False) | ~Q(asker=""),
                name="approval_has_an_asker",
            )
        ]

    def __str__(self) -> str:
        return f"approval of {len(self.rows)} rows"
