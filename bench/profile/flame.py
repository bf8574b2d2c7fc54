"""Draws stacks as a flame graph: one SVG file that any browser opens, with the share of a frame at its mouse-over."""

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

WIDTH, ROW, LEAST_WIDTH = 1_600.0, 16, 0.8
CHARACTER = 6.6

# From a stack, its outermost frame first, to how often it was seen.
Stacks = Counter[tuple[str, ...]]


@dataclass
class Frame:
    """A function in its place: how often it was seen there, with all that it called."""

    name: str
    samples: int = 0
    called: dict[str, "Frame"] = field(default_factory=dict)

    def add(self, stack: tuple[str, ...], samples: int) -> None:
        self.samples += samples
        if stack:
            self.called.setdefault(stack[0], Frame(stack[0])).add(stack[1:], samples)


def drawn(stacks: Stacks) -> str:
    whole = Frame("all")
    for stack, samples in stacks.items():
        whole.add(tuple(function_of(frame) for frame in stack), samples)
    boxes = list(boxes_of(whole, 0.0, 0, WIDTH / max(whole.samples, 1), whole.samples))
    height = (max(row for row, _ in boxes) + 1) * ROW
    style = "text{font:11px monospace;pointer-events:none} rect:hover{stroke:#000}"
    shapes = "\n".join(shape for _, shape in boxes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height}"><style>{style}</style>\n'
        f"{shapes}\n</svg>\n"
    )


def function_of(frame: str) -> str:
    """Without its line: what one function does is one box."""
    name, colon, _ = frame.rpartition(":")
    return f"{name})" if colon else frame


def boxes_of(frame: Frame, left: float, row: int, scale: float, total: int) -> list[tuple[int, str]]:
    width = frame.samples * scale
    if width < LEAST_WIDTH:
        return []
    boxes = [(row, box(frame, left, row, width, total))]
    for called in sorted(frame.called.values(), key=lambda one: one.name):
        boxes += boxes_of(called, left, row + 1, scale, total)
        left += called.samples * scale
    return boxes


def box(frame: Frame, left: float, row: int, width: float, total: int) -> str:
    colour = f"hsl({crc32(frame.name.rpartition('(')[2].encode()) % 60},80%,70%)"
    words = escape(frame.name[: int(width / CHARACTER)]) if width > 4 * CHARACTER else ""
    return (
        f'<g><rect x="{left:.1f}" y="{row * ROW}" width="{width:.1f}" height="{ROW - 1}" fill="{colour}">'
        f"<title>{escape(frame.name)}: {frame.samples / total:.1%}</title></rect>"
        f'<text x="{left + 2:.1f}" y="{row * ROW + 11}">{words}</text></g>'
    )
