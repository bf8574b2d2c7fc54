"""The MCP server behind the tools: who calls, what a refusal says, and definitions that cost a model little.

Called in process by turns, and through /mcp by programs of others, whose calls leave a line each in the log.
"""

import contextlib
import hashlib
import inspect
import json
import logging
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Annotated, Any

from django.conf import settings
from django.utils.translation import gettext as _
from mcp.server.elicitation import AcceptedElicitation
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.mcpserver import Context, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.server.request_state import RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult, TextContent, Tool
from pydantic import ValidationError

from database.units import CommitUnknown, is_outage
from telemetry import metrics
from telemetry.tracing import span
from todos.finding.references import echo
from todos.models import Door
from todos.rows import TodoRow
from web.errors import OutcomeUnknown, ServiceUnavailable

from .arguments import given_arguments, unknown_arguments
from .batches import Caller, NeedsApproval, ToolRefused
from .card.document import card
from .schema import ALL_BUT_TYPES, lean_schema

logger = logging.getLogger(__name__)

# The library names this model at each call; where nobody holds on to it, it is made anew, at 1 ms.
HELD_MODEL = AcceptedElicitation[Any]
ERRORS_TOLD = 5

INSTRUCTIONS = (
    "The todo list of the signed-in user: add, find, change, finish, delete, undo. Todos are named by id or words of "
    "their titles, and dates are given in the user's own words. Undo takes back your last call that changed something."
)

_caller: ContextVar[Caller] = ContextVar("caller")


def may_write() -> bool:
    caller = _caller.get(None)
    return caller is None or caller.rights.may_write


async def acting_caller() -> Caller:
    return _caller.get()


ActingCaller = Annotated[Caller, Resolve(acting_caller)]


@contextlib.contextmanager
def acting_as(caller: Caller) -> Iterator[None]:
    """Set the caller around one call, and never across a `yield` of a generator that others resume."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


class TodoServer(MCPServer):
    """The library's server, with errors that a model can act on: no prefix, no link, nothing of the rejected values.

    Definitions are as short as they can be, and made once: they do not change while the program runs.
    """

    _lean_tools: list[Tool] | None = None
    # The names of those that only hosts see, and of those that only their cards call.
    for_hosts: frozenset[str] = frozenset()
    for_cards: frozenset[str] = frozenset()

    @property
    def protocol(self) -> LowLevelServer[Any]:
        """What speaks the protocol, for the door that serves it over HTTP."""
        return self._lowlevel_server

    async def list_tools(self) -> list[Tool]:
        """All of them; for a caller who may only read, those that change nothing."""
        if self._lean_tools is None:
            self._lean_tools = [lean_tool(tool) for tool in await super().list_tools()]
        caller = _caller.get(None)
        return [tool for tool in self._lean_tools if self.is_for(caller, tool)]

    def only_for_hosts(self, *names: str) -> None:
        self.for_hosts |= set(names)
        self._lean_tools = None

    def only_for_cards(self, *names: str) -> None:
        self.for_cards |= set(names)
        self._lean_tools = None

    def is_for(self, caller: Caller | None, tool: Tool) -> bool:
        if tool.name in self.for_hosts and (caller is None or caller.by.door != Door.MCP):
            return False
        if tool.name in self.for_cards and (caller is None or not caller.rights.shows_cards):
            return False
        return caller is None or caller.rights.sees_all_tools or is_read_only(tool)

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Asking for one that there is not, or without its arguments, is a client error."""
        if name not in {prompt.name for prompt in await self.list_prompts()}:
            raise MCPError(INVALID_PARAMS, "There is no such prompt.")
        return await super().get_prompt(name, arguments, context)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context | None = None
    ) -> CallToolResult | InputRequiredResult:
        with observed_call(name if self.has_tool(name) else "an unknown tool"):
            schema = {tool.name: tool.input_schema for tool in await self.list_tools()}.get(name)
            if schema is None or (self.changes_todos(name) and not may_write()):
                raise self.not_listed(name)
            if unknown := unknown_arguments(arguments, schema):
                raise ToolRefused("validation_error", f"There is no argument {', '.join(map(echo, unknown))}.")
            asking = _caller.get().asking if context else None
            if asking and context and asking.is_heard(context):
                return await asking.hear(context)
            try:
                answer = await super().call_tool(name, given_arguments(arguments, schema), context)
            except UnexpectedToolError as error:
                # A turn has its own word for this; a program of others hears it in the answer of its call.
                if context and error.__cause__ and is_outage(error.__cause__):
                    raise outage_of(error.__cause__) from None
                raise
            except ToolError as error:
                refusal = refusal_of(error)
                if isinstance(refusal, NeedsApproval) and asking and context:
                    return await asking.ask(refusal, context)
                raise refusal from None
        return in_short(answer) if context else answer

    def not_listed(self, name: str) -> ToolRefused:
        if self.changes_todos(name) and not may_write():
            return ToolRefused(
                "read_only", _("This token may only read. To change todos, use one that may read and write.")
            )
        return ToolRefused("unknown_tool", _("There is no such tool."))

    def has_tool(self, name: str) -> bool:
        return self._tool_manager.get_tool(name) is not None

    def changes_todos(self, name: str) -> bool:
        tool = self._tool_manager.get_tool(name)
        return tool is not None and not is_read_only(tool)


def outage_of(error: BaseException) -> ToolRefused:
    failure = OutcomeUnknown() if isinstance(error, CommitUnknown) else ServiceUnavailable()
    return ToolRefused(failure.code, failure.sentence)


def refusal_of(error: ToolError) -> ToolRefused:
    match error.__cause__:
        case ValidationError() as cause:
            return ToolRefused("validation_error", argument_reasons(cause))
        case ToolRefused() as refusal:
            return refusal
    return ToolRefused("unknown_tool", _("There is no such tool."))


@contextlib.contextmanager
def observed_call(name: str) -> Iterator[None]:
    """A figure and a span for each call; a line for what a program of others does, by which token.

    Calls of turns are stored with their turn.
    """
    caller = _caller.get(None)
    outcome, started = "broken_off", time.perf_counter()
    try:
        with span("tool call", tool=name):
            yield
        outcome = "success"
    except ToolRefused as refusal:
        outcome = refusal.code
        raise
    except UnexpectedToolError:
        outcome = "internal_error"
        raise
    finally:
        duration_ms = round((time.perf_counter() - started) * 1000)
        metrics.tool_calls.labels(caller.by.door if caller else "none", name, outcome).inc()
        if caller and caller.by.door == Door.MCP:
            log_call(caller, name, outcome, duration_ms)


def log_call(caller: Caller, name: str, outcome: str, duration_ms: int) -> None:
    token_id, call_id = caller.rights.name_of_caller, str(caller.by.tool_call_id)
    figures = {"tool": name, "tool_call_id": call_id, "token_id": token_id}
    logger.info("mcp call", extra=figures | {"outcome": outcome, "duration_ms": duration_ms})


def in_short(answer: CallToolResult | InputRequiredResult) -> CallToolResult | InputRequiredResult:
    """The text says what the structure says, for clients that read no other: without the library's indents."""
    if isinstance(answer, CallToolResult) and answer.structured_content is not None:
        text = json.dumps(answer.structured_content, ensure_ascii=False, separators=(",", ":"))
        answer.content = [TextContent(type="text", text=text)]
    return answer


def is_read_only(tool: Tool | RegisteredTool) -> bool:
    return bool(tool.annotations and tool.annotations.read_only_hint)


def lean_tool(tool: Tool) -> Tool:
    tool.description = inspect.cleandoc(tool.description or "")
    tool.input_schema = lean_schema(tool.input_schema)
    if tool.output_schema:
        tool.output_schema = lean_schema(tool.output_schema, ALL_BUT_TYPES)
        if not is_read_only(tool):
            # Each write answers with rows; what a row is stands once, in the tool that looks at them.
            tool.output_schema = rows_as_objects(tool.output_schema)
    return tool


def rows_as_objects(schema: Any) -> Any:
    """The schema with the row of a todo as any object."""
    if isinstance(schema, list):
        return [rows_as_objects(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref") == f"#/$defs/{TodoRow.__name__}":
        return {"type": "object"}
    return {name: rows_as_objects(part) for name, part in schema.items() if name != TodoRow.__name__}


def state_keys() -> list[str]:
    """What a call that waits for the person carries is sealed alike by all processes, and for one caller."""
    secrets = dict.fromkeys([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    return [hashlib.sha256(f"mcp-request-state:{secret}".encode()).hexdigest() for secret in secrets]


def who_calls(request: object) -> str:
    caller = _caller.get()
    return f"{caller.user.pk} {caller.rights.name_of_caller}"


def make_server() -> TodoServer:
    placeholder = logging.NullHandler()
    # MCPServer() calls logging.basicConfig, which leaves a root logger alone that has a handler.
    logging.root.addHandler(placeholder)
    try:
        return TodoServer(
            "todo-chat",
            extensions=[card()],
            title="Todo Chat",
            version="0.1.0",
            instructions=INSTRUCTIONS,
            subscriptions=False,  # they would hold streams open, and the tools never change
            request_state_security=RequestStateSecurity(
                keys=state_keys(), ttl=settings.APPROVAL_MINUTES * 60, bind_principal=who_calls
            ),
        )
    finally:
        logging.root.removeHandler(placeholder)


def argument_reasons(error: ValidationError) -> str:
    """“tasks, item 2, title: Field required.” – the first few, without the values."""
    reasons = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False)[:ERRORS_TOLD]:
        place = [f"item {part + 1}" if isinstance(part, int) else part for part in fault["loc"]]
        reasons.append(f"{', '.join(place) or 'arguments'}: {fault['msg'].removeprefix('Value error, ')}.")
    return " ".join(reasons)
