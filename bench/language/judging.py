"""Whether the assistant did what a sentence asks for, by its tool calls."""

import datetime
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from language.dates import resolve_date

READS = {"list_tasks"}


@dataclass(frozen=True)
class Sentence:
    label: str
    text: str
    expect: dict[str, Any]
    now: datetime.datetime
    zone: ZoneInfo

    @property
    def said_before(self) -> list[str]:
        """The messages of the same conversation before this one."""
        return self.expect.get("after", [])


@dataclass(frozen=True)
class Reading:
    """What the assistant made of a sentence: its calls, its words, how many changes of todos, and whether more wait."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    text: str
    written: int = 0
    waits: bool = False
    step_seconds: tuple[float, ...] = ()

    @property
    def tools(self) -> set[str]:
        return {name for name, _ in self.calls}

    @property
    def changes(self) -> set[str]:
        """The tools that change; it may have looked before it did."""
        return self.tools - READS

    @property
    def writes(self) -> bool:
        """Whether it changed something or tried to. Changes that wait for the person are none."""
        return self.written > 0 or (bool(self.changes) and not self.waits)

    def items(self, tool_name: str) -> list[Any]:
        key = "updates" if tool_name == "update_task" else "tasks"
        return [item for name, arguments in self.calls if name == tool_name for item in arguments[key]]

    def gives(self, argument: str) -> bool:
        return any(arguments.get(argument) for _, arguments in self.calls)


ACTIONS = {
    "add": lambda reading: reading.changes == {"add_task"} and all(task["title"] for task in reading.items("add_task")),
    "list": lambda reading: reading.tools == READS,
    "find": lambda reading: reading.tools == READS and reading.gives("text"),
    "remove": lambda reading: reading.changes in ({"delete_task"}, {"complete_task"}) and not reading.gives("reopen"),
    # A todo that the words almost name is asked about.
    "complete": lambda reading: (
        (reading.changes == {"complete_task"} and not reading.gives("reopen")) or "Shall I complete" in reading.text
    ),
    "reopen": lambda reading: reading.changes == {"complete_task"} and reading.gives("reopen"),
    "update": lambda reading: reading.changes == {"update_task"},
    "note": lambda reading: "list_tasks" in reading.tools and reading.tools <= READS | {"update_task"},
    # A change to a whole group waits for the person, or only looks and says how many todos that would be.
    "clear": lambda reading: (
        not reading.writes
        and (reading.waits or any(words in reading.text for words in ("a whole group", "nothing to", "Shall I")))
    ),
    "ask": lambda reading: reading.tools <= READS and "only help with your todos" not in reading.text,
    "talk": lambda reading: reading.tools <= READS,
    "undo": lambda reading: reading.tools == {"undo"},
    # A look whether it is about a todo changes nothing.
    "outside": lambda reading: reading.tools <= READS,
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


def judge(sentence: Sentence, reading: Reading) -> str:
    """Why the reading is wrong; empty when it is right."""
    unsaid = [words for words in sentence.expect.get("says", ()) if words.lower() not in reading.text.lower()]
    if unsaid:
        return f"not said: {', '.join(unsaid)}"
    if sentence.expect.keys() - {"after", "says"}:
        return judge_expected(sentence, reading)
    wanted = INTENTS.get(sentence.label, (sentence.label,))
    return "" if any(ACTIONS[action](reading) for action in wanted) else f"not {' or '.join(wanted)}"


def judge_expected(sentence: Sentence, reading: Reading) -> str:
    """Against an expected effect: tools, count, title, due, rule, priority, tag, match, undo, or no write at all."""
    expect = sentence.expect
    if "undo" in expect.get("action", ""):
        count = expect.get("n", 1)
        return "" if [name for name, _ in reading.calls] == ["undo"] * count else f"not {count} times undo"
    if is_harmless(expect):
        return "a write" if reading.writes else wrong_tool(expect, reading)
    if "tools" in expect:
        missing = {TOOLS[name] for name in expect["tools"]} - reading.tools
        return f"no {', '.join(missing)}" if missing else wrong_count(expect, reading)
    if "tool" not in expect:
        return "a write" if reading.written and expect.get("when") else ""
    reasons = (
        wrong_tool(expect, reading),
        wrong_count(expect, reading),
        wrong_words(expect, reading),
        wrong_date(sentence, reading),
    )
    return next(filter(None, reasons), "")


def is_harmless(expect: dict[str, Any]) -> bool:
    """Whether nothing may be written: a question, talk, or a change that has to be confirmed first."""
    only_talks = "action" in expect and "echo" not in expect["action"]
    return bool(expect.get("confirm")) or expect.get("writes") == 0 or only_talks


def wrong_tool(expect: dict[str, Any], reading: Reading) -> str:
    if "tool" not in expect or expect.get("confirm"):
        return ""
    return "" if TOOLS[expect["tool"]] in reading.tools else f"no {expect['tool']}"


def wrong_count(expect: dict[str, Any], reading: Reading) -> str:
    count = len(reading.items("add_task")) or len(reading.items("delete_task"))
    return f"{count} items" if "n" in expect and count != expect["n"] else ""


def wrong_words(expect: dict[str, Any], reading: Reading) -> str:
    calls = json.dumps([arguments for _, arguments in reading.calls], ensure_ascii=False).lower()
    words = [expect[name] for name in ("title", "priority", "tag") if name in expect]
    # What was looked for first is named by its id in the call, and by its title in the answer.
    told = calls + reading.text.lower()
    missing = [word for word in words if word.lower() not in calls]
    missing += [word for word in expect.get("match", "").split() if word.lower() not in told]
    return f"no {', '.join(missing)}" if missing else ""


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
    return wrong_moment(sentence, phrase) if phrase else "no date"


def wrong_moment(sentence: Sentence, phrase: str) -> str:
    found, expect = resolve_date(phrase, sentence.zone, sentence.now), sentence.expect
    if "rrule" in expect:
        rule = found.recurrence.rule if found.recurrence else "no rule"
        return "" if expect["rrule"].startswith(rule) else rule
    time = f"T{found.due.time:%H:%M}" if found.due and found.due.time else ""
    when = f"{found.due.date}{time}" if found.due else ""
    wanted = expect.get("due") or expect["time"]
    return "" if wanted in when else f"due {when}, not {wanted}"
