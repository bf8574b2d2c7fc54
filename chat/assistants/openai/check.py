"""What of a model server works with this program: each thing that a turn needs, asked for once.

Costs a handful of short requests and one as long as the context budget.
"""

import datetime
import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from django.conf import settings

from chat.assistants.interface import (
    HistoryItem,
    ModelRequest,
    StepEnd,
    TextDelta,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
)
from chat.errors import ContextTooLong, ModelTimeout, ModelUnavailable, RequestRefused, TurnFailure

from .client import OpenAIModel

BYTES_PER_TOKEN = 3.5
CODE_WORD = "heron"
FILLER = "The list has a todo that is long done and of no importance to anybody now. "
LOOK = ToolDefinition(
    "look_at_list",
    "Look at one of the user's lists.",
    {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
)


@dataclass(frozen=True)
class Finding:
    """`holds` is None where it cannot be said. `is_needed` says that turns do not work without it."""

    name: str
    holds: bool | None
    note: str = ""
    is_needed: bool = False


@dataclass
class Heard:
    """What one request was answered."""

    texts: list[str] = field(default_factory=list)
    requests: list[ToolRequest] = field(default_factory=list)
    end: StepEnd = field(default_factory=StepEnd)
    failure: TurnFailure | None = None
    first_seconds: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.texts)


async def findings(model: OpenAIModel) -> AsyncIterator[Finding]:
    """One after the other, as they are known; nothing after one that all others need."""
    hello = await heard(model, UserText("Count from one to twenty in words."))
    yield connection(hello)
    if hello.failure:
        return
    is_streamed = len(hello.texts) > 1
    yield Finding("streams", is_streamed, "" if is_streamed else "answers come whole: people wait longer")
    yield usage(hello)
    called = await heard(model, UserText("What is on my list “home”? Look at it with the tool."), tools=True)
    yield tool_call(called)
    if called.requests:
        yield await goes_on(model, called)
        yield await parallel(model)
    yield reasoning(hello, called)
    yield await long_context(model)
    left_out = ", ".join(sorted(model.without))
    yield Finding("takes every field", not left_out, f"left out from now on: {left_out}" if left_out else "")


async def heard(model: OpenAIModel, *history: HistoryItem, tools: bool = False) -> Heard:
    answer, started = Heard(), time.perf_counter()
    now = datetime.datetime.now(datetime.UTC)
    request = ModelRequest("You look after lists. Be brief.", history, (LOOK,) if tools else (), now, "UTC")
    try:
        async with aclosing(model.stream(request)) as outputs:
            async for output in outputs:
                answer.first_seconds = answer.first_seconds or time.perf_counter() - started
                match output:
                    case TextDelta(text):
                        answer.texts.append(text)
                    case ToolRequest():
                        answer.requests.append(output)
                    case StepEnd():
                        answer.end = output
    except TurnFailure as failure:
        answer.failure = failure
    return answer


def connection(hello: Heard) -> Finding:
    if not hello.failure:
        return Finding("answers", True, f"first words after {hello.first_seconds:.1f} s", is_needed=True)
    return Finding("answers", False, f"{hello.failure.code}: {advice(hello.failure)}", is_needed=True)


def advice(failure: TurnFailure) -> str:
    """Which setting helps."""
    return {
        "model_key_refused": "check OPENAI_API_KEY",
        "model_not_found": "check OPENAI_MODEL, and OPENAI_BASE_URL, which mostly ends in /v1",
        "model_misconfigured": "check OPENAI_BASE_URL and OPENAI_API; nothing there speaks to models",
        "model_without_tools": "choose a model with tools, or start its server with them",
        "model_timeout": "raise MODEL_FIRST_TOKEN_TIMEOUT_SECONDS and TURN_DEADLINE_SECONDS",
        "model_unavailable": "check OPENAI_BASE_URL, and whether the server runs",
        "model_loading": "ask again when it is loaded",
        "model_quota_used_up": "the account at the provider is empty",
    }.get(failure.code, "OPENAI_API may name the other format; the log has the server's code")


def usage(hello: Heard) -> Finding:
    counts = not hello.end.is_estimate
    return Finding("counts tokens", counts, "" if counts else "TOKENS_PER_DAY goes by an estimate")


def tool_call(called: Heard) -> Finding:
    if called.failure:
        return Finding("calls a tool", False, f"{called.failure.code}: {advice(called.failure)}", is_needed=True)
    if not called.requests:
        return Finding("calls a tool", False, "it answered in words: choose a model made for tools", is_needed=True)
    try:
        is_right = json.loads(called.requests[0].arguments).get("name") is not None
    except (ValueError, AttributeError):
        is_right = False
    return Finding("calls a tool", is_right, "" if is_right else "its arguments cannot be read", is_needed=True)


async def goes_on(model: OpenAIModel, called: Heard) -> Finding:
    """Whether the server takes its own call back, with an output."""
    outputs = [ToolOutput(request.call_id, '{"todos": ["milk"]}') for request in called.requests]
    question = UserText("What is on my list “home”? Look at it with the tool.")
    answer = await heard(model, question, *called.requests, *outputs, tools=True)
    note = f"{answer.failure.code}: {advice(answer.failure)}" if answer.failure else ""
    return Finding("goes on after a tool", not answer.failure, note, is_needed=True)


async def parallel(model: OpenAIModel) -> Finding:
    question = UserText("Look at my lists “home” and “work”, with two calls of the tool at once.")
    answer = await heard(model, question, tools=True)
    several = len(answer.requests) > 1
    return Finding("several calls at once", several, "" if several else "one by one: more steps a turn, TURN_MAX_STEPS")


def reasoning(*answers: Heard) -> Finding:
    parts = [answer.end.parts for answer in answers] + [one.parts for answer in answers for one in answer.requests]
    named = sorted({key for part in parts if part for key in part.get("message") or {}})
    return Finding("thinks apart from its answer", bool(named) or None, ", ".join(named))


async def long_context(model: OpenAIModel) -> Finding:
    """Whether the budget of the settings fits: its beginning must be known at its end."""
    name = f"takes {settings.CONTEXT_MAX_TOKENS:,} tokens"
    filler = FILLER * int(settings.CONTEXT_MAX_TOKENS * BYTES_PER_TOKEN / len(FILLER))
    question = f"The code word is {CODE_WORD}. {filler} What is the code word?"
    answer = await heard(model, UserText(question))
    if isinstance(answer.failure, ContextTooLong | RequestRefused):
        return Finding(name, False, "set CONTEXT_MAX_TOKENS lower, or give the server more context")
    if isinstance(answer.failure, ModelTimeout | ModelUnavailable):
        return Finding(name, None, f"{answer.failure.code}: {advice(answer.failure)}")
    knows = CODE_WORD in answer.text.lower()
    note = "" if knows else "its beginning was forgotten: set CONTEXT_MAX_TOKENS lower, or give the server more context"
    return Finding(name, knows, note)
