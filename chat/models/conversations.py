"""Conversations, and the only ways to select them."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7

from chat.errors import ConversationNotFound, NotYourConversation
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
        hits = (
            apps.get_model("chat.Message")
            .objects.filter(said_in("content", terms), conversation=OuterRef("pk"))
            .order_by("-sequence")
        )
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
