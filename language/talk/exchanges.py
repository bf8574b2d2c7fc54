"""The history as exchanges: what the person said, which tools answered, what was replied. All that is known is here."""

from dataclasses import dataclass
from typing import Any

from habits.speech import gettext


@dataclass(frozen=True)
class Row:
    """A todo as a tool showed it."""

    id: str
    title: str
    notes: str = ""
    priority: str = "none"
    due: str = ""
    due_text: str = ""
    repeats: str = ""
    overdue: bool = False
    reminds: str = ""
    tags: tuple[str, ...] = ()
    done: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one item of a batch."""

    outcome: str
    row: Row | None = None
    note: str = ""
    code: str = ""
    reason: str = ""
    reference: str = ""
    candidates: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Call:
    """A tool call with its output; both as JSON objects, empty where they were none."""

    tool_name: str
    arguments: dict[str, Any]
    output: dict[str, Any]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(outcome_from(item) for item in objects_in(self.output.get("results")))

    @property
    def rows(self) -> tuple[Row, ...]:
        """The todos it listed or changed, not those it refused."""
        listed = tuple(row_from(item) for item in objects_in(self.output.get("tasks")))
        return listed + tuple(outcome.row for outcome in self.outcomes if outcome.row)

    @property
    def total(self) -> int:
        total = self.output.get("total")
        return total if isinstance(total, int) else len(self.rows)

    @property
    def error(self) -> str:
        """Why the whole call failed, as a sentence; empty when it did not or when its items say why."""
        error = self.output.get("error")
        if not isinstance(error, dict) or self.outcomes:
            return ""
        return text_of(error.get("message")) or gettext("The change did not go through.")

    @property
    def note(self) -> str:
        """What is to be told of what is no todo."""
        return text_of(self.output.get("note"))

    @property
    def items(self) -> list[Any]:
        """The items of a batch, in the order of its outcomes."""
        items = self.arguments.get("updates" if self.tool_name == "update_task" else "tasks")
        return items if isinstance(items, list) else []


@dataclass(frozen=True)
class Exchange:
    text: str
    calls: tuple[Call, ...] = ()
    answer: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for call in self.calls for row in call.rows)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(outcome for call in self.calls for outcome in call.outcomes)


@dataclass(frozen=True)
class Conversation:
    """`current` is the exchange to go on with: its calls are those of the steps so far."""

    past: tuple[Exchange, ...]
    current: Exchange

    @property
    def last(self) -> Exchange:
        return self.past[-1] if self.past else Exchange("")


def outcome_from(item: dict[str, Any]) -> Outcome:
    task = item.get("task")
    return Outcome(
        outcome=text_of(item.get("outcome")),
        row=row_from(task) if isinstance(task, dict) else None,
        note=text_of(item.get("note")),
        code=text_of(item.get("code")),
        reason=text_of(item.get("reason")),
        reference=text_of(item.get("reference")),
        candidates=tuple(row_from(candidate) for candidate in objects_in(item.get("candidates"))),
    )


def row_from(item: dict[str, Any]) -> Row:
    tags = item.get("tags")
    return Row(
        id=text_of(item.get("id")),
        title=text_of(item.get("title")),
        notes=text_of(item.get("notes")),
        priority=text_of(item.get("priority")) or "none",
        due=text_of(item.get("due")),
        due_text=text_of(item.get("due_text")),
        repeats=text_of(item.get("repeats")),
        overdue=item.get("overdue") is True,
        reminds=text_of(item.get("reminds")),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        done=item.get("done") is True,
    )


def objects_in(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
