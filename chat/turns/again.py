"""A turn that is asked for once more, by its Idempotency-Key or by Retry: its answer, or that it goes on.

A turn that ended too early for a reason that passes goes on from its stored calls, while it is the last of its
conversation. Where more was said since, what it did stands for its answer: nobody has to do it again to find out.
"""

from dataclasses import replace
from uuid import UUID

from accounts.models import User
from chat.errors import (
    IdempotencyInProgress,
    MessageNotFound,
    ModelMisconfigured,
    ModelQuotaUsedUp,
    NotRetryable,
    stored_failure,
)
from chat.events import ToolCallRecord, TurnCompleted
from chat.models import Conversation, Message, MessageQuerySet
from database.units import one_or_none
from web.errors import IdempotencyMismatch, ProductError

from .lease import lock_conversation
from .limits import NewMessage
from .records import done_so_far, tool_call_record, turn_completed, unfinished_text
from .settling import settle_dead_turn

ENDED_EARLY = {Message.Status.FAILED, Message.Status.INTERRUPTED}
RETRYABLE = {*ENDED_EARLY, Message.Status.STOPPED}
# In the metadata of an answer whose failure does not pass.
LASTING = "lasting"


def answer_to_retry(user: User, conversation_id: UUID, message_id: UUID) -> Message:
    """An answer that ended too early. Raises MessageNotFound, or NotRetryable where it did arrive."""
    conversation = lock_conversation(user, conversation_id)
    settle_dead_turn(conversation)
    answer = whole_answers().filter(conversation=conversation, pk=message_id).first()
    if answer is None:
        raise MessageNotFound
    if answer.status not in RETRYABLE:
        raise NotRetryable
    return answer


def answer_of_key(user: User, message: NewMessage) -> Message | None:
    """The ended answer to an earlier request with the same Idempotency-Key.

    Raises IdempotencyMismatch where that was another request, and IdempotencyInProgress while it runs.
    """
    if message.idempotency_key is None:
        return None
    question = one_or_none(Message.objects.filter(owner=user, idempotency_key=message.idempotency_key))
    if question is None:
        return None
    if question.metadata.get("fingerprint") != message.fingerprint:
        raise IdempotencyMismatch
    settle_dead_turn(Conversation.objects.with_lease().get(pk=question.conversation_id))
    answer = whole_answers().get(conversation=question.conversation_id, sequence=question.sequence + 1)
    if answer.status == Message.Status.PENDING:
        ids = {"conversation_id": str(answer.conversation_id), "message_id": str(answer.pk)}
        raise IdempotencyInProgress(details=ids)
    return answer


def whole_answers() -> MessageQuerySet:
    return Message.objects.with_tool_calls().select_related("conversation")


def is_last(answer: Message) -> bool:
    return answer.sequence == answer.conversation.last_sequence


def has_passed(answer: Message) -> bool:
    """Whether the turn ended too early for a reason that passes: its process died, or something was out of reach."""
    if answer.status == Message.Status.FAILED:
        failure = failure_of(answer)
        # What whoever runs the program has to mend may be mended when the key comes again.
        return failure.wait_seconds is not None or isinstance(failure, ModelMisconfigured | ModelQuotaUsedUp)
    return answer.status == Message.Status.INTERRUPTED


def failure_of(answer: Message) -> ProductError:
    return stored_failure(answer.error_code, lasting=bool(answer.metadata.get(LASTING)))


def answer_given(answer: Message) -> TurnCompleted:
    """What was answered, of a message from `with_tool_calls`; a failure that lasts is raised again."""
    if answer.status == Message.Status.FAILED and not has_passed(answer):
        failure = failure_of(answer)
        tell_of_turn(failure, answer, [tool_call_record(call) for call in answer.calls])
        raise failure
    return turn_as_it_ended(answer)


def turn_as_it_ended(answer: Message) -> TurnCompleted:
    """Where a turn ended too early and cannot go on, what it did stands for its answer."""
    completed = turn_completed(answer, answer.calls, getattr(answer, "approval", None))
    if answer.status not in ENDED_EARLY:
        return completed
    return replace(completed, status="interrupted", response=unfinished_text(completed.tool_calls))


def tell_of_turn(failure: ProductError, answer: Message, calls: list[ToolCallRecord]) -> None:
    """Say in the failure of a turn what was done, so that nobody does it again, and which answer to retry."""
    failure.sentence = " ".join(filter(None, [failure.sentence, done_so_far(calls)]))
    ids = {"conversation_id": str(answer.conversation_id), "message_id": str(answer.pk)}
    failure.details = {**failure.details, **ids}
