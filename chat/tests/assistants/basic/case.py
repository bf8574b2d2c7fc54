"""What tests of the basic assistant share: rows and outputs of the tools, turns that were, and a step."""

import datetime
import json

from django.test import SimpleTestCase

from chat.assistants.basic import BasicModel
from chat.assistants.interface import AssistantText, ModelRequest, StepEnd, TextDelta, ToolOutput, ToolRequest, UserText

NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00")


def row(todo_id, title, **fields):
    shown = {
        "notes": "",
        "priority": "none",
        "due": None,
        "due_text": None,
        "repeats": None,
        "overdue": False,
        "tags": [],
        "done": False,
    }
    return {"id": todo_id, "title": title} | shown | fields


def listed(*rows, total=None):
    return {"tasks": list(rows), "total": len(rows) if total is None else total, "more": 0}


def became(outcome, *rows, note=""):
    return {"results": [{"outcome": outcome, "task": each, "note": note} for each in rows]}


def refused(code, reference, *candidates, reason="It was refused."):
    item = {
        "outcome": "refused",
        "code": code,
        "reason": reason,
        "reference": reference,
        "candidates": list(candidates),
    }
    return {"error": {"code": code, "message": reason}, "results": [item]}


def exchange(text, tool_name, arguments, output, answer=""):
    """The history of a turn with one call; without an answer it is the turn that goes on."""
    call_id = f"call-{text}"
    items = [
        UserText(text),
        ToolRequest(call_id, tool_name, json.dumps(arguments)),
        ToolOutput(call_id, json.dumps(output)),
    ]
    return [*items, AssistantText(answer)] if answer else items


LOOK = ("list_tasks", {"filter": "open", "limit": 100})


def looked(*rows):
    """The look before a change, and what it found."""
    return [ToolRequest("look", "list_tasks", json.dumps(LOOK[1])), ToolOutput("look", json.dumps(listed(*rows)))]


MILK, MOM, RENT = row("id-1", "buy milk"), row("id-2", "call mom", due="2026-03-06"), row("id-3", "pay rent")
SHOWN = exchange(
    "what's on my list?",
    "list_tasks",
    {"filter": "open"},
    listed(MILK, MOM, RENT),
    "You have 3 open todos:\n\nLater:\n\n1. call mom · Friday 6 March\n\nNo date:\n\n2. buy milk\n3. pay rent",
)
DENTIST = row("id-9", "dentist", due="2026-03-06T15:00:00-05:00", due_text="Friday 6 March, 15:00")
ADDED = exchange("add dentist friday 3pm", "add_task", {"tasks": []}, became("added", DENTIST), "Added “dentist”.")


class StepTestCase(SimpleTestCase):
    async def step(self, *history):
        """The requests of a step as (name, arguments), and its text."""
        request = ModelRequest("", history, (), NOW, "America/New_York")
        outputs = [output async for output in BasicModel().stream(request)]
        self.assertEqual([output for output in outputs if isinstance(output, StepEnd)], [outputs[-1]])
        requests = [output for output in outputs if isinstance(output, ToolRequest)]
        self.assertEqual(len({request.call_id for request in requests}), len(requests))
        text = "".join(output.text for output in outputs if isinstance(output, TextDelta))
        return [(request.tool_name, json.loads(request.arguments)) for request in requests], text

    async def assert_asks(self, *history, tool_name, arguments):
        self.assertEqual(await self.step(*history), ([(tool_name, arguments)], ""))

    async def assert_seeks(self, *history, found, tool_name, arguments):
        """The todos are looked at before anything is changed, then what was `found` is."""
        requests, _ = await self.step(*history)
        self.assertEqual(requests[-1], LOOK)
        undone = [
            item
            for name, given in requests[:-1]
            for item in (ToolRequest(name, name, json.dumps(given)), ToolOutput(name, json.dumps(became("undone"))))
        ]
        self.assertEqual(await self.step(*history, *undone, *looked(*found)), ([(tool_name, arguments)], ""))
        return [name for name, _ in requests[:-1]]

    async def assert_answers(self, *history, text):
        self.assertEqual(await self.step(*history), ([], text))
