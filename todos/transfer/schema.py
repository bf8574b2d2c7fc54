"""The shapes of exported files and of the report on an import."""

import datetime
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from accounts.models import time_zone_names
from language.due import Due
from language.recurrence import LAST_YEAR
from language.reminders.phrases import REMINDERS_MAX
from language.reminders.rule import ReminderRule
from todos.commands import TodoFields
from todos.rows import PriorityName
from web.errors import ValidationFailed
from web.text import StorableText

FIRST_YEAR = 1900
IMPORT_MAX = 500
# What JSON numbers say exactly everywhere.
POSITION_MAX = 2**53


def check_size(rows: int) -> None:
    """Raises ValidationFailed for a file that has too many."""
    if rows > IMPORT_MAX:
        raise ValidationFailed(details={"body": too_many(rows)})


def too_many(rows: int) -> str:
    return _("A file has at most %(most)s todos; this one has %(rows)s.") % {"most": IMPORT_MAX, "rows": rows}


def possible_year(date: datetime.date) -> datetime.date:
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValueError(_("the year must be from %(first)s to %(last)s") % years)
    return date


def past(moment: datetime.datetime) -> datetime.datetime:
    if moment > datetime.datetime.now(datetime.UTC):
        raise ValueError(_("this is in the future"))
    possible_year(moment)
    return moment


def no_number(moment: Any) -> Any:
    if isinstance(moment, int | float):
        raise ValueError(_("this is a number"))  # it would be read as seconds since 1970
    return moment


Day = Annotated[datetime.date, BeforeValidator(no_number), AfterValidator(possible_year)]
Moment = Annotated[AwareDatetime, BeforeValidator(no_number)]
Past = Annotated[Moment, AfterValidator(past)]


# JSON Schema's own “time” has an offset, which a wall clock has not.
WallTime = Annotated[
    datetime.time,
    BeforeValidator(no_number),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"}),
]


RowOutcome = Literal["added", "skipped", "refused"]


class WallClock(BaseModel):
    """A day, or a moment by the wall clock of a time zone."""

    model_config = ConfigDict(extra="forbid")

    date: Day = Field(examples=["2026-03-06"])
    time: WallTime | None = Field(default=None, examples=["17:00:00"])
    zone: str = Field(default="", description="IANA name; empty without a time.", examples=["America/New_York"])

    @model_validator(mode="after")
    def check_time_and_zone(self) -> Self:
        if (self.time is None) != (self.zone == "") or (self.time and self.time.tzinfo):
            raise ValueError(_("a time stands without an offset, and together with a zone"))
        if self.zone and self.zone not in time_zone_names():
            raise ValueError(_("this is no IANA time zone such as Europe/Berlin"))
        return self

    @classmethod
    def of(cls, due: Due | None) -> Self | None:
        return cls(date=due.date, time=due.time, zone=due.zone) if due else None

    def due(self) -> Due:
        return Due(self.date, self.time, self.zone)


class ExportedTodo(BaseModel):
    """A todo with all that makes it what it is. `recurs_from` is where the rule counts from, if not from `due`."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    title: StorableText
    notes: StorableText = ""
    priority: PriorityName = "none"
    due: WallClock | None = None
    recurrence: str | None = Field(
        default=None, description="The value of an RRULE.", examples=["FREQ=WEEKLY;BYDAY=MO"]
    )
    recurs_from_completion: StrictBool = False
    recurs_from: WallClock | None = None
    reminder_rules: Annotated[list[str], Field(max_length=REMINDERS_MAX)] | None = Field(
        default=None, description="null: at the due time, if there is one.", examples=[["30 min", "1 d 19:00"]]
    )
    position: StrictInt | None = Field(
        default=None,
        ge=-POSITION_MAX,
        le=POSITION_MAX,
        description="Its place by hand in its day, the smaller the earlier; null where time and priority say it.",
    )
    tags: Annotated[list[StorableText], Field(max_length=100)] = []
    completed_at: Past | None = None
    deleted_at: Past | None = None
    created_at: Moment | None = None

    @field_validator("reminder_rules")
    @classmethod
    def check_rules(cls, rules: list[str] | None) -> list[str] | None:
        for text in rules or []:
            try:
                ReminderRule.parse(text)
            except (ValueError, KeyError):
                raise ValueError(_("this is no rule of a reminder, such as “30 min” or “1 d 19:00”")) from None
        return rules

    @model_validator(mode="after")
    def check_repeat(self) -> Self:
        if self.completed_at and self.recurrence:
            raise ValueError(_("what is done does not repeat; the next occurrence does"))
        if self.recurs_from and not self.recurrence:
            raise ValueError(_("recurs_from needs a recurrence"))
        return self


class TodoFile(BaseModel):
    """The frame of a JSON file, whose rows are looked at one by one."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["todo-chat"] = "todo-chat"
    exported_at: Moment | None = None
    todos: list[Any] = Field(description="Each as in ExportFile; one that is not is refused, and the others added.")


class ExportFile(TodoFile):
    """What the JSON export is and the import takes; only `todos` is needed there."""

    todos: list[ExportedTodo]


class ImportedRow(BaseModel):
    """What became of one row. `reason` says why it was skipped or refused, or what to know of an added one."""

    row: int = Field(description="From 1 in JSON; in CSV as spreadsheets number them, where the header is 1.")
    outcome: RowOutcome
    reason: str = ""
    id: UUID | None = Field(default=None, description="Of the todo that was added, or was here before.")

    @property
    def outcome_words(self) -> str:
        return {"added": _("added"), "skipped": _("skipped"), "refused": _("refused")}[self.outcome]


class ImportReport(BaseModel):
    """`rows` has one entry for each row of the file, in its order; blank lines of a CSV do not count."""

    added: int
    skipped: int
    refused: int
    rows: list[ImportedRow]


@dataclass(frozen=True)
class NewTodo:
    """What a row asks for: `id` is its name in the file, `moved_to` where this occurrence of a repeat was moved.

    `note` is for the person: what of the row became something else than it was.
    """

    row: int
    fields: TodoFields
    id: UUID | None = None
    moved_to: Due | None = None
    position: int | None = None
    completed_at: datetime.datetime | None = None
    deleted_at: datetime.datetime | None = None
    note: str = ""


Rows = list[NewTodo | ImportedRow]
