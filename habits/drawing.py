"""For whom a page is being drawn: filters of templates are told nothing but a value. Everything else is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .values import UNSAID, Habits

drawn_for: ContextVar[Habits] = ContextVar("drawn_for", default=UNSAID)


@contextmanager
def shown_in(habits: Habits) -> Iterator[None]:
    """Draw for a person with these habits. Nothing may be yielded or awaited inside."""
    token = drawn_for.set(habits)
    try:
        yield
    finally:
        drawn_for.reset(token)
