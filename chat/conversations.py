"""Reading and changing conversations outside of a turn: one unit of database work for each thing a person does."""

import functools
from uuid import UUID

from django.db.models import IntegerField
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from database.prepared import PreparedQuery, Slot, pk_slot
from database.units import database_unit
from web.errors import ValidationFailed
from web.text import is_blank

from .errors import MessageNotFound
from .history.summaries import continue_conversation
from .live import announce_change
from .models import NEWEST_FIRST, Conversation, Message, ToolCall
from .turns.settling import settle_dead_turn

FEEDBACK = {"up", "down"}
# Beyond any sequence number.
NO_SEQUENCE = 2**31 - 1


@functools.lru_cache(maxsize=100)
def newest(archived: bool, limit: int) -> PreparedQuery[Conversation]:
    return PreparedQuery(
        lambda: Conversation.objects.for_user(pk_slot("owner")).archived(archived).newest_first()[:limit]
    )


@functools.lru_cache(maxsize=100)
def messages_of(limit: int) -> PreparedQuery[Message]:
    return PreparedQuery(
        lambda: (
            Message.objects.filter(conversation=pk_slot("conversation"))
            .before(Slot("before", IntegerField()))
            .order_by("-sequence")
            .select_related("approval")[:limit]
        )
    )


CALLS = PreparedQuery(
    lambda: ToolCall.objects.filter(
        message__conversation=pk_slot("conversation"),
        message__sequence__gte=Slot("first", IntegerField()),
        message__sequence__lte=Slot("last", IntegerField()),
    ).order_by("position")
)


@database_unit
def conversation_page(
    user: User, *, words: str, archived: bool, limit: int, cursor: str | None
) -> tuple[list[Conversation], str | None]:
    """Newest first, and the cursor of the next page. A constant number of queries."""
    if words or cursor:
        conversations = Conversation.objects.for_user(user).archived(archived)
        return NEWEST_FIRST.page(conversations.containing(words), limit, cursor)
    return NEWEST_FIRST.cut(newest(archived, limit + 1).models(owner=user.pk), limit)


@database_unit
def read_conversation(user: User, conversation_id: UUID) -> Conversation:
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    return conversation


@database_unit
def change_conversation(
    user: User,
    conversation_id: UUID,
    *,
    title: str | None = None,
    archived: bool | None = None,
    pinned: bool | None = None,
) -> Conversation:
    """Rename, archive, pin, or the contrary. A title that a person set is never replaced."""
    conversation = Conversation.objects.owned(user, conversation_id)
    if title is not None and checked_title(title) != conversation.title:
        conversation.title, conversation.title_set_by_user = checked_title(title), True
    if archived is not None:
        conversation.archived_at = (conversation.archived_at or timezone.now()) if archived else None
    if pinned is not None:
        conversation.pinned_at = (conversation.pinned_at or timezone.now()) if pinned else None
    conversation.save(update_fields=["title", "title_set_by_user", "archived_at", "pinned_at"])
    announce_change(user.pk)
    return conversation


def checked_title(title: str) -> str:
    title = " ".join(title.split())
    if is_blank(title):
        raise ValidationFailed(details={"title": _("Write a title.")})
    return title


@database_unit
def begin_continuation(user: User, conversation_id: UUID) -> Conversation:
    conversation = continue_conversation(user, conversation_id)
    announce_change(user.pk)
    return conversation


@database_unit
def put_away(user: User, conversation_id: UUID) -> Conversation:
    """Delete it so that it can be brought back until the trash is purged. A turn that runs in it is stopped."""
    conversation = Conversation.objects.owned(user, conversation_id)
    conversation.deleted_at = timezone.now()
    conversation.save(update_fields=["deleted_at"])
    stop_turn_in(conversation)
    announce_change(user.pk)
    return conversation


@database_unit
def bring_back(user: User, conversation_id: UUID) -> Conversation:
    """Raises ConversationNotFound where it was purged. One that was not deleted stays as it is."""
    conversation = Conversation.objects.owned(user, conversation_id, deleted_too=True)
    conversation.deleted_at = None
    conversation.save(update_fields=["deleted_at"])
    announce_change(user.pk)
    return conversation


@database_unit
def rate_answer(user: User, conversation_id: UUID, message_id: UUID, feedback: str) -> None:
    """“up” or “down”; the same once more takes it back."""
    conversation = Conversation.objects.owned(user, conversation_id)
    answers = conversation.messages.select_for_update(no_key=True).filter(role=Message.Role.ASSISTANT)
    answer = answers.exclude(status=Message.Status.PENDING).filter(pk=message_id).first()
    if answer is None:
        raise MessageNotFound
    if feedback not in FEEDBACK or answer.metadata.get("feedback") == feedback:
        answer.metadata.pop("feedback", None)
    else:
        answer.metadata["feedback"] = feedback
    answer.save(update_fields=["metadata"])


def mark_seen(conversation: Conversation) -> None:
    """Call it where a page shows the newest messages."""
    if conversation.is_unread:
        Conversation.objects.filter(pk=conversation.pk).update(seen_sequence=conversation.last_sequence)
        announce_change(conversation.owner_id)


@database_unit
def message_page(
    user: User, conversation_id: UUID, *, before: int | None, limit: int
) -> tuple[list[Message], int | None]:
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    return messages_before(conversation, before, limit)


def messages_before(conversation: Conversation, before: int | None, limit: int) -> tuple[list[Message], int | None]:
    """The newest messages before a sequence number, in order with their tool calls, and where the page before ends."""
    found = messages_of(limit).models(conversation=conversation.pk, before=NO_SEQUENCE if before is None else before)
    messages = {message.pk: message for message in reversed(found)}
    if not messages:
        return [], None
    for message in messages.values():
        message.conversation, message.calls = conversation, []
    first, last = found[-1].sequence, found[0].sequence
    for call in CALLS.models(conversation=conversation.pk, first=first, last=last):
        if call.message_id in messages:
            messages[call.message_id].calls.append(call)
    return list(messages.values()), first if first > 1 else None


@database_unit
def request_stop(user: User, conversation_id: UUID) -> None:
    """Ask the turn that runs in the conversation, in whatever process, to stop. Where none runs nothing happens."""
    stop_turn_in(Conversation.objects.owned(user, conversation_id))


def stop_turn_in(conversation: Conversation) -> None:
    running = Conversation.objects.filter(pk=conversation.pk, lease_token=conversation.lease_token)
    running.exclude(lease_token=None).update(stop_requested_at=timezone.now())
