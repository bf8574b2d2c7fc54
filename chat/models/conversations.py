"""Conversations, their messages and the tool calls of each turn. The database is the state of a turn."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now, Right
from django.utils import timezone
from uuid_utils.compat import uuid7

from chat.errors import ConversationNotFound, NotYourConversation
from database.prepared import Slot
from database.search import said_in, terms_of
from database.units import one_or_none
from web.paging import Key, Sort

NEWEST_FIRST = Sort("conversations.newest", (Key("updated_at", descending=True), Key("id", descending=True)))
NEARLY_FULL = 0.8
HIT = {"id": "pk", "sequence": "sequence", "text": "content"}


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Chains that begin with `for_user`: ownership is the first rule of every query."""

    def for_user(self, user) -> ConversationQuerySet:
        """Without those that were deleted and can still be brought back."""
        return self.filter(owner=user, deleted_at=None)

    def deleted_before(self, moment) -> ConversationQuerySet:
        return self.filter(deleted_at__lt=moment)

    def archived(self, archived: bool) -> ConversationQuerySet:
        return self.filter(archived_at__isnull=not archived)

    def containing(self, typed: str) -> ConversationQuerySet:
        """With these words in the title or a message, the newest of which is `hit_id`, `hit_sequence`, `hit_text`."""
        terms = terms_of(typed)
        if not terms:
            return self
        hits = Message.objects.filter(said_in("content", terms), conversation=OuterRef("pk")).order_by("-sequence")
        hit = {f"hit_{name}": Subquery(hits.values(column)[:1]) for name, column in HIT.items()}
        return self.filter(said_in("title", terms) | Q(Exists(hits))).annotate(**hit)

    def with_lease(self) -> ConversationQuerySet:
        """With `lease_expired`: whether the process of the last turn died, by the database's clock."""
        return self.annotate(lease_expired=Q(lease_until__lte=Now()))

    def owned(self, user, conversation_id, *, deleted_too: bool = False) -> Conversation:
        """The user's conversation, with `lease_expired`.

        Raises ConversationNotFound or NotYourConversation: with random keys, telling the two apart helps nobody.
        """
        conversation = one_or_none(self.with_lease().filter(pk=conversation_id))
        if conversation is None or (conversation.deleted_at and not deleted_too):
            raise ConversationNotFound
        if conversation.owner_id != user.pk:
            raise NotYourConversation
        return conversation

    def newest_first(self) -> ConversationQuerySet:
        return self.order_by(*NEWEST_FIRST.orderings())

    def pinned_first(self) -> ConversationQuerySet:
        return self.order_by(F("pinned_at").desc(nulls_last=True), *NEWEST_FIRST.orderings())


class Conversation(models.Model):
    """A chat. `last_sequence` counts its messages; the lease says whose turn runs in it, until when.

    `stop_requested_at` is set while that turn is asked to stop. `seen_sequence` is the last message a page has shown.
    `summary` stands for the messages up to `summary_sequence`; with 0, for the conversation it continues.
    `token_ratio` is how many tokens the model last counted for each that was estimated.
    """

    search_table = "chat_search"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200)
    title_set_by_user = models.BooleanField(default=False)
    last_sequence = models.PositiveIntegerField(default=0)
    seen_sequence = models.PositiveIntegerField(default=0)
    summary = models.TextField(blank=True)
    summary_sequence = models.PositiveIntegerField(default=0)
    token_ratio = models.FloatField(default=1.0)
    continued_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    stop_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    lease_expired: bool  # on rows from `with_lease`
    hit_id: UUID | None  # this and the next two on rows from `containing`
    hit_sequence: int | None
    hit_text: str | None

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="conversation_lease_whole",
            ),
            models.CheckConstraint(
                condition=Q(summary_sequence__lte=F("last_sequence")), name="conversation_summary_of_the_past"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-updated_at", "-id"], name="conversation_list_index"),
            models.Index(
                fields=["owner", "lease_until"], condition=Q(lease_until__isnull=False), name="conversation_lease_index"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_nearly_full(self) -> bool:
        return self.last_sequence >= NEARLY_FULL * settings.CONVERSATION_MAX_MESSAGES

    @property
    def is_unread(self) -> bool:
        """Whether an answer has ended that no page has shown."""
        return self.seen_sequence < self.last_sequence and self.lease_token is None


class MessageQuerySet(models.QuerySet["Message"]):
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


class Message(models.Model):
    """What was said. The assistant's message is stored as pending when its turn begins.

    `server_parts` is what the model's server added to the text, and may want back.
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
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
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
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tool_calls")
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
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, null=True, related_name="approvals")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, related_name="approval")
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
