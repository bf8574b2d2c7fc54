"""A message that is edited: what came of it is taken back, and it makes way for the new text. Nothing of it is lost."""

from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chat.errors import MessageNotFound, NotEditable
from chat.models import DECIDED, Approval, Conversation, Message
from todos.changing.changes import Door, Origin
from todos.changing.undo import undo
from todos.errors import ChangeNotFound, NothingToUndo


def replace_exchange(
    user: User, conversation: Conversation, question_id: UUID, decline: Callable[[Approval], object]
) -> str:
    """Take back what the last exchange did, decline what it asked, and mark both messages; what was undone, in words.

    The conversation is locked, and no turn runs in it. Raises MessageNotFound or NotEditable.
    """
    question, answer = editable_exchange(conversation, question_id)
    undone = take_back(user, answer)
    if asked := open_question_of(answer):
        decline(asked)
    Message.objects.filter(pk__in=[question.pk, answer.pk]).update(replaced_at=timezone.now())
    return undone


def editable_exchange(conversation: Conversation, question_id: UUID) -> tuple[Message, Message]:
    """The message and its answer. What was said after it rests on what it did, so that only the last can be edited.

    One that decided a question is not: what that did belongs to the answer that asked.
    """
    question = conversation.messages.filter(pk=question_id, role=Message.Role.USER).first()
    if question is None:
        raise MessageNotFound
    if not is_editable(question, conversation.last_sequence):
        raise NotEditable
    return question, conversation.messages.get(sequence=question.sequence + 1)


def is_editable(question: Message, last_sequence: int) -> bool:
    return question.sequence == last_sequence - 1 and DECIDED not in question.metadata


def open_question_of(answer: Message) -> Approval | None:
    return Approval.objects.open().filter(message=answer).first()


def take_back(user: User, answer: Message) -> str:
    by = Origin(Door.CHAT, answer.conversation_id)
    try:
        return undo(user, now=timezone.now(), by=by, message_id=answer.pk).sentence
    except (ChangeNotFound, NothingToUndo):
        return ""
