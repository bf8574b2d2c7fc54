"""What the assistant's tools take and answer. Descriptions here are read by the model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from .commands import TodoFields
from .models import Priority
from .rows import TodoRow, without_titles

BATCH_MAX = 25
REMOVED = "none"

# Shape alone is checked here; the rules of fields refuse one item of a batch, not the whole call.
PriorityWord = Annotated[str, WithJsonSchema({"type": "string", "enum": list(Priority.labels)})]
Absent = SkipJsonSchema[None]
Due = Annotated[
    str | Absent,
    Field(description="When, in the user's own words: “friday 5pm”, “in 2 weeks”. Do not compute dates"),
]
Reference = Annotated[str, Field(description="Id of a todo, or words of its title")]
ReferenceList = Annotated[list[Reference], Field(min_length=1, max_length=BATCH_MAX)]


class Item(BaseModel):
    """One item of a batch. An unknown field is refused, so that a misspelt one is not lost without a word."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_titles)

    def fields(self) -> TodoFields:
        """What was given, as the commands take it. Some models fill every field: an empty text says nothing."""
        given: dict[str, Any] = self.model_dump(exclude_none=True, exclude={"task"})
        given = {name: value for name, value in given.items() if value != ""}
        for name, removed in (("due", None), ("notes", "")):
            if name in given and given[name].strip().lower() == REMOVED:
                given[name] = removed
        return TodoFields(**given)  # type: ignore[typeddict-item]


class NewTask(Item):
    title: Annotated[str, Field(description="What to do, without date, priority and tags")]
    notes: str | Absent = None
    priority: PriorityWord | Absent = None
    due: Due = None
    tags: list[str] | Absent = None


class TaskUpdate(Item):
    task: Reference
    title: Annotated[str | Absent, Field(description="The new title")] = None
    notes: Annotated[str | Absent, Field(description="Replaces all notes; “none” removes them")] = None
    priority: PriorityWord | Absent = None
    due: Annotated[str | Absent, Field(description="New date in the user's words; “none” removes it")] = None
    add_tags: list[str] | Absent = None
    remove_tags: list[str] | Absent = None


class Answer(BaseModel):
    model_config = ConfigDict(json_schema_extra=without_titles)


class Changed(Answer):
    """`note` is for the user to know."""

    outcome: Literal["added", "completed", "reopened", "updated", "deleted", "unchanged"]
    task: TodoRow
    note: str = ""


class Refused(Answer):
    """Nothing was done. `candidates` are what `reference` may mean."""

    outcome: Literal["refused"] = "refused"
    code: str
    reason: str
    reference: str
    candidates: list[TodoRow] = []


class Results(Answer):
    """One for each item, in order."""

    results: list[Changed | Refused]


class TaskList(Answer):
    """`total` todos match; `more` of them are not shown."""

    tasks: list[TodoRow]
    total: int
    more: int
