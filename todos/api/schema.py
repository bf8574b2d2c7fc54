"""What the API of todos takes and answers."""

import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from todos.changing.places import Beside
from todos.fields.sorting import SortName
from todos.models import ChangeKind
from todos.rows import PriorityName, TodoOut
from web.requests.fields import Body
from web.text import StorableText

DueText = Annotated[
    StorableText | None,
    Field(
        description="An ISO date, an RFC 3339 date-time, or words such as “friday 5pm”, read in the user's time zone. "
        "null removes it.",
        examples=["friday 5pm"],
    ),
]
Recurrence = Annotated[
    StorableText | None,
    Field(
        description="The value of an RFC 5545 RRULE, counted from `due`, or words such as “every friday”. "
        "A `due` in such words sets it too. null ends the repeat.",
        examples=["FREQ=WEEKLY;BYDAY=FR"],
    ),
]
Remind = Annotated[
    list[Annotated[StorableText, Field(max_length=200)]] | None,
    Field(
        max_length=10,
        description="When to remind, in words or as date-times; [] for never. null: at the due time, if there is one.",
        examples=[["30 minutes before", "the evening before"]],
    ),
]
Day = Annotated[
    StorableText,
    Field(
        max_length=100,
        description="A day, as an ISO date or in words. It is compared with the due date; of done todos, with the day "
        "they were done, of those in the trash, with the day they were deleted.",
    ),
]
# The rules of fields (lengths, tags) have one home, `todos/fields/rules.py`; these say them for readers of the API.
Title = Annotated[StorableText, Field(description="1 to 200 characters.", examples=["Buy milk"])]
Notes = Annotated[StorableText, Field(description="At most 10,000 characters.")]
Tags = Annotated[
    list[StorableText],
    Field(max_length=100, description="At most 20 of letters, digits, - and _.", examples=[["home"]]),
]


TodoView = Literal["open", "today", "upcoming", "overdue", "done", "trash", "all"]
UndoOutcome = Literal["undone", "refused"]
ChangeDoor = Literal["chat", "page", "api", "mcp", "admin"]


class TodoIn(Body):
    """Only the title must be there."""

    title: Title
    notes: Notes = ""
    priority: PriorityName = "none"
    due: DueText = None
    recurrence: Recurrence = None
    remind: Remind = None
    tags: Tags = []


class TodoPatch(Body):
    """Only the fields that are sent change."""

    title: Title = ""
    notes: Notes = ""
    priority: PriorityName = "none"
    due: DueText = None
    recurrence: Recurrence = None
    remind: Remind = None
    tags: Tags = []
    after: UUID | None = Field(
        None,
        description="The open todo of the same day behind which it is to stand, or of those without a date; null: "
        "first. Lists by urgency have this order; another day or time ends it.",
    )

    def changes(self) -> dict[str, Any]:
        """What `update_todo` takes."""
        fields = self.model_dump(exclude_unset=True, exclude={"id", "version"})
        if "after" in fields:
            fields["beside"] = Beside(fields.pop("after"))
        return fields


class TodoQuery(BaseModel):
    filter: TodoView = Field("open", description="“all” is everything outside the trash.")
    q: StorableText = Field("", max_length=200, description="Words, each of them in the title or the notes.")
    tag: StorableText = Field("", max_length=50)
    start: Day = ""
    end: Day = ""
    sort: SortName | None = Field(
        None, description="Without it: done and trash newest first, everything else by urgency."
    )
    limit: int = Field(20, ge=1, le=100)
    cursor: StorableText | None = Field(None, description="`next` of the page before.")


class TodoPage(BaseModel):
    items: list[TodoOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class UndoIn(Body):
    """Exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tool_call_id": str(UUID(int=0))}], "minProperties": 1, "maxProperties": 1},
    )

    tool_call_id: UUID | SkipJsonSchema[None] = None
    message_id: UUID | SkipJsonSchema[None] = Field(
        None, description="An answer of the assistant: all that its turn did."
    )
    change_id: UUID | SkipJsonSchema[None] = Field(
        None, description="One change, with what its command changed along with it."
    )

    @model_validator(mode="after")
    def one_is_given(self) -> Self:
        if len(self.model_fields_set) != 1 or None in self.target.values():
            raise ValueError("Send exactly one of tool_call_id, message_id and change_id.")
        return self

    @property
    def target(self) -> dict[str, UUID]:
        return self.model_dump(exclude_unset=True)


class DifferenceOut(BaseModel):
    """In words: what a field was when the change had been made, and is now."""

    field: str = Field(examples=["title"])
    was: str = Field(examples=["“Buy milk”"])
    now: str = Field(examples=["“Buy bread”"])


class UndoneOut(BaseModel):
    """`todo` is as it is now, or as it was when it is no longer stored. `note` says what became of it, or why not."""

    outcome: UndoOutcome
    note: str
    differences: list[DifferenceOut]
    todo: TodoOut


class UndoOut(BaseModel):
    change_id: UUID | None = Field(description="Undo this to take the undo back; null when every todo was refused.")
    results: list[UndoneOut]


class ChangeOut(BaseModel):
    """`before` and `after` are the whole todo, null where there was none."""

    id: UUID
    kind: ChangeKind
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    door: ChangeDoor
    message_id: UUID | None
    tool_call_id: UUID | None
    undoes: UUID | None = Field(description="The change that this one took back.")
    undone_at: datetime.datetime | None
    created_at: datetime.datetime


class ChangeQuery(BaseModel):
    limit: int = Field(20, ge=1, le=100)
    cursor: StorableText | None = Field(None, description="`next` of the page before.")


class ChangePage(BaseModel):
    items: list[ChangeOut] = Field(description="Newest first.")
    next: str | None = Field(description="The cursor of the next page; null on the last.")
