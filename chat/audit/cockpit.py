"""How turns fare, for whoever runs the program: figures out of the stored answers, none of it text of people.

Each function is a fixed number of queries over a window of time, along an index; none counts a whole table.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Aggregate, Count, F, Field, Q, QuerySet, Sum
from django.db.models.functions import TruncDay, TruncHour
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models import Message
from telemetry.stages import STAGES

OBJECTIVE_MS = 5_000
FRACTIONS = (0.5, 0.95, 0.99)
LISTED = 20
# Titles and summaries are nearly all input: they read a conversation and write a line.
INPUT = F("input_tokens") + F("upkeep_tokens")


@dataclass(frozen=True)
class Window:
    """A span of time up to now, and the steps its charts are drawn in."""

    name: str
    label: str | Promise
    step: datetime.timedelta
    step_name: str | Promise
    steps: int
    trunc: type[TruncHour | TruncDay]
    step_format: str

    def starts(self, now: datetime.datetime) -> list[datetime.datetime]:
        """Where each step begins, in UTC; the last one holds `now`."""
        whole = now.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)
        last = whole if self.trunc is TruncHour else whole.replace(hour=0)
        return [last - self.step * number for number in reversed(range(self.steps))]


WINDOWS = {
    window.name: window
    for window in (
        Window("day", _("24 hours"), datetime.timedelta(hours=1), _("hour"), 24, TruncHour, "%H:00"),
        Window("month", _("30 days"), datetime.timedelta(days=1), _("day"), 30, TruncDay, "%d %b"),
    )
}


class PercentileCont(Aggregate):
    """PostgreSQL's percentiles of one column, all fractions in one pass."""

    function = "PERCENTILE_CONT"
    template = f"%(function)s(ARRAY{list(FRACTIONS)}) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field: Field = Field()  # an array, as psycopg reads it


@dataclass
class Spending:
    """Tokens of one user, model or step. `cost` is None where the price of a model among them is not known."""

    name: str
    key: str = ""
    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        self.turns += row["turns"]
        self.input_tokens += row["input"]
        self.output_tokens += row["output"]
        cost = cost_of(row["model"], row["input"], row["output"])
        self.cost = None if self.cost is None or cost is None else self.cost + cost


@dataclass
class Step:
    """One bar of a chart."""

    start: datetime.datetime
    spending: Spending
    in_time: int = 0
    late: int = 0
    failed: int = 0
    stopped: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self.in_time += row["in_time"]
        self.late += row["completed"] - row["in_time"]
        self.failed += row["turns"] - row["completed"] - row["stopped"]
        self.stopped += row["stopped"]
        self.spending.add(row)


@dataclass
class Overview:
    """All of a window that its page shows."""

    window: Window
    steps: list[Step]
    models: list[Spending]
    errors: list[tuple[str, int]] = field(default_factory=list)
    users: list[Spending] = field(default_factory=list)
    slowest: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Latency:
    """How long turns took, in ms, and how many met the objective. What a person stopped is not counted."""

    label: str
    turns: int
    in_time: int
    percentiles: tuple[float, ...] | None

    @property
    def share(self) -> float | None:
        return 100 * self.in_time / self.turns if self.turns else None


def turns_since(start: datetime.datetime, user_id: UUID | None = None) -> QuerySet[Message]:
    """Answers that have ended."""
    turns = Message.objects.filter(role=Message.Role.ASSISTANT, created_at__gte=start)
    turns = turns.exclude(status=Message.Status.PENDING)
    return turns.filter(owner=user_id) if user_id else turns


def counted() -> Q:
    """Turns without those that the user stopped."""
    return ~Q(status=Message.Status.STOPPED, error_code="")


def in_time() -> Q:
    return Q(status=Message.Status.COMPLETED, total_ms__lte=OBJECTIVE_MS)


def latency(window: Window, now: datetime.datetime, user_id: UUID | None = None) -> Latency:
    turns = turns_since(window.starts(now)[0], user_id).filter(counted())
    if connection.vendor == "postgresql":
        found = turns.aggregate(n=Count("pk"), ok=Count("pk", filter=in_time()), p=PercentileCont("total_ms"))
        percentiles = tuple(found["p"]) if found["p"] else None
    else:
        found = turns.aggregate(n=Count("pk"), ok=Count("pk", filter=in_time()), timed=Count("total_ms"))
        percentiles = offset_percentiles(turns, found["timed"]) if found["timed"] else None
    return Latency(str(window.label), found["n"], found["ok"], percentiles)


def offset_percentiles(turns: QuerySet[Message], count: int) -> tuple[float, ...]:
    """For a database without such an aggregate: the value at each place of the ordered column."""
    values = turns.filter(total_ms__isnull=False).order_by("total_ms").values_list("total_ms", flat=True)
    return tuple(float(values[round(fraction * (count - 1))] or 0) for fraction in FRACTIONS)


def overview(window: Window, now: datetime.datetime, user_id: UUID | None = None) -> Overview:
    starts = window.starts(now)
    turns = turns_since(starts[0], user_id)
    steps, models = steps_and_models(window, starts, turns)
    errors = turns.exclude(error_code="").values_list("error_code").annotate(n=Count("pk")).order_by("-n", "error_code")
    return Overview(
        window,
        steps,
        models,
        errors=list(errors),
        users=spending_by_user(turns),
        slowest=list(slowest_first(turns)),
    )


def slowest_first(turns: QuerySet[Message]) -> QuerySet[Message]:
    """Which they are is read from the index; only these rows are then fetched."""
    slowest = turns.filter(total_ms__isnull=False).order_by("-total_ms").values_list("pk", flat=True)[:LISTED]
    shown = ("created_at", "total_ms", "first_token_ms", "status", "error_code", "model", "owner__username")
    return Message.objects.filter(pk__in=list(slowest)).select_related("owner").only(*shown).order_by("-total_ms")


def steps_and_models(
    window: Window, starts: list[datetime.datetime], turns: QuerySet[Message]
) -> tuple[list[Step], list[Spending]]:
    """One query for the bars of both charts and for the table of models."""
    rows = (
        turns.annotate(step=window.trunc("created_at", tzinfo=datetime.UTC))
        .values("step", "model")
        .annotate(
            turns=Count("pk"),
            in_time=Count("pk", filter=in_time()),
            completed=Count("pk", filter=Q(status=Message.Status.COMPLETED)),
            stopped=Count("pk", filter=~counted()),
            input=Sum(INPUT),
            output=Sum("output_tokens"),
        )
        .order_by()
    )
    steps = {start: Step(start, Spending(start.strftime(window.step_format))) for start in starts}
    models: dict[str, Spending] = {}
    for row in rows:
        models.setdefault(row["model"], Spending(row["model"] or "none")).add(row)
        if step := steps.get(row["step"]):
            step.add(row)
    return list(steps.values()), most_tokens(models.values())


def spending_by_user(turns: QuerySet[Message]) -> list[Spending]:
    """Those who spent most; their cost needs the tokens of each model."""
    tokens = Sum(INPUT + F("output_tokens"))
    by_user = turns.values("owner").annotate(tokens=tokens).order_by("-tokens")[:LISTED]
    most = [row["owner"] for row in by_user]
    rows = (
        turns.filter(owner__in=most)
        .values("owner", "owner__username", "model")
        .annotate(turns=Count("pk"), input=Sum(INPUT), output=Sum("output_tokens"))
        .order_by()
    )
    users: dict[UUID, Spending] = {}
    for row in rows:
        users.setdefault(row["owner"], Spending(row["owner__username"], str(row["owner"]))).add(row)
    return most_tokens(users.values())


def most_tokens(spending: Iterable[Spending]) -> list[Spending]:
    return sorted(spending, key=lambda one: -(one.input_tokens + one.output_tokens))


def cost_of(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """None for a model whose price nobody set; nothing spent costs nothing."""
    if not input_tokens and not output_tokens:
        return 0.0
    if model not in settings.MODEL_PRICES:
        return None
    per_input, per_output = settings.MODEL_PRICES[model]
    return (input_tokens * per_input + output_tokens * per_output) / 1_000_000


def stage_timings(message: Message) -> dict[str, float]:
    """Milliseconds of each stage of the turn, as it noted them, and of the rest; empty for a turn that noted none."""
    noted = message.metadata.get("stages_ms")
    if not isinstance(noted, dict):
        return {}
    timings = {name: noted[name] for name in STAGES if isinstance(noted.get(name), int | float)}
    rest = (message.total_ms or 0) - sum(timings.values())
    return timings | {"rest": round(rest, 1)} if timings and rest >= 1 else timings


def step_notes(message: Message) -> dict[int, list[dict[str, Any]]]:
    """What the turn noted of its requests to the model, by step; two where one failed and was made again."""
    notes: dict[int, list[dict[str, Any]]] = {}
    noted = message.metadata.get("steps")
    for note in noted if isinstance(noted, list) else []:
        if isinstance(note, dict) and isinstance(note.get("step"), int):
            notes.setdefault(note["step"], []).append(note)
    return notes
