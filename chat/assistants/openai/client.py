"""The model over the network: one streamed request per step, every way it can fail a TurnFailure.

The only module that imports openai. It is itself imported only where turns run (settings.CHAT_MODEL is a path):
openai takes half a second, which commands of manage.py should not pay.
"""

import asyncio
import email.utils
import logging
import math
import ssl
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx2
import openai
from django.conf import settings
from openai import APIStatusError, AsyncOpenAI, AsyncStream

from chat.assistants.interface import ModelOutput, ModelRequest, TextDelta
from chat.errors import ContextTooLong, ModelError, ModelTimeout, ModelUnavailable, TurnFailure
from telemetry import metrics
from telemetry.tracing import trace_headers

from . import chat_completions as wire_chat_completions
from . import responses as wire_responses
from .events import raise_reported_error, wire_events
from .wire import AnswerReader, encoded, failure_of_status, says_too_long

logger = logging.getLogger(__name__)

SETUP_SENTENCE = "The assistant's model is not set up correctly. Your message is kept; tell whoever runs this service."
CUT_SENTENCE = "The assistant's model broke off in the middle of its answer. Your message is kept; try again."
TOO_LONG_STATUSES = {400, 413, 422}
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600


class OpenAIModel:
    """The model named in the settings. Keep one for the life of the process: it owns the connections."""

    def __init__(self, *, read_timeout_seconds: float = 60, retry_pause_seconds: float = 0.5) -> None:
        self.name: str = settings.OPENAI_MODEL
        self._read_timeout_seconds = read_timeout_seconds
        self._retry_pause_seconds = retry_pause_seconds
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()
        self._tls = ssl.create_default_context()
        if speaks_responses(settings.OPENAI_API, settings.OPENAI_BASE_URL):
            self._path, self._request_body = wire_responses.PATH, wire_responses.request_body
            self._tool_entry = wire_responses.tool_entry
            self._reader: type[AnswerReader] = wire_responses.ResponsesReader
        else:
            self._path, self._request_body = wire_chat_completions.PATH, wire_chat_completions.request_body
            self._tool_entry = wire_chat_completions.tool_entry
            self._reader = wire_chat_completions.ChatCompletionsReader

    async def close(self) -> None:
        """Close the connections that belong to the running event loop."""
        if client := self._clients.pop(asyncio.get_running_loop(), None):
            await client.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        reader = self._reader(request.history)
        content = encoded(self._request_body(self.name, request), request.tools, self._tool_entry)
        response = await self._open(content, may_retry=request.may_retry)
        try:
            async with aclosing(wire_events(response.aiter_bytes())) as batches:
                while events := await next_events(batches, reader):
                    for output in joined(output for event in events for output in read_event(event, reader)):
                        yield output
        finally:
            await response.aclose()
        if not reader.answered:
            logger.warning("The model gave an empty answer.")
            raise ModelError
        yield reader.step_end

    def _client(self) -> AsyncOpenAI:
        """The client of the running event loop: its connections cannot be used from another."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            timeout = openai.Timeout(connect=5, read=self._read_timeout_seconds, write=10, pool=5)
            self._clients[loop] = AsyncOpenAI(
                api_key=settings.OPENAI_API_KEY or "none",  # Local servers need none; the client insists on one.
                base_url=settings.OPENAI_BASE_URL or "https://api.openai.com/v1",
                # aiohttp under it reads in C: a request takes 3 ms of CPU and not 5, also when 500 are open.
                http_client=openai.DefaultAioHttpClient(verify=self._tls, timeout=timeout),
                timeout=timeout,
                max_retries=0,
            )
        return self._clients[loop]

    async def _open(self, content: bytes, *, may_retry: bool) -> httpx2.Response:
        """Send the request, once more if the fault may pass at once: an idle connection closed under us, a hiccup.

        Not the client's own retries: they wait up to two minutes when a Retry-After says so, and repeat a
        request that has already used up its read timeout.
        """
        try:
            return await self._post(content)
        except ModelUnavailable as failure:
            if failure.retry_after_seconds is not None or not may_retry:
                raise
            metrics.upstream_errors.labels(failure.code).inc()
        await asyncio.sleep(self._retry_pause_seconds)
        return await self._post(content)

    async def _post(self, content: bytes) -> httpx2.Response:
        """A plain post whose answer is read by us.

        The resource methods walk the whole history to transform it, and a typed event costs a pydantic
        model: with 200 messages and 40 tokens 141 ms of CPU a request, 10 untransformed, 4 this way.
        """
        with upstream_failures():
            answer: object = await self._client().post(
                self._path,
                content=content,
                options={"headers": trace_headers()},
                cast_to=httpx2.Response,
                stream=True,
                stream_cls=AsyncStream[object],
            )
        return cast(httpx2.Response, answer)  # as `cast_to` says, where the types say `stream_cls`


def speaks_responses(api: str, base_url: str) -> bool:
    if api == "auto":
        return not base_url or urlsplit(base_url).hostname == "api.openai.com"
    return api == "responses"


async def next_events(batches: AsyncGenerator[list[object], None], reader: AnswerReader) -> list[object]:
    """The events that came next, or none at the end. Once the answer is whole, a broken connection no longer matters.

    A stream that just ends was cut, by a proxy for instance: the same outage as a connection that breaks.
    A body without a single event is no stream at all, as when the address is not that of a model.
    """
    try:
        with upstream_failures():
            events: list[object] = await anext(batches, [])
    except TurnFailure:
        if reader.whole:
            return []
        raise
    if not events and not reader.whole:
        logger.warning("The model's answer ended before it was whole.")
        raise ModelUnavailable(CUT_SENTENCE) if reader.begun else ModelError
    return events


def joined(outputs: Iterator[ModelOutput]) -> Iterator[ModelOutput]:
    """Text that came together as one piece: whoever passes it on, stores or draws it, does so once."""
    text = ""
    for output in outputs:
        if isinstance(output, TextDelta):
            text += output.text
            continue
        if text:
            yield TextDelta(text)
            text = ""
        yield output
    if text:
        yield TextDelta(text)


def read_event(event: object, reader: AnswerReader) -> list[ModelOutput]:
    reader.begun = True
    try:
        raise_reported_error(event)
        return list(reader.read(event))
    except TurnFailure:
        logger.warning("The model reported an error inside its answer.")
        raise
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        logger.warning("The model sent an event of the wrong shape (%s).", type(error).__name__)
        raise ModelError from None


@contextmanager
def upstream_failures() -> Iterator[None]:
    """Turn what an upstream can make the client raise into a TurnFailure. Logs hold no text of the upstream."""
    try:
        yield
    except openai.APIStatusError as error:
        raise status_failure(error) from None
    except (openai.APIConnectionError, httpx2.RequestError) as error:
        # Reading the body of an error answer raises httpx2's exceptions bare.
        raise connection_failure(error) from None
    except (ValueError, RecursionError) as error:
        # JSON or UTF-8 that cannot be decoded, and JSON nested too deep; none of them is an OpenAIError.
        logger.warning("The model's answer could not be read (%s).", type(error).__name__)
        raise ModelError from None


def status_failure(error: APIStatusError) -> TurnFailure:
    status = error.status_code
    if status in {401, 403, 404}:
        logger.error("The model refused the request with status %s: check the OPENAI_* settings.", status)
        return ModelError(SETUP_SENTENCE)
    logger.warning("The model refused the request with status %s.", status)
    if status in TOO_LONG_STATUSES and says_too_long(error.code, error.type, error.message):
        return ContextTooLong()
    retry_after = retry_after_seconds(error.response.headers.get("retry-after"), now=time.time())
    return failure_of_status(status)(retry_after_seconds=retry_after)


def connection_failure(error: Exception) -> TurnFailure:
    """A connection that cannot be made is an outage; one that stays silent is a timeout."""
    fault = error if isinstance(error, httpx2.RequestError) else error.__cause__
    logger.warning("The connection to the model failed (%s).", type(fault).__name__)
    if isinstance(fault, httpx2.TimeoutException) and not isinstance(fault, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return ModelTimeout()
    return ModelUnavailable()


def retry_after_seconds(header: str | None, now: float) -> int | None:
    """Whole seconds from a Retry-After header, which holds seconds or an HTTP date; None for anything else.

    `now` is a Unix time.
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(math.ceil(seconds), 1), LONGEST_RETRY_AFTER_SECONDS) if math.isfinite(seconds) else None
