"""What a turn did, in words, where it has no answer that says it."""

from collections.abc import Iterable

from chat.events import ToolCallRecord
from chat.history.digest import outcome_facts, rows_of


def deeds(calls: Iterable[ToolCallRecord]) -> list[str]:
    """“added “Milk””, for each call that changed something and was not taken back."""
    outputs = [call.output or {} for call in calls if call.status == "success"]
    return [fact for output in outputs for fact in outcome_facts(rows_of(output.get("results")))]


def done_so_far(calls: Iterable[ToolCallRecord]) -> str:
    """One sentence for somebody who would do it again; empty where nothing was done."""
    facts = "; ".join(deeds(calls))
    return f"Done so far, and not done again: {facts}." if facts else ""


def unfinished_text(calls: Iterable[ToolCallRecord]) -> str:
    """What stands for the answer of a turn that ended too early and can no longer go on."""
    done = done_so_far(calls) or "Nothing was changed."
    return f"This was not finished, and more was said since. {done} Ask again for what is missing."
