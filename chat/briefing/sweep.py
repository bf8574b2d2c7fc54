"""The sweep that briefs, of each process. A briefing is claimed, written without a lock, and stored as one transaction.

Of a process that died, the claim runs out and another one writes; the token of its claim keeps the first from storing
a second one. What could not be said for hours is left out, and the next one says it.
"""

import asyncio
import datetime
import logging
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from accounts.habits.drawing import written_for
from accounts.locks import lock_user
from accounts.models import User
from chat.assistants.interface import BASIC
from chat.errors import ConversationBusy
from chat.live import announce_change
from chat.models import Conversation, Message
from chat.models.briefings import Briefing
from chat.turns.lease import lock_conversation
from chat.turns.limits import NewMessage
from chat.turns.storage import MESSAGES_PER_TURN, store_exchange
from database.background import repeat
from database.units import database_unit
from notices.models import Delivery
from notices.outbox.filling import put

from .hours import Wish, next_moment
from .spoken import TITLES
from .suggesting import suggestion_for
from .writing import Agenda, agenda_of, briefing_text, headline

LOOK_SECONDS = 10
AT_ONCE = 10
CLAIM = datetime.timedelta(seconds=90)
WORTH_SAYING = datetime.timedelta(hours=4)
ASKED = {Briefing.Kind.DAY: gettext_noop("Brief me on today."), Briefing.Kind.WEEK: gettext_noop("Plan my week.")}

logger = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Another process has it, or the person changed it meanwhile: nothing is stored."""


async def brief_for_ever() -> None:
    """Write due briefings until the task is cancelled."""
    await repeat("briefings", brief_due)


async def brief_due() -> float:
    while await brief_some():
        pass
    return LOOK_SECONDS


async def brief_some() -> int:
    """Write the briefings that are due; returns how many were claimed."""
    claimed = await claim_due()
    await asyncio.gather(*(brief(briefing) for briefing in claimed))
    return len(claimed)


@database_unit
def claim_due() -> list[Briefing]:
    """Each for this process alone. What is too late is moved to its next time."""
    due = Briefing.objects.due().select_related("owner").order_by("next_at")
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    now = timezone.now()
    token = uuid7()
    claimed = []
    for row in rows:
        if not row.owner.is_active or (row.next_at and row.next_at < now - WORTH_SAYING):
            row.next_at = next_moment(row.rule, row.time, row.owner.zone, now)
            row.save(update_fields=["next_at"])
            continue
        row.claim_token = token
        claimed.append(row)
    ids = [row.pk for row in claimed]
    Briefing.objects.filter(pk__in=ids).update(claim_token=token, claim_until=Now() + CLAIM)
    return claimed


async def brief(briefing: Briefing) -> None:
    """One that fails is tried again when its claim has run out, as long as it is worth saying."""
    try:
        agenda = await database_unit(agenda_of)(briefing.owner, Briefing.Kind(briefing.kind), timezone.now())
        suggestion, tokens = await suggestion_for(agenda)
        await database_unit(store)(briefing, agenda, suggestion, tokens)
    except (ClaimLost, ConversationBusy) as reason:
        logger.info("briefing not stored: %s briefing=%s", type(reason).__name__, briefing.pk)
    except DatabaseError as error:
        logger.warning("briefing not stored: %s briefing=%s", type(error).__name__, briefing.pk)
    except Exception:
        logger.exception("briefing failed briefing=%s", briefing.pk)


def store(briefing: Briefing, agenda: Agenda, suggestion: str, tokens: int) -> None:
    """The message, what goes out, and when the next one is: all of it, or nothing. Raises ClaimLost."""
    owner, occurrence = briefing.owner, briefing.next_at
    if occurrence is None:
        raise ClaimLost
    lock_user(owner)
    kind = Briefing.Kind(briefing.kind)
    with written_for(owner):
        text, title = briefing_text(agenda, suggestion), headline(agenda)
        conversation = conversation_for(owner, briefing.conversation_id, kind)
        answer_at_once(conversation, _(ASKED[kind]), text, tokens)
    content = {"title": title, "text": text, "address": reverse("conversation", args=[conversation.pk])}
    channels = Wish.of(briefing).channels
    until = occurrence + WORTH_SAYING
    put(owner.pk, Delivery.Kind.BRIEFING, briefing.pk, occurrence, until, content, only=channels, asked=True)
    mine = Briefing.objects.for_user(owner).filter(pk=briefing.pk, claim_token=briefing.claim_token)
    following = next_moment(briefing.rule, briefing.time, owner.zone, max(timezone.now(), occurrence))
    done = {"next_at": following, "conversation_id": conversation.pk, "claim_token": None, "claim_until": None}
    if not mine.update(**done):
        raise ClaimLost
    announce_change(owner.pk)


def conversation_for(owner: User, conversation_id: UUID | None, kind: Briefing.Kind) -> Conversation:
    """The one of the last time; a new one where that is full, put away or gone. Raises ConversationBusy."""
    stored = None
    if conversation_id:
        stored = Conversation.objects.for_user(owner).filter(pk=conversation_id, archived_at=None).first()
    if stored and stored.last_sequence + MESSAGES_PER_TURN <= settings.CONVERSATION_MAX_MESSAGES:
        return lock_conversation(owner, stored.pk)
    return Conversation(owner=owner, title=_(TITLES[kind]), title_set_by_user=True)


def answer_at_once(conversation: Conversation, question: str, text: str, tokens: int) -> None:
    """A turn that is over when it begins. Its text quotes titles: it is shown as the basic assistant's, plain."""
    _, answer = store_exchange(conversation, NewMessage(question))
    answer.content, answer.status, answer.model, answer.upkeep_tokens = text, Message.Status.COMPLETED, BASIC, tokens
    answer.save(update_fields=["content", "status", "model", "upkeep_tokens"])
    Conversation.objects.filter(pk=conversation.pk).update(lease_token=None, lease_until=None)
