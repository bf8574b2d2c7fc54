"""The history that a model gets, as the exchanges that language reads."""

import json
from dataclasses import replace
from typing import Any

from chat.assistants.interface import AssistantText, HistoryItem, Summary, ToolOutput, ToolRequest, UserText
from language.talk.exchanges import Call, Conversation, Exchange


def read_conversation(history: tuple[HistoryItem, ...]) -> Conversation:
    exchanges: list[Exchange] = []
    requests: dict[str, ToolRequest] = {}
    for item in history:
        if isinstance(item, UserText):
            exchanges.append(Exchange(item.text))
        elif not exchanges or isinstance(item, Summary):
            continue
        elif isinstance(item, ToolRequest):
            requests[item.call_id] = item
        else:
            exchanges[-1] = with_item(exchanges[-1], item, requests)
    return Conversation(tuple(exchanges[:-1]), exchanges[-1] if exchanges else Exchange(""))


def with_item(exchange: Exchange, item: AssistantText | ToolOutput, requests: dict[str, ToolRequest]) -> Exchange:
    if isinstance(item, AssistantText):
        return replace(exchange, answer=f"{exchange.answer}\n{item.text}".strip())
    request = requests.get(item.call_id, ToolRequest(item.call_id, "", ""))
    call = Call(request.tool_name, json_object(request.arguments), json_object(item.output))
    return replace(exchange, calls=(*exchange.calls, call))


def json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
