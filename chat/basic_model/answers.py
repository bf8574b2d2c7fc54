"""What was done and found, said from the tools' outputs alone: no output, no claim."""

from collections.abc import Iterable, Sequence

from .acts import AnnotateTodo, AskTodos, ChangeMany, Question, Selection
from .conversation import Call, Outcome, Row
from .dating import Clock
from .listing import counted, described, facts, grouped, in_span, more_of, narrowed_here, numbered, quoted
from .naming import is_pronoun
from .references import AT_ONCE_MAX, WHICH_ONE

PRIORITY_NEWS = {"none": "has no priority now", "urgent": "is urgent now"}
PRIORITY_RANK = ("urgent", "high", "medium", "low", "none")


def change_answer(call: Call) -> str:
    """Every outcome of a call that was to change something, in a few lines."""
    if call.error:
        return f"That did not work: {call.error}"
    parts = [changed_part(name, call) for name in ("added", "completed", "reopened", "updated", "deleted", "unchanged")]
    notes = [outcome.note for outcome in call.outcomes if outcome.note]
    refusals = refusal_answer([outcome for outcome in call.outcomes if outcome.outcome == "refused"])
    return "\n\n".join(filter(None, [*parts, " ".join(dict.fromkeys(notes)), refusals]))


def changed_part(name: str, call: Call) -> str:
    rows = [outcome.row for outcome in call.outcomes if outcome.outcome == name and outcome.row]
    if not rows:
        return ""
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
    if item.get("priority"):
        news.append(PRIORITY_NEWS.get(row.priority, f"now has {row.priority} priority"))
    if item.get("add_tags"):
        news.append("is tagged " + " ".join(f"#{tag}" for tag in row.tags))
    if item.get("remove_tags"):
        news.append("no longer has the tag " + " ".join(f"#{tag}" for tag in item["remove_tags"]))
    if item.get("notes"):
        news.append("has your note now")
    renamed = f"Renamed it to {quoted(row)}." if item.get("title") else ""
    changed = f"{quoted(row)} {' and '.join(news)}." if news else ""
    return f"{renamed} {changed}".strip()


def refusal_answer(refused: Sequence[Outcome]) -> str:
    """Why items were refused, and what each may have meant, numbered through for "the second"."""
    sentences, candidates = [], []
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
    if outcome.code != "todo_not_found":
        return outcome.reason or "That was refused."
    if is_pronoun(outcome.reference) or not outcome.reference:
        return "Which todo do you mean? Say a few words of its title."
    missing = f"No todo matches “{outcome.reference}”."
    if found == 1:
        return f"{missing} Did you mean {quoted(outcome.candidates[0])}?"
    return f"{missing} Did you mean one of these?" if found else f"{missing} I have changed nothing there."


def question_answer(ask: AskTodos, call: Call, clock: Clock) -> str:
    """The answer to a question from what list_tasks found."""
    if call.error:
        return f"I could not look that up: {call.error}"
    rows = in_span(call.rows, ask.selection)
    total = len(rows) if narrowed_here(ask.selection) else call.total
    match ask.question:
        case Question.HOW_MANY:
            return f"You have {counted(total, ask.selection)}."
        case Question.WHAT_FIRST:
            return first_answer(rows)
        case Question.IS_THERE:
            return there_answer(ask, rows, total)
        case Question.WHEN:
            return each_answer(ask, rows, due_sentence)
        case Question.HOW_URGENT:
            return each_answer(ask, [row for row in rows if row.id == ask.task] or rows, urgency_sentence)
    return list_answer(ask.selection, rows, total, clock)


def list_answer(selection: Selection, rows: Sequence[Row], total: int, clock: Clock) -> str:
    verb = "There are" if selection.filter == "trash" else "You have"
    if not rows:
        return f"{verb} {counted(total, selection)}."
    return f"{verb} {counted(total, selection)}:\n\n{grouped(rows, clock.today)}{more_of(total, len(rows))}"


def there_answer(ask: AskTodos, rows: Sequence[Row], total: int) -> str:
    if not rows:
        return f"No, nothing on your list matches “{ask.task}”."
    if len(rows) > 1:
        return f"Yes, {total} todos match “{ask.task}”:\n\n{numbered(rows)}{more_of(total, len(rows))}"
    row = rows[0]
    if row.done:
        return f"{quoted(row)} was on your list and is done."
    return f"Yes: {described(row)}."


def each_answer(ask: AskTodos, rows: Sequence[Row], sentence) -> str:
    if not rows:
        return f"Nothing on your list matches “{ask.selection.text or ask.task}”."
    if len(rows) > 1:
        return f"{len(rows)} todos match “{ask.selection.text}”:\n\n{numbered(rows)}"
    return sentence(rows[0])


def due_sentence(row: Row) -> str:
    if row.done:
        return f"{quoted(row)} is done."
    late = " It is overdue." if row.overdue else ""
    return f"{quoted(row)} is due {row.due_text}.{late}" if row.due_text else f"{quoted(row)} has no due date."


def urgency_sentence(row: Row) -> str:
    if row.done:
        return f"{quoted(row)} is done."
    priority = "no priority" if row.priority == "none" else f"{row.priority} priority"
    if not row.due_text:
        return f"{quoted(row)} has {priority} and no due date."
    late = " and overdue" if row.overdue else ""
    return f"{quoted(row)} has {priority} and is due {row.due_text}{late}."


def first_answer(rows: Sequence[Row]) -> str:
    """Urgent before overdue before dated; the tool's order, soonest first, decides among equals."""
    if not rows:
        return "Nothing is open: you are free."
    ranked = sorted(
        rows,
        key=lambda row: (
            row.priority != "urgent",
            not row.overdue,
            PRIORITY_RANK.index(known_priority(row)) > 1,
            not row.due,
        ),
    )
    first, then = ranked[0], ranked[1:3]
    reasons = ["overdue"] * first.overdue + facts(first)
    because = f" ({', '.join(reasons)})" if reasons else ""
    after = f" Then {' and '.join(map(described, then))}." if then else ""
    return f"Start with {quoted(first)}{because}.{after}"


def known_priority(row: Row) -> str:
    return row.priority if row.priority in PRIORITY_RANK else "none"


def many_answer(change: ChangeMany, call: Call) -> str:
    """How many todos a change to a whole group would touch; it is not made."""
    if call.error:
        return f"I could not look that up: {call.error}"
    rows = in_span(call.rows, change.selection)
    total = len(rows) if narrowed_here(change.selection) else call.total
    if not rows:
        return f"You have {counted(0, change.selection)}, so there is nothing to {change.verb}."
    return (
        f"That would {change.verb} {counted(total, change.selection)}:\n\n{numbered(rows)}{more_of(total, len(rows))}\n\n"
        f"I do not {change.verb} a whole group at once. Nothing is changed; tell me which ones, up to {AT_ONCE_MAX} at a time, "
        f"for example “{example(change.verb)} 1”."
    )


def example(verb: str) -> str:
    return verb if verb in {"delete", "complete", "reopen"} else f"{verb} number"


def annotate_answer(act: AnnotateTodo, call: Call) -> str:
    """Said when the todo to annotate was not the only one found."""
    if call.error or not call.rows:
        return f"No open todo matches “{act.task}”, so I have written no note."
    return f"{len(call.rows)} todos match “{act.task}”. {WHICH_ONE} Say it with more words of its title.\n\n{numbered(call.rows)}"


def undo_answer(calls: Sequence[Call], count: int) -> str:
    """What was changed last, and how to reverse it in words."""
    outcomes = [(call, outcome) for call in reversed(calls) for outcome in reversed(call.outcomes) if outcome.row]
    changed = [(call, outcome) for call, outcome in outcomes if outcome.outcome in REVERSALS][:count]
    if not changed:
        return "I have changed nothing in this conversation that could be taken back."
    known = [
        REVERSALS[outcome.outcome].format(quoted(outcome.row), outcome.row.title)
        for _, outcome in changed
        if outcome.row
    ]
    return "I cannot undo by myself, so nothing is changed now. " + " ".join(known)


REVERSALS = {
    "added": "I added {0}; to reverse that, say “delete {1}”.",
    "completed": "I marked {0} as done; to reverse that, say “reopen {1}”.",
    "reopened": "I reopened {0}; to reverse that, say “complete {1}”.",
    "updated": "I changed {0}; tell me what it should be instead.",
    "deleted": "I moved {0} to the trash; it can be restored from Trash on the Todos page.",
}
