"""What the columns of other programs mean, and what their cells say."""

import datetime
import re
from zoneinfo import ZoneInfo

from accounts.models import time_zone_names
from habits.values import Habits
from language.dates import resolve_date
from language.due import Due
from language.errors import DateNotUnderstood
from language.marks import PRIORITY_MARKS
from language.recurrence import Recurrence
from todos.transfer.schema import possible_year

# Each meaning by the spellings of its column (see `tables.spelling`); of several columns the first spelling counts.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "taskname", "tasktitle", "task", "todo", "todoitem", "name", "subject", "summary", "item"),
        *("content", "taskcontent", "what"),
        *("titel", "aufgabe", "titre", "tâche", "título", "tarea", "titolo", "attività", "tarefa", "taak"),
    ),
    "notes": ("description", "notes", "note", "content", "details", "body", "text"),
    "date": ("date", "duedate", "due", "dueon", "dueat", "duedatetime", "when", "scheduled", "scheduleddate"),
    "time": ("duetime", "time"),
    "deadline": ("deadline", "deadlinedate"),
    "start": ("startdate", "start"),
    "repeat": ("repeat", "repeats", "recurrence", "rrule", "recurring"),
    "priority": ("priority", "importance"),
    "tags": ("tags", "tag", "labels", "label", "categories", "category"),
    "zone": ("timezone", "tz"),
    "status": ("status", "state", "completed", "complete", "iscompleted", "done", "isdone", "checked"),
    "completed": ("completedtime", "completedat", "completedon", "completiondate", "completeddate", "datecompleted"),
    "allday": ("isallday", "allday"),
    "indent": ("indent",),
    "author": ("author",),
    "duration": ("duration",),
    "unit": ("durationunit",),
}
TITLES = frozenset(SPELLINGS["title"])
# They say how to read other cells.
READ_ALONG = {"datelang", "deadlinelang"}
# They place a row in the program that wrote it, and mean nothing elsewhere.
NOT_KEPT = {
    *("order", "sortorder", "columnorder", "viewmode", "isfloating", "ischecklist", "kind", "parentid", "taskid"),
}
KNOWN = frozenset().union(*SPELLINGS.values()) | READ_ALONG | NOT_KEPT | {"type"}

WORDS_OF_PRIORITY = {
    **{word: "urgent" for word in ("urgent", "highest", "critical", "asap")},
    **{word: "high" for word in ("high", "important")},
    **{word: "medium" for word in ("medium", "normal", "moderate")},
    **{word: "low" for word in ("low", "lowest", "minor")},
    **{word: "none" for word in ("none", "nopriority", "no")},
}
TODOIST_PRIORITIES = {str(number): PRIORITY_MARKS[f"p{number}"] for number in (1, 2, 3, 4)}
TICKTICK_PRIORITIES = {"0": "none", "1": "low", "3": "medium", "5": "high"}
DONE = {"done", "completed", "complete", "closed", "finished", "archived", "yes", "y", "true", "x", "✓", "✔", "☑"}
OPEN = {
    *("0", "no", "n", "false", "open", "todo", "to do", "not started", "incomplete", "pending", "active", "normal"),
    *("new", "needs-action", "☐", "-"),
}
OFFSET = re.compile(r"(?:GMT|UTC) ?([+-])(\d{1,2})(?::?00)?", re.IGNORECASE)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def zone_named(name: str) -> ZoneInfo | None:
    """An IANA name, or whole hours from Greenwich."""
    if name in time_zone_names():
        return ZoneInfo(name)
    offset = OFFSET.fullmatch(name)
    # By POSIX the sign of these names is turned around.
    key = f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}" if offset else ""
    return ZoneInfo(key) if key in time_zone_names() else None


def read_date(
    phrase: str, zone: ZoneInfo, now: datetime.datetime, *, all_day: bool | None, habits: Habits
) -> tuple[Due | None, Recurrence | None]:
    """A moment as programs write it, or words; raises DateNotUnderstood or ValueError."""
    if MOMENT.fullmatch(phrase):
        return _due_of(datetime.datetime.fromisoformat(phrase), zone, all_day=all_day), None
    found = resolve_date(phrase, zone, now, habits=habits)
    if found.due is None:
        raise DateNotUnderstood
    return found.due, found.recurrence


def _due_of(moment: datetime.datetime, zone: ZoneInfo, *, all_day: bool | None) -> Due:
    """Midnight is how programs write a day, in their own zone or in UTC."""
    local = moment.astimezone(zone) if moment.tzinfo else moment
    day_alone = all_day is None and moment.time() == datetime.time()
    date = possible_year(moment.date() if day_alone else local.date())
    if day_alone or all_day:
        return Due(date)
    return Due(date, local.time().replace(microsecond=0, tzinfo=None), zone.key)
