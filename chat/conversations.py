"""Reading and changing conversations outside of a turn: one unit of database work for each thing a person does."""

from uuid import UUID

from django.utils import timezone

from accounts.database import database_unit
from accounts.errors import ValidationFailed
from accounts.models import User

from .live import announce_change
from .models import NEWEST_FIRST, Conversation, Message
from .storage import settle_dead_turn


@database_unit
def conversation_page(
    user: User, *, words: str, archived: bool, limit: int, cursor: str | None
) -> tuple[list[Conversation], str | None]:
    """Newest first, and the cursor of the next page. A constant number of queries."""
    conversations = Conversation.objects.for_user(user).archived(archived)
    if words:
        conversations = conversations.with_title(words)
    return NEWEST_FIRST.page(conversations, limit, cursor)


@database_unit
def read_conversation(user: User, conversation_id: UUID) -> Conversation:
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    return conversation


@database_unit
def change_conversation(user: User, conversation_id: UUID, *, title: str | None, archived: bool | None) -> Conversation:
    """Rename, archive or bring back. A title that a person set is never replaced."""
    conversation = Conversation.objects.owned(user, conversation_id)
    if title is not None:
        conversation.title, conversation.title_set_by_user = checked_title(title), True
    if archived is not None:
        conversation.archived_at = (conversation.archived_at or timezone.now()) if archived else None
    conversation.save(update_fields=["title", "title_set_by_user", "archived_at"])
    announce_change(user.pk)
    return conversation


def checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise ValidationFailed(details={"title": "Write a title."})
    return title


@database_unit
def delete_conversation(user: User, conversation_id: UUID) -> None:
    """With its messages and tool calls; the todos they made stay. A turn that still runs in it finds its lease gone."""
    Conversation.objects.owned(user, conversation_id).delete()
    announce_change(user.pk)


@database_unit
def message_page(
    user: User, conversation_id: UUID, *, before: int | None, limit: int
) -> tuple[list[Message], int | None]:
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    return messages_before(conversation, before, limit)


def messages_before(conversation: Conversation, before: int | None, limit: int) -> tuple[list[Message], int | None]:
    """The newest messages before a sequence number, in order with their tool calls, and where the page before ends."""
    earlier = conversation.messages.all() if before is None else conversation.messages.before(before)
    messages = list(earlier.order_by("-sequence").with_tool_calls()[:limit])[::-1]
    more = bool(messages) and messages[0].sequence > 1
    return messages, messages[0].sequence if more else None


@database_unit
def request_stop(user: User, conversation_id: UUID) -> None:
    """Ask the turn that runs in the conversation, in whatever process, to stop. Where none runs nothing happens."""
    conversation = Conversation.objects.owned(user, conversation_id)
    running = Conversation.objects.filter(pk=conversation.pk, lease_token=conversation.lease_token)
    running.exclude(lease_token=None).update(stop_requested_at=timezone.now())
