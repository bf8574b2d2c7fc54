"""What whoever runs the program sees of a step: how long its model took, what it counted, and how it failed."""

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager

from chat.assistants.interface import BASIC, Model, ModelOutput, ModelRequest, StepEnd
from chat.errors import TurnFailure
from chat.turns.state.notes import StepNote
from telemetry import metrics
from telemetry.stages import stage
from telemetry.tracing import annotate, begin_span, within


async def observed_step(
    model: Model, request: ModelRequest, note: StepNote, count_cut: Callable[[ModelRequest], None]
) -> AsyncGenerator[ModelOutput, None]:
    """The model's outputs as they come. `count_cut` takes the request where the model did not come to count it."""
    opened = begin_span("model step", step=note.step, model=model.name)
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
            count_cut(request)
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
