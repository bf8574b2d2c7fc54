"""What whoever runs the program sees of a turn: how long each model step took, and ids and figures at its end."""

import logging
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from django.conf import settings

from chat.assistants.interface import BASIC, Model, ModelOutput, ModelRequest, StepEnd
from chat.errors import TurnFailure
from chat.models import Message
from chat.turns.state import Turn
from telemetry import metrics
from telemetry.stages import current_clock, stage
from telemetry.tracing import annotate, begin_span, within

from .notes import StepNote

logger = logging.getLogger("chat.turn")


async def observed_step(turn: Turn, model: Model, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
    """The model's outputs as they come."""
    turn.step_notes.append(note := StepNote(turn.step, model.name))
    opened = begin_span("model step", step=turn.step, model=model.name)
    counted = model.name == BASIC  # which costs nothing
    try:
        async with aclosing(model.stream(request)) as outputs:
            while True:
                with within(opened), waiting(note):
                    output = await anext(outputs, None)
                if output is None:
                    return
                note.hear(output)
                counted = counted or isinstance(output, StepEnd)
                yield output
    except TurnFailure as failure:
        note.error = failure.code
        metrics.upstream_errors.labels(failure.code).inc()
        raise
    finally:
        # A request that failed before any answer took nothing.
        if not counted and (note.has_output or not note.error):
            turn.count_cut_step(request)
        if opened is not None:
            annotate(opened, **note.figures())
            opened.end()


@contextmanager
def waiting(note: StepNote) -> Iterator[None]:
    """Waits until the first output are one stage of the turn, those after it another."""
    started = time.perf_counter()
    try:
        with stage("model" if note.has_output else "first_token"):
            yield
    finally:
        note.wait((time.perf_counter() - started) * 1000)


def report_turn(turn: Turn) -> None:
    answer = turn.answer
    outcome = "needs_approval" if turn.approval and answer.status == Message.Status.COMPLETED else str(answer.status)
    clock = current_clock.get()
    stages_ms = clock.rounded() if clock else {}
    count_turn(answer, outcome, stages_ms)
    if settings.LOG_MESSAGE_TEXT:
        logger.info("said message=%s %r %r", answer.id, turn.question.content, answer.content)
    ids = {"turn_id": str(answer.id), "conversation_id": str(turn.conversation.id), "user_id": str(turn.user.pk)}
    figures = {
        "request_id": turn.request_id,
        "outcome": outcome,
        "error": answer.error_code or None,
        "model": answer.model,
        "steps": turn.step,
        "tool_calls": len(turn.tool_calls),
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "first_token_ms": answer.first_token_ms,
        "total_ms": answer.total_ms,
        "stages_ms": stages_ms,
    }
    logger.info("turn", extra=ids | {name: value for name, value in figures.items() if value is not None})


def count_turn(answer: Message, outcome: str, stages_ms: dict[str, float]) -> None:
    metrics.turns.labels(outcome, answer.error_code).inc()
    metrics.turn_seconds.observe((answer.total_ms or 0) / 1000)
    if answer.first_token_ms is not None:
        metrics.first_token_seconds.observe(answer.first_token_ms / 1000)
    for name, ms in stages_ms.items():
        metrics.stage_seconds.labels(name).inc(ms / 1000)
    for direction, count in (("input", answer.input_tokens), ("output", answer.output_tokens)):
        metrics.tokens.labels(answer.model, direction).inc(count)
