"""What became of the todos, against what was asked for: right, or in which way not.

right        what was asked for, and nothing else
wrong_write  todos changed otherwise than asked
detail       the right act with a wrong date, title or number of todos
no_act       nothing was done where something was asked for
wrong_read   nothing was looked up where a look was asked for
"""

from collections.abc import Iterable
from typing import Any

RIGHT, WRONG_WRITE, DETAIL, NO_ACT, WRONG_READ = "right", "wrong_write", "detail", "no_act", "wrong_read"
VERDICTS = (RIGHT, WRONG_WRITE, DETAIL, NO_ACT, WRONG_READ)

Rows = dict[str, dict[str, Any]]


def verdict(expect: dict[str, Any], outcome: dict[str, Any]) -> str:
    """`outcome` is what a conversation wrote, as `bench.language` puts it into a line of OUT."""
    if "any" in expect:
        return min((verdict(each, outcome) for each in expect["any"]), key=VERDICTS.index)
    changes = changed_rows(outcome["before"], outcome["after"])
    if expect["do"] in {"none", "ask", "read"}:
        return WRONG_WRITE if changes else unchanged_verdict(expect["do"], outcome)
    if expect["do"] == "rows":
        return rows_verdict(expect["rows"], outcome, changes)
    if not changes:
        return NO_ACT
    return added_verdict(expect, changes) if expect["do"] == "add" else changed_verdict(expect, changes)


def unchanged_verdict(wanted: str, outcome: dict[str, Any]) -> str:
    if wanted == "ask":
        return RIGHT if outcome["waits"] or "?" in outcome["answer"] else NO_ACT
    return RIGHT if wanted == "none" or "list_tasks" in outcome["tool_calls"] else WRONG_READ


def date_verdict(expect: dict[str, Any], outcome: dict[str, Any]) -> str:
    """Of a date phrase alone: its day, its time where one is expected, and the parts of its rule."""
    if outcome["refused"]:
        return NO_ACT
    fields = {"due": expect.get("date"), "time": expect.get("time"), "rrule": expect.get("rrule")}
    seen = outcome | {"due": outcome["date"]}
    return RIGHT if fits(seen, {name: value for name, value in fields.items() if value is not None}) else DETAIL


def changed_rows(before: Rows, after: Rows) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    return [(before.get(todo_id), row) for todo_id, row in after.items() if before.get(todo_id) != row]


def added_verdict(expect: dict[str, Any], changes: list) -> str:
    if any(before is not None for before, _ in changes):
        return WRONG_WRITE
    rows = [after for _, after in changes]
    return RIGHT if len(rows) == len(expect["titles"]) and all_fit(rows, expect) else DETAIL


def all_fit(rows: list[dict[str, Any]], expect: dict[str, Any]) -> bool:
    """Each title has a row of its own; what is expected besides holds for one of them, or for each where they agree."""
    left = list(rows)
    for words in expect["titles"]:
        row = next((row for row in left if has_words(row["title"], words)), None)
        if row is None or unwanted(row["title"], expect):
            return False
        left.remove(row)
    return all(fits(row, expect) for row in rows)


def changed_verdict(expect: dict[str, Any], changes: list) -> str:
    which = [expect["which"]] if isinstance(expect["which"], str) else expect["which"]
    # The next occurrence of a todo that repeats is a row of its own.
    old = [(before, after) for before, after in changes if before]
    new = [after for before, after in changes if not before]
    if {before["title"] for before, _ in old} - set(which) or any(row["title"] not in which for row in new):
        return WRONG_WRITE
    reached = [reaches(expect["do"], before, after) for before, after in old]
    if not any(reached):
        return WRONG_WRITE
    complete = all(reached) and len(old) == len(which)
    return RIGHT if complete and all(fits(after, expect) for _, after in old) else DETAIL


def reaches(deed: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the row is in the state that the deed brings."""
    states = {
        "complete": after["done"],
        "delete": after["deleted"],
        "remove": after["done"] or after["deleted"],
        "reopen": not after["done"],
        "restore": not after["deleted"],
        "update": after["done"] == before["done"] and after["deleted"] == before["deleted"],
    }
    return bool(states[deed])


def rows_verdict(expected: list[dict[str, Any]], outcome: dict[str, Any], changes: list) -> str:
    """The todos at the end, in any order."""
    left = [row for row in outcome["after"].values() if not row["deleted"]]
    details = len(left) != len(expected)
    for wanted in expected:
        fitting = [row for row in left if has_words(row["title"], wanted["title"])]
        row = next((row for row in fitting if row_fits(row, wanted)), None)
        if row is None:
            if not changes:
                return NO_ACT
            if not fitting:
                return WRONG_WRITE
            row, details = fitting[0], True
        left.remove(row)
    return WRONG_WRITE if left else DETAIL if details else RIGHT


def row_fits(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return row["done"] == wanted.get("done", False) and not unwanted(row["title"], wanted) and fits(row, wanted)


def fits(row: dict[str, Any], expect: dict[str, Any]) -> bool:
    """Whether the fields that are expected are those of the row; a list holds several that will do."""
    plain = all(row[name] in either(expect[name]) for name in ("due", "time", "priority") if name in expect)
    tags = sorted(expect["tags"]) == row["tags"] if "tags" in expect else True
    notes = expect.get("notes", "").lower() in row.get("notes", "").lower()
    rules = "rrule" not in expect or any(same_rule(rule, row["rrule"]) for rule in either(expect["rrule"]))
    return plain and tags and notes and rules


def same_rule(expected: str | None, found: str | None) -> bool:
    """Every part that is expected; a rule may say more, as the weekday of a weekly one, but no other interval."""
    if not expected or not found:
        return not expected and not found
    wanted, parts = set(expected.split(";")), set(found.split(";"))
    return wanted <= parts and not any(part.startswith("INTERVAL") for part in parts - wanted)


def either(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def has_words(title: str, words: Iterable[str]) -> bool:
    return all(word.lower() in title.lower() for word in words)


def unwanted(title: str, expect: dict[str, Any]) -> bool:
    return any(words.lower() in title.lower() for words in expect.get("title_not", ()))
