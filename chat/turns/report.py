"""What whoever runs the program sees of a turn that has ended: a line in the log, and figures."""

import logging

from django.conf import settings

from chat.models import Message
from telemetry import metrics
from telemetry.stages import current_clock

from .state.turn import Turn

logger = logging.getLogger("chat.turn")


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
