"""The history as exchanges: what the person said, which tools answered, what was replied. All that is known is here."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from habits.speech import gettext
from language.acts import Say
from language.reading.foreign import understand_foreign_talk
from language.reading.sentence import whole_talk

TALK = (whole_talk, understand_foreign_talk)


@dataclass(frozen=True)
class Row:
    """A todo as a tool showed it."""

    id: str = ""
    title: str = ""
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

    outcome: str = ""
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

    @property
    def changed(self) -> list[Row]:
        return [outcome.row for outcome in self.outcomes if outcome.row]

    @property
    def written(self) -> list[Row]:
        """The todos that it added or updated."""
        return [each.row for each in self.outcomes if each.row and each.outcome in {"added", "updated"}]

    @property
    def one_written(self) -> Row | None:
        """The one todo that it added or updated; None where it was none or more."""
        return self.written[0] if len(self.written) == 1 else None


@dataclass(frozen=True)
class Conversation:
    """`current` is the exchange to go on with: its calls are those of the steps so far."""

    past: tuple[Exchange, ...]
    current: Exchange

    @property
    def last(self) -> Exchange:
        """The one to go on from."""
        return self.gone_on.past[-1] if self.gone_on.past else Exchange("")

    @cached_property
    def gone_on(self) -> "Conversation":
        """The conversation without the thanks at its end. Any other talk, a "no" above all, closes what was asked."""
        past = self.past
        while past and not past[-1].calls and Say("thanks") in [read(past[-1].text) for read in TALK]:
            past = past[:-1]
        return Conversation(past, self.current)


def outcome_from(item: dict[str, Any]) -> Outcome:
    task, candidates = item.get("task"), objects_in(item.get("candidates"))
    row = row_from(task) if isinstance(task, dict) else None
    return Outcome(**plain_fields(Outcome, item), row=row, candidates=tuple(map(row_from, candidates)))


def row_from(item: dict[str, Any]) -> Row:
    tags = item.get("tags")
    return Row(**plain_fields(Row, item), tags=tuple(map(str, tags)) if isinstance(tags, list) else ())


def plain_fields(kind: type[Row | Outcome], item: dict[str, Any]) -> dict[str, Any]:
    """The texts and truths of the JSON object that the kind knows, where they are such."""
    known = ((each.name, each.type, item.get(each.name)) for each in fields(kind))
    return {name: value for name, told, value in known if told in (str, bool) and isinstance(value, told)}


def objects_in(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
