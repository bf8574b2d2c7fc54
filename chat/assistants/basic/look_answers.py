"""What was found, said from the outputs of list_tasks."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from habits.wording import list_text, quoted_text, when_text
from language.acts import (
    AnnotateTodo,
    AskTodos,
    ChangeMany,
    Clarify,
    OfferToDelete,
    Question,
    RestoreTodo,
    Say,
    Selection,
    Sought,
)
from language.clock import Clock
from language.questions import COMPLETE_OFFER, DELETE_OFFER, DELETE_ONE_OFFER, OFFERS_OF_GROUP, offer_of
from language.talk.exchanges import Call, Row
from language.talk.matching import Fit, found_none, hinted_at, matched
from language.talk.references import WHICH_ONE

from .listing import capitalised, counted, described, facts, grouped, is_of_days, more_of, numbered, quoted
from .sentences import said_of

NO_MORE = gettext_noop("I cannot list any more than that. Ask for a part, for example “what is due this week?”.")
PRIORITY_RANK = ("urgent", "high", "medium", "low", "none")
# As something that a todo has.
URGENCIES = {
    "none": gettext_noop("no priority"),
    "low": gettext_noop("low priority"),
    "medium": gettext_noop("medium priority"),
    "high": gettext_noop("high priority"),
    "urgent": gettext_noop("urgent priority"),
}
# What no tool looks for is seen in what it found.
TRAITS: dict[str, Callable[[Row], bool]] = {
    "repeating": lambda row: bool(row.repeats),
    "untagged": lambda row: not row.tags,
    "noted": lambda row: bool(row.notes),
}
# A change to a whole group that is not made, by what it would do.
NOTHING_TO = {
    "delete": gettext_noop("You have %(todos)s, so there is nothing to delete."),
    "complete": gettext_noop("You have %(todos)s, so there is nothing to complete."),
    "reopen": gettext_noop("You have %(todos)s, so there is nothing to reopen."),
    "change": gettext_noop("You have %(todos)s, so there is nothing to change."),
    "move": gettext_noop("You have %(todos)s, so there is nothing to move."),
}
WOULD = {
    "delete": gettext_noop("That would delete %(todos)s:"),
    "complete": gettext_noop("That would complete %(todos)s:"),
    "reopen": gettext_noop("That would reopen %(todos)s:"),
    "change": gettext_noop("That would change %(todos)s:"),
    "move": gettext_noop("That would move %(todos)s:"),
}
NOT_AT_ONCE = {
    "change": gettext_noop(
        "I do not change a whole group at once, so nothing is changed. Tell me which ones, "
        "for example “change number 1”."
    ),
    "move": gettext_noop(
        "I do not move a whole group that is all there is, or is more than 25, at once, so nothing is changed. "
        "Tell me which ones, for example “move number 1”."
    ),
}
FIRST_ONES = {
    "delete": gettext_noop(
        "You have %(todos)s. I take %(count)s at a time, so this would delete the first %(count)s; "
        "say it again for the rest."
    ),
    "complete": gettext_noop(
        "You have %(todos)s. I take %(count)s at a time, so this would complete the first %(count)s; "
        "say it again for the rest."
    ),
    "reopen": gettext_noop(
        "You have %(todos)s. I take %(count)s at a time, so this would reopen the first %(count)s; "
        "say it again for the rest."
    ),
    "change": gettext_noop(
        "You have %(todos)s. I take %(count)s at a time, so this would change the first %(count)s; "
        "say it again for the rest."
    ),
    "move": gettext_noop(
        "You have %(todos)s. I take %(count)s at a time, so this would move the first %(count)s; "
        "say it again for the rest."
    ),
}


def question_answer(ask: AskTodos, call: Call, clock: Clock) -> str:
    """The answer to a question from what list_tasks found."""
    if call.error:
        return _("I could not look that up: %(reason)s") % {"reason": call.error}
    rows, total = with_trait(ask.selection.trait, call)
    answers: dict[Question, Callable[[], str]] = {
        Question.WHICH: lambda: (
            list_answer(ask.selection, rows, total, clock)
            if not ask.shown
            else rest_answer(rows[ask.shown :], total, ask.shown)
        ),
        Question.HOW_MANY: lambda: have_sentence(ask.selection, total),
        Question.WHAT_FIRST: lambda: first_answer(rows),
        Question.IS_THERE: lambda: there_answer(ask, rows, total),
        Question.WHEN: lambda: one_answer(ask, rows, due_sentence),
        Question.ABOUT_ONE: lambda: one_answer(ask, rows, about_sentence),
        Question.HOW_URGENT: lambda: one_answer(ask, rows, urgency_sentence),
    }
    said = answers[ask.question]()
    is_part = ask.selection.trait and call.total > len(call.rows)
    return f"{said}\n\n{_(NO_MORE)}" if is_part else said


def with_trait(trait: str, call: Call) -> tuple[Sequence[Row], int]:
    """The todos that were found; of a trait those that have it, and how many."""
    if trait not in TRAITS:
        return call.rows, call.total
    rows = [row for row in call.rows if TRAITS[trait](row)]
    return rows, len(rows)


def list_answer(selection: Selection, rows: Sequence[Row], total: int, clock: Clock) -> str:
    if not rows:
        return there_sentence(selection, total) if selection.filter == "trash" else have_sentence(selection, total)
    todos = {"todos": counted(total, selection)}
    head = _("You have %(todos)s:")
    if is_of_days(selection):
        head, todos = _("You have %(todos)s due %(span)s:"), of_days(selection, total)
    if selection.filter == "trash":
        head = ngettext("There is %(todos)s:", "There are %(todos)s:", total)
    return f"{capfirst(head % todos)}\n\n{grouped(rows, clock.today)}{more_of(total, len(rows))}"


def have_sentence(selection: Selection, total: int) -> str:
    if is_of_days(selection):
        dated = _("You have %(todos)s due %(span)s.")
        if not total:
            dated = pgettext("none", "You have %(todos)s due %(span)s.")
        return capfirst(dated % of_days(selection, total))
    sentence = _("You have %(todos)s.") if total else pgettext("none", "You have %(todos)s.")
    return sentence % {"todos": counted(total, selection)}


def of_days(selection: Selection, total: int) -> dict[str, str]:
    """The todos and the days apart, for a language that says the days first."""
    name = selection.span.name if selection.span else ""
    return {"todos": counted(total, replace(selection, span=None)), "span": capitalised(name)}


def there_sentence(selection: Selection, total: int) -> str:
    sentence = ngettext("There is %(todos)s.", "There are %(todos)s.", total)
    if not total:
        sentence = pgettext("none", "There are %(todos)s.")
    return sentence % {"todos": counted(total, selection)}


def rest_answer(rows: Sequence[Row], total: int, shown: int) -> str:
    """What comes behind the todos shown before, numbered on."""
    if not rows:
        return _(NO_MORE)
    head = ngettext("Here are the next %(count)s:", "Here are the next %(count)s:", len(rows)) % {"count": len(rows)}
    return f"{head}\n\n{numbered(rows, shown + 1)}{more_of(total, shown + len(rows))}"


def there_answer(ask: AskTodos, rows: Sequence[Row], total: int) -> str:
    if not rows:
        return _("No, nothing on your list matches “%(words)s”.") % {"words": ask.task}
    if len(rows) > 1:
        head = _("Yes, %(count)s todos match “%(words)s”:") % {"count": total, "words": ask.task}
        return f"{head}\n\n{numbered(rows)}{more_of(total, len(rows))}"
    row = rows[0]
    if row.done:
        return _("%(todo)s was on your list and is done.") % {"todo": quoted(row)}
    return _("Yes: %(todo)s.") % {"todo": described(row)}


def one_answer(ask: AskTodos, rows: Sequence[Row], sentence: Callable[[Row], str]) -> str:
    """The sentence about the todo that was meant; a list where several fit."""
    rows = [row for row in rows if row.id == ask.task] or rows
    if not rows:
        return _("Nothing on your list matches “%(words)s”.") % {"words": ask.selection.text or ask.task}
    if len(rows) > 1:
        return f"{several_match(rows, ask.selection.text)}\n\n{numbered(rows)}"
    return sentence(rows[0])


def about_sentence(row: Row) -> str:
    sentence = _("%(todo)s is done, %(facts)s.") if row.done else _("%(todo)s is open, %(facts)s.")
    if not facts(row):
        sentence = _("%(todo)s is done.") if row.done else _("%(todo)s is open.")
    told = sentence % {"todo": quoted(row), "facts": ", ".join(facts(row))}
    return f"{told}\n\n{quoted_text(row.notes)}" if row.notes else told


def several_match(rows: Sequence[Row], words: str) -> str:
    return _("%(count)s todos match “%(words)s”:") % {"count": len(rows), "words": words}


def due_sentence(row: Row) -> str:
    if row.done:
        return _("%(todo)s is done.") % {"todo": quoted(row)}
    sentence = _("%(todo)s is due %(when)s.") if row.due_text else _("%(todo)s has no due date.")
    if row.due_text and row.overdue:
        sentence = _("%(todo)s is due %(when)s. It is overdue.")
    return sentence % {"todo": quoted(row), "when": when_text(row.due_text)}


def urgency_sentence(row: Row) -> str:
    said = {"todo": quoted(row), "priority": _(URGENCIES[known_priority(row)]), "when": when_text(row.due_text)}
    if row.done and row.due_text:
        return _("Not at all any more: %(todo)s is done. It had %(priority)s and was due %(when)s.") % said
    if row.done:
        return _("Not at all any more: %(todo)s is done. It had %(priority)s and no due date.") % said
    if not row.due_text:
        return _("%(todo)s has %(priority)s and no due date.") % said
    if row.overdue:
        return _("%(todo)s has %(priority)s and is due %(when)s and overdue.") % said
    return _("%(todo)s has %(priority)s and is due %(when)s.") % said


def first_answer(rows: Sequence[Row]) -> str:
    """Urgent before overdue before dated; the tool's order, soonest first, decides among equals."""
    if not rows:
        return _("Nothing is open: you are free.")
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
    reasons = [_("overdue")] * first.overdue + facts(first)
    because = f" ({', '.join(reasons)})" if reasons else ""
    sentence = _("Start with %(todo)s.") % {"todo": f"{quoted(first)}{because}"}
    if not then:
        return sentence
    after = _("Then %(todos)s.") % {"todos": list_text([*map(described, then)])}
    return f"{sentence} {after}"


def known_priority(row: Row) -> str:
    return row.priority if row.priority in PRIORITY_RANK else "none"


# A group of one todo is asked about as that todo.
OFFERS_OF_ONE = {"delete": DELETE_OFFER, "complete": COMPLETE_OFFER}


def many_answer(change: ChangeMany, call: Call) -> str:
    """How many todos a change to a whole group would touch; it is not made."""
    if call.error:
        return _("I could not look that up: %(reason)s") % {"reason": call.error}
    rows, total = call.rows, call.total
    if not rows:
        return _(NOTHING_TO[change.verb]) % {"todos": counted(0, change.selection)}
    todos = {"todos": counted(total, change.selection)}
    listed = f"{numbered(rows)}{more_of(total, len(rows))}"
    if change.verb == "move" and not change.due:
        question = _(
            "To which day should I move %(todos)s? Say it with the same words, for example “… to friday”. "
            "I do not move a whole group without a day, so nothing is changed."
        )
        return f"{question % todos}\n\n{listed}"
    if total == 1 and change.verb in OFFERS_OF_ONE:
        return _(OFFERS_OF_ONE[change.verb]) % {"todo": described(rows[0])}
    asked = (OFFERS_OF_GROUP | NOT_AT_ONCE)[change.verb]
    return f"{_(WOULD[change.verb]) % todos}\n\n{listed}\n\n{_(asked)}"


def many_limit(change: ChangeMany, call: Call) -> str:
    return _(FIRST_ONES[change.verb]) % {"todos": counted(call.total, change.selection), "count": len(call.rows)}


def delete_offer(offer: OfferToDelete, call: Call) -> str:
    if call.error or not call.rows:
        return offer.otherwise.question if isinstance(offer.otherwise, Clarify) else ""
    if len(call.rows) == 1:
        return _(DELETE_OFFER) % {"todo": quoted(call.rows[0])}
    return f"{_(DELETE_ONE_OFFER)}\n\n{numbered(call.rows)}"


def seek_answer(act: Sought, call: Call, clock: Clock) -> str:
    """The question which todo is meant, or whether it is the one that almost fits."""
    if call.error:
        return _("I could not look that up: %(reason)s") % {"reason": call.error}
    if act.otherwise and found_none(act, call.rows, clock):
        return said_of(act.otherwise) if isinstance(act.otherwise, Clarify | Say) else ""
    asked = matched(act, call.rows, clock)
    rows = asked.asked.rows
    if asked.asked.fit == Fit.ALMOST:
        return _(offer_of(act.change)) % (vars(act.change) | {"todo": described(rows[0])})
    return f"{which_of(rows, asked.name)}\n{numbered(rows)}"


def guess_answer(words: str, otherwise: Say | Clarify, call: Call, clock: Clock) -> str:
    """About the one todo that the words may be about; else what is said without any."""
    rows = hinted_at(words, call.rows, clock)
    return about_sentence(rows[0]) if len(rows) == 1 else said_of(otherwise)


def which_of(rows: Sequence[Row], words: str) -> str:
    """It ends with WHICH_ONE, which the next message may answer."""
    several = _("%(count)s todos match “%(words)s”.") % {"count": len(rows), "words": words}
    return f"{several} {_(WHICH_ONE)}"


def not_one_answer(act: AnnotateTodo | RestoreTodo, call: Call) -> str:
    """Said when the todo to annotate or to restore was not the only one found."""
    is_restore = isinstance(act, RestoreTodo)
    if call.error or not call.rows:
        missing = _("No open todo matches “%(words)s”, so I have written no note.")
        return (_("Nothing in the trash matches “%(words)s”.") if is_restore else missing) % {"words": act.task}
    how = _("Say its number, for example “restore 1”.") if is_restore else _("Say it with more words of its title.")
    return f"{which_of(call.rows, act.task)} {how}\n\n{numbered(call.rows)}"
