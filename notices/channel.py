"""What a channel is, what it is given, and what it answers."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

from accounts.models import User


@dataclass(frozen=True)
class Item:
    """One thing to say. `text` says when; `address` is a path of this site; `acts` are labels and their `/r/…` paths.

    `delivery_id` is the row of the outbox; `todo_id` is None for what is about no todo.
    """

    delivery_id: UUID
    title: str
    text: str
    address: str
    occurred_at: datetime.datetime
    todo_id: UUID | None = None
    acts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """One message to one target of one person: one item, or all that came late together.

    `id` is the same at each attempt: it makes a Message-ID, a Topic or a tag, so that a second arrival replaces the
    first on the screen. `kind` is that of its items, as `Delivery.Kind` has it.
    """

    id: UUID
    kind: str
    owner: User
    target: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt. `code` is short and for figures: "ok", "http_410", "smtp_550", "timeout".

    "again" is tried once more later, not before `retry_after_seconds` where given; "failed" is not.
    """

    result: Literal["sent", "again", "failed"]
    code: str = "ok"
    retry_after_seconds: float = 0


class Channel(Protocol):
    """`send` runs outside of any transaction, and at the latest after `timeout_seconds` counts as "again".

    Of one process `slots` run at a time; with `one_at_a_time`, no two of any process for the same target.

    What it raises is logged by type and counts as "again". What it needs of the database it asks in units of its own.
    """

    name: str
    timeout_seconds: float
    slots: int
    one_at_a_time: bool

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        """Where this channel reaches these people now. Sync, in a unit.

        Who has switched it off is left out, unless they `asked` for this by it.
        """
        ...

    async def send(self, notice: Notice) -> Outcome: ...
