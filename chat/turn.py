"""What happens when a message is sent: the twelve steps of a turn.

`begin_turn` (1–5) refuses with a ProductError before anything is answered; `run_turn` (6–12) yields events.
"""

import asyncio
import dataclasses
import functools
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.bearer import authenticate, check_subject, comes_from_program
from accounts.locks import lock_user
from accounts.models import User
from database.units import CommitUnknown, database_read, database_unit, is_outage, within_unit
from telemetry.causes import cause_of
from telemetry.stages import stage
from todos.changing.changes import Door, Origin
from todos.tools import ToolOutcome, call_tool, tool_definitions
from web.errors import OutcomeUnknown, ProductError, ServiceUnavailable

from .assistants.arguments import INVALID_JSON, ParsedRequest, parsed_request
from .assistants.instructions import instructions_text
from .assistants.interface import (
    ARGUMENTS_MAX_CHARACTERS,
    ModelRequest,
    StepEnd,
    TextDelta,
    TextRetracted,
    ToolDefinition,
    ToolRequest,
    UserText,
    model_named,
)
from .errors import InternalError, LeaseLost, ModelError, TurnInterrupted
from .events import Event, MessageDelta, ToolCallFinished, ToolCallStarted, TurnCompleted, TurnFailed, TurnStarted
from .history.context import past_items, tool_items
from .models import Approval, Message, ToolCall
from .turns.again import (
    LASTING,
    answer_given,
    answer_of_key,
    answer_to_retry,
    has_passed,
    is_last,
    tell_of_turn,
    turn_as_it_ended,
)
from .turns.approvals import approval_words, ask_person, carry_out, decide_in_words
from .turns.lease import renew_lease
from .turns.limits import NewMessage, check_allowance, check_message, count_turn
from .turns.records import tool_call_record
from .turns.replacing import replace_exchange
from .turns.report import report_turn
from .turns.state.sending import Sending
from .turns.state.turn import STOP_SENTENCES, Turn
from .turns.steps.deadline import outputs_in_time
from .turns.steps.fallback import allowance, step_outputs
from .turns.storage import (
    hold_call,
    open_conversation,
    reopen_answer,
    store_answer,
    store_exchange,
    store_tool_calls,
    store_tool_outcome,
)

# A connection that broke is replaced at once; a longer outage outlasts the lease, and the next who asks.
STORE_AGAIN_SECONDS = 0.3
OFFERED: list[ToolDefinition] = []

UNREADABLE = (
    f"The arguments were not a JSON object, or longer than {ARGUMENTS_MAX_CHARACTERS:,} characters. "
    "Send the call again, with valid JSON or in smaller parts."
)

logger = logging.getLogger(__name__)


async def begin_turn(request: HttpRequest, user_id: str, message: NewMessage) -> Turn | TurnCompleted:
    """Steps 1–5. For a known Idempotency-Key: the stored answer, or the turn again if its process died.

    Raises ProductError.
    """
    # 1. Authenticate the request by its JWT.
    user = await authenticate(request)
    # 2. Check that user_id equals the token's subject.
    check_subject(user, user_id)
    message = dataclasses.replace(check_message(message), by_program=comes_from_program(request))
    opening = functools.partial(within_unit(open_turn), user, message, getattr(request, "request_id", ""))
    return await begun_for_certain(counted_turn(user, opening))


@database_read
def counted_turn(user: User, opening: Callable[[], Turn | TurnCompleted]) -> Turn | TurnCompleted:
    """Count one turn of the user, which takes no transaction, and begin it in the same visit to a database thread."""
    count_turn(user)
    return opening()


@database_unit
def open_turn(user: User, message: NewMessage, request_id: str) -> Turn | TurnCompleted:
    """Steps 3–5 in one transaction: all of it is stored, or the request is refused and nothing is."""
    lock_user(user)
    if answer := answer_of_key(user, message):
        if has_passed(answer) and is_last(answer):
            return continued_turn(user, answer, request_id)
        return answer_given(answer)
    fallback = allowance(user, message.text, timezone.now())
    # 3. Load the conversation's history from the database, if conversation_id is given; otherwise open a conversation.
    conversation = open_conversation(user, message)
    undone = ""
    if message.replaces:
        undone = replace_exchange(
            user, conversation, message.replaces, decline=lambda asked: carry_out(user, asked.pk, [])
        )
    with stage("context", within="database"):
        history = past_items(conversation)
    opens = not history
    # 4. Append the user's message to the history.
    history.append(UserText(message.text))
    # 5. Store the user's message before the model runs.
    question, answer = store_exchange(conversation, message, undone)
    if fallback:
        answer.metadata["fallback"] = fallback
    return Turn(
        user=user,
        request_id=request_id,
        conversation=conversation,
        question=question,
        answer=answer,
        sending=Sending(conversation, history),
        opens=opens,
    )


async def begin_retry(
    request: HttpRequest, user_id: str, conversation_id: UUID, message_id: UUID
) -> Turn | TurnCompleted:
    """Steps 1–5 for an answer that failed, was stopped or was interrupted: the same question, from what is stored.

    The tool calls made so far stay part of the answer and the model sees what came of them: nothing is written twice.
    Tool calls left pending by a crash run first, under their stored ids. Where more was said since, what the turn did
    stands for its answer.
    """
    user = await authenticate(request)
    check_subject(user, user_id)
    request_id = getattr(request, "request_id", "")
    reopening = functools.partial(within_unit(reopen_turn), user, conversation_id, message_id, request_id)
    return await begun_for_certain(counted_turn(user, reopening))


@database_unit
def reopen_turn(user: User, conversation_id: UUID, message_id: UUID, request_id: str) -> Turn | TurnCompleted:
    """Steps 3–5 of a retry, in one transaction."""
    lock_user(user)
    answer = answer_to_retry(user, conversation_id, message_id)
    return continued_turn(user, answer, request_id) if is_last(answer) else turn_as_it_ended(answer)


def continued_turn(user: User, answer: Message, request_id: str) -> Turn:
    check_allowance(user, timezone.now())
    conversation, question = reopen_answer(user, answer)
    past = past_items(conversation, before=question.sequence)
    calls = list(answer.tool_calls.order_by("position"))
    steps = max((call.step for call in calls), default=0)
    asked = Approval.objects.filter(message=answer).prefetch_related("message__tool_calls").first()
    return Turn(
        user=user,
        request_id=request_id,
        conversation=conversation,
        question=question,
        answer=answer,
        sending=Sending(conversation, [*past, UserText(question.content)]),
        opens=not past,
        tool_calls=calls,
        step=steps + 1,
        steps_before=steps,
        approval=asked,
    )


async def begun_for_certain(opening: Coroutine[Any, Any, Turn | TurnCompleted]) -> Turn | TurnCompleted:
    """Where the COMMIT of the beginning was not answered, the lease tells whether it took place."""
    try:
        return await opening
    except CommitUnknown as unknown:
        turn = unknown.result
        if not isinstance(turn, Turn):
            return turn  # nothing was begun
        try:
            await renew_lease(turn.conversation)
        except LeaseLost:
            raise ServiceUnavailable from unknown
        except (DatabaseError, InterfaceError):
            raise unknown from None
        return turn


async def run_steps(turn: Turn) -> AsyncGenerator[Event, None]:
    """Steps 6–8, once for each request to the model, until it asks for no tool or the turn meets a limit."""
    if decided := await decide_in_words(turn):
        yield MessageDelta(turn.answer.id, turn.add_text(decided))
        return
    model = model_named(settings.CHAT_MODEL)
    turn.answer.model = model.name
    tools = await offered_tools()
    while not turn.stopped and not turn.approval:
        requests: list[ParsedRequest] = []
        # 6. Run the model with the reconstructed history and the MCP tool definitions.
        async for output in outputs_in_time(turn, step_outputs(turn, model, model_request(turn, tools))):
            match output:
                case TextDelta(text):
                    yield MessageDelta(turn.answer.id, turn.add_text(turn.within_length(text)))
                # 7. Capture every tool call the model makes.
                case ToolRequest():
                    requests.append(parsed_request(output))
                case StepEnd() | TextRetracted():
                    turn.hear(output)
        if not requests or turn.stopped_by_user:
            break
        # 8. Store each tool call before it runs and its outcome when it ends.
        calls = await store_tool_calls(turn, within_limits(turn, requests))
        async for event in made_calls(turn, calls):
            yield event
        turn.end_step(tool_items(calls))
        turn.approval = await ask_person(turn, calls)
    if last_words := closing_sentence(turn):
        turn.step_text = ""  # They are a paragraph of their own.
        yield MessageDelta(turn.answer.id, turn.add_text(last_words))


async def made_calls(turn: Turn, calls: list[ToolCall]) -> AsyncGenerator[Event, None]:
    for call in calls:
        turn.wait.check_not_interrupted()
        yield ToolCallStarted(turn.answer.id, tool_call_record(call))
        await store_tool_outcome(turn, call, *await run_tool_call(turn, call))
        yield ToolCallFinished(turn.answer.id, tool_call_record(call))


async def remaining_calls(turn: Turn) -> AsyncGenerator[Event, None]:
    """Make the calls that an interrupted turn left open, and let the model see the outcome of all."""
    if left := turn.open_calls:
        async for event in made_calls(turn, left):
            yield event
        turn.approval = turn.approval or await ask_person(turn, left)
    turn.sending.history += tool_items(turn.tool_calls)


async def run_turn(turn: Turn) -> AsyncGenerator[Event, None]:
    """Steps 6–12. Ends with exactly one TurnCompleted or TurnFailed; what was stored before a failure stays."""
    yield TurnStarted(turn.conversation.id, turn.question.id, turn.answer.id)
    try:
        for events in (remaining_calls(turn), run_steps(turn)):
            async for event in events:
                yield event
        # 9. Obtain the final assistant message.
        check_answer(turn)
        # 10. Store the assistant message.
        with stage("commit"):
            completed = await store_answer(turn)
    except Exception as error:  # noqa: BLE001 unexpected errors are caught once, here
        yield await fail_turn(turn, failure_of(error))
        return
    report_turn(turn)
    # 11. Return the response.
    yield completed
    # 12. Forget: nothing of the turn stays in the process. `running` drops the turn when this generator ends.


async def offered_tools() -> tuple[ToolDefinition, ...]:
    """The tools that a model is offered; made once, as they do not change."""
    if not OFFERED:
        tools = await tool_definitions()
        OFFERED[:] = [ToolDefinition(tool.name, tool.description or "", tool.input_schema) for tool in tools]
    return tuple(OFFERED)


def model_request(turn: Turn, tools: tuple[ToolDefinition, ...]) -> ModelRequest:
    now = turn.now.astimezone(turn.user.zone)
    with stage("context"):
        history = turn.sending.fitted_history()
    return ModelRequest(
        instructions=instructions_text(now, turn.user.time_zone, turn.user.habits, turn.user.speaks),
        history=history,
        tools=tools,
        now=now,
        time_zone=turn.user.time_zone,
        max_output_tokens=settings.OUTPUT_MAX_TOKENS,
        may_retry=not turn.has_begun,
        habits=turn.user.habits,
    )


def within_limits(turn: Turn, requests: list[ParsedRequest]) -> list[ParsedRequest]:
    """The calls that may still run; the turn stops after them where the model asked for too much."""
    allowed = requests[: settings.TURN_MAX_TOOL_CALLS - len(turn.tool_calls)]
    if turn.step - turn.steps_before >= settings.TURN_MAX_STEPS:
        turn.stop("too_many_steps")
    if len(allowed) < len(requests):
        turn.stop("too_many_tool_calls")
    return allowed


async def run_tool_call(turn: Turn, call: ToolCall) -> tuple[ToolOutcome, int]:
    """The outcome of one stored call and its duration in milliseconds. An outage is raised, not told to the model."""
    started = time.perf_counter()
    if turn.stopped_by_user:
        outcome = ToolOutcome("error", {"error": {"code": "stopped", "message": "Stopped before this was done."}})
    elif INVALID_JSON in call.input:
        outcome = ToolOutcome("error", {"error": {"code": "invalid_arguments", "message": UNREADABLE}})
    else:
        fence = functools.partial(hold_call, turn, call)
        by = Origin(Door.CHAT, turn.conversation.id, turn.answer.id, call.id)
        with stage("tools"):
            outcome = await call_tool(call.tool_name, call.input, user=turn.user, by=by, fence=fence, now=turn.now)
    return outcome, int((time.perf_counter() - started) * 1000)


def closing_sentence(turn: Turn) -> str:
    """Why the model says no more, where it was not the model that ended the turn."""
    if turn.approval:
        return approval_words(turn.approval)
    return gettext(STOP_SENTENCES[turn.answer.error_code]) if turn.stopped and not turn.stopped_by_user else ""


def check_answer(turn: Turn) -> None:
    if not turn.answer.content.strip() and not turn.stopped_by_user:
        raise ModelError(gettext("The assistant's model gave an empty answer. Your message is kept; try again."))
    if not turn.stopped:
        turn.answer.status = Message.Status.COMPLETED


def failure_of(error: Exception) -> ProductError:
    """What an exception means to people. Only what nobody expected is logged as an error."""
    match error:
        case ProductError():
            return error
        case LeaseLost():
            return TurnInterrupted()
        case CommitUnknown():
            logger.warning("connection lost at COMMIT")
            return OutcomeUnknown()
        case _ if is_outage(error):
            logger.warning("database out of reach (%s)", cause_of(error))
            return ServiceUnavailable()
        case IntegrityError() if "foreign key" in str(error).lower():
            # Another request erased what this one refers to: whoever tries again is told so.
            logger.warning("what was referred to is gone")
            return ServiceUnavailable()
    logger.error("unexpected failure", exc_info=error)
    return InternalError()


async def fail_turn(turn: Turn, failure: ProductError) -> TurnFailed:
    """Close the turn as failed. Where even that cannot be stored, its lease runs out and it reads as interrupted."""
    interrupted = isinstance(failure, TurnInterrupted)
    turn.answer.status = Message.Status.INTERRUPTED if interrupted else Message.Status.FAILED
    turn.answer.error_code = failure.code
    turn.answer.metadata["request_id"] = turn.request_id
    if failure.wait_seconds is None:
        turn.answer.metadata[LASTING] = True
    with stage("commit"):
        if not await stored_as_failed(turn):
            await asyncio.sleep(STORE_AGAIN_SECONDS)
            await stored_as_failed(turn)
    report_turn(turn)
    tell_of_turn(failure, turn.answer, [tool_call_record(call) for call in turn.tool_calls])
    return TurnFailed(failure.code, failure.sentence, failure.public_details, turn.request_id)


async def stored_as_failed(turn: Turn) -> bool:
    """Whether there is no need to try again: it is stored, or another has closed the turn."""
    try:
        await store_answer(turn)
    except (LeaseLost, DatabaseError, InterfaceError) as error:
        logger.warning("failed turn not stored: %s message=%s", type(error).__name__, turn.answer.id)
        return isinstance(error, LeaseLost)
    return True
