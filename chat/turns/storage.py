"""How a turn is kept: its messages and its tool calls. Each unit is one transaction, and holds the lease."""

import contextlib
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Case, CharField, DateTimeField, Exists, F, QuerySet, When
from django.dispatch import receiver
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from chat.assistants.arguments import ParsedRequest
from chat.errors import (
    ConversationFull,
    LeaseLost,
)
from chat.events import TurnCompleted
from chat.history.context import INTERRUPTED_OUTPUT
from chat.history.titles import title_after, title_from
from chat.live import announce_change
from chat.models import BY_PROGRAM, TAKEN_BACK, Conversation, Message, ToolCall
from database.prepared import PreparedInsert, PreparedUpdate, Slot, column_slots, pk_slot
from database.units import commit_with_the_next, database_unit
from telemetry.stages import current_clock
from todos.changing.undo import tool_calls_settled
from todos.tools import ToolOutcome

from .lease import held_lease, hold_lease, lease_end, lock_conversation, renewal, take_lease
from .limits import NewMessage
from .records import tell_webhooks, turn_completed
from .settling import settle_dead_turn, settle_open_calls
from .state.turn import Turn

MESSAGES_PER_TURN = 2
PROGRESS_BATCH = 100
ANSWER_FIELDS = [
    "content",
    "status",
    "error_code",
    "model",
    "input_tokens",
    "output_tokens",
    "server_parts",
    "first_token_ms",
    "total_ms",
    "metadata",
]

# What each turn writes, compiled once.
OUTCOME_COLUMNS = ("status", "output", "duration_ms")
NEW_MESSAGES, NEW_CALLS = PreparedInsert(Message), PreparedInsert(ToolCall)
OUTCOME = PreparedUpdate(lambda: (ToolCall.objects.filter(pk=pk_slot("call")), column_slots(ToolCall, OUTCOME_COLUMNS)))
ANSWERED = PreparedUpdate(lambda: (Message.objects.filter(pk=pk_slot("answer")), column_slots(Message, ANSWER_FIELDS)))


def release(**more: Any) -> tuple[QuerySet[Conversation], dict[str, Any]]:
    ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "stop_requested_at": None}
    now = Slot("now", DateTimeField())
    rows = Conversation.objects.filter(pk=pk_slot("conversation"), lease_token=pk_slot("token"))
    return rows, {**ended, "updated_at": now, **column_slots(Conversation, ["token_ratio"]), **more}


def title_unless_set() -> Case:
    """A title that the person set stays."""
    return Case(When(title_set_by_user=False, then=Slot("title", CharField())), default=F("title"))


RELEASE = PreparedUpdate(release)
RELEASE_TITLED = PreparedUpdate(lambda: release(title=title_unless_set()))


# Step 3


def open_conversation(user: User, message: NewMessage) -> Conversation:
    """The conversation of the message, in which no other turn runs; a new one is stored with its first exchange."""
    conversation_id, is_new = message.conversation_id, message.conversation_id is None
    if message.thread:
        conversation_id, is_new = conversation_of_thread(user, message.thread)
    if conversation_id is None or is_new:
        return Conversation(pk=conversation_id or uuid7(), owner=user, title=title_from(message.text))
    conversation = lock_conversation(user, conversation_id)
    if conversation.last_sequence + MESSAGES_PER_TURN > settings.CONVERSATION_MAX_MESSAGES:
        details = {"limit": settings.CONVERSATION_MAX_MESSAGES, "continue_from": str(conversation.pk)}
        raise ConversationFull(details=details)
    settle_dead_turn(conversation)
    return conversation


def conversation_of_thread(user: User, thread: str) -> tuple[UUID, bool]:
    """The id of the conversation, and whether it is still to be opened.

    A thread that is named by the id of a conversation is that one, whose owner is yet to be checked. Any other name has
    an id made of it for each user, so that nothing need be stored, and a name of one is never another's.
    """
    made = uuid5(user.pk, thread)
    ids = {made}
    with contextlib.suppress(ValueError):
        ids.add(UUID(thread))
    found = set(Conversation.objects.filter(pk__in=ids).values_list("pk", flat=True))
    named = found - {made}
    return (named.pop(), False) if named else (made, made not in found)


# Steps 4 and 5


def store_exchange(conversation: Conversation, message: NewMessage, undone: str = "") -> tuple[Message, Message]:
    """The user's message and the pending answer, with the counter in the same transaction: no gap, no double.

    `undone` says what the message that it replaces had done.
    """
    sequence = conversation.last_sequence
    take_lease(conversation, MESSAGES_PER_TURN)
    common = {"conversation": conversation, "owner_id": conversation.owner_id}
    question = Message(
        **common,
        sequence=sequence + 1,
        role=Message.Role.USER,
        content=message.text,
        idempotency_key=message.idempotency_key,
        metadata=metadata_of(message) | ({TAKEN_BACK: undone} if undone else {}),
    )
    answer = Message(**common, sequence=sequence + 2, role=Message.Role.ASSISTANT, status=Message.Status.PENDING)
    NEW_MESSAGES.run([question, answer])
    return question, answer


def metadata_of(message: NewMessage) -> dict[str, Any]:
    metadata: dict[str, Any] = {"fingerprint": message.fingerprint} if message.idempotency_key else {}
    if message.typed_at:
        metadata["typed_at"] = message.typed_at.isoformat()
    if message.by_program:
        metadata[BY_PROGRAM] = True
    return metadata


def reopen_answer(user: User, answer: Message) -> tuple[Conversation, Message]:
    """The conversation of the answer, leased, and its question; the answer is pending again, without its text."""
    conversation = lock_conversation(user, answer.conversation_id)
    take_lease(conversation)
    answer.status, answer.error_code, answer.content = Message.Status.PENDING, "", ""
    answer.first_token_ms, answer.metadata = None, {}
    answer.save(update_fields=ANSWER_FIELDS)
    reopened = answer.tool_calls.filter(output__error__code=INTERRUPTED_OUTPUT["error"]["code"])
    reopened.update(status=ToolCall.Status.PENDING, output=None)
    return conversation, conversation.messages.get(sequence=answer.sequence - 1)


# Steps 6 to 10


@database_unit
def store_progress(turns: list[Turn], texts: list[str]) -> None:
    """Renew the leases of these turns and store their texts so far; not of those that have lost their lease."""
    tokens = [turn.conversation.lease_token for turn in turns]
    conversations = Conversation.objects.filter(pk__in=[turn.conversation.pk for turn in turns], lease_token__in=tokens)
    held = set(conversations.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=held).update(lease_until=lease_end())
    answers = [
        Message(pk=turn.answer.pk, content=text)
        for turn, text in zip(turns, texts, strict=True)
        if turn.conversation.pk in held
    ]
    Message.objects.bulk_update(answers, ["content"], batch_size=PROGRESS_BATCH)


@database_unit
def store_tool_calls(turn: Turn, requests: list[ParsedRequest]) -> list[ToolCall]:
    """The rows of one step's calls, pending. Call ids are made unique within the turn: outputs are matched by them.

    Nobody waits for the disk: what a call writes is on it no sooner than these rows, and without that nothing is lost
    with them; where they were, `hold_call` and `store_tool_outcome` have them again.
    """
    commit_with_the_next()
    hold_lease(turn.conversation)
    seen = {call.call_id for call in turn.tool_calls}
    calls = []
    for position, request in enumerate(requests, start=len(turn.tool_calls) + 1):
        call_id = request.call_id if request.call_id not in seen else f"call_{uuid7().hex}"
        seen.add(call_id)
        calls.append(
            ToolCall(
                conversation=turn.conversation,
                message=turn.answer,
                step=turn.step,
                position=position,
                tool_name=request.tool_name,
                call_id=call_id,
                input=request.stored_input,
                server_parts=request.parts,
            )
        )
    NEW_CALLS.run(calls)
    turn.tool_calls += calls
    return calls


HELD_CALL = PreparedUpdate(lambda: renewal(Exists(ToolCall.objects.filter(pk=pk_slot("call")).order_by())))


def hold_call(turn: Turn, call: ToolCall) -> None:
    """The fence of what a call writes: the lease of its turn, and that the call itself is stored.

    Changes that name a call are never without its row, also where the database fell and had forgotten that.
    """
    if not HELD_CALL.run(**held_lease(turn.conversation), call=call.pk):
        hold_lease(turn.conversation)
        NEW_CALLS.run([call])


@database_unit
def store_tool_outcome(turn: Turn, call: ToolCall, outcome: ToolOutcome, duration_ms: int) -> None:
    hold_lease(turn.conversation)
    call.status = ToolCall.Status.PENDING if outcome.status == "waiting" else ToolCall.Status(outcome.status)
    call.output, call.duration_ms = outcome.output, duration_ms
    if not OUTCOME.run(call=call.pk, **{name: getattr(call, name) for name in OUTCOME_COLUMNS}):
        NEW_CALLS.run([call])  # it wrote nothing itself, and the database fell


@receiver(tool_calls_settled)
def mark_undone_calls(undone: set[UUID], in_effect: set[UUID], **kwargs: Any) -> None:
    """A call whose changes are all taken back is undone, through whichever door that was done."""
    success, taken_back = ToolCall.Status.SUCCESS, ToolCall.Status.UNDONE
    ToolCall.objects.filter(id__in=undone, status=success).update(status=taken_back)
    ToolCall.objects.filter(id__in=in_effect, status=taken_back).update(status=success)


@database_unit
def store_answer(turn: Turn) -> TurnCompleted:
    """The assistant's message as it now stands in `turn.answer`, and the conversation free for the next turn."""
    lease = {"conversation": turn.conversation.pk, "token": turn.conversation.lease_token}
    ended = {"now": timezone.now(), "token_ratio": turn.conversation.token_ratio}
    title = first_title(turn)
    released = RELEASE_TITLED.run(**lease, **ended, title=title) if title else RELEASE.run(**lease, **ended)
    if not released:
        raise LeaseLost
    announce_change(turn.user.pk)
    turn.answer.total_ms = turn.elapsed_ms
    turn.answer.metadata |= turn_timings(turn)
    ANSWERED.run(answer=turn.answer.pk, **{name: getattr(turn.answer, name) for name in ANSWER_FIELDS})
    if turn.answer.status in {Message.Status.FAILED, Message.Status.INTERRUPTED}:
        settle_open_calls(turn.conversation)
        turn.tool_calls = list(turn.answer.tool_calls.order_by("position"))
    completed = turn_completed(turn.answer, turn.tool_calls, turn.approval)
    tell_webhooks(turn.user, turn.answer, completed)
    return completed


def turn_timings(turn: Turn) -> dict[str, Any]:
    """For the admin, which shows a turn step by step."""
    clock = current_clock.get()
    return {"stages_ms": clock.rounded() if clock else {}, "steps": [note.figures() for note in turn.step_notes]}


def first_title(turn: Turn) -> str:
    """Made after the first reply, also that of an edited message; empty later, and for a continued conversation."""
    if not turn.opens:
        return ""
    return title_after(turn.question.content, turn.tool_calls)
