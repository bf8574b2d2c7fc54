"""What both wire formats share in reading an answer: text for the person, calls, usage, and what the server added."""

import logging
import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from chat.assistants.interface import (
    ARGUMENTS_MAX_CHARACTERS,
    ModelOutput,
    ModelRequest,
    ServerParts,
    StepEnd,
    TextDelta,
    TextRetracted,
    ToolRequest,
)
from chat.assistants.openai.parts import bounded, merged
from chat.assistants.openai.refusals import reported_failure
from chat.errors import ContentFiltered, ModelUnavailable, TurnFailure
from web.text import storable

from .arguments import tool_named, written_arguments
from .calls import CallsInProgress, PartialCall
from .events import Event
from .text.for_person import AnswerText

logger = logging.getLogger(__name__)

LARGEST_COUNT = 10**9
BYTES_PER_TOKEN = 3.5
LONGEST_CALL_ID = 64
CALL_ID = re.compile("[!-~]+")
FILTERED = {
    "content_filter",
    "content_filtered",
    "sensitive",
    "safety",
    "prohibited_content",
    "blocklist",
    "recitation",
}
BROKEN = {"error", "network_error", "insufficient_system_resource", "failed", "abort"}
NO_REASON = {"", "null", "none"}
COUNTS = (
    ("prompt_tokens", "completion_tokens"),
    ("input_tokens", "output_tokens"),
    ("prompt_eval_count", "eval_count"),
)


class AnswerReader:
    """Reads the events of one streamed answer.

    `begun` with the first event that says anything, `whole` when the server calls it finished, `failure` where it
    reports an error: nothing is read after that. With `holds` no text is passed on before the end of thoughts whose
    beginning is not marked; `thinks_unmarked` says that there were such. `has_calls` is known at the `end`, and
    `is_unusable`: neither words nor a call, or a call that cannot be read.
    """

    def __init__(self, request: ModelRequest, server: str, *, input_bytes: int = 0, holds: bool = False) -> None:
        self.begun = self.whole = self.has_text = self.has_calls = self.is_unusable = False
        self.failure: TurnFailure | None = None
        self._server = server
        self._tools = {tool.name: tool for tool in request.tools}
        self._call_ids = {item.call_id for item in request.history if isinstance(item, ToolRequest)}
        self._text = AnswerText(self._tools)
        self._calls = CallsInProgress(self._tools)
        self._parts: dict[str, Any] = {}
        self._pieces: list[str] = []
        self._half = ""
        self._withheld: list[str] | None = [] if holds else None
        self.thinks_unmarked = False
        self._tokens = (0, 0)
        self._input_bytes, self._output_bytes = input_bytes, 0

    def read(self, events: Iterable[Event]) -> list[ModelOutput]:
        """The text that these events bring, as one piece: whoever passes it on, stores or draws it, does so once."""
        for event in events:
            try:
                if "choices" not in event or "error" in event:
                    self.failure = reported_failure(event)
                if self.failure is None:
                    self.read_event(event)
            except (LookupError, TypeError, AttributeError, ValueError) as error:
                logger.info("The model sent an event of an unknown shape (%s).", type(error).__name__)
            except TurnFailure as failure:
                logger.warning("The model reported inside its answer that it failed (%s).", failure.code)
                self.failure = failure
            if self.failure:
                break
        return self._outputs_of_text()

    def read_event(self, event: Event) -> None:
        """Take one event. Of a wrong shape, it may raise LookupError, TypeError, AttributeError or ValueError."""
        raise NotImplementedError

    def end(self) -> list[ModelOutput]:
        """What was held back, then the calls: all of them, when nothing can be added any more."""
        outputs = self._shown(self._text.feed(self._half) + self._text.end(), is_end=True)
        requests = [self._tool_request(call, first=not place) for place, call in enumerate(self._whole_calls())]
        self.has_calls, self.has_text = bool(requests), self._text.has_text
        self.is_unusable = not requests and (self._text.unread_call or not self.has_text)
        return outputs + requests

    @property
    def step_end(self) -> StepEnd:
        """With the server's count of tokens, else with an estimate: quotas hold with any server."""
        read, written = self._tokens
        parts = None if self.has_calls else self._message_parts()
        if read or written:
            return StepEnd(read, written, parts)
        read, written = (int(count / BYTES_PER_TOKEN) for count in (self._input_bytes, self._output_bytes))
        return StepEnd(read, written, parts, is_estimate=True)

    # For the wire formats

    def _say(self, text: Any) -> None:
        """Text of whatever shape: a string, a number, parts of which those of type text count."""
        if isinstance(text, str | int | float):
            if text != "":
                self.begun = True
                self._pieces.append(str(text))
        elif isinstance(text, list):
            for part in text:
                self._say(part)
        elif isinstance(text, dict) and text.get("type", "text") in {"text", "output_text", "refusal"}:
            self._say(text.get("text") or text.get("refusal"))

    def _keep(self, parts: dict[str, Any], weight: object = "") -> None:
        merged(self._parts, parts)
        self.begun = self.begun or bool(parts)
        self._output_bytes += len(weight) if isinstance(weight, str) else 0

    def _count(self, usage: Any) -> None:
        """Of the newest event that counts anything."""
        if not isinstance(usage, dict):
            return
        for names in COUNTS:
            read, written = (token_count(usage.get(name)) for name in names)
            if read or written:
                self._tokens = (read, written)

    def _finish(self, reason: Any) -> None:
        """A length limit ends an answer too: its text up to there is the answer."""
        word = str(reason or "").strip().lower()
        if word in NO_REASON:
            return
        if word in BROKEN:
            raise ModelUnavailable
        if word in FILTERED:
            raise ContentFiltered
        self.whole = True

    def _message_parts(self) -> ServerParts | None:
        """Of a message without calls. Its thoughts as text are asked back by no server, and refused by some."""
        kept = {key: value for key, value in self._parts.items() if not (is_thought(key) and isinstance(value, str))}
        return bounded({"server": self._server, "message": kept}) if kept else None

    # Out

    def _outputs_of_text(self) -> list[ModelOutput]:
        if not self._pieces:
            return []
        text = self._half + "".join(self._pieces)
        self._output_bytes += len(text)
        self._pieces.clear()
        half = "\ud800" <= text[-1] <= "\udbff"  # The other half of this character comes with the next event.
        self._half, text = (text[-1], text[:-1]) if half else ("", text)
        return self._shown(self._text.feed(text))

    def _shown(self, text: str, *, is_end: bool = False) -> list[ModelOutput]:
        """The text as outputs. What may be thoughts is withheld until their end is seen, or that of the answer."""
        outputs: list[ModelOutput] = []
        if self._text.retracted:
            self._text.retracted, self.thinks_unmarked = False, True
            if self._withheld is None:
                outputs.append(TextRetracted())
            self._withheld = None
        elif self._withheld is not None:
            self._withheld.append(text)
            if not is_end:
                return outputs
            text = "".join(self._withheld)
        if text:
            outputs.append(TextDelta(storable(text)))
        return outputs

    def _whole_calls(self) -> list[PartialCall]:
        """Those written as text count where there are no others."""
        if self._calls:
            return self._calls.whole_calls()
        return [PartialCall(tool_name=name, pieces=[arguments]) for name, arguments in self._text.calls]

    def _tool_request(self, call: PartialCall, *, first: bool) -> ToolRequest:
        """The call under a name and an id to store it by; what the server called it goes back to the server.

        A missing id, one too long, and one that this conversation has seen are replaced.
        """
        name, call_id = tool_named(call.tool_name, self._tools), call.call_id
        if not CALL_ID.fullmatch(call_id) or len(call_id) > LONGEST_CALL_ID or call_id in self._call_ids:
            call_id = f"call_{uuid4().hex}"
        self._call_ids.add(call_id)
        arguments = storable(written_arguments(storable(call.arguments), self._tools.get(name)))
        arguments = arguments[: ARGUMENTS_MAX_CHARACTERS + 1]  # one more than is taken, to be seen as too long
        self._output_bytes += len(arguments)
        parts = {"id": call.call_id, "call": call.extra, "message": self._parts if first else None}
        kept = bounded({"server": self._server, **{key: value for key, value in parts.items() if value}})
        return ToolRequest(call_id, storable(name), arguments, kept)


def token_count(count: Any) -> int:
    try:
        number = int(float(count)) if isinstance(count, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number <= LARGEST_COUNT else 0


def is_thought(key: str) -> bool:
    return key.startswith(("reason", "think", "thought"))
