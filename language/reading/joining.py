"""Several acts of one message together: what "it" in the second speaks of, and what to do when one is uncertain."""

from dataclasses import replace

from habits.speech import gettext, gettext_noop
from language.acts import (
    Act,
    AddTodo,
    AskTodos,
    Change,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    OfferToDelete,
    Reading,
    Say,
    Selection,
    Sought,
    UpdateTodos,
)
from language.grammar import words
from language.text.naming import is_pronoun, is_several

ONE_BY_ONE = gettext_noop(
    "I am sure of a part of that only, so I have changed nothing. Could you say it again, one request a sentence?"
)
NOT_YOURS = Say("not yours")
NEAREST = words("nearest")


def joined(before: list[Act], after: list[Act]) -> list[Act]:
    """The acts of both, where "it" in the second is what the first spoke of."""
    acts = [*before]
    for act in after:
        if acts and isinstance(acts[-1], OfferToDelete) and isinstance(act, CompleteTodos | DeleteTodos):
            # "We have milk already, take it off" says for sure what the first half may mean.
            acts = [*acts[:-1], type(act)((acts[-1].task,))]
        acts = (of_the_same(acts, act) or joined_one(acts, act)) if acts else [act]
    return acts


def of_the_same(acts: list[Act], act: Act) -> list[Act] | None:
    """ "Cancel the dentist and reschedule it for Thursday" moves it; "find the dentist and delete it" deletes it."""
    named, is_found = named_before(acts[-1]), isinstance(acts[-1], AskTodos)
    match act:
        case UpdateTodos() | CompleteTodos() | DeleteTodos() if named and speaks_of_it(act.tasks):
            return [*acts[:-1], replace(act, tasks=named)] if is_found or isinstance(act, UpdateTodos) else None
    return None


def named_before(act: Act) -> tuple[str, ...]:
    match act:
        case Sought(change=DeleteTodos(tasks=tasks)) | DeleteTodos(tasks=tasks):
            return tasks
        case OfferToDelete(task=task) | AskTodos(selection=Selection(text=task)) if task:
            return (task,)
    return ()


def joined_one(acts: list[Act], act: Act) -> list[Act]:
    match acts[-1], act:
        case AddTodo() as last, AddTodo() if not (last.title and act.title):
            return acts if last.title else [*acts[:-1], replace(act, due=act.due or last.due)]
        case AddTodo() as last, UpdateTodos() if speaks_of_it(act.tasks):
            return [*acts[:-1], with_changes(last, act)]
        case AddTodo(title=title), CompleteTodos() | DeleteTodos() if speaks_of_it(act.tasks):
            # "I still have to do the laundry, put it back" adds nothing: it is about the one that was done.
            known = acts[:-1] if isinstance(act, CompleteTodos) and act.reopen else acts
            return [*known, replace(act, tasks=(title,))]
        case CompleteTodos() | DeleteTodos(), CompleteTodos() | DeleteTodos() if speaks_of_it(act.tasks):
            # "I finished the laundry, so cross it off" and "I no longer need it; take it off": said twice, done once.
            return acts
        case CompleteTodos() | DeleteTodos() | UpdateTodos() as last, CompleteTodos() | DeleteTodos() | UpdateTodos():
            return [*acts, replace(act, tasks=last.tasks) if speaks_of_it(act.tasks) else act]
    return [*acts, act]


def about(said: str, acts: list[Act]) -> list[Act]:
    """ "Ugh, the rent again. Push it to monday": "it" is the todo that was just spoken of, else what was shown."""
    first = acts[0]
    if not isinstance(first, Change) or not NEAREST.issuperset(first.tasks):
        return acts
    return [Sought(replace(first, tasks=(said,)), otherwise=first, is_guess=True), *acts[1:]]


def speaks_of_it(tasks: tuple[str, ...]) -> bool:
    return bool(tasks) and (is_pronoun(tasks[0]) or is_several(tasks[0]))


def with_changes(todo: AddTodo, change: UpdateTodos) -> AddTodo:
    """ "Add milk and make it urgent" adds an urgent todo."""
    return replace(
        todo,
        title=change.title or todo.title,
        due="" if change.due == "none" else change.due or todo.due,
        priority=change.priority or todo.priority,
        tags=tuple(dict.fromkeys(todo.tags + change.add_tags)),
    )


def whole_message(readings: list[Reading]) -> list[Act]:
    """What to do of a whole message. Talk beside a command is passed over; doubt stops what was not said for sure."""
    if refusal := refused(readings):
        return [refusal]
    acts: list[Act] = []
    for reading in readings:
        acts = joined(acts, reading.acts)
    doubts = [act for act in acts if isinstance(act, Clarify)]
    commands = [act for act in acts if not isinstance(act, Say | Clarify)]
    return [*commands, *doubts[:1]] or acts[:1]


def refused(readings: list[Reading]) -> Act | None:
    """Why nothing of the message will be done, whatever else it says; None while that is open."""
    acts = [act for reading in readings for act in reading.acts]
    if NOT_YOURS in acts:
        return NOT_YOURS
    guessed = any(isinstance(act, AddTodo) for reading in readings if not reading.is_sure for act in reading.acts)
    return Clarify(gettext(ONE_BY_ONE)) if guessed and any(isinstance(act, Clarify) for act in acts) else None
