"""The messages of a conversation as a page shows them, read and rendered in one unit of database work."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.habits.drawing import written_for
from accounts.models import User
from chat.conversations import mark_seen, messages_before
from chat.models import Conversation, Message
from chat.search.snippets import marked_html, marked_parts, parts_html
from chat.turns.settling import settle_dead_turn
from database.search import Terms, terms_of
from database.units import database_unit
from todos.models import Todo, load_moments, load_tags

from .messages import MessageView, message_passages, message_view
from .tool_calls import Card, uuid_or_none, written_ids

ASSISTANT = Message.Role.ASSISTANT
MESSAGES_SHOWN, MESSAGES_AFTER = 30, 15
# More than these are not put into one page; what was before them is on pages of its own.
MESSAGES_MAX = 300


@dataclass(frozen=True)
class Place:
    """Which messages an address asks for: those before a sequence, around one, or all since one; and words to mark."""

    before: int | None = None
    at: int | None = None
    since: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Transcript:
    """One page of messages; `earlier` is the sequence that the page before them ends at."""

    conversation: Conversation
    message_views: list[MessageView]
    earlier: int | None
    is_newest: bool
    words: str = ""

    @property
    def answer(self) -> Message | None:
        """The answer that is being written."""
        return next((view.message for view in self.message_views if view.working), None)

    @property
    def since_earlier(self) -> int | None:
        """Where the page begins that has these messages and those before them; None where that would be too long."""
        if self.earlier is None or not self.is_newest or len(self.message_views) + MESSAGES_SHOWN > MESSAGES_MAX:
            return None
        return max(1, self.earlier - MESSAGES_SHOWN)

    @property
    def context(self) -> dict[str, Any]:
        return {
            "conversation": self.conversation,
            "message_views": self.message_views,
            "earlier": self.earlier,
            "since_earlier": self.since_earlier,
            "words_found": self.words,
            "is_newest": self.is_newest,
            "working": self.answer is not None,
            "message_max": settings.CONVERSATION_MAX_MESSAGES,
            "nearly_full": self.conversation.is_nearly_full,
            "first_after_summary": self.conversation.summary_sequence + 1,
        }


def read_transcript(user: User, conversation_id: UUID, place: Place = Place()) -> Transcript:
    """Inside a database unit. Raises ConversationNotFound or NotYourConversation."""
    before = place.at + MESSAGES_AFTER if place.at is not None else place.before
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    wanted = MESSAGES_SHOWN if place.since is None else conversation.last_sequence - place.since + 1
    messages, earlier = messages_before(conversation, before, min(MESSAGES_MAX, max(MESSAGES_SHOWN, wanted)))
    newest = before is None or before > conversation.last_sequence
    if newest:
        mark_seen(conversation)
    views = message_views(user, messages, last_sequence=conversation.last_sequence)
    if terms := terms_of(place.words):
        views = [with_marks(view, terms) for view in views]
    return Transcript(conversation, views, earlier, is_newest=newest, words=place.words)


def with_marks(view: MessageView, terms: Terms) -> MessageView:
    """The message with what was looked for marked in it."""
    passages = [
        replace(
            passage,
            html=passage.html and marked_html(passage.html, terms),
            cards=[with_marked_title(card, terms) for card in passage.cards],
        )
        for passage in view.passages
    ]
    return replace(view, passages=passages, marked=parts_html(marked_parts(view.message.content, terms)))


def with_marked_title(card: Card, terms: Terms) -> Card:
    title = card.todo.title if card.todo else card.title
    return replace(card, marked=parts_html(marked_parts(title, terms)))


def message_views(user: User, messages: list[Message], last_sequence: int) -> list[MessageView]:
    """Todos are shown as they are now, those that were written and those that were listed: one query for all.

    A message that was replaced shows its answer as text, which has no line of its own.
    """
    replaced = {each.sequence - 1: each.content for each in messages if each.replaced_at and each.role == ASSISTANT}
    messages = [each for each in messages if not (each.replaced_at and each.role == ASSISTANT)]
    passages = [message_passages(message) for message in messages]
    ids = written_ids(call for message in messages for call in message.calls)
    listed = (item.todo_id for each in passages for passage in each for item in passage.listed)
    rows = Todo.objects.for_user(user).in_bulk(ids.union(filter(None, map(uuid_or_none, listed))))
    load_tags(rows.values())
    load_moments(rows.values())
    todos = {str(todo_id): todo for todo_id, todo in rows.items()}
    views = [
        message_view(message, each, todos, last_sequence) for message, each in zip(messages, passages, strict=True)
    ]
    return [
        replace(view, earlier_answer=replaced.get(view.message.sequence, "")) if view.message.replaced_at else view
        for view in views
    ]


@database_unit
def opening_html(user: User, conversation_id: UUID, *, is_new: bool) -> tuple[str, UUID | None]:
    """What a page needs to show a turn from its beginning, and the id of the answer that is being written."""
    transcript = read_transcript(user, conversation_id)
    answer = transcript.answer
    return in_zone(user, "chat/_opening.html", transcript.context | {"is_new": is_new}), answer.pk if answer else None


@database_unit
def answer_html(user: User, conversation_id: UUID, message_id: UUID, text: str | None = None) -> tuple[str, bool]:
    """A message as it now stands, and whether it is still being written; `text` is newer than what is stored."""
    conversation = Conversation.objects.owned(user, conversation_id)
    settle_dead_turn(conversation)
    message = conversation.messages.with_tool_calls().get(pk=message_id)
    working = message.status == Message.Status.PENDING
    if not working:
        mark_seen(conversation)
    elif text is not None:
        message.content = text
    [view] = message_views(user, [message], conversation.last_sequence)
    return in_zone(user, "chat/_answer.html", {"view": view, "conversation": conversation}), working


def in_zone(user: User, template: str, context: dict[str, Any]) -> str:
    """Render by the clock and the habits of the user, as on their pages."""
    with written_for(user):
        return render_to_string(template, context | {"now": timezone.localtime()})
