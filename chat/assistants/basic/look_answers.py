"""What was found, said from the outputs of list_tasks."""

from collections.abc import Callable, Sequence

from language.acts import (
    AnnotateTodo,
    AskTodos,
    ChangeMany,
    Clarify,
    OfferToDelete,
    Question,
    RestoreTodo,
    Selection,
    Sought,
)
from language.clock import Clock
from language.questions import DELETE_OFFER, offer_of
from language.talk.exchanges import Call, Row
from language.talk.matching import Fit, found_none, settled
from language.talk.references import WHICH_ONE

from .listing import counted, described, facts, grouped, more_of, numbered, quoted

NO_MORE = "I cannot list any more than that. Ask for a part, for example “what is due this week?”."
PRIORITY_RANK = ("urgent", "high", "medium", "low", "none")


def question_answer(ask: AskTodos, call: Call, clock: Clock) -> str:
    """The answer to a question from what list_tasks found."""
    if call.error:
        return f"I could not look that up: {call.error}"
    rows, total = call.rows, call.total
    answers: dict[Question, Callable[[], str]] = {
        Question.WHICH: lambda: (
            list_answer(ask.selection, rows, total, clock)
            if not ask.shown
            else rest_answer(rows[ask.shown :], total, ask.shown)
        ),
        Question.HOW_MANY: lambda: f"You have {counted(total, ask.selection)}.",
        Question.WHAT_FIRST: lambda: first_answer(rows),
        Question.IS_THERE: lambda: there_answer(ask, rows, total),
        Question.WHEN: lambda: one_answer(ask, rows, due_sentence),
        Question.ABOUT_ONE: lambda: one_answer(ask, rows, about_sentence),
        Question.HOW_URGENT: lambda: one_answer(ask, rows, urgency_sentence),
    }
    return answers[ask.question]()


def list_answer(selection: Selection, rows: Sequence[Row], total: int, clock: Clock) -> str:
    there = "There is" if total == 1 else "There are"
    verb = there if selection.filter == "trash" else "You have"
    if not rows:
        return f"{verb} {counted(total, selection)}."
    return f"{verb} {counted(total, selection)}:\n\n{grouped(rows, clock.today)}{more_of(total, len(rows))}"


def rest_answer(rows: Sequence[Row], total: int, shown: int) -> str:
    """What comes behind the todos shown before, numbered on."""
    if not rows:
        return NO_MORE
    return f"Here are the next {len(rows)}:\n\n{numbered(rows, shown + 1)}{more_of(total, shown + len(rows))}"


def there_answer(ask: AskTodos, rows: Sequence[Row], total: int) -> str:
    if not rows:
        return f"No, nothing on your list matches “{ask.task}”."
    if len(rows) > 1:
        return f"Yes, {total} todos match “{ask.task}”:\n\n{numbered(rows)}{more_of(total, len(rows))}"
    row = rows[0]
    if row.done:
        return f"{quoted(row)} was on your list and is done."
    return f"Yes: {described(row)}."


def one_answer(ask: AskTodos, rows: Sequence[Row], sentence: Callable[[Row], str]) -> str:
    """The sentence about the todo that was meant; a list where several fit."""
    rows = [row for row in rows if row.id == ask.task] or rows
    if not rows:
        return f"Nothing on your list matches “{ask.selection.text or ask.task}”."
    if len(rows) > 1:
        return f"{len(rows)} todos match “{ask.selection.text}”:\n\n{numbered(rows)}"
    return sentence(rows[0])


def about_sentence(row: Row) -> str:
    state = "done" if row.done else "open"
    return f"{quoted(row)} is {', '.join([state, *facts(row)])}."


def due_sentence(row: Row) -> str:
    if row.done:
        return f"{quoted(row)} is done."
    late = " It is overdue." if row.overdue else ""
    return f"{quoted(row)} is due {row.due_text}.{late}" if row.due_text else f"{quoted(row)} has no due date."


def urgency_sentence(row: Row) -> str:
    priority = "no priority" if row.priority == "none" else f"{row.priority} priority"
    if row.done:
        was_due = f"and was due {row.due_text}" if row.due_text else "and no due date"
        return f"Not at all any more: {quoted(row)} is done. It had {priority} {was_due}."
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
    rows, total = call.rows, call.total
    if not rows:
        return f"You have {counted(0, change.selection)}, so there is nothing to {change.verb}."
    if change.verb == "move" and not change.due:
        return (
            f"To which day should I move {counted(total, change.selection)}? Say it with the same words, for example "
            f"“… to friday”. I do not move a whole group without a day, so nothing is changed."
            f"\n\n{numbered(rows)}{more_of(total, len(rows))}"
        )
    limit = " that is all there is, or is more than 25," if change.verb == "move" else ""
    return (
        f"That would {change.verb} {counted(total, change.selection)}:\n\n"
        f"{numbered(rows)}{more_of(total, len(rows))}\n\n"
        f"I do not {change.verb} a whole group{limit} at once, so nothing is changed. Tell me which ones, "
        f"for example “{example(change.verb)} 1”."
    )


def many_limit(change: ChangeMany, call: Call) -> str:
    return (
        f"You have {counted(call.total, change.selection)}. I take {len(call.rows)} at a time, so this would "
        f"{change.verb} the first {len(call.rows)}; say it again for the rest."
    )


def example(verb: str) -> str:
    return verb if verb in {"delete", "complete", "reopen"} else f"{verb} number"


def delete_offer(offer: OfferToDelete, call: Call) -> str:
    if call.error or not call.rows:
        return offer.otherwise.question if isinstance(offer.otherwise, Clarify) else ""
    if len(call.rows) == 1:
        return f"{DELETE_OFFER} {quoted(call.rows[0])}?"
    return f"{DELETE_OFFER} one of these? Say which, for example “delete 1”.\n\n{numbered(call.rows)}"


def seek_answer(act: Sought, call: Call, clock: Clock) -> str:
    """The question which todo is meant, or whether it is the one that almost fits."""
    if call.error:
        return f"I could not look that up: {call.error}"
    if act.otherwise and found_none(act, call.rows, clock):
        return act.otherwise.question if isinstance(act.otherwise, Clarify) else ""
    asked = settled(act, call.rows, clock)
    rows = asked.asked.rows
    if asked.asked.fit == Fit.ALMOST:
        return f"{offer_of(act.change)} {described(rows[0])}?"
    return f"{len(rows)} todos match “{asked.name}”. {WHICH_ONE}\n{numbered(rows)}"


def not_one_answer(act: AnnotateTodo | RestoreTodo, call: Call) -> str:
    """Said when the todo to annotate or to restore was not the only one found."""
    is_restore = isinstance(act, RestoreTodo)
    if call.error or not call.rows:
        missing = f"Nothing in the trash matches “{act.task}”."
        return missing if is_restore else f"No open todo matches “{act.task}”, so I have written no note."
    how = "Say its number, for example “restore 1”." if is_restore else "Say it with more words of its title."
    return f"{len(call.rows)} todos match “{act.task}”. {WHICH_ONE} {how}\n\n{numbered(call.rows)}"
