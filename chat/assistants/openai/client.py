"""The model over the network: one streamed request per step, every way it can fail a TurnFailure.

With `connection.py` and `bounded.py` the only module that imports openai. It is itself imported only where turns run
(settings.CHAT_MODEL is a path): openai takes half a second, which commands of manage.py should not pay.
"""

import asyncio
import dataclasses
import functools
import json
import logging
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from weakref import WeakKeyDictionary

import httpx2
import openai
from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from chat.assistants.interface import ModelOutput, ModelRequest, StepEnd, ToolDefinition, ToolRequest
from chat.errors import (
    CallUnreadable,
    ModelError,
    ModelLoading,
    ModelMisconfigured,
    ModelNotFound,
    ModelQuotaUsedUp,
    ModelTimeout,
    ModelUnavailable,
    ModelWithoutTools,
    RequestRefused,
    TurnFailure,
)
from telemetry import metrics
from telemetry.tracing import trace_headers

from .address import server_address
from .answers.chat_completions import ChatCompletionsReader
from .answers.events import AnswerTooLarge, EventReader, NotAnAnswer, drain
from .answers.reader import AnswerReader
from .answers.responses import ResponsesReader
from .connection import Connection, Refused
from .parts import server_id
from .refusals import Refusal, failure_of, kind_of
from .requests import chat_completions, responses
from .requests.conversation import has_foreign
from .silence import Silence
from .stepping_back import next_without, speaks_of_tools

logger = logging.getLogger(__name__)

CUT_SENTENCE = gettext_noop(
    "The assistant's model broke off in the middle of its answer. Your message is kept; try again."
)
EMPTY_SENTENCE = gettext_noop("The assistant's model gave an empty answer. Your message is kept; try again.")
LARGE_SENTENCE = gettext_noop("The assistant's model sent more than an answer can be. Your message is kept; try again.")
ASKED_AGAIN = (
    "\n\nYour last answer had no words for the person and no call that could be read. Answer now in plain words, "
    "or call a tool by the interface for tools, never as text."
)
WITHOUT_TOOLS = (
    "The model takes no tools: choose another in OPENAI_MODEL, or start its server with tools "
    "(vLLM: --enable-auto-tool-choice --tool-call-parser …, llama.cpp: --jinja)."
)
# How long an answer that is whole is waited for: usage may follow.
SETTLE_SECONDS = 2.0
LOADING_SECONDS, LOADING_PAUSE_SECONDS = 20.0, 1.0
STEPS_BACK_MAX = 6
# Models that think; some of their servers pass that on as text, and mark only its end.
THINKER = re.compile(r"\br1\b|qwq|think|reason|magistral")
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
Frozen = frozenset[str]


class OpenAIModel:
    """The model named in the settings. Keep one for the life of the process: it owns the connections.

    It remembers what its server does not take, so that only the first request of a process is refused for it.
    """

    def __init__(
        self,
        *,
        read_timeout_seconds: float | None = None,
        first_token_timeout_seconds: float | None = None,
        retry_pause_seconds: float = 0.5,
    ) -> None:
        self.name: str = settings.OPENAI_MODEL
        self._read_seconds = read_timeout_seconds or settings.MODEL_READ_TIMEOUT_SECONDS
        self._first_token_seconds = first_token_timeout_seconds or (
            read_timeout_seconds or settings.MODEL_FIRST_TOKEN_TIMEOUT_SECONDS
        )
        self._retry_pause_seconds = retry_pause_seconds
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, Connection] = WeakKeyDictionary()
        self._tls = ssl.create_default_context()
        self.address = server_address(settings.OPENAI_BASE_URL, self.name, settings.OPENAI_API)
        self._server = server_id(settings.OPENAI_BASE_URL, self.name, self.address.api)
        self.without: Frozen = frozenset()
        # Whether its thoughts come as text of which only the end is marked, as its last answer showed.
        self._thinks_unmarked = bool(THINKER.search(self.name.lower()))
        is_responses = self.address.api == "responses"
        self._format = responses if is_responses else chat_completions
        self._reader: type[AnswerReader] = ResponsesReader if is_responses else ChatCompletionsReader

    async def close(self) -> None:
        """Close the connections that belong to the running event loop."""
        if connection := self._connections.pop(asyncio.get_running_loop(), None):
            await connection.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The model is asked once more where its answer says nothing, or has a call that nobody can read."""
        spent, asked = StepEnd(), request
        for _ in range(2):
            try:
                async with aclosing(self._step(asked, spent)) as outputs:
                    async for output in outputs:
                        yield output
                return
            except UnusableAnswer as failure:
                spent = failure.spent
            except CallUnreadable:
                if asked is not request:
                    raise
            asked = dataclasses.replace(request, instructions=request.instructions + ASKED_AGAIN)
        raise ModelError(gettext(EMPTY_SENTENCE))

    async def _step(self, request: ModelRequest, spent: StepEnd) -> AsyncGenerator[ModelOutput, None]:
        response, sent_bytes = await self._open(request)
        reader = self._reader(request, self._server, input_bytes=sent_bytes, holds=self._thinks_unmarked)
        events, silence = EventReader(), Silence()
        chunks = response.aiter_bytes()
        try:
            more = True
            while more and not events.done and not reader.failure:
                chunk = await self._next_chunk(chunks, reader, silence)
                more = chunk is not None
                for output in reader.read(events.end() if chunk is None else events.feed(chunk)):
                    yield output
                check_readable(events, reader)
            check_whole(events, reader)
            for output in reader.end():
                yield output
            self._thinks_unmarked = reader.thinks_unmarked
            if events.done:
                await drain(chunks)
        except TurnFailure:
            for output in reader.end():  # What was said until then is kept; no call of a broken answer is made.
                if not isinstance(output, ToolRequest):
                    yield output
            raise
        finally:
            silence.close()
            await response.aclose()
        end = reader.step_end
        read, written = end.input_tokens + spent.input_tokens, end.output_tokens + spent.output_tokens
        total = dataclasses.replace(end, input_tokens=read, output_tokens=written)
        if reader.is_unusable:
            raise UnusableAnswer(total)
        yield total

    async def _next_chunk(self, chunks: AsyncIterator[bytes], reader: AnswerReader, silence: Silence) -> bytes | None:
        """The bytes that came next, or None at the end. A whole answer followed by silence has ended."""
        seconds = self._read_seconds if reader.begun else self._first_token_seconds
        try:
            return await silence.heard(anext(chunks, None), SETTLE_SECONDS if reader.whole else seconds)
        except TimeoutError:
            if reader.whole:
                return None
        except CLIENT_ERRORS as error:
            if reader.whole:
                return None
            raise failure_of_client(error) from None
        logger.warning("The model was silent for %s s.", round(seconds))
        raise ModelTimeout

    def _connection(self) -> Connection:
        """That of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._connections:
            silence = max(self._read_seconds, self._first_token_seconds)
            self._connections[loop] = Connection(self.address, self._format.PATH, openai_key(), silence, self._tls)
        return self._connections[loop]

    # Asking

    async def _open(self, request: ModelRequest) -> tuple[httpx2.Response, int]:
        """The answer as it begins, and the size of the request; once more without what the server refuses by name."""
        without = self.without
        for _ in range(STEPS_BACK_MAX):
            body = self._format.request_body(self.name, request, self._server, without)
            content = encoded(body, request.tools, self._format.tool_entry, without)
            try:
                response = await self._send(content, may_retry=request.may_retry)
            except Refused as refused:
                refusal = refused.refusal
            else:
                self.without = without
                return response, len(content)
            if name := next_without(
                refusal, body, self._format.OPTIONAL, without, has_foreign=has_foreign(request.history, self._server)
            ):
                logger.warning("The model refused (%s): asked again without %s.", refusal.code_for_log, name)
                without |= {name}
            else:
                break
        raise await self._failure(refusal, request)

    async def _failure(self, refusal: Refusal, request: ModelRequest) -> TurnFailure:
        """Where the refusal speaks of tools, whether the model answers without any tells what it meant."""
        failure = failure_of(refusal, self.name)
        if request.tools and speaks_of_tools(refusal) and isinstance(failure, ASKS_TOOLS):
            body = self._format.request_body(self.name, request, self._server, self.without)
            try:
                await (await self._post(ENCODER.encode(body).encode())).aclose()
            except (Refused, TurnFailure):
                return failure
            logger.error(WITHOUT_TOOLS)
            return ModelWithoutTools()
        return failure

    async def _send(self, content: bytes, *, may_retry: bool) -> httpx2.Response:
        """Send the request, once more if the fault may pass at once: an idle connection closed under us, a hiccup.

        Not the client's own retries: they wait up to two minutes when a Retry-After says so, and repeat a
        request that has already used up its read timeout. A model that is being loaded is waited for.
        """
        deadline = asyncio.get_running_loop().time() + min(LOADING_SECONDS, self._first_token_seconds)
        retries = 1 if may_retry else 0
        while True:
            try:
                return await self._post(content)
            except Refused as refused:
                failure, is_refused = quiet_failure(refused.refusal, self.name), refused
            except ModelUnavailable as unavailable:
                failure, is_refused = unavailable, None
            if isinstance(failure, ModelLoading) and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(min(LOADING_PAUSE_SECONDS, self._retry_pause_seconds * 2))
                continue
            if not may_pass(failure) or not retries or (is_refused and speaks_of_tools(is_refused.refusal)):
                raise is_refused or failure
            if is_refused:
                failure_of(is_refused.refusal, self.name)  # for the log
            retries -= 1
            metrics.upstream_errors.labels(failure.code).inc()
            await asyncio.sleep(self._retry_pause_seconds)

    async def _post(self, content: bytes) -> httpx2.Response:
        """A plain post whose answer is read by us; raises Refused where it is an error."""
        try:
            response = await self._connection().post(content, trace_headers())
        except CLIENT_ERRORS as error:
            raise failure_of_client(error) from None
        if "text/html" in response.headers.get("content-type", ""):
            await response.aclose()
            logger.error("The model's address answers with a web page: check OPENAI_BASE_URL.")
            raise ModelMisconfigured
        return response


def openai_key() -> str:
    """Local servers need none; the client insists on one."""
    return settings.OPENAI_API_KEY or "none"


class UnusableAnswer(Exception):
    """An answer that says nothing to anybody, and the tokens that it took."""

    def __init__(self, spent: StepEnd) -> None:
        self.spent = spent
        super().__init__()


ASKS_TOOLS = (RequestRefused, ModelUnavailable, ModelNotFound, ModelMisconfigured)


def may_pass(failure: TurnFailure) -> bool:
    """Whether the same request may pass in a moment."""
    lasting = isinstance(failure, ModelQuotaUsedUp | ModelLoading)
    return isinstance(failure, ModelUnavailable) and not lasting and failure.retry_after_seconds is None


def quiet_failure(refusal: Refusal, model: str) -> TurnFailure:
    """The failure without a line in the log: what is tried again is logged when it is given up."""
    return kind_of(refusal, model.lower())(retry_after_seconds=refusal.retry_after_seconds)


def encoded(body: dict[str, Any], tools: tuple[ToolDefinition, ...], entry: Any, without: Frozen) -> bytes:
    """The body of a request, with its tools where there are any: an empty list is refused."""
    text = ENCODER.encode(body)
    return (f'{text[:-1]},"tools":{tools_text(tools, entry, without)}}}' if tools else text).encode(errors="replace")


@functools.lru_cache(maxsize=8)
def tools_text(tools: tuple[ToolDefinition, ...], entry: Any, without: Frozen) -> str:
    """Encoded once: they are the same each time, and half of what is sent."""
    return ENCODER.encode([entry(tool, without) for tool in tools])


def check_readable(events: EventReader, reader: AnswerReader) -> None:
    """Raises what is wrong with the answer so far, after its text. Once it is whole, nothing is."""
    if reader.whole:
        return
    if reader.failure:
        raise reader.failure
    if events.fault is None:
        return
    logger.warning("The model's answer could not be read (%s).", type(events.fault).__name__)
    if isinstance(events.fault, NotAnAnswer):
        raise ModelMisconfigured
    raise ModelError(gettext(LARGE_SENTENCE) if isinstance(events.fault, AnswerTooLarge) else None)


def check_whole(events: EventReader, reader: AnswerReader) -> None:
    """A stream that just ends was cut, by a proxy for instance: the same outage as a connection that breaks.

    A body without a single event is no stream at all, as when the address is not that of a model.
    """
    if reader.whole or events.done:
        return
    logger.warning("The model's answer ended before it was whole.")
    raise ModelUnavailable(gettext(CUT_SENTENCE)) if reader.begun else ModelError


CLIENT_ERRORS = (openai.APIConnectionError, httpx2.RequestError, ValueError, RecursionError)


def failure_of_client(error: Exception) -> TurnFailure:
    """What a server can make the client raise, as a TurnFailure. Logs hold no text of the server."""
    if isinstance(error, openai.APIConnectionError | httpx2.RequestError):
        return connection_failure(error)
    # What cannot be unpacked or decoded; none of it is an OpenAIError.
    logger.warning("The model's answer could not be read (%s).", type(error).__name__)
    return ModelError()


def connection_failure(error: Exception) -> TurnFailure:
    """A connection that cannot be made is an outage; one that stays silent is a timeout."""
    fault = error if isinstance(error, httpx2.RequestError) else error.__cause__
    logger.warning("The connection to the model failed (%s).", type(fault).__name__)
    if isinstance(fault, httpx2.TimeoutException) and not isinstance(fault, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return ModelTimeout()
    return ModelUnavailable()
