"""Bars drawn on the server: plain geometry for one template, without a script and without a style of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

WIDTH, HEIGHT = 720, 180
LEFT, BOTTOM, TOP = 52, 24, 10
GAP = 0.25
# As many labels as fit below the bars.
LABELS_MAX = 8


@dataclass(frozen=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    kind: str
    tip: str


@dataclass(frozen=True)
class Mark:
    """A label on an axis, at its place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A stacked bar for each step; `rows` is the same as a table, for those who do not see it."""

    name: str
    title: str
    kinds: Sequence[tuple[str, str | Promise]]
    rectangles: Sequence[Rectangle]
    ticks: Sequence[Mark]
    labels: Sequence[Mark]
    rows: Sequence[tuple[str, Sequence[float]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def bar_chart(
    name: str, title: str, kinds: Sequence[tuple[str, str | Promise]], rows: Sequence[tuple[str, Sequence[float]]]
) -> Chart:
    """`kinds` are (class, word) of the stacked values, the lowest first; `rows` a label and its values for each bar."""
    top = rounded_up(max((sum(values) for _, values in rows), default=0))
    scale = (HEIGHT - BOTTOM - TOP) / top
    step = (WIDTH - LEFT) / max(len(rows), 1)
    every = -(-len(rows) // LABELS_MAX)
    rectangles: list[Rectangle] = []
    labels: list[Mark] = []
    for number, (label, values) in enumerate(rows):
        x, width = LEFT + (number + GAP / 2) * step, step * (1 - GAP)
        rectangles += bar(label, x, width, [value * scale for value in values], kinds, values)
        if number % every == 0:
            labels.append(Mark(round(x + width / 2, 1), HEIGHT - 8, label))
    ticks = [Mark(LEFT - 6, round(HEIGHT - BOTTOM - part * top * scale, 1), short(part * top)) for part in (0, 0.5, 1)]
    return Chart(name, title, kinds, rectangles, ticks, labels, rows)


def bar(
    label: str,
    x: float,
    width: float,
    heights: Sequence[float],
    kinds: Sequence[tuple[str, str | Promise]],
    values: Sequence[float],
) -> list[Rectangle]:
    """The values of one step on top of each other; nothing is drawn of a zero."""
    rectangles, floor = [], float(HEIGHT - BOTTOM)
    for (kind, word), value, height in zip(kinds, values, heights, strict=True):
        if value:
            floor -= height
            tip = f"{label}: {value:,} {word}"
            rectangles.append(Rectangle(round(x, 1), round(floor, 1), round(width, 1), round(height, 1), kind, tip))
    return rectangles


def rounded_up(value: float) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …, so that half of it is a round number too."""
    top = 2
    while top < value:
        top = top * 5 // 2 if str(top).startswith("4") else top * 2
    return top


def short(value: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def share_width(value: float, whole: float, width: int = 200) -> float:
    """How wide a bar is that shows a part of a whole."""
    return round(width * min(value / whole, 1), 1) if whole > 0 else 0.0


@dataclass(frozen=True)
class Segment:
    """A stage of a turn as a piece of one bar of 1,000."""

    name: str
    words: str
    ms: float
    x: float
    width: float
    share: float


def stage_bar(stages_ms: Mapping[str, float], words: Mapping[str, str | Promise]) -> list[Segment]:
    """The stages side by side, in their order."""
    whole, x, segments = sum(stages_ms.values()) or 1, 0.0, []
    for name, ms in stages_ms.items():
        width = 1_000 * ms / whole
        segments.append(Segment(name, str(words[name]), ms, round(x, 1), round(width, 1), 100 * ms / whole))
        x += width
    return segments
