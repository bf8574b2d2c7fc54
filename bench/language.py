"""How well the basic assistant understands: `python -m bench.language FILES…` prints accuracy and every miss.

A `.tsv` line is a label and a sentence. A label is an action (ACTIONS) or one of CLINC150's intents (INTENTS).
A `.jsonl` line is {"cat", "text", "now", "tz", "expect"}: see `judge_expected`. Each sentence is one step of the
model, behind one earlier exchange that listed a few todos where the sentence speaks of "it" or "item 4".
"""

import asyncio
import datetime
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chat.basic_model import BasicModel
from chat.model_interface import AssistantText, HistoryItem, ModelRequest, TextDelta, ToolOutput, ToolRequest, UserText
from todos.dates import resolve_date

NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00")
ZONE = ZoneInfo("America/New_York")
TITLES = ("buy milk", "call dentist", "write report", "send invoice", "get a haircut")
READS = {"list_tasks"}
REFUSALS = ("only help with your todos", "only see and change your own")


@dataclass(frozen=True)
class Reading:
    """What the assistant made of a sentence: its calls, or else its words."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    text: str

    @property
    def tools(self) -> set[str]:
        return {name for name, _ in self.calls}

    @property
    def writes(self) -> int:
        return sum(name not in READS for name in self.tools)

    def items(self, tool_name: str) -> list[Any]:
        key = "updates" if tool_name == "update_task" else "tasks"
        return [item for name, arguments in self.calls if name == tool_name for item in arguments[key]]


@dataclass(frozen=True)
class Sentence:
    label: str
    text: str
    expect: dict[str, Any]
    now: datetime.datetime = NOW
    zone: ZoneInfo = ZONE


def main(paths: Iterable[str]) -> None:
    right, seconds = defaultdict(list), []
    for sentence in sentences_in(paths):
        started = time.process_time()
        reading = read(sentence)
        seconds.append(time.process_time() - started)
        reason = judge(sentence, reading)
        right[sentence.label].append(not reason)
        if reason:
            print(f"{sentence.label:18} {sentence.text}\n{'':18} {reason}: {shown(reading)}")
    report(right, seconds)


def report(right: dict[str, list[bool]], seconds: list[float]) -> None:
    print()
    for label, marks in sorted(right.items()):
        print(f"{label:18} {sum(marks):4} of {len(marks):4}  {sum(marks) / len(marks):6.1%}")
    marks = [mark for each in right.values() for mark in each]
    if marks:
        print(f"{'all':18} {sum(marks):4} of {len(marks):4}  {sum(marks) / len(marks):6.1%}")
        print(f"{sum(seconds) / len(seconds) * 1000:.2f} ms CPU a sentence, {max(seconds) * 1000:.2f} ms at most")


def sentences_in(paths: Iterable[str]) -> Iterator[Sentence]:
    for path in map(Path, paths):
        for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
            if path.suffix == ".tsv":
                label, text = line.split("\t", 1)
                yield Sentence(label, text, {})
            else:
                item = json.loads(line)
                now, zone = datetime.datetime.fromisoformat(item["now"]), ZoneInfo(item["tz"])
                yield Sentence(item["cat"], item["text"], item["expect"], now, zone)


def read(sentence: Sentence) -> Reading:
    """The first step of a turn with this sentence."""
    context = listed_before() if sentence.expect.get("anaphora") else ()
    history = (*context, UserText(sentence.text))
    request = ModelRequest("", history, (), sentence.now, str(sentence.zone))
    return asyncio.run(first_step(request))


async def first_step(request: ModelRequest) -> Reading:
    outputs = [output async for output in BasicModel().stream(request)]
    calls = tuple((item.tool_name, json.loads(item.arguments)) for item in outputs if isinstance(item, ToolRequest))
    return Reading(calls, "".join(item.text for item in outputs if isinstance(item, TextDelta)))


def listed_before() -> tuple[HistoryItem, ...]:
    """An exchange that changed one todo, after one that listed several."""
    rows = [{"id": f"id-{number}", "title": title, "due": "2026-03-05"} for number, title in enumerate(TITLES, 1)]
    lines = "\n".join(f"{number}. {title}" for number, title in enumerate(TITLES, 1))
    changed = {"results": [{"outcome": "updated", "task": rows[1]}]}
    return (
        UserText("move the dentist to tomorrow"),
        ToolRequest("call-1", "update_task", json.dumps({"updates": [{"task": "id-2", "due": "tomorrow"}]})),
        ToolOutput("call-1", json.dumps(changed)),
        ToolRequest("call-2", "list_tasks", "{}"),
        ToolOutput("call-2", json.dumps({"tasks": rows, "total": len(rows), "more": 0})),
        AssistantText(f"“call dentist” is now due tomorrow.\n\n{lines}"),
    )


# Judging


def judge(sentence: Sentence, reading: Reading) -> str:
    """Why the reading is wrong; empty when it is right."""
    if sentence.expect:
        return judge_expected(sentence, reading)
    wanted = INTENTS.get(sentence.label, (sentence.label,))
    return "" if any(ACTIONS[action](reading) for action in wanted) else f"not {' or '.join(wanted)}"


def adds(reading: Reading) -> bool:
    return reading.tools == {"add_task"} and all(task["title"] for task in reading.items("add_task"))


def lists(reading: Reading) -> bool:
    return reading.tools == READS and not any(call[1].get("text") for call in reading.calls) and not clears(reading)


def finds(reading: Reading) -> bool:
    return reading.tools == READS and any(call[1].get("text") for call in reading.calls)


def completes(reading: Reading) -> bool:
    return reading.tools == {"complete_task"} and not any(call[1].get("reopen") for call in reading.calls)


def reopens(reading: Reading) -> bool:
    return reading.tools == {"complete_task"} and all(call[1].get("reopen") for call in reading.calls)


def clears(reading: Reading) -> bool:
    """A change to a whole group looks first: the calls alone do not tell it from a question."""
    return reading.tools == READS


def asks(reading: Reading) -> bool:
    return not reading.calls and not refuses(reading)


def refuses(reading: Reading) -> bool:
    return not reading.calls and any(words in reading.text for words in REFUSALS)


ACTIONS = {
    "add": adds,
    "list": lambda reading: reading.tools == READS,
    "find": finds,
    "remove": lambda reading: reading.tools == {"delete_task"} or completes(reading),
    "complete": completes,
    "reopen": reopens,
    "update": lambda reading: reading.tools == {"update_task"},
    "note": finds,
    "clear": clears,
    "ask": asks,
    "talk": lambda reading: not reading.calls,
    "undo": lambda reading: not reading.calls and ("undo" in reading.text or "taken back" in reading.text),
    "outside": lambda reading: not reading.calls,
}
INTENTS = {
    "todo_list": ("list",),
    "reminder": ("list",),
    "todo_list_update": ("add", "remove", "clear"),
    "reminder_update": ("add", "ask"),
}
TOOLS = {
    "add": "add_task",
    "list": "list_tasks",
    "complete": "complete_task",
    "uncomplete": "complete_task",
    "update": "update_task",
    "delete": "delete_task",
}


def judge_expected(sentence: Sentence, reading: Reading) -> str:
    """Against an expected effect: tool or tools, count, title, due, rule, priority, tag, match, or no write at all."""
    expect = sentence.expect
    if expect.get("confirm") or expect.get("writes") == 0 or ("action" in expect and "echo" not in expect["action"]):
        return "a write" if reading.writes else wrong_tool(expect, reading)
    if "tools" in expect:
        missing = {TOOLS[name] for name in expect["tools"]} - reading.tools
        return f"no {', '.join(missing)}" if missing else wrong_count(expect, reading)
    if "tool" not in expect:
        return "a write" if reading.writes and expect.get("when") else ""
    return (
        wrong_tool(expect, reading)
        or wrong_count(expect, reading)
        or wrong_field(sentence, reading)
        or wrong_date(sentence, reading)
    )


def wrong_tool(expect: dict[str, Any], reading: Reading) -> str:
    if expect.get("tool") is None or expect.get("confirm"):
        return ""
    return "" if TOOLS[expect["tool"]] in reading.tools else f"no {expect['tool']}"


def wrong_count(expect: dict[str, Any], reading: Reading) -> str:
    count = len(reading.items("add_task")) or len(reading.items("delete_task"))
    return f"{count} items" if "n" in expect and count != expect["n"] else ""


def wrong_field(sentence: Sentence, reading: Reading) -> str:
    expect, calls = sentence.expect, json.dumps([call[1] for call in reading.calls]).lower()
    for name in ("title", "priority", "tag"):
        if name in expect and expect[name].lower() not in calls:
            return f"no {name} {expect[name]}"
    words = expect.get("match", "").lower().split()
    return "" if all(word in calls for word in words) else f"no match for {expect['match']}"


def wrong_date(sentence: Sentence, reading: Reading) -> str:
    expect = sentence.expect
    items = [item for item in reading.items("add_task") + reading.items("update_task") if isinstance(item, dict)]
    phrase = next((item["due"] for item in items if item.get("due")), "")
    if expect.get("no_due"):
        return f"a date {phrase}" if phrase else ""
    if "due" in expect and expect["due"] is None:
        return "" if phrase == "none" else "date not removed"
    if not {"due", "time", "rrule"} & expect.keys():
        return ""
    if not phrase:
        return "no date"
    found = resolve_date(phrase, sentence.zone, sentence.now)
    if "rrule" in expect:
        return "" if found.recurrence and expect["rrule"].startswith(found.recurrence.rule) else "another rule"
    due = found.due
    when = f"{due.date}T{due.time:%H:%M}" if due and due.time else f"{due.date}" if due else ""
    wanted = expect.get("due") or expect["time"]
    return "" if wanted in when else f"due {when}, not {wanted}"


def shown(reading: Reading) -> str:
    return json.dumps(reading.calls, ensure_ascii=False) if reading.calls else repr(reading.text[:100])


if __name__ == "__main__":
    main(sys.argv[1:])
