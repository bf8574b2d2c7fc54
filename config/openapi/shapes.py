"""The shapes of the API document that clients are generated from: names that read, named enums, events of streams."""

from collections.abc import Iterator
from typing import Any, get_args

from ninja.openapi.schema import OpenAPISchema
from ninja.types import DictStrAny
from pydantic import BaseModel, TypeAdapter

from chat.api.agui.schema import ResumeEntry
from chat.api.export import ExportFormat
from chat.api.schema import MessageRole, MessageStatus
from chat.briefing.api import Channel
from chat.events import (
    ApprovalRecord,
    ApprovalRow,
    MessageDelta,
    ToolCallFinished,
    ToolCallRecord,
    ToolCallStarted,
    TurnCompleted,
    TurnStarted,
)
from notices.webhooks.events import EVENTS as WEBHOOK_EVENTS
from notices.webhooks.events import TodoEventName, TurnEventName, TurnTold
from notices.webhooks.schema import (
    DeliveryState,
    OffReason,
    WebhookState,
    WebhookTestEvent,
    WebhookTodoEvent,
    WebhookTurnEvent,
)
from todos.api.batch import BatchOutcome
from todos.api.schema import ChangeDoor, TodoView, UndoOutcome
from todos.fields.sorting import SortName
from todos.models import ChangeKind
from todos.rows import PriorityName
from todos.transfer.export import FormatName
from todos.transfer.schema import RowOutcome

REF = "#/components/schemas/"
# Classes are named after their place in the program; these are for readers who do not know it.
NAMES = {
    "ApprovalRecord": "Approval",
    "BatchUpdate": "TodoBatchUpdate",
    "BriefingIn": "BriefingChoice",
    "BriefingOut": "Briefing",
    "PlanOut": "BriefingPlan",
    "PushSubscriptionOut": "PushSubscription",
    "ChangeTold": "WebhookChange",
    "TodoTold": "WebhookTodoData",
    "ToolCallTold": "WebhookToolCall",
    "TurnTold": "WebhookTurnData",
    "WebhookTold": "WebhookTestData",
    "WebhookOut": "Webhook",
    "WebhookPatch": "WebhookUpdate",
    "WeekIn": "WeekPlanChoice",
    "BatchItem": "TodoBatchItem",
    "BatchError": "TodoBatchError",
    "BatchResult": "TodoBatchResult",
    "ChangeOut": "Change",
    "ConversationOut": "Conversation",
    "DecisionOut": "DecisionResult",
    "FrontMessage": "AgentMessage",
    "DifferenceOut": "Difference",
    "MeWithUsage": "Me",
    "MessageOut": "Message",
    "MessagePart": "AgentMessagePart",
    "ResumeEntry": "AgentResumeEntry",
    "RunInput": "RunAgentInput",
    "TodoIn": "NewTodo",
    "TodoOut": "Todo",
    "TodoPatch": "TodoUpdate",
    "ToolCallRecord": "ToolCall",
    "TurnCompleted": "Turn",
    "UndoIn": "UndoRequest",
    "UndoOut": "UndoResult",
    "UndoneOut": "UndoneTodo",
}
ENUMS = {
    "AgentResumeStatus": get_args(ResumeEntry.__annotations__["status"]),
    "ApprovalAction": get_args(ApprovalRow.__annotations__["action"]),
    "ApprovalStatus": get_args(ApprovalRecord.__annotations__["status"]),
    "BatchOutcome": get_args(BatchOutcome),
    "BriefingChannel": get_args(Channel),
    "ChangeDoor": get_args(ChangeDoor),
    "ChangeKind": get_args(ChangeKind),
    "ConversationFormat": get_args(ExportFormat),
    "ImportOutcome": get_args(RowOutcome),
    "MessageRole": get_args(MessageRole),
    "MessageStatus": get_args(MessageStatus),
    "Priority": get_args(PriorityName),
    "TodoFormat": get_args(FormatName),
    "TodoSort": get_args(SortName),
    "TodoView": get_args(TodoView),
    "ToolCallStatus": get_args(ToolCallRecord.__annotations__["status"]),
    "TurnStatus": get_args(TurnCompleted.__annotations__["status"]),
    "UndoOutcome": get_args(UndoOutcome),
    "WebhookDeliveryState": get_args(DeliveryState),
    "WebhookEventName": ("*", *WEBHOOK_EVENTS),
    "WebhookOffReason": get_args(OffReason),
    "WebhookState": get_args(WebhookState),
    "WebhookTodoEventName": get_args(TodoEventName),
    "WebhookTurnEventName": get_args(TurnEventName),
    "WebhookTurnStatus": get_args(TurnTold.__annotations__["status"]),
}
WEBHOOK_MESSAGES: dict[str, type[BaseModel]] = {
    "todoChanged": WebhookTodoEvent,
    "turnEnded": WebhookTurnEvent,
    "webhookTested": WebhookTestEvent,
}
SIGNED = (
    "Signed as [Standard Webhooks](https://www.standardwebhooks.com) has it: `webhook-id`, `webhook-timestamp` and "
    "`webhook-signature` (v1). Answer within 15 seconds; what is not 2xx is tried again, eight times in about a day, "
    "under the same `webhook-id`. 410 switches the webhook off."
)
EVENTS = (TurnStarted, MessageDelta, ToolCallStarted, ToolCallFinished)


def shape(document: OpenAPISchema, error_codes: list[str]) -> None:
    """Name what the library took from classes or left without a name; keep no schema that nothing refers to."""
    schemas = document["components"]["schemas"]
    add_events(schemas)
    add_webhooks(document)
    schemas["ErrorCode"] = {"type": "string", "enum": error_codes, "description": "Stable: a code keeps its meaning."}
    schemas["ErrorBody"]["properties"]["error"] = {"$ref": REF + "ErrorCode"}
    name_enums(document)
    rename(document)
    used: set[str] = set()
    for name in references([document["paths"], document["webhooks"]]):
        collect(name, schemas, used)
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}


def add_events(schemas: DictStrAny) -> None:
    """One schema for each event of a stream, with the schema of its data, and one for any of them."""
    events: dict[str, str] = {}
    for event in EVENTS:
        schema = TypeAdapter(event).json_schema(ref_template=REF + "{model}")
        schemas.update({name: part for name, part in schema.pop("$defs", {}).items() if name not in schemas})
        schemas[event.__name__] = schema
        events[event.__name__ + "Event"] = event.name
        schemas[event.__name__ + "Event"] = stream_event(event.name, event.__name__)
    schemas["TurnCompletedEvent"] = stream_event("turn.completed", "TurnCompleted")
    schemas["TurnFailedEvent"] = stream_event("turn.failed", "ErrorBody")
    names = [*events, "TurnCompletedEvent", "TurnFailedEvent"]
    schemas["StreamEvent"] = {
        "description": "`turn.started`, any number of `message.delta`, `tool_call.started` and `tool_call.finished`, "
        "then exactly one of `turn.completed` and `turn.failed`.",
        "oneOf": [{"$ref": REF + name} for name in names],
    }


def add_webhooks(document: OpenAPISchema) -> None:
    """What is posted to the addresses of a person's webhooks."""
    schemas = document["components"]["schemas"]
    document["webhooks"] = {}
    for name, event in WEBHOOK_MESSAGES.items():
        schema = event.model_json_schema(ref_template=REF + "{model}")
        schemas.update({part: inner for part, inner in schema.pop("$defs", {}).items() if part not in schemas})
        schemas[event.__name__] = schema
        content = {"application/json": {"schema": {"$ref": REF + event.__name__}}}
        document["webhooks"][name] = {
            "post": {
                "operationId": name,
                "tags": ["Webhooks"],
                "summary": event.__doc__,
                "description": SIGNED,
                "requestBody": {"required": True, "content": content},
                "responses": {"2XX": {"description": "It has arrived."}, "4XX": {"description": "It is sent again."}},
                "security": [],
            }
        }


def stream_event(name: str, data: str) -> DictStrAny:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "Grows with each event of the turn."},
            "event": {"type": "string", "const": name},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": REF + data},
                "description": f"The JSON of {NAMES.get(data, data)}.",
            },
        },
        "required": ["id", "event", "data"],
    }


def name_enums(document: OpenAPISchema) -> None:
    names = {frozenset(values): name for name, values in ENUMS.items()}
    for part in parts(document):
        values = part.get("enum")
        name = names.get(frozenset(values)) if isinstance(values, list) else None
        if name:
            for key in ("enum", "type", "title"):
                part.pop(key, None)
            part["$ref"] = REF + name
    for name, values in ENUMS.items():
        document["components"]["schemas"][name] = {"type": "string", "enum": list(values)}


def rename(document: OpenAPISchema) -> None:
    schemas = document["components"]["schemas"]
    for old, new in NAMES.items():
        if old in schemas:
            schemas[new] = schemas.pop(old)
            if schemas[new].get("title") == old:
                schemas[new]["title"] = new
    for part in parts(document):
        if isinstance(ref := part.get("$ref"), str) and ref.startswith(REF):
            name = ref.removeprefix(REF)
            part["$ref"] = REF + NAMES.get(name, name)


def collect(name: str, schemas: DictStrAny, used: set[str]) -> None:
    """Into `used`: the schema, and all that it refers to."""
    if name not in used:
        used.add(name)
        for inner in references(schemas[name]):
            collect(inner, schemas, used)


def references(part: Any) -> Iterator[str]:
    """The names of the schemas that a part of the document refers to."""
    for inner in parts(part):
        if isinstance(ref := inner.get("$ref"), str) and ref.startswith(REF):
            yield ref.removeprefix(REF)


def parts(part: Any) -> Iterator[DictStrAny]:
    """Every object of the document, this one first; examples are none of it."""
    if isinstance(part, dict):
        yield part
        part = [inner for key, inner in part.items() if key not in {"example", "examples"}]
    if isinstance(part, list):
        for inner in part:
            yield from parts(inner)
