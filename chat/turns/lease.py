"""The lease of a turn on its conversation, by the database's clock: while it lasts no other turn runs there.

The row is locked only for a moment; the lease is what excludes while a model works.
"""

import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import DurationField, Exists
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from chat.errors import ConversationBusy, LeaseLost
from chat.live import announce_change
from chat.models import Conversation, ConversationQuerySet
from database.prepared import PreparedQuery, PreparedUpdate, Slot, column_slots, pk_slot
from database.units import database_read, database_unit

LEASED_COLUMNS = ("lease_token", "stop_requested_at", "last_sequence", "updated_at")
LEASING = PreparedUpdate(
    lambda: (
        Conversation.objects.filter(pk=pk_slot("conversation")),
        {**column_slots(Conversation, LEASED_COLUMNS), "lease_until": Now() + Slot("length", DurationField())},
    )
)


def take_lease(conversation: Conversation, new_messages: int = 0) -> None:
    """Until the lease ends no other turn can run in the conversation: one statement, with the counter of its messages.

    The row is locked only while this transaction lasts; the lease is what excludes while the model works.
    """
    conversation.lease_token, conversation.lease_until = uuid7(), lease_end()
    conversation.stop_requested_at = None
    conversation.last_sequence += new_messages
    if new_messages:
        conversation.updated_at = timezone.now()
    if conversation._state.adding:
        conversation.save()
    else:
        LEASING.run(
            conversation=conversation.pk,
            length=lease_length(),
            **{name: getattr(conversation, name) for name in LEASED_COLUMNS},
        )
    announce_change(conversation.owner_id, answering=conversation.pk)


LOCKED = PreparedQuery(
    lambda: (
        Conversation.objects.for_user(pk_slot("user"))
        .filter(pk=pk_slot("conversation"))
        .order_by()
        .with_lease()
        .select_for_update(no_key=True)
    )
)


def lock_conversation(user: User, conversation_id: UUID) -> Conversation:
    found = LOCKED.models(user=user.pk, conversation=conversation_id)
    # Not found: `owned` raises the right error (missing or foreign).
    conversation = (
        found[0] if found else Conversation.objects.select_for_update(no_key=True).owned(user, conversation_id)
    )
    if conversation.lease_token and not conversation.lease_expired:
        raise ConversationBusy
    return conversation


def lease_end() -> Any:
    """By the database's clock: the only one that all processes share."""
    return Now() + lease_length()


def lease_length() -> datetime.timedelta:
    return datetime.timedelta(seconds=settings.TURN_LEASE_SECONDS)


def renewal(*conditions: Exists) -> tuple[ConversationQuerySet, dict[str, Any]]:
    """For a prepared update: the conversation while the turn has its lease, and for how long it has it anew."""
    rows = Conversation.objects.filter(pk=pk_slot("conversation"), lease_token=pk_slot("token"))
    return rows.filter(*conditions), {"lease_until": Now() + Slot("length", DurationField())}


RENEWAL = PreparedUpdate(renewal)


def hold_lease(conversation: Conversation) -> None:
    """The fence of every write of a turn: renews its lease, or raises LeaseLost where another turn took over."""
    if not RENEWAL.run(**held_lease(conversation)):
        raise LeaseLost


def held_lease(conversation: Conversation) -> dict[str, Any]:
    """What a prepared renewal is run with."""
    return {"conversation": conversation.pk, "token": conversation.lease_token, "length": lease_length()}


@database_unit
def renew_lease(conversation: Conversation) -> None:
    """Raises LeaseLost, also where the turn never began."""
    hold_lease(conversation)


@database_read
def stops_requested(conversation_ids: list[UUID]) -> set[UUID]:
    """The conversations whose running turn should stop: somebody asked for it, or they are gone."""
    going_on = Conversation.objects.filter(pk__in=conversation_ids, stop_requested_at=None)
    return set(conversation_ids) - set(going_on.values_list("pk", flat=True))
