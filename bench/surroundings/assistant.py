"""What the upstream answers when nothing is scripted: enough of an assistant to drive the product by hand."""

import json
import re
from collections.abc import Callable
from typing import Any

from bench.surroundings.answers import Answer, call, calls, says
from chat.assistants.interface import AssistantText, HistoryItem, ToolOutput, ToolRequest, UserText

FORTY_WORDS = " ".join(
    ["There", "are", "some", "todos", "that", "are", "still", "open", "here."] * 4 + ["And", "that", "is", "all."]
)


def built_in_answer(history: list[HistoryItem]) -> Answer:
    """A tool call for a sentence that is known, then words from that tool's own output; plain words for any other."""
    asked = asked_text(history)
    start = max((n for n, item in enumerate(history) if isinstance(item, UserText)), default=-1)
    outputs = [item.output for item in history[start + 1 :] if isinstance(item, ToolOutput)]
    for pattern, tool_name, arguments, reply in SENTENCES:
        if match := re.search(pattern, asked, re.IGNORECASE):
            if not outputs:
                return calls(call(tool_name, arguments(match)))
            return says(reply(json.loads(outputs[-1])))
    return says("I look after your todos. Ask me to add, list, complete, change or delete one.")


def asked_text(history: list[HistoryItem]) -> str:
    return next((item.text for item in reversed(history) if isinstance(item, UserText)), "")


def changed_reply(output: dict[str, Any]) -> str:
    sentences = [
        f"I {row['outcome']} “{row['task']['title']}”." if row.get("task") else str(row.get("reason"))
        for row in output.get("results", [])
    ]
    return " ".join(sentences) or failure_reply(output)


def listed_reply(output: dict[str, Any]) -> str:
    titles = [row["title"] for row in output.get("tasks", [])]
    return "Your pending tasks: " + ", ".join(titles) + "." if titles else failure_reply(output)


def urgency_reply(output: dict[str, Any]) -> str:
    rows = output.get("tasks", [])
    if not rows:
        return failure_reply(output)
    due = f"is due {rows[0]['due_text']}" if rows[0]["due_text"] else "has no due date"
    return f"“{rows[0]['title']}” has priority {rows[0]['priority']} and {due}."


def failure_reply(output: dict[str, Any]) -> str:
    return (output.get("error") or {}).get("message") or "I found nothing."


Sentence = tuple[str, str, Callable[[re.Match[str]], dict[str, Any]], Callable[[dict[str, Any]], str]]
SENTENCES: list[Sentence] = [
    (r"^bench\b", "list_tasks", lambda match: {"filter": "open"}, lambda output: FORTY_WORDS),
    (r"^create a todo: (.+)", "add_task", lambda match: {"tasks": [{"title": match[1]}]}, changed_reply),
    (r"pending tasks", "list_tasks", lambda match: {"filter": "open"}, listed_reply),
    (r"complete the grocery", "complete_task", lambda match: {"tasks": ["groceries"]}, changed_reply),
    (r"how urgent", "list_tasks", lambda match: {"text": "groceries", "filter": "all"}, urgency_reply),
]


# Request body → history


def history_of(body: dict[str, Any]) -> list[HistoryItem]:
    """The history inside a request body of either format."""
    if "input" in body:
        return [item_of_input(item) for item in body["input"]]
    return [item for message in body["messages"] for item in items_of_message(message)]


def item_of_input(item: dict[str, Any]) -> HistoryItem:
    match item["type"]:
        case "function_call":
            return ToolRequest(item["call_id"], item["name"], item["arguments"])
        case "function_call_output":
            return ToolOutput(item["call_id"], item["output"])
    return UserText(item["content"]) if item["role"] == "user" else AssistantText(item["content"])


def items_of_message(message: dict[str, Any]) -> list[HistoryItem]:
    match message["role"]:
        case "user":
            return [UserText(message["content"])]
        case "tool":
            return [ToolOutput(message["tool_call_id"], message["content"])]
        case "assistant":
            text: list[HistoryItem] = [AssistantText(message["content"])] if message["content"] else []
            return text + [
                ToolRequest(made["id"], made["function"]["name"], made["function"]["arguments"])
                for made in message.get("tool_calls", [])
            ]
    return []
