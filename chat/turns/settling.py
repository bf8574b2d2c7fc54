"""What becomes of a turn whose process died: its lease runs out, and whoever meets it then closes it.

That is the next request for its conversation, or the sweep, which every process runs once in the time of a lease.
Each conversation is a transaction of its own, which takes the lease away first: no write of that turn can follow, so
that what its tool calls came to is known for certain.
"""

import asyncio
import logging
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from chat.errors import TurnInterrupted
from chat.history.context import INTERRUPTED_OUTPUT
from chat.live import announce_change
from chat.models import Conversation, Message, ToolCall
from database.background import repeat
from database.units import database_read, database_unit
from todos.mcp.batches import written_in_call
from web.repeats import purge_kept_answers

from .records import tell_webhooks, turn_completed

SWEEP_MAX = 100

logger = logging.getLogger(__name__)


def settle_dead_turn(conversation: Conversation) -> None:
    """Close the turn of a process that died; nothing where none did. For a conversation from `owned`."""
    if not conversation.lease_expired:
        return
    lease = Conversation.objects.filter(pk=conversation.pk, lease_token=conversation.lease_token)
    if not lease.filter(lease_until__lte=Now()).update(lease_token=None, lease_until=None, stop_requested_at=None):
        return
    settle_open_calls(conversation)
    open_answers = conversation.messages.filter(status=Message.Status.PENDING)
    cut_off = list(open_answers) if conversation.owner.has_webhooks else []
    open_answers.update(status=Message.Status.INTERRUPTED, error_code=TurnInterrupted.code)
    for answer in cut_off:
        tell_of_interruption(conversation.owner, answer)
    announce_change(conversation.owner_id)


def tell_of_interruption(owner: User, answer: Message) -> None:
    answer.status, answer.error_code = Message.Status.INTERRUPTED, TurnInterrupted.code
    tell_webhooks(owner, answer, turn_completed(answer, list(answer.tool_calls.order_by("position")), None))


def settle_open_calls(conversation: Conversation) -> None:
    """Give the calls whose end was not stored the outcome that their changes tell; without changes, they failed.

    Behind the end of the lease. A pending call with an output waits for the person, if that was asked.
    """
    calls = ToolCall.objects.filter(conversation=conversation, status=ToolCall.Status.PENDING)
    for call in calls.filter(Q(output=None) | Q(message__approval=None)):
        written = written_in_call(conversation.owner, call.pk, timezone.now())
        call.status = ToolCall.Status.SUCCESS if written else ToolCall.Status.ERROR
        call.output = written.model_dump(mode="json") if written else INTERRUPTED_OUTPUT
        call.save(update_fields=["status", "output"])


async def sweep_for_ever() -> None:
    """Close dead turns that no request meets, and forget what is kept for repeats. Its owner cancels it."""
    await asyncio.sleep(settings.TURN_LEASE_SECONDS)
    await repeat("dead turns", sweep)


async def sweep() -> float:
    await settle_dead_turns()
    await purge_kept_answers()
    return settings.TURN_LEASE_SECONDS


async def settle_dead_turns() -> None:
    for conversation_id in await conversations_of_dead_turns():
        await settle_conversation(conversation_id)


@database_read
def conversations_of_dead_turns() -> list[UUID]:
    """A look without a lock, which costs a lookup in an index of the running turns."""
    expired = Conversation.objects.filter(lease_until__lte=Now())
    return list(expired.values_list("pk", flat=True)[:SWEEP_MAX])


@database_unit
def settle_conversation(conversation_id: UUID) -> None:
    conversation = Conversation.objects.with_lease().filter(pk=conversation_id).first()
    if conversation:
        settle_dead_turn(conversation)
        logger.info("turn of a dead process closed conversation=%s", conversation_id)
