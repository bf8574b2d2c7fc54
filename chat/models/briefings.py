"""When a person wants to be briefed, and by what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def for_user(self, user) -> BriefingQuerySet:
        return self.filter(owner=user)

    def due(self) -> BriefingQuerySet:
        """Whose moment has come, and which no process that still lives is writing, by the database's clock."""
        return self.filter(Q(claim_until=None) | Q(claim_until__lte=Now()), next_at__lte=Now())


class Briefing(models.Model):
    """One of a person's two. `time` is their wall time; `rule` is an RRULE that names its days.

    `next_at` is None while it is off. The claim says which process writes it, until when. `conversation_id` is no
    foreign key: a conversation that is deleted is followed by a new one. `change` is the last one that the assistant
    made of it, with what it was before (`taking_back.py`); None where the person has set it otherwise since.
    """

    class Kind(models.TextChoices):
        DAY = "day"
        WEEK = "week"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="briefings")
    kind = models.CharField(max_length=4, choices=Kind)
    time = models.TimeField()
    rule = models.CharField(max_length=60)
    push = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    conversation_id = models.UUIDField(null=True, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, blank=True)
    change = models.JSONField(null=True, blank=True, editable=False)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    claim_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind"], name="briefing_one_of_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=["day", "week"]), name="briefing_kind_known"),
            models.CheckConstraint(
                condition=Q(claim_token=None, claim_until=None)
                | Q(claim_token__isnull=False, claim_until__isnull=False),
                name="briefing_claim_whole",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="briefing_due_index")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.time:%H:%M}"
