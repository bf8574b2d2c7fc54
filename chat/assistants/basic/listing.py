"""Todos as text: one as a phrase, several as a numbered list in groups, so that "the second" means one of them."""

import datetime
import re
from collections.abc import Iterable, Sequence

from habits.wording import MONTH_NAMES, WEEKDAY_NAMES
from language.acts import Selection
from language.talk.exchanges import Row

NAMED_DAY = re.compile(rf"\b(?:{'|'.join(WEEKDAY_NAMES + MONTH_NAMES)})\b", re.IGNORECASE)
GROUPS = ("Overdue", "Today", "Later", "No date", "Done")


def quoted(row: Row) -> str:
    return f"“{row.title}”"


def facts(row: Row, *, with_done: bool = False) -> list[str]:
    """What there is to say about a todo besides its title."""
    priority = "" if row.priority == "none" else f"{row.priority} priority" if row.priority != "urgent" else "urgent"
    due = f"due {row.due_text}" if row.due_text else ""
    repeats = f"repeats {row.repeats}" if row.repeats else ""
    tags = " ".join(f"#{tag}" for tag in row.tags)
    done = "done" if with_done and row.done else ""
    return [fact for fact in (due, repeats, priority, tags, done) if fact]


def described(row: Row, *, with_done: bool = False) -> str:
    return ", ".join([quoted(row), *facts(row, with_done=with_done)])


def line(number: int, row: Row) -> str:
    """One line of a list. It begins with the bare title: that is how a number is read back from it."""
    return f"{number}. {row.title}" + "".join(f" · {fact.removeprefix('due ')}" for fact in facts(row))


def numbered(rows: Iterable[Row], start: int = 1) -> str:
    return "\n".join(line(number, row) for number, row in enumerate(rows, start))


def grouped(rows: Sequence[Row], today: datetime.date) -> str:
    """The rows under Overdue, Today, Later, No date and Done, numbered through; no heading for a single group."""
    groups = {name: [row for row in rows if group_of(row, today) == name] for name in GROUPS}
    filled = {name: members for name, members in groups.items() if members}
    if len(filled) == 1:
        return numbered(rows)
    parts, start = [], 1
    for name, members in filled.items():
        # With an empty line: in Markdown a list that begins with “2.” is none right under a line of text.
        parts.append(f"{name}:\n\n{numbered(members, start)}")
        start += len(members)
    return "\n\n".join(parts)


def group_of(row: Row, today: datetime.date) -> str:
    if row.done:
        return "Done"
    if row.overdue:
        return "Overdue"
    if not row.due:
        return "No date"
    return "Today" if row.due[:10] == today.isoformat() else "Later"


def counted(count: int, selection: Selection) -> str:
    """ "3 open todos due this week with high priority"."""
    by_day = {"done": "finished", "trash": "deleted"}.get(selection.filter, "due")
    kinds = {"open": "open ", "undated": "open ", "overdue": "overdue ", "upcoming": "upcoming "}
    if not selection.span:
        kinds["done"] = "finished "
    words = f"{count or 'no'} {kinds.get(selection.filter, '')}todo{'' if count == 1 else 's'}"
    if selection.filter == "trash":
        words += " in the trash"
    if selection.filter == "undated":
        words += " without a date"
    if selection.filter == "reminding":
        words += " with reminders to come"
    if selection.span:
        words += f" {by_day} {capitalised(selection.span.name)}"
    if selection.priority:
        words += f" with {selection.priority} priority"
    if selection.tag:
        words += f" tagged #{selection.tag}"
    if selection.text:
        words += f" matching “{selection.text}”"
    return words


def capitalised(name: str) -> str:
    """ "friday" as it is written; "tomorrow" and "this week" as they are."""
    return NAMED_DAY.sub(lambda word: word[0].capitalize(), name)


def more_of(total: int, shown: int) -> str:
    return f"\n\nAnd {total - shown} more." if total > shown else ""
