"""The webhooks of a person."""

from __future__ import annotations

import datetime
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

URL_MAX = 1_000
NAME_MAX = 60


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def for_user(self, user) -> WebhookQuerySet:
        return self.filter(owner=user)

    def on(self) -> WebhookQuerySet:
        return self.filter(off_because="")


class Webhook(models.Model):
    """An address that is sent what happens to the todos and turns of its owner.

    `events` are names of events, or “*” for all that there are. Secrets are sealed (`database/sealing.py`); the old
    one signs as well until `both_until`. `failures` are attempts since the last success; nothing is tried
    before `paused_until`. An empty `off_because` is a webhook that is on.
    """

    class Off(models.TextChoices):
        OWNER = "owner", _("you switched it off")
        GONE = "gone", _("its server says that it is gone (410)")
        FAILING = "failing", _("nothing has reached it for days")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=URL_MAX)
    name = models.CharField(max_length=NAME_MAX, blank=True)
    events = models.JSONField(default=list)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    both_until = models.DateTimeField(null=True, blank=True)
    off_because = models.CharField(max_length=7, choices=Off, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(off_because__in=["", "owner", "gone", "failing"]), name="webhook_off_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"webhook of {self.owner_id}"

    @property
    def is_on(self) -> bool:
        return not self.off_because

    @property
    def host(self) -> str:
        """What may be shown where the address may not: its path often is a secret."""
        return urlsplit(self.url).hostname or ""

    @property
    def state(self) -> Literal["on", "failing", "off"]:
        return "off" if self.off_because else "failing" if self.failures else "on"

    def has_old_secret(self, now: datetime.datetime) -> bool:
        return bool(self.old_secret and self.both_until and self.both_until > now)
