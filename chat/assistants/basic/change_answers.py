"""What was changed, said from the tools' outputs alone: no output, no claim."""

from collections.abc import Iterable, Sequence

from language.talk.exchanges import Call, Outcome, Row
from language.talk.references import NOTHING_BEFORE, WHICH_ONE
from language.text.naming import is_pronoun
from todos.finding.references import read_id

from .listing import described, numbered, quoted

PRIORITY_NEWS = {"none": "has no priority now", "urgent": "is urgent now"}


def change_answer(call: Call) -> str:
    """Every outcome of a call that was to change something, in a few lines."""
    if call.error:
        return call.error if call.tool_name == "undo" else f"That did not work: {call.error}"
    parts = [
        changed_part(name, call)
        for name in ("added", "completed", "reopened", "updated", "deleted", "undone", "unchanged")
    ]
    notes = [outcome.note for outcome in call.outcomes if outcome.note and outcome.outcome != "undone"]
    notes += filter(None, [call.note])
    refusals = refusal_answer([outcome for outcome in call.outcomes if outcome.outcome == "refused"])
    return "\n\n".join(filter(None, [*parts, " ".join(dict.fromkeys(notes)), refusals]))


def changed_part(name: str, call: Call) -> str:
    rows = [outcome.row for outcome in call.outcomes if outcome.outcome == name and outcome.row]
    if not rows:
        return ""
    if name == "undone":
        return taken_back(call)
    if name == "updated":
        return "\n".join(updated_sentence(outcome.row, item) for outcome, item in updated_items(call))
    return several_changed(name, rows) if len(rows) > 1 else one_changed(name, rows[0], call)


def one_changed(name: str, row: Row, call: Call) -> str:
    return {
        "added": f"Added {described(row)}.",
        "completed": f"Done: {quoted(row)}.",
        "reopened": f"Reopened {described(row)}.",
        "deleted": f"Moved {quoted(row)} to the trash. It stays there for 30 days.",
        "unchanged": f"{quoted(row)} {unchanged_state(call)}",
    }[name]


def unchanged_state(call: Call) -> str:
    if call.tool_name == "complete_task":
        return "is already open." if call.arguments.get("reopen") else "was already done."
    return "was like that already; nothing is changed." if call.tool_name == "update_task" else "needed no change."


def several_changed(name: str, rows: Sequence[Row]) -> str:
    heading = {
        "added": f"Added {len(rows)} todos:",
        "completed": f"Marked {len(rows)} todos as done:",
        "reopened": f"Reopened {len(rows)} todos:",
        "deleted": f"Moved {len(rows)} todos to the trash, where they stay for 30 days:",
        "unchanged": f"{len(rows)} todos needed no change:",
    }[name]
    return f"{heading}\n{numbered(rows)}"


def taken_back(call: Call) -> str:
    """What an undo made of each todo, in the tool's own sentences."""
    notes = [outcome.note or f"{quoted(outcome.row)}." for outcome in call.outcomes if outcome.row]
    return " ".join(["Done again:" if call.arguments.get("redo") else "Taken back:", *notes])


def updated_items(call: Call) -> Iterable[tuple[Outcome, dict]]:
    """Each updated outcome with what was asked for it."""
    for outcome, item in zip(call.outcomes, call.items, strict=False):
        if outcome.outcome == "updated" and outcome.row and isinstance(item, dict):
            yield outcome, item


def updated_sentence(row: Row | None, item: dict) -> str:
    """What is new about one todo, as the tool shows it now."""
    if row is None:
        return ""
    news = []
    if item.get("due"):
        news.append(f"is now due {row.due_text}" if row.due_text else "has no due date now")
    if item.get("due") and row.repeats:
        news.append(f"repeats {row.repeats}")
    if item.get("remind"):
        news.append("has its reminders changed" if row.reminds else "reminds you no more")
    if item.get("stop_repeating"):
        news.append("no longer repeats")
    if item.get("priority"):
        news.append(PRIORITY_NEWS.get(row.priority, f"now has {row.priority} priority"))
    if item.get("add_tags"):
        news.append("is tagged " + " ".join(f"#{tag}" for tag in row.tags))
    if item.get("remove_tags"):
        news.append("no longer has the tag " + " ".join(f"#{tag}" for tag in item["remove_tags"]))
    if item.get("notes"):
        news.append("has your note now")
    renamed = f"Renamed it to {quoted(row)}." if item.get("title") else ""
    changed = f"{'It' if renamed else quoted(row)} {' and '.join(news)}." if news else ""
    return f"{renamed} {changed}".strip()


def refusal_answer(refused: Sequence[Outcome]) -> str:
    """Why items were refused, and what each may have meant, numbered through for "the second"."""
    sentences: list[str] = []
    candidates: list[Row] = []
    for outcome in refused:
        sentences.append(refusal_sentence(outcome))
        candidates += outcome.candidates
    if len(candidates) > 1:
        sentences.append(f"\n{numbered(candidates)}")
    return " ".join(dict.fromkeys(sentences)).replace(" \n", "\n")


def refusal_sentence(outcome: Outcome) -> str:
    found = len(outcome.candidates)
    if outcome.code == "todo_ambiguous":
        return f"{found} todos match “{outcome.reference}”. {WHICH_ONE}"
    if outcome.code != "todo_not_found" or read_id(outcome.reference):
        return outcome.reason or "That was refused."
    if is_pronoun(outcome.reference) or not outcome.reference:
        return NOTHING_BEFORE
    missing = f"No todo matches “{outcome.reference}”."
    if found == 1:
        return f"{missing} Did you mean {quoted(outcome.candidates[0])}?"
    return f"{missing} Did you mean one of these?" if found else f"{missing} I have changed nothing there."
