"""What the API of todos takes and answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from accounts.text import StorableText

from .rows import PriorityName, TodoOut

DueText = Annotated[
    StorableText | None,
    Field(
        description="An ISO date, an RFC 3339 date-time, or words such as “friday 5pm”, read in the user's time zone. "
        "null removes it.",
        examples=["friday 5pm"],
    ),
]
# The rules of fields (lengths, tags) have one home, `todos/rules.py`; these say them for readers of the API.
Title = Annotated[StorableText, Field(description="1 to 200 characters.", examples=["Buy milk"])]
Notes = Annotated[StorableText, Field(description="At most 10,000 characters.")]
Tags = Annotated[
    list[StorableText],
    Field(max_length=100, description="At most 20 of letters, digits, - and _.", examples=[["home"]]),
]


class TodoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    notes: Notes = ""
    priority: PriorityName = "none"
    due: DueText = None
    tags: Tags = []


class TodoPatch(BaseModel):
    """Only the fields that are sent change."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    notes: Notes = ""
    priority: PriorityName = "none"
    due: DueText = None
    tags: Tags = []


class TodoQuery(BaseModel):
    filter: Literal["open", "today", "upcoming", "overdue", "done", "trash", "all"] = Field(
        "open", description="“all” is everything outside the trash."
    )
    q: StorableText = Field("", max_length=200, description="Words, each of them in the title or the notes.")
    tag: StorableText = Field("", max_length=50)
    sort: Literal["urgency", "priority", "title", "created", "updated"] | None = Field(
        None, description="Without it: done and trash newest first, everything else by urgency."
    )
    limit: int = Field(20, ge=1, le=100)
    cursor: StorableText | None = Field(None, description="`next` of the page before.")


class TodoPage(BaseModel):
    items: list[TodoOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")
