"""The outbox, and the browsers that take pushes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

TARGET_MAX = 320
# What push services give out is shorter; PostgreSQL's index takes no more than 2,700 bytes.
ENDPOINT_MAX = 1_000


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_user(self, user) -> DeliveryQuerySet:
        return self.filter(owner=user)

    def open(self) -> DeliveryQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def claimable(self) -> DeliveryQuerySet:
        """Those that wait, and those whose process died with them, by the database's clock."""
        return self.open().filter(not_before__lte=Now())


class Delivery(models.Model):
    """One thing that is said to one target of one channel: a row before it is sent, and the record of what came of it.

    `source_id` is the reminder, briefing, test or question it is about; no foreign key: what was sent outlives it.
    `occurrence` is the moment it is about: the same source says one moment once. `notice_id` is what one message
    carries together, and stays through all attempts. `not_before` is when it may be tried (again); while it is
    claimed, when the claim ends. `content` is what to say ({"title", "text", "address"}) where the source cannot tell;
    of an event, what a webhook is sent ({"type", "timestamp", "data"}).
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder"
        BRIEFING = "briefing"
        TEST = "test"
        EVENT = "event"
        NEWS = "news"
        APPROVAL = "approval"

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    source_id = models.UUIDField()
    todo_id = models.UUIDField(null=True, blank=True)
    occurrence = models.DateTimeField()
    channel = models.CharField(max_length=10)
    target = models.CharField(max_length=TARGET_MAX, blank=True)
    content = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    expires_at = models.DateTimeField(help_text=_("After this it is not worth saying."))
    notice_id = models.UUIDField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True, help_text=_("What the last attempt came to."))
    sent_at = models.DateTimeField(null=True, blank=True)
    acted = models.CharField(max_length=20, blank=True, help_text=_("Which of its buttons was pressed."))
    acted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source_id", "occurrence", "channel", "target"], name="delivery_said_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["reminder", "briefing", "test", "event", "news", "approval"]),
                name="delivery_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "claimed", "sent", "failed", "expired"]), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", claim_token__isnull=False)
                | ~Q(state="claimed") & Q(claim_token__isnull=True),
                name="delivery_claim_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state__in=["waiting", "claimed"]), name="delivery_open_index"
            ),
            models.Index(fields=["owner", "-id"], name="delivery_of_owner_index"),
            models.Index(fields=["target", "-id"], condition=Q(channel="webhook"), name="delivery_of_webhook_index"),
            models.Index(fields=["created_at"], name="delivery_day_index"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"


OPEN_STATES = (Delivery.State.WAITING, Delivery.State.CLAIMED)


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def for_user(self, user) -> PushSubscriptionQuerySet:
        return self.filter(owner=user)


class PushSubscription(models.Model):
    """A browser that takes pushes. `p256dh` and `auth` are the keys that it gave, as it wrote them (base64url)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=ENDPOINT_MAX, unique=True)
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    device = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.device or "a browser"


class NoticeSettingsQuerySet(models.QuerySet["NoticeSettings"]):
    def for_user(self, user) -> NoticeSettingsQuerySet:
        return self.filter(owner=user)


class NoticeSettings(models.Model):
    """By which channels a person wants to be told, and how much of it may be seen by who stands beside them.

    Without a row: pages and push, and all of the text.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notice_settings"
    )
    page = models.BooleanField(default=True)
    push = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    says_what = models.BooleanField(default=True, help_text="Off: mail and push say only that there is a reminder.")

    objects = NoticeSettingsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "notice settings"

    def __str__(self) -> str:
        return ", ".join(name for name in ("page", "push", "mail") if getattr(self, name))


class InstallationKey(models.Model):
    """A secret that all processes of this installation share, made by the first that needs it."""

    name = models.CharField(max_length=20, primary_key=True)
    secret = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name
