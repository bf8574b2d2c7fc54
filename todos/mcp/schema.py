"""What the assistant's tools take and answer. Descriptions here are read by the model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from todos.commands import TodoFields
from todos.fields.priority import Priority
from todos.rows import TodoRow

# What a call is told to hold; items beyond are refused one by one, and a call beyond all reason as a whole.
BATCH_MAX, BATCH_REFUSED = 25, 200
REMOVED = "none"

# Shape alone is checked here; the rules of fields refuse one item of a batch, not the whole call.
PriorityWord = Annotated[str, WithJsonSchema({"type": "string", "enum": list(Priority.labels)})]
Absent = SkipJsonSchema[None]
Due = Annotated[
    str | Absent,
    Field(description="When, in the user's own words: “friday 5pm”, “every weekday at 9”. Do not compute dates"),
]
Remind = Annotated[
    str | Absent,
    BeforeValidator(lambda said: "; ".join(map(str, said)) or None if isinstance(said, list) else said),
    Field(description="“30 minutes before”, “the evening before”. A due time reminds by itself, unless “none”"),
]
Reference = Annotated[str, Field(description="Id of a todo, or words of its title")]
Batch = Field(min_length=1, max_length=BATCH_REFUSED, json_schema_extra={"maxItems": BATCH_MAX})
ReferenceList = Annotated[list[Reference], Batch]


class Item(BaseModel):
    """One item of a batch. An unknown field is refused, so that a misspelt one is not lost without a word."""

    model_config = ConfigDict(extra="forbid")

    def fields(self) -> TodoFields:
        """What was given, as the commands take it."""
        given: dict[str, Any] = self.model_dump(exclude_none=True, exclude={"task", "stop_repeating"})
        for name, removed in (("due", None), ("notes", "")):
            if name in given and given[name].strip().lower() == REMOVED:
                given[name] = removed
        return TodoFields(**given)  # type: ignore[typeddict-item]


class NewTask(Item):
    title: Annotated[str, Field(description="What to do, without date, priority and tags")]
    notes: str | Absent = None
    priority: PriorityWord | Absent = None
    due: Due = None
    remind: Remind = None
    tags: list[str] | Absent = None


class TaskUpdate(Item):
    task: Reference
    title: Annotated[str | Absent, Field(description="The new title")] = None
    notes: Annotated[str | Absent, Field(description="Replaces all notes; “none” removes them")] = None
    priority: PriorityWord | Absent = None
    due: Annotated[
        str | Absent,
        Field(
            description="New date or repeat in the user's words; “2 days later” counts from its date, "
            "“2 more days later” moves it again; “none” removes it"
        ),
    ] = None
    remind: Annotated[
        Remind, Field(description="Replaces all reminders (“none”: removes); “also at noon”, “snooze 1 hour” add one")
    ] = None
    stop_repeating: Annotated[bool, Field(description="Ends the repeat, keeps the date")] = False
    add_tags: list[str] | Absent = None
    remove_tags: list[str] | Absent = None

    def fields(self) -> TodoFields:
        fields = super().fields()
        return {**fields, "recurrence": None} if self.stop_repeating else fields


Outcome = Annotated[
    Literal["added", "completed", "reopened", "updated", "deleted", "unchanged", "undone"],
    WithJsonSchema({"type": "string"}),
]


class Changed(BaseModel):
    """`note` is for the user to know."""

    outcome: Outcome
    task: TodoRow
    note: str = ""


class Refused(BaseModel):
    """Nothing was done. `candidates` are what `reference` may mean."""

    outcome: Annotated[Literal["refused"], WithJsonSchema({"const": "refused"})] = "refused"
    code: str
    reason: str
    reference: str
    candidates: list[TodoRow] = []


class Results(BaseModel):
    """One for each item, in order. `note` tells of what is no todo; each tool would pay for it in its schema."""

    results: list[Changed | Refused]
    note: Annotated[str, SkipJsonSchema()] = ""


class TaskList(BaseModel):
    """`total` todos match; `more` of them are not shown."""

    tasks: list[TodoRow]
    total: int
    more: int


NAMES = frozenset({"title"})
# Of an answer, which always is whole, types are enough: it explains itself.
ALL_BUT_TYPES = NAMES | {"description", "required", "default"}


def lean_schema(schema: dict[str, Any], without: frozenset[str] = NAMES) -> dict[str, Any]:
    """A JSON schema without some of its keys, and without defaults that say of an absent value that it is empty.

    Models are billed for each definition at each request, and pydantic titles every property with its own name.
    """
    lean = {key: value for key, value in schema.items() if key not in without and (key != "default" or value)}
    for key in ("properties", "$defs"):
        if key in lean:
            lean[key] = {name: lean_schema(part, without) for name, part in lean[key].items()}
    if "items" in lean:
        lean["items"] = lean_schema(lean["items"], without)
    if lean.get("anyOf") == [{"type": "string"}, {"type": "null"}]:
        del lean["anyOf"]
        lean["type"] = ["string", "null"]
    return lean
