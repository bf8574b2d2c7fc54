"""One request to the model as whoever runs the program sees it: how long each part took, and what it failed of."""

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from chat.assistants.basic import BasicModel
from chat.assistants.interface import Model, ModelOutput, ModelRequest, StepEnd
from chat.errors import TurnFailure
from telemetry import metrics
from telemetry.stages import stage
from telemetry.tracing import annotate, begin_span, within

from .state import StepNote, Turn


async def observed_step(turn: Turn, model: Model, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
    """The model's outputs as they come."""
    turn.step_notes.append(note := StepNote(turn.step, model.name))
    opened = begin_span("model step", step=turn.step, model=model.name)
    counted = isinstance(model, BasicModel)  # which costs nothing
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
