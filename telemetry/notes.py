"""What is known of the request, socket or turn that is being worked on, for log lines and figures."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Notes:
    """Of one request and the turn that grew out of it: both share it, so that each sees what the other found out.

    `ids` are request_id, user_id, conversation_id and turn_id, as far as they are known; `route` is the pattern of the
    address; `started` is when the request came, by `time.perf_counter`.
    """

    ids: dict[str, str] = field(default_factory=dict)
    route: str = ""
    started: float = field(default_factory=time.perf_counter)


current_notes: ContextVar[Notes | None] = ContextVar("current_notes", default=None)


def begin_notes() -> Notes:
    """Notes of their own for what this task does from now on."""
    notes = Notes()
    current_notes.set(notes)
    return notes


def note_ids(**ids: object) -> None:
    if notes := current_notes.get():
        notes.ids.update({name: str(value) for name, value in ids.items()})


def note_route(route: str) -> None:
    if notes := current_notes.get():
        notes.route = route


def noted_ids() -> dict[str, str]:
    notes = current_notes.get()
    return notes.ids if notes else {}


def started_at() -> float:
    """When the present request came; now, where there is none."""
    notes = current_notes.get()
    return notes.started if notes else time.perf_counter()
