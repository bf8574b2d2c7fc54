"""Messages of a conversation, and the tool calls that were made for them."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Right
from django.utils import timezone
from uuid_utils.compat import uuid7

from database.prepared import Slot


class MessageQuerySet(models.QuerySet["Message"]):
    def standing(self) -> MessageQuerySet:
        """Without those that an edited message took the place of."""
        return self.filter(replaced_at=None)

    def before(self, sequence: int | Slot) -> MessageQuerySet:
        return self.filter(sequence__lt=sequence)

    def after(self, sequence: int | Slot) -> MessageQuerySet:
        return self.filter(sequence__gt=sequence)

    def with_tool_calls(self) -> MessageQuerySet:
        """With `calls`, in order, and with the approval that they wait for, where they do."""
        # A list, not the cache behind `tool_calls.all()`, which makes a queryset for each message whenever it is read.
        calls = Prefetch("tool_calls", ToolCall.objects.order_by("position"), to_attr="calls")
        return self.select_related("approval").prefetch_related(calls)


# Of a request id, or of a message without one: what a failed answer shows as its reference.
REFERENCE_LENGTH = 8
# In the metadata of a message that a program wrote in the person's place.
BY_PROGRAM = "by_program"
# Where the metadata of a person's message has the id of what it decided, and those of its answer that it tells of it.
DECIDED = "decided"
# In that of an edited message: what its earlier version had done and was taken back, in words.
TAKEN_BACK = "taken_back"


class Message(models.Model):
    """What was said. The assistant's message is stored as pending when its turn begins.

    `server_parts` is what the model's server added to the text, and may want back. `replaced_at` is when the person
    edited the message: it and its answer are kept to be looked at, and no model is sent them.
    """

    search_table = "chat_search"

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    class Status(models.TextChoices):
        COMPLETED = "completed"
        PENDING = "pending"
        FAILED = "failed"
        STOPPED = "stopped"
        INTERRUPTED = "interrupted"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="messages")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=Role)
    content = models.TextField(blank=True)
    status = models.CharField(max_length=11, choices=Status, default=Status.COMPLETED)
    error_code = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=100, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    upkeep_tokens = models.PositiveIntegerField(default=0)  # for the title and the summary that were made after it
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)
    server_parts = models.JSONField(null=True, blank=True, editable=False)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 null is not unique
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    replaced_at = models.DateTimeField(null=True, blank=True, editable=False)
    calls: list[ToolCall]  # on rows from `with_tool_calls`

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "sequence"], name="message_sequence_unique"),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="pending"), name="message_one_pending_per_conversation"
            ),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="message_idempotency_key_unique",
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="message_sequence_from_one"),
            models.CheckConstraint(condition=Q(role__in=["user", "assistant"]), name="message_role_known"),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "pending", "failed", "stopped", "interrupted"]),
                name="message_status_known",
            ),
            models.CheckConstraint(
                condition=Q(role="assistant") | Q(status="completed") & ~Q(content=""),
                name="message_user_text_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "created_at"], name="message_usage_index"),
            # What went wrong is rare, and found among all by its state, its code, and the reference that people see.
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=["failed", "stopped", "interrupted"]),
                name="message_unfinished_index",
            ),
            models.Index(fields=["error_code", "id"], condition=Q(error_code__gt=""), name="message_error_index"),
            models.Index(
                Right(KT("metadata__request_id"), REFERENCE_LENGTH),
                condition=Q(error_code__gt=""),
                name="message_reference_index",
            ),
            models.Index(
                Right(Cast("id", models.TextField()), REFERENCE_LENGTH),
                condition=Q(error_code__gt=""),
                name="message_id_reference_index",
            ),
            models.Index(fields=["created_at"], name="message_day_index"),
            # All that the figures of turns are made of: a month of a million messages is read from the index alone.
            models.Index(
                fields=[
                    "created_at",
                    "owner",
                    "model",
                    "status",
                    "error_code",
                    "total_ms",
                    "input_tokens",
                    "output_tokens",
                    "upkeep_tokens",
                    "id",
                ],
                condition=Q(role="assistant"),
                name="message_figures_index",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.sequence}"

    @property
    def is_by_program(self) -> bool:
        return bool(self.metadata.get(BY_PROGRAM))

    @property
    def typed_at(self) -> datetime.datetime:
        """When a person wrote it, which is before it came where a device had no network."""
        typed = self.metadata.get("typed_at")
        return datetime.datetime.fromisoformat(typed) if typed else self.created_at


class ToolCall(models.Model):
    """One call the model made: stored before it runs, with its outcome when it ends.

    `step` is the model request of the turn that asked for it, from 1; `position` its place in the whole turn.
    `input` is the arguments object, or the model's text under "invalid_json" when it was not one.
    `server_parts` is what the model's server added to the call, its own id among it, and may want back.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCESS = "success"
        ERROR = "error"
        DENIED = "denied"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="tool_calls")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tool_calls")
    step = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    tool_name = models.CharField(max_length=100)
    call_id = models.CharField(max_length=200)
    input = models.JSONField(default=dict)
    output = models.JSONField(null=True, blank=True)
    server_parts = models.JSONField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["message_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="tool_call_position_unique"),
            models.UniqueConstraint(fields=["message", "call_id"], name="tool_call_id_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "success", "error", "denied", "undone"]),
                name="tool_call_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="pending") | Q(output__isnull=False), name="tool_call_outcome_stored"
            ),
        ]
        # Among all of them, administrators look for a day, for a tool, and for what went wrong.
        indexes = [
            models.Index(fields=["created_at"], name="tool_call_day_index"),
            models.Index(fields=["tool_name", "id"], name="tool_call_name_index"),
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=["pending", "error", "denied", "undone"]),
                name="tool_call_unusual_index",
            ),
        ]

    def __str__(self) -> str:
        return self.tool_name
