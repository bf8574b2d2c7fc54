"""What requests leave behind that belongs to no part of the program."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

# Programs send again within a day; a phone that lost the answer may be without a network for as long as what was typed
# on it is taken (`web/requests/typed_at.py`).
KEPT = datetime.timedelta(days=8)


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def for_user(self, user) -> "KeptAnswerQuerySet":
        return self.filter(owner=user)

    def outdated(self, now: datetime.datetime) -> "KeptAnswerQuerySet":
        return self.filter(created_at__lt=now - KEPT)


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, stored with what it wrote.

    `fingerprint` tells whether a request with the key is the same one. Refusals are not kept: they wrote nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body, hexadecimal.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="kept_answer_once_for_each_key")]

    def __str__(self) -> str:
        return f"answer {self.status} to {self.key}"
