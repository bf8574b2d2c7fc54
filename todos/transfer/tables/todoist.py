"""Todoist's CSV template: a row for each task, with labels inside the content and the date in words.

It has four priorities where there are five here, and no place for what is done.
"""

import csv
import io
import re
from collections.abc import Iterable

from todos.fields.priority import Priority
from todos.models import Todo

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


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return lines.getvalue()


def csv_row(todo: Todo) -> list[object]:
    """The cells of a todo, tags loaded, in the order of COLUMNS."""
    content = " ".join([todo.title, *(f"@{tag}" for tag in todo.tags)])
    number = NUMBERS[Priority(todo.priority)]
    return ["task", content, todo.notes, number, 1, "", "", _date_words(todo), "en", todo.due_zone]


def _date_words(todo: Todo) -> str:
    if todo.due_date is None:
        return ""
    time = f"{todo.due_time:%H:%M}" if todo.due_time else ""
    if not todo.repeats:
        return f"{todo.due_date} {time}".strip()
    return " ".join(filter(None, [todo.repeats, time and f"at {time}", f"starting {todo.due_date}"]))


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
