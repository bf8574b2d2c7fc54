"""Who answers while the model cannot: the basic assistant, for messages that are clear by themselves."""

import dataclasses
import datetime
from collections.abc import AsyncGenerator
from contextlib import aclosing

from django.conf import settings

from accounts.models import User
from chat.assistants.basic import BasicModel, Clock, understood_surely
from chat.assistants.interface import HistoryItem, Model, ModelOutput, ModelRequest, Summary, UserText
from chat.errors import ContextTooLong, ModelTimeout, ModelUnavailable, QuotaExhausted, RequestRefused
from chat.turns.limits import check_allowance
from chat.turns.state.notes import StepNote
from chat.turns.state.turn import Turn

from .observed import observed_step


def allowance(user: User, text: str, now: datetime.datetime) -> str:
    """Why only the basic assistant may answer this text, as an error code; empty where the model may.

    Raises as `check_allowance` does; a used-up quota only where the basic assistant is not sure.
    """
    try:
        check_allowance(user, now)
    except QuotaExhausted as failure:
        if not can_stand_in(user, text, now):
            raise
        return failure.code
    return ""


def can_stand_in(user: User, text: str, now: datetime.datetime) -> bool:
    return settings.FALLBACK and understood_surely(text, Clock(now, user.zone, habits=user.habits))


async def step_outputs(turn: Turn, model: Model, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
    """One step of the model, or of the basic assistant where the model fails before it said or asked for anything."""
    if not turn.fallback:
        begun = turn.has_begun
        try:
            async with aclosing(model_outputs(turn, model, request)) as outputs:
                async for output in outputs:
                    begun = True
                    yield output
            return
        except (ModelUnavailable, ModelTimeout) as failure:
            if begun or not can_stand_in(turn.user, turn.question.content, turn.now):
                raise
            turn.answer.metadata["fallback"] = failure.code
    basic = BasicModel()
    turn.answer.model = basic.name
    alone = dataclasses.replace(request, history=this_turn(request.history))
    async with aclosing(observed(turn, basic, alone)) as outputs:
        async for output in outputs:
            yield output


async def model_outputs(turn: Turn, model: Model, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
    """One step of the model; where the history may be too long for it, once in a turn again with half of it.

    Servers say so in any words. A refusal that says nothing else is taken for it while there is something to leave out.
    """
    begun = False
    turn.sending.request = request
    try:
        async with aclosing(observed(turn, model, request)) as outputs:
            async for output in outputs:
                begun = True
                yield output
        return
    except RequestRefused as refusal:
        too_long = isinstance(refusal, ContextTooLong) or has_past(request.history)
        if begun or turn.sending.is_compacted or not too_long:
            raise
    turn.sending.compact()
    turn.sending.request = dataclasses.replace(request, history=turn.sending.fitted_history())
    async with aclosing(observed(turn, model, turn.sending.request)) as outputs:
        async for output in outputs:
            yield output


def observed(turn: Turn, model: Model, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
    turn.step_notes.append(note := StepNote(turn.step, model.name))
    return observed_step(model, request, note, turn.count_cut_step)


def has_past(history: tuple[HistoryItem, ...]) -> bool:
    return sum(isinstance(item, UserText | Summary) for item in history) > 1


def this_turn(history: tuple[HistoryItem, ...]) -> tuple[HistoryItem, ...]:
    """The history from the person's last text on: what another model said before is nothing to be sure of."""
    start = max(place for place, item in enumerate(history) if isinstance(item, UserText))
    return history[start:]
