"""Ways to owner filters that no single request shows: rows that lie about whose they are, and words instead of ids.

Each probe acts for eve; what comes out of it must not be the same without the filter.
"""

from . import of_changes, of_chat, of_notices, of_todos
from .lies import PROBES, Lies, Probe

__all__ = ["PROBES", "Lies", "Probe", "of_changes", "of_chat", "of_notices", "of_todos"]
