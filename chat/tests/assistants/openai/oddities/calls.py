"""Tool calls: how they are numbered, named and filled."""

import json
from typing import Any

from .case import ADDED, ARGUMENTS, BOTH, BREAD, MILK, NAMES, NUMBERS, Case, more, one_call, piece
from .server import Reply, calls, choice, says, stream


def number_cases() -> list[Case]:
    milk, bread = piece(MILK), piece(BREAD, call_id="call_2")
    both = {
        "all are 0, by their ids": calls(milk, bread),
        "all are 0 in one event": stream(choice({"tool_calls": [milk, bread]}, "tool_calls")),
        "all are 0 and no id": calls(piece(MILK, call_id=""), piece(BREAD, call_id="")),
        "all are 0, in pieces": calls(
            piece("", call_id="a"),
            more(MILK[:9]),
            more(MILK[9:]),
            piece("", call_id="b"),
            more(BREAD[:9]),
            more(BREAD[9:]),
        ),
        "no number": calls(piece(MILK, ...), piece(BREAD, ..., "call_2")),
        "no number, no id": calls(piece(MILK, ..., ...), piece(BREAD, ..., ...)),
        "null": calls(piece(MILK, None), piece(BREAD, None, "call_2")),
        "as text": calls(piece(MILK, "0"), piece(BREAD, "1", "call_2")),
        "from 1 on": calls(piece(MILK, 1), piece(BREAD, 2, "call_2")),
        "backwards": calls(piece(MILK, 5), piece(BREAD, 3, "call_2")),
        "inside of the function": calls(
            {"id": "a", "function": {"index": 0, "name": "add_task", "arguments": MILK}},
            {"id": "b", "function": {"index": 1, "name": "add_task", "arguments": BREAD}},
        ),
        "one id for both": calls(milk, piece(BREAD, 1)),
        "one id and no number": calls(piece(MILK, ..., "same"), piece(BREAD, ..., "same")),
        "in turns": calls(
            piece("", 0), piece("", 1, "call_2"), more(MILK[:9]), more(BREAD[:9], 1), more(MILK[9:]), more(BREAD[9:], 1)
        ),
    }
    single = {
        "no id": calls(piece(MILK, call_id=...)),
        "an id that is a number": calls(piece(MILK, call_id=7)),
        "an id of 300 characters": calls(piece(MILK, call_id="x" * 300)),
        "an id with spaces and umlauts": calls(piece(MILK, call_id="call ä 1")),
        "the number grows with each piece": calls(piece(MILK[:9], 0), piece(MILK[9:], 1, "call_1", ...)),
        "a new id for each piece": calls(piece(MILK[:9], 0, "a"), piece(MILK[9:], 0, "b")),
        "the name in each piece": calls(piece(MILK[:9]), piece(MILK[9:])),
        "the name in two pieces": calls(piece("", name="add_"), piece(MILK, call_id=..., name="task")),
        "the name grows": calls(piece("", name="add_"), piece(MILK, call_id=..., name="add_task")),
        "the name echoed at the end": calls(piece(MILK, call_id=...), piece("", call_id=...)),
        "no function around it": calls({"index": 0, "id": "a", "name": "add_task", "arguments": MILK}),
    }
    return [one_call(NUMBERS, name, reply, *BOTH) for name, reply in both.items()] + [
        one_call(NUMBERS, name, reply) for name, reply in single.items()
    ]


def argument_cases() -> list[Case]:
    def given(value: Any) -> Reply:
        return calls(piece(value if isinstance(value, str) else json.dumps(value)))

    one = {
        "an object": stream(choice({"tool_calls": [piece(json.loads(MILK))]}), choice({}, "tool_calls")),
        "JSON in JSON": given(json.dumps(MILK)),
        "JSON in JSON in JSON": given(json.dumps(json.dumps(MILK))),
        "a list as text": given({"tasks": json.dumps([{"title": "milk"}])}),
        "one object for a list": given({"tasks": {"title": "milk"}}),
        "items as JSON texts": given({"tasks": [json.dumps({"title": "milk"})]}),
        "the item alone": given({"title": "milk"}),
        "a text for a list of tags": given({"tasks": [{"title": "milk", "tags": "shopping"}]}),
        "empty tags": given({"tasks": [{"title": "milk", "tags": [""]}]}),
        "a fence": given(f"```json\n{MILK}\n```"),
        "a fence without an end": given(f"```\n{MILK}"),
        "a bracket too many": given(MILK + "}"),
        "words behind it": given(MILK + "\nI have added it."),
        "said twice": calls(piece(MILK), more(MILK)),
        "said once more with the end": stream(
            choice({"tool_calls": [piece(MILK[:10])]}),
            choice({"tool_calls": [more(MILK[10:])]}),
            choice({"tool_calls": [piece(MILK)]}, "tool_calls"),
        ),
        "growing from piece to piece": calls(piece(MILK[:10]), more(MILK[:20]), more(MILK)),
        "an empty object first": calls(piece("{}"), more(MILK)),
        "a bare line end in a text": given('{"tasks":[{"title":"milk","notes":"a\nb"}]}'),
        "every field filled with nothing": given(
            {"tasks": [{"title": "milk", "notes": "", "due": None, "priority": "null", "tags": None}]}
        ),
        "a word in capitals": given({"tasks": [{"title": "milk", "priority": "HIGH"}]}),
    }
    listing = {
        "an empty text": "", "the word null": "null", "the word None": "None", "each field null": json.dumps(dict.fromkeys(("text", "tag", "limit"))),
        "each field empty": json.dumps(dict.fromkeys(("text", "tag", "limit", "priority", "filter"), "")),
        "a number as text": '{"limit": "20"}', "a number with a point": '{"limit": 20.0}', "no arguments": ...,
    }  # fmt: skip
    broken = {
        "cut": MILK[:-6],
        "quotes of Python": "{'tasks': [{'title': 'milk'}]}",
        "two that differ": MILK + BREAD,
        "a list": "[1]",
    }
    return [
        *(one_call(ARGUMENTS, name, reply) for name, reply in one.items()),
        one_call(ARGUMENTS, "texts for items", given({"tasks": ["milk", "bread"]}), *BOTH),
        *(
            Case(ARGUMENTS, f"of list_tasks: {name}", (calls(piece(value, name="list_tasks")), says("Here.")), "Here.")
            for name, value in listing.items()
        ),
        *(
            Case(
                ARGUMENTS,
                f"told to the model: {name}",
                (calls(piece(value)), calls(piece(MILK)), ADDED),
                "Added.",
                ("milk",),
            )
            for name, value in broken.items()
        ),
    ]


def name_cases() -> list[Case]:
    names = (
        "functions.add_task", "default_api:add_task", "default_api.add_task", "add_task<|channel|>commentary", "functions.add_task:0",
        "mcp__todos__add_task", "tools/add_task", "Add_Task", "`add_task`", "add_task()", "tool_add_task", " add_task\n",
    )  # fmt: skip
    return [one_call(NAMES, repr(name), calls(piece(MILK, name=name))) for name in names] + [
        Case(
            NAMES,
            "another word is another tool",
            (calls(piece(MILK, name="add_task_for_ever")), says("I cannot.")),
            "I cannot.",
        )
    ]
