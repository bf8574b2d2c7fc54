"""A step's outputs for as long as the turn goes on: until somebody stops it, or its deadline has come."""

import asyncio
from collections.abc import AsyncGenerator

from django.conf import settings

from chat.assistants.interface import ModelOutput
from chat.turns.state.turn import Turn


async def outputs_in_time(turn: Turn, outputs: AsyncGenerator[ModelOutput, None]) -> AsyncGenerator[ModelOutput, None]:
    """The model's outputs until the turn is stopped. No timeout spans a yield."""
    deadline = asyncio.get_running_loop().time() + settings.TURN_DEADLINE_SECONDS - turn.elapsed_ms / 1000
    try:
        while not turn.stopped:
            turn.wait.check_not_interrupted()
            async with asyncio.timeout_at(deadline) as turn.wait.limit:
                output = await anext(outputs, None)
            turn.wait.limit = None
            if output is None:
                return
            yield output
    except TimeoutError:
        turn.wait.check_not_interrupted()
        if not turn.stopped:
            turn.stop("turn_deadline")
    finally:
        turn.wait.limit = None
        await outputs.aclose()
