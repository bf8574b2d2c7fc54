"""From "it", "the second one" and "item 4" to ids, by what the conversation showed. Words of titles go to the tools."""

import re
from dataclasses import replace
from itertools import chain

from habits.speech import gettext, gettext_noop
from language import acts as kinds
from language.clock import Clock, completed_date
from language.dates.shifts import is_shift
from language.reading.clauses.reminding import LAST_REMINDER
from language.talk.choosing import NO_LIST, named_of, rows_at
from language.talk.exchanges import Conversation, Exchange, Row
from language.text.naming import all_but, is_other, is_pronoun, is_reference, is_several, places_of

NUMBERED_LINE = re.compile(r"^[^\S\n]*(\d{1,3})\. +(?:\*\*|“|\")?(.+)$", re.MULTILINE)
WHICH_ONE = gettext_noop("Which one do you mean?")
NOTHING_BEFORE = gettext_noop("Which todo do you mean? Say a few words of its title.")
BARE_HOUR = re.compile(r"(?:at )?(?:1[01]|[1-9])(?::\d\d)?")


def resolve(act: kinds.Act, conversation: Conversation, clock: Clock) -> kinds.Act:
    """The act with ids where it spoke of something shown before; raises Unclear when nothing, or too much, fits."""
    if isinstance(act, kinds.Sought) and all(map(is_reference, act.change.tasks)):
        act = act.change
    match act:
        case kinds.Sought(otherwise=kinds.CompleteTodos() | kinds.DeleteTodos() | kinds.UpdateTodos() as change):
            return replace(act, otherwise=changed_or_asked(change, conversation, clock))
        case kinds.CompleteTodos() | kinds.DeleteTodos() | kinds.UpdateTodos():
            return changed(act, conversation, clock)
        case kinds.AnnotateTodo() if is_reference(act.task):
            return replace(act, task=rows_meant(act.task, conversation, clock)[0].title)
        case kinds.RestoreTodo() if is_reference(act.task):
            row = rows_meant(act.task, conversation, clock)[0]
            return replace(act, task=row.title, todo_id=row.id)
        case kinds.AskTodos() if act.task and is_reference(act.task):
            row = rows_meant(act.task, conversation, clock)[0]
            return replace(act, task=row.id, selection=replace(act.selection, filter="all", text=row.title))
    return act


def changed_or_asked(change: kinds.Change, conversation: Conversation, clock: Clock) -> kinds.Change | kinds.Clarify:
    try:
        return changed(change, conversation, clock)
    except kinds.Unclear as unclear:
        return kinds.Clarify(unclear.question)


def changed(change: kinds.Change, conversation: Conversation, clock: Clock) -> kinds.Change:
    """The change with ids, and with its whole new date."""
    meant = (tasks_meant(name, conversation, clock) for name in change.tasks)
    change = replace(change, tasks=tuple(chain.from_iterable(meant)))
    if not isinstance(change, kinds.UpdateTodos):
        return change
    known = {row.id: row for row in reversed(known_rows(conversation.past))}
    return with_whole_due(change, {known[task].due for task in change.tasks if task in known}, clock)


def tasks_meant(name: str, conversation: Conversation, clock: Clock) -> list[str]:
    """What reminded last is known to the tool alone, for all that its name looks like a place in a list."""
    if name == LAST_REMINDER or not is_reference(name):
        return [name]
    return [row.id for row in rows_meant(name, conversation, clock)]


def rows_meant(name: str, conversation: Conversation, clock: Clock) -> list[Row]:
    if places := places_of(name):
        return rows_at(places, shown_rows(conversation))
    if kept := all_but(name):
        shown = shown_rows(conversation)
        left = named_of(kept, shown, clock)
        if not left:  # what is left out must be known for sure
            raise kinds.Unclear(f"{gettext(WHICH_ONE)}\n{numbered_titles(shown)}" if shown else gettext(NO_LIST))
        return [row for row in shown if row not in left]
    if is_other(name):
        if other := other_row(conversation):
            return [other]
        raise kinds.Unclear(gettext(NOTHING_BEFORE))
    rows = rows_spoken_of(conversation)
    if is_several(name) and len(rows) == 1:
        rows = rows_changed_lately(conversation)
    if not rows:
        raise kinds.Unclear(gettext(NOTHING_BEFORE))
    if is_pronoun(name) and len(rows) > 1:
        raise kinds.Unclear(f"{gettext(WHICH_ONE)}\n{numbered_titles(rows)}")
    return rows


def other_row(conversation: Conversation) -> Row | None:
    """Of two todos that were shown last, the one that nothing was done to."""
    done = {outcome.row.id for outcome in conversation.last.outcomes if outcome.row}
    shown = {row.id: row for row in shown_rows(replace(conversation, past=conversation.past[:-1]))}
    others = [row for todo_id, row in shown.items() if todo_id not in done]
    return others[0] if len(others) == 1 and done & shown.keys() else None


def shown_rows(conversation: Conversation) -> list[Row]:
    """The todos of the last numbered list, in its order: what the person sees is what the numbers mean.

    A list that goes on with 21 is the rest of the one before it.
    """
    rows: list[Row] = []
    for index in range(len(conversation.past) - 1, -1, -1):
        exchange = conversation.past[index]
        if lines := NUMBERED_LINE.findall(exchange.answer):
            known = known_rows(conversation.past[: index + 1])
            rows = [row for _, line in lines if (row := row_of_line(line, known))] + rows
            if lines[0][0] == "1":
                return rows
    return rows or rows_changed_lately(conversation)[::-1] or rows_spoken_of(conversation)


def known_rows(exchanges: tuple[Exchange, ...]) -> list[Row]:
    """Every todo shown or offered, the latest first."""
    rows: list[Row] = []
    for exchange in reversed(exchanges):
        rows += [row for call in reversed(exchange.calls) for row in call.rows]
        rows += [row for outcome in exchange.outcomes for row in outcome.candidates]
    return rows


def row_of_line(line: str, known: list[Row]) -> Row | None:
    """The row whose title begins the line: the longest such, so that "milk" does not stand for "milk bottles"."""
    fitting = [row for row in known if row.title and line.startswith(row.title)]
    return max(fitting, key=lambda row: len(row.title), default=None)


def rows_spoken_of(conversation: Conversation) -> list[Row]:
    """The todos of the latest exchange that had any: changed ones before listed ones."""
    for exchange in reversed(conversation.past):
        if any(outcome.outcome == "refused" for outcome in exchange.outcomes):
            return []  # What "it" was is the very question.
        listed = [row for row in exchange.rows if row.title in exchange.answer]
        if rows := exchange.changed or listed:
            return list({row.id: row for row in rows}.values())
    return []


def rows_changed_lately(conversation: Conversation) -> list[Row]:
    """ "Both of them" after two messages: what each of them changed."""
    rows: dict[str, Row] = {}
    for exchange in reversed([each for each in conversation.past if each.calls]):  # talk in between is no end
        if not exchange.changed or len(rows) > 1:
            break
        rows |= {row.id: row for row in exchange.changed if row.id not in rows}
    return list(rows.values())


def with_whole_due(act: kinds.UpdateTodos, dues: set[str], clock: Clock) -> kinds.UpdateTodos:
    """ "Change it to 4pm" keeps the day that the todo has, "no, Thursday" keeps its time."""
    dues = dues - {""}
    if len(dues) != 1 or not act.due or act.due == "none" or is_shift(act.due):
        return act
    day, _, time = dues.pop().partition("T")
    # The 7 of a dinner at 6 is in the evening too.
    half = "pm" if time >= "12" and BARE_HOUR.fullmatch(act.due) else ""
    return replace(act, due=completed_date(f"{act.due}{half}", day, time[:5], clock))


def numbered_titles(rows: list[Row]) -> str:
    return "\n".join(f"{number}. {row.title}" for number, row in enumerate(rows, start=1))
