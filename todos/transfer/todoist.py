"""Todoist's CSV template: a row for each task, with labels inside the content and the date in words.

It has four priorities where there are five here, and no place for what is done.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from accounts.models import User, time_zone_names
from language.dates import resolve_date
from language.marks import PRIORITY_MARKS
from todos.commands import TodoFields
from todos.models import Priority, Todo
from todos.quick_add import tag_of_mark
from web.errors import ValidationFailed

COLUMNS = (
    "TYPE",
    "CONTENT",
    "DESCRIPTION",
    "PRIORITY",
    "INDENT",
    "AUTHOR",
    "RESPONSIBLE",
    "DATE",
    "DATE_LANG",
    "TIMEZONE",
)
NUMBERS = {Priority.URGENT: 1, Priority.HIGH: 1, Priority.MEDIUM: 2, Priority.LOW: 3, Priority.NONE: 4}
LABEL = re.compile(r"(?<!\S)@([^\s@]+)")
# Spreadsheets run what begins like this as a formula, also behind an apostrophe that they take away themselves.
# Excel takes the full and small forms of those signs for the signs themselves.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]")

Row = dict[str, str]


class NoTask(Exception):
    """A row of the template that is nothing to do: a section, a comment."""


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return lines.getvalue()


def csv_row(todo: Todo) -> list[object]:
    """The cells of a todo, tags loaded, in the order of COLUMNS."""
    content = " ".join([todo.title, *(f"@{tag}" for tag in todo.tags)])
    number = NUMBERS[Priority(todo.priority)]
    return ["task", content, todo.notes, number, 1, "", "", _date_words(todo), "en", todo.due_zone]


def read_csv(text: str) -> list[tuple[int, Row]]:
    """The rows that are not blank, numbered as in a spreadsheet; raises ValidationFailed for another table."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    try:
        cells, *rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)] or [[]]
    except csv.Error as error:
        raise ValidationFailed(details={"body": "This is not a CSV file that can be read."}) from error
    names = [name.strip().upper() for name in cells]
    if not {"TYPE", "CONTENT"} <= set(names):
        raise ValidationFailed(details={"body": f"The first line must name the columns: {','.join(COLUMNS)}."})
    numbered = enumerate(rows, start=2)
    return [
        (number, {name: _unguarded(cell) for name, cell in zip(names, row, strict=False)})
        for number, row in numbered
        if any(cell.strip() for cell in row)
    ]


def fields_of_row(row: Row, user: User, now: datetime.datetime) -> TodoFields:
    """What a row says; raises NoTask for sections and comments, ValueError or DateNotUnderstood for wrong cells."""
    kind = row["TYPE"].strip().lower()
    if kind != "task":
        raise NoTask(f"Only tasks are imported, and this is a {kind}." if kind else "The TYPE of this row is empty.")
    tags = [tag for tag in map(tag_of_mark, LABEL.findall(row["CONTENT"])) if tag]
    title = LABEL.sub(lambda label: "" if tag_of_mark(label[1]) else label[0], row["CONTENT"])
    fields: TodoFields = {"title": title, "tags": tags, "notes": row.get("DESCRIPTION", "")}
    if number := row.get("PRIORITY", "").strip():
        fields["priority"] = _priority(number)
    if phrase := row.get("DATE", "").strip():
        found = resolve_date(phrase, _zone(row.get("TIMEZONE", "").strip(), user), now)
        fields |= {"due": found.due, "recurrence": found.recurrence}
    return fields


def _priority(number: str) -> str:
    try:
        return PRIORITY_MARKS[f"p{number}"]
    except KeyError:
        raise ValueError("PRIORITY is a number from 1, the highest, to 4.") from None


def _zone(name: str, user: User) -> ZoneInfo:
    if name and name not in time_zone_names():
        raise ValueError("TIMEZONE is no IANA time zone such as Europe/Berlin.")
    return ZoneInfo(name) if name else user.zone


def _date_words(todo: Todo) -> str:
    if todo.due_date is None:
        return ""
    time = f"{todo.due_time:%H:%M}" if todo.due_time else ""
    if not todo.repeats:
        return f"{todo.due_date} {time}".strip()
    return " ".join(filter(None, [todo.repeats, time and f"at {time}", f"starting {todo.due_date}"]))


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
