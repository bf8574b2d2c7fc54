"""Scenarios as data: `scenarios.jsonl`, one a line, with the lists of `lists.json` before the first message.

name, kind   what it is called, and of which kind of work it is
messages     what the person says, a minute apart
todos        a name in lists.json, or rows; `theirs` are rows of somebody else
clock, zone  the person's; a Wednesday morning in New York where nothing else is said
added        rows that are new at the end: `title` lists words that each must have, other fields are exact
changed      by title of a row before: the fields that differ at the end, and no others may
seen         titles that a tool must have shown in the last turn
waits        whether the last answer asks for an approval
or           other ends that will do as well, each with `added` and `changed`
quiet        whether nothing may be changed at any moment, so that no change was ever made
"""

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
CLOCK, ZONE = "2026-03-04T10:00:00-05:00", "America/New_York"
NOT_YET = FOLDER / "not_yet.txt"


@dataclass(frozen=True, eq=False)
class Scenario:
    name: str
    kind: str
    messages: list[str]
    todos: list[dict[str, Any]]
    theirs: list[dict[str, Any]]
    now: datetime.datetime
    zone: ZoneInfo
    ends: list[dict[str, Any]]
    seen: list[str] = field(default_factory=list)
    waits: bool = False
    quiet: bool = False


def all_scenarios() -> list[Scenario]:
    lists = json.loads((FOLDER / "lists.json").read_text(encoding="utf-8"))
    lines = (FOLDER / "scenarios.jsonl").read_text(encoding="utf-8").splitlines()
    return [scenario_of(json.loads(line), lists) for line in lines]


def scenario_of(line: dict[str, Any], lists: dict[str, list[dict[str, Any]]]) -> Scenario:
    todos = line.get("todos", "home")
    ends = [{"added": end.get("added", []), "changed": end.get("changed", {})} for end in (line, *line.get("or", []))]
    return Scenario(
        name=line["name"],
        kind=line["kind"],
        messages=line["messages"],
        todos=lists[todos] if isinstance(todos, str) else todos,
        theirs=line.get("theirs", lists["theirs"]),
        now=datetime.datetime.fromisoformat(line.get("clock", CLOCK)),
        zone=ZoneInfo(line.get("zone", ZONE)),
        ends=ends,
        seen=line.get("seen", []),
        waits=line.get("waits", False),
        quiet=line.get("quiet", False),
    )


def not_yet() -> set[str]:
    """The names of the scenarios that the basic assistant does not pass; any other that it fails is a step back."""
    lines = NOT_YET.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}
