"""The rows of a CSV file become todos: those of Todoist and TickTick, and of any table with a column for titles.

What has no place in a todo goes into its notes, under the name of its column, and the report says so. A row means the
same todo however often it is imported.
"""

import datetime
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence
from todos.commands import TodoFields
from todos.fields.rules import NOTES_MAX, TAGS_MAX, TITLE_MAX, clean_fields
from todos.fields.schedule import Schedule
from todos.quick_add import tag_of_mark
from todos.transfer.schema import ImportedRow, NewTodo, Rows, check_size
from web.errors import ProductError, ValidationFailed

from .columns import (
    DONE,
    KNOWN,
    NOT_KEPT,
    OPEN,
    READ_ALONG,
    SPELLINGS,
    TICKTICK_PRIORITIES,
    TITLES,
    TODOIST_PRIORITIES,
    WORDS_OF_PRIORITY,
    read_date,
    zone_named,
)
from .reading import Line, Table, read_table, spelling, text_of
from .todoist import COLUMNS, LABEL, unguarded

ROW_NAMES = UUID("5f1b9a53-6f0e-4d5c-9c3e-0a1f6f0d9b7e")
NO_TABLE = gettext_noop(
    "No line of this file names its columns. One of them must be a title, as in Todoist’s %(columns)s "
    "or in “Title,Due,Priority”."
)
GUESSED = gettext_noop("This file is not UTF-8 and was read as Windows-1252: look at the letters.")
QUOTED_MAX = 60


def csv_rows(content: bytes, user: User, now: datetime.datetime) -> Rows:
    """What each row asks for, or what became of it; raises ValidationFailed for what is no table."""
    text, guessed = text_of(content)
    table = read_table(text, TITLES, KNOWN)
    if table is None:
        raise ValidationFailed(details={"body": _(NO_TABLE) % {"columns": ",".join(COLUMNS)}})
    check_size(len(table.lines))
    return CsvImport(table, user, now, guessed=guessed).rows()


@dataclass
class Task:
    """A row while it is read: `kept` are lines for the notes, `columns` where they came from, `said` sentences."""

    cells: dict[str, str]
    kept: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def keep(self, name: str, value: str) -> None:
        self.kept.append(f"{name}: {value}")
        self.columns.append(name)

    @property
    def note(self) -> str:
        names = ", ".join(dict.fromkeys(self.columns))
        columns = _("Kept in the notes: %(columns)s.") % {"columns": names} if names else ""
        return " ".join([*self.said, *filter(None, [columns])])


class CsvImport:
    """Reads the rows of one table in their order: sections, subtasks and comments belong to what is above them."""

    def __init__(self, table: Table, user: User, now: datetime.datetime, *, guessed: bool) -> None:
        self.table, self.user, self.now, self.guessed = table, user, now, guessed
        spellings = [spelling(name) for name in table.names]
        self.names = dict(zip(spellings, table.names, strict=True))
        self.is_todoist = {"type", "content"} <= self.names.keys()
        self.is_ticktick = "ischecklist" in self.names
        self.places = self._places()
        self.spellings = spellings
        self.section, self.above = "", list[str]()
        self.last: NewTodo | None = None
        self.authors: set[str] = set()
        self.seen: Counter[str] = Counter()

    def _places(self) -> dict[str, str]:
        """Meaning → the spelling of its column."""
        places: dict[str, str] = {}
        for meaning, spellings in SPELLINGS.items():
            order = ("content",) if meaning == "title" and self.is_todoist else spellings
            free = (name for name in order if name in self.names and name not in places.values())
            if place := next(free, ""):
                places[meaning] = place
        return places

    def rows(self) -> Rows:
        rows: Rows = [skipped(line, _("It stands above the names of the columns.")) for line in self.table.before]
        cells = [self._cells(line) for line in self.table.lines]
        filled = set().union(*cells)
        lost = [self.names[name] for name in self.spellings if name in NOT_KEPT & filled]
        if lost:
            columns = ", ".join(dict.fromkeys(lost))
            reason = _("Not imported, since it means nothing here: %(columns)s.") % {"columns": columns}
            rows.append(ImportedRow(row=self.table.number, outcome="skipped", reason=reason))
        self.authors = {row["author"] for row in cells if "author" in row}
        return rows + [self._row(line, row) for line, row in zip(self.table.lines, cells, strict=True)]

    def _cells(self, line: Line) -> dict[str, str]:
        """The cells that are not empty by the spelling of their column; what is too many is joined under none."""
        cells: dict[str, str] = {}
        for number, cell in enumerate(line.cells):
            name = self.spellings[number] if number < len(self.spellings) else ""
            if text := unguarded(cell).strip():
                cells[name] = f"{cells[name]}, {text}" if name in cells else text
        return cells

    def _row(self, line: Line, cells: dict[str, str]) -> NewTodo | ImportedRow:
        kind = cells.get("type", "").lower() if self.is_todoist else "task"
        content = cells.get(self.places["title"], "")
        match kind:
            case "task":
                return self._task(line, cells)
            case "section":
                self.section, self.above, self.last = content, [], None
                return skipped(line, _("This is a section: the notes of its tasks name it."))
            case "note":
                return self._comment(line, cells, content)
            case "":
                return skipped(line, _("The TYPE of this row is empty."))
        return skipped(line, _("Only tasks are imported, and this is a %(kind)s.") % {"kind": kind[:QUOTED_MAX]})

    def _comment(self, line: Line, cells: dict[str, str], content: str) -> ImportedRow:
        """Into the notes of the task above it."""
        if self.last is None:
            return refused(line, _("This comment stands below no task."))
        notes = "\n\n".join(filter(None, [self.last.fields.get("notes", ""), f"Comment: {content}"]))
        if len(notes) > NOTES_MAX:
            return refused(
                line, _("The notes of row %(number)s have no room for this comment.") % {"number": self.last.row}
            )
        self.last.fields["notes"] = notes
        return skipped(line, _("This comment goes with row %(number)s, into its notes.") % {"number": self.last.row})

    def _task(self, line: Line, cells: dict[str, str]) -> NewTodo | ImportedRow:
        task = Task(cells)
        fields: TodoFields = {"title": self._title(task), "tags": self._tags(task)}
        self._place(task, fields["title"])
        if priority := self._priority(task):
            fields["priority"] = priority
        fields |= self._schedule(task)
        completed_at = self._completed_at(task)
        if completed_at:
            fields["recurrence"] = None  # what is done does not repeat
        self._keep_the_rest(task)
        fields["notes"] = "\n\n".join(filter(None, [self._cell(task, "notes"), "\n".join(task.kept)]))
        if self.guessed and not "".join(cells.values()).isascii():
            task.said.append(_(GUESSED))
        try:
            clean_fields(fields, self.user, self.now, Schedule())
        except ProductError as error:
            self.last = None
            return refused(line, " ".join(map(str, error.details.values())) or error.sentence)
        self.last = NewTodo(line.number, fields, self._id(cells), completed_at=completed_at, note=task.note)
        return self.last

    def _cell(self, task: Task, meaning: str) -> str:
        place = self.places.get(meaning)
        return task.cells.get(place, "") if place else ""

    def _keep(self, task: Task, meaning: str, value: str = "") -> None:
        task.keep(self.names[self.places[meaning]], value or self._cell(task, meaning))

    def _title(self, task: Task) -> str:
        """Without labels, unless nothing else is there; one that is too long stands whole in the notes."""
        written = self._cell(task, "title")
        title = LABEL.sub(lambda label: "" if tag_of_mark(label[1]) else label[0], written)
        title = " ".join(title.split()) if self.is_todoist else ""
        title = title or " ".join(written.split())
        if len(title) <= TITLE_MAX:
            return title
        task.kept.append(title)
        said = _("Its title has %(length)s characters, %(most)s fit: all of it is in the notes.")
        task.said.append(said % {"length": len(title), "most": TITLE_MAX})
        cut = title[: TITLE_MAX - 1]
        return f"{cut.rsplit(' ', 1)[0]}…"

    def _tags(self, task: Task) -> list[str]:
        words = LABEL.findall(self._cell(task, "title")) if self.is_todoist else []
        listed = self._cell(task, "tags").replace(";", ",").split(",")
        named = [word.strip().lstrip("#@") for word in listed if word.strip()]
        if wrong := [word for word in named if not tag_of_mark(word)]:
            self._keep(task, "tags", ", ".join(wrong))
        tags = list(dict.fromkeys(tag for tag in map(tag_of_mark, [*words, *named]) if tag))
        if len(tags) > TAGS_MAX:
            task.keep("Tags", ", ".join(tags[TAGS_MAX:]))
        return tags[:TAGS_MAX]

    def _place(self, task: Task, title: str) -> None:
        """Its section, and the task that it is a part of."""
        if self.section:
            task.kept.append(f"Section: {self.section}")
        indent = self._cell(task, "indent")
        depth = int(indent) - 1 if indent.isascii() and indent.isdigit() and len(indent) < 3 else 0
        del self.above[max(depth, 0) :]
        if self.above:
            task.keep(_("Part of"), self.above[-1])
        self.above.append(title)

    def _priority(self, task: Task) -> str:
        written = self._cell(task, "priority")
        word = spelling(written)
        numbers = TODOIST_PRIORITIES if self.is_todoist else TICKTICK_PRIORITIES if self.is_ticktick else {}
        marks = {f"p{number}": name for number, name in TODOIST_PRIORITIES.items()}
        priority = (WORDS_OF_PRIORITY | numbers | marks).get(word, "")
        if written and not priority:
            self._keep(task, "priority")
        return priority

    def _schedule(self, task: Task) -> TodoFields:
        """The date; where there is none the deadline, else the start. What is not understood is kept."""
        dates = [meaning for meaning in ("date", "deadline", "start") if self._cell(task, meaning)]
        for meaning in dates[1:]:
            if self._cell(task, meaning) != self._cell(task, dates[0]):
                self._keep(task, meaning)
        repeat = self._cell(task, "repeat")
        if not dates:
            for meaning in ("time", "repeat"):
                if self._cell(task, meaning):
                    self._keep(task, meaning)
            return {}
        phrase = f"{self._cell(task, dates[0])} {self._cell(task, 'time')}".strip()
        fields: TodoFields = {}
        zone = zone_named(name := self._cell(task, "zone")) if self._cell(task, "zone") else self.user.zone
        if zone is None:
            self._keep(task, "zone", name)
        try:
            due, recurrence = read_date(
                phrase, zone or self.user.zone, self.now, all_day=self._all_day(task), habits=self.user.habits
            )
            fields |= self._cleaned({"due": due, "recurrence": recurrence})
        except (ProductError, ValueError, OverflowError):
            task.kept.append(f"{self.names[self.places[dates[0]]]}: {phrase}")
            shown = phrase if len(phrase) <= QUOTED_MAX else f"{phrase[:QUOTED_MAX]}…"
            task.said.append(_("“%(words)s” was not understood as a date and is in the notes.") % {"words": shown})
        return self._repeating(task, fields, repeat) if repeat else fields

    def _all_day(self, task: Task) -> bool | None:
        word = self._cell(task, "allday").lower()
        return word in DONE if word else None

    def _repeating(self, task: Task, fields: TodoFields, repeat: str) -> TodoFields:
        rule = repeat.removeprefix("RRULE:")
        try:
            if "due" not in fields:
                raise DateNotUnderstood
            return self._cleaned({**fields, "recurrence": Recurrence(rule) if "FREQ=" in rule.upper() else rule})
        except (ProductError, ValueError):
            task.kept.append(f"{self.names[self.places['repeat']]}: {repeat}")
            said = _("“%(words)s” was not understood as a repeat and is in the notes.")
            task.said.append(said % {"words": repeat[:QUOTED_MAX]})
            return fields

    def _cleaned(self, fields: Any) -> TodoFields:
        """The same, or what every door would refuse it with."""
        clean_fields(fields, self.user, self.now, Schedule())
        return fields

    def _completed_at(self, task: Task) -> datetime.datetime | None:
        word, when = self._cell(task, "status"), self._cell(task, "completed")
        if word and word.lower() not in self._done():
            if word.lower() not in OPEN:
                self._keep(task, "status")
            if when:
                self._keep(task, "completed")
            return None
        if not word and not when:
            return None
        try:
            moment = datetime.datetime.fromisoformat(when)
            return min(moment if moment.tzinfo else moment.replace(tzinfo=self.user.zone), self.now)
        except (ValueError, OverflowError):
            if when:
                self._keep(task, "completed")
            return self.now

    def _done(self) -> set[str]:
        """A number says that a todo is done where its program writes it so, or under a name such as “Completed”."""
        if self.is_ticktick:
            return DONE | {"1", "2"}
        return DONE if self.places.get("status") in {"status", "state"} else DONE | {"1"}

    def _keep_the_rest(self, task: Task) -> None:
        if duration := self._cell(task, "duration"):
            self._keep(task, "duration", f"{duration} {self._cell(task, 'unit')}".strip())
        if len(self.authors) > 1 and self._cell(task, "author"):
            self._keep(task, "author")
        read = {*self.places.values(), *READ_ALONG, *NOT_KEPT, *(["type"] if self.is_todoist else [])}
        for name, cell in task.cells.items():
            if name not in read:
                task.keep(self.names.get(name, "") or _("Without a column"), cell)

    def _id(self, cells: dict[str, str]) -> UUID:
        """The same for the same row of the same file; rows that are equal are told apart by their order."""
        said = json.dumps([self.section, self.above[:-1], sorted(cells.items())], ensure_ascii=False)
        self.seen[said] += 1
        return uuid5(ROW_NAMES, f"{self.user.pk} {self.seen[said]} {said}")


def skipped(line: Line, reason: str) -> ImportedRow:
    return ImportedRow(row=line.number, outcome="skipped", reason=reason)


def refused(line: Line, reason: str) -> ImportedRow:
    return ImportedRow(row=line.number, outcome="refused", reason=reason)
