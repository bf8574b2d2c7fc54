"""Measures where the time of a turn goes, stage by stage.

| stage | milliseconds |
|---|---|
| queue | waiting for a database thread, in whatever stage |
| database | units of work that belong to no other stage: the user, the beginning, the calls and their outcomes |
| context | reading the history, and fitting it into the budget |
| first_token | waiting for the first output of each request to the model |
| model | waiting for the rest of them |
| tools | running tools |
| commit | storing the answer; in the database, which cannot know its own commit, only what came before that |
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

STAGES = ("queue", "database", "context", "first_token", "model", "tools", "commit")


class StageClock:
    """Of one turn, whose work is one thing after another: no lock."""

    def __init__(self) -> None:
        self.ms: defaultdict[str, float] = defaultdict(float)
        self.open = ""
        self.opened_at = 0.0

    @contextmanager
    def stage(self, name: str, within: str = "") -> Iterator[None]:
        """`within` names the stage that is measured around this one and must not count it too."""
        self.open, self.opened_at = name, time.perf_counter()
        try:
            yield
        finally:
            took_ms = self.open_ms
            self.open = ""
            self.ms[name] += took_ms
            if within:
                self.ms[within] -= took_ms

    @property
    def open_ms(self) -> float:
        return (time.perf_counter() - self.opened_at) * 1000 if self.open else 0.0

    def begin_unit(self, waited_ms: float) -> None:
        """A unit of database work begins. A stage that is open around it counts all of it but the wait."""
        self.ms["queue"] += waited_ms
        if self.open:
            self.ms[self.open] -= waited_ms

    def end_unit(self, took_ms: float) -> None:
        if not self.open:
            self.ms["database"] += took_ms

    def rounded(self) -> dict[str, float]:
        """The stages so far in their order, in tenths of a millisecond; those that took no time are left out."""
        ms = {name: self.ms[name] + (self.open_ms if name == self.open else 0) for name in STAGES}
        return {name: round(took, 1) for name, took in ms.items() if took >= 0.05}


current_clock: ContextVar[StageClock | None] = ContextVar("current_clock", default=None)


def begin_clock() -> StageClock:
    """A clock for what this task does from now on."""
    clock = StageClock()
    current_clock.set(clock)
    return clock


@contextmanager
def stage(name: str, within: str = "") -> Iterator[None]:
    """Count the block to a stage of the present turn, if there is one."""
    if clock := current_clock.get():
        with clock.stage(name, within):
            yield
    else:
        yield
