"""The basic assistant's step: from the history alone to tool calls or an answer. Nothing is kept between steps."""

import json
import uuid
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from chat.assistants.interface import BASIC, ModelOutput, ModelRequest, StepEnd, TextDelta, ToolRequest
from language.acts import (
    Act,
    AddTodo,
    AnnotateTodo,
    AskTodos,
    BriefMe,
    Change,
    ChangeMany,
    Clarify,
    DeleteTodos,
    OfferToDelete,
    RestoreTodo,
    Say,
    Sought,
    Unclear,
    UpdateTodos,
)
from language.clock import Clock
from language.questions import ASK_TITLE
from language.reading.clauses.reminding import LAST_REMINDER
from language.reading.message import read_message
from language.talk.exchanges import Call, Conversation, Exchange, Row
from language.talk.follow_ups import read_in
from language.talk.matching import found_none, matched, sought
from language.talk.references import known_rows, resolve, with_whole_due

from .change_answers import change_answer
from .history import read_conversation
from .look_answers import (
    delete_offer,
    guess_answer,
    many_answer,
    many_limit,
    not_one_answer,
    question_answer,
    seek_answer,
)
from .requests import LIST_MAX, Look, Wanted, bulk_calls, requests_for, rows_named, selected
from .sentences import SAID, said_of


class BasicModel:
    """Turns plain English into tool calls by fixed rules, and their outputs into answers."""

    name = BASIC

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        clock = Clock(request.now, ZoneInfo(request.time_zone), habits=request.habits)
        conversation = read_conversation(request.history)
        acts = acts_of(conversation, clock)
        wanted = wanted_calls(acts, conversation, clock)
        if wanted and (limit := limits_of(acts, conversation)):
            yield TextDelta(limit)
        for tool_name, arguments in wanted:
            yield ToolRequest(f"call_{uuid.uuid4().hex}", tool_name, json.dumps(arguments, ensure_ascii=False))
        if not wanted:
            for part in parts_of(answer(acts, conversation, clock)):
                yield TextDelta(part)
        yield StepEnd()


def acts_of(conversation: Conversation, clock: Clock) -> list[Act]:
    """What the person's message means in this conversation; one Clarify where that is not certain."""
    try:
        acts = read_in(conversation, clock).acts
        acts = [resolve(spoken_of(act, conversation), conversation, clock) for act in acts]
        acts = [sought(act, known_rows(conversation.past), clock) for act in acts]
    except Unclear as unclear:
        return [Clarify(unclear.question)]
    if any(isinstance(act, AddTodo) and not act.title for act in acts):
        return [Clarify(gettext(ASK_TITLE))]
    return acts


def spoken_of(act: Act, conversation: Conversation) -> Act:
    """What “it” is where no todo was spoken of: the briefing, or for a snooze what reminded last."""
    if isinstance(act, Sought) and isinstance(act.otherwise, Change):
        meant = spoken_of(act.otherwise, conversation)
        return act if meant is act.otherwise else meant
    last = conversation.last.calls[-1] if conversation.last.calls else None
    if last and last.tool_name == "set_briefing":
        plan = last.arguments.get("plan", "day")
        match act:
            case UpdateTodos(tasks=("it",), due=due) if due:
                return BriefMe(plan, due)
            case DeleteTodos(tasks=("it",)):
                return BriefMe(plan, on=False)
    match act:
        case UpdateTodos(tasks=("it",), remind=remind) if remind.startswith("snooze"):
            return act if known_rows(conversation.past) else replace(act, tasks=(LAST_REMINDER,))
    return act


def understood_surely(text: str, clock: Clock) -> bool:
    """Whether the message by itself, whatever was said before it, surely says what to do with todos."""
    acts = acts_of(Conversation((), Exchange(text)), clock)
    return read_message(text, clock).is_sure and not any(isinstance(act, Say | Clarify) for act in acts)


def wanted_calls(acts: list[Act], conversation: Conversation, clock: Clock) -> list[Wanted]:
    """The calls of the first step, then those that their outputs make possible."""
    calls = conversation.current.calls
    first = requests_for(acts)
    if not calls:
        return first
    if len(calls) > len(first):
        return moves_by_words(acts, calls[-1], clock)
    return [wanted for act, call in looks(acts, calls) for wanted in next_calls(act, call, clock)]


def moves_of_named(change: ChangeMany, call: Call, clock: Clock) -> list[Wanted]:
    """The move of what was found by the group's name; where it is no tag, first a look among the titles."""
    if "text" in call.arguments:
        return bulk_calls(change, rows_named(change.selection.text, call.rows), clock)
    if call.total:
        return bulk_calls(change, call.rows, clock)
    return [("list_tasks", second_look(change, call))]


def moves_by_words(acts: list[Act], last: Call, clock: Clock) -> list[Wanted]:
    """The move of a group whose name is no tag, and was then looked up among the titles."""
    match acts:
        case [ChangeMany(verb="move") as change] if last.tool_name == "list_tasks" and "text" in last.arguments:
            return moves_of_named(change, last, clock)
    return []


def next_calls(act: Act, call: Call, clock: Clock) -> list[Wanted]:
    """After a look: the note for the one todo found, the change of what was found, or a look by fewer words."""
    match act:
        case AnnotateTodo() | RestoreTodo() if len(rows := rows_for(act, call)) == 1:
            return [call_for_one(act, rows[0])]
        case ChangeMany(verb="move") if act.selection.text:
            return moves_of_named(act, call, clock)
        case ChangeMany() if call.total:
            return bulk_calls(act, call.rows, clock)
        case Sought() | OfferToDelete() | AskTodos(otherwise=AddTodo()):
            return calls_for_found(act, call, clock)
        case AskTodos() | ChangeMany() if not call.total and (again := second_look(act, call)):
            return [("list_tasks", again)]
    return []


def calls_for_found(act: Sought | OfferToDelete | AskTodos, call: Call, clock: Clock) -> list[Wanted]:
    """The change of what was found, or what is meant where nothing was."""
    match act:
        case OfferToDelete() | AskTodos():
            return [] if call.rows or not act.otherwise else requests_for([act.otherwise])
        case Sought():
            return calls_for_sought(act, call, clock)


def calls_for_sought(act: Sought, call: Call, clock: Clock) -> list[Wanted]:
    """The change of the todos that were found; where there may be more than were listed, the tool finds them."""
    if call.total > len(call.rows) and not act.is_guess:
        return requests_for([act.change])
    if act.otherwise and found_none(act, call.rows, clock):
        return requests_for([act.otherwise])
    change = matched(act, call.rows, clock).change
    if isinstance(change, UpdateTodos):
        change = with_whole_due(change, {row.due for row in call.rows if row.id in change.tasks}, clock)
    return requests_for([change]) if change else []


def rows_for(act: AnnotateTodo | RestoreTodo, call: Call) -> list[Row]:
    shown = act.todo_id if isinstance(act, RestoreTodo) else ""
    return [row for row in call.rows if shown in {"", row.id}]


def call_for_one(act: AnnotateTodo | RestoreTodo, row: Row) -> Wanted:
    if isinstance(act, RestoreTodo):
        return "undo", {"task": row.id}
    notes = f"{row.notes}\n{act.notes}" if row.notes else act.notes
    return "update_task", {"updates": [{"task": row.id, "notes": notes}]}


def second_look(act: Act, call: Call) -> dict[str, Any]:
    """What is looked for where the first look found nothing; empty for an act that looks once.

    The name of a group may be no tag but words of titles; else it is looked for with one word less, the last of which
    may be a tag.
    """
    match act:
        case ChangeMany(verb="move") if act.selection.text and "text" not in call.arguments:
            return selected(act.selection) | {"limit": LIST_MAX}
        case AskTodos() | ChangeMany() if "text" in call.arguments and act.selection.text:
            _, _, fewer = call.arguments["text"].partition(" ")
            others = {name: value for name, value in call.arguments.items() if name != "text"}
            return others | ({"text": fewer} if fewer else {"tag": call.arguments["text"]})
    return {}


def limits_of(acts: list[Act], conversation: Conversation) -> str:
    """Said with the calls for a whole group, where not all of it was found at once."""
    for act, call in looks(acts, conversation.current.calls):
        if isinstance(act, ChangeMany) and call.total > len(call.rows):
            return many_limit(act, call)
    return ""


def looks(acts: list[Act], calls: tuple[Call, ...]) -> Iterator[tuple[Act, Call]]:
    """Each act that looks, with the call that looked for it: in the order of `requests_for`."""
    lists = [call for call in calls if call.tool_name == "list_tasks"]
    return zip(sorted((act for act in acts if isinstance(act, Look)), key=is_other_look), lists, strict=False)


def is_other_look(act: Act) -> bool:
    return not isinstance(act, Sought)


def answer(acts: list[Act], conversation: Conversation, clock: Clock) -> str:
    """The final text: changes first, then what was looked up, then what is left to say or ask."""
    calls = conversation.current.calls
    paragraphs = [change_answer(call) for call in calls if call.tool_name != "list_tasks"]
    paragraphs += [look_answer(act, call, calls, clock) for act, call in looks(acts, calls)]
    for act in acts:
        match act:
            case Say() | Clarify():
                paragraphs.append(said_of(act))
    return "\n\n".join(filter(None, paragraphs)) or gettext(SAID["not meant"])


def look_answer(act: Act, call: Call, calls: tuple[Call, ...], clock: Clock) -> str:
    match act:
        case AskTodos(otherwise=AddTodo()) if not call.total:
            return ""
        case AskTodos(task=words, otherwise=Say() | Clarify() as otherwise):
            return guess_answer(words, otherwise, call, clock)
        case AskTodos():
            return question_answer(act, fullest(act, call, calls), clock)
        case OfferToDelete():
            return delete_offer(act, call)
    return unmade_answer(act, call, calls, clock) if calls[-1].tool_name == "list_tasks" else ""


def unmade_answer(act: Act, call: Call, calls: tuple[Call, ...], clock: Clock) -> str:
    """Said where a look led to no change."""
    match act:
        case ChangeMany():
            return many_answer(act, fullest(act, call, calls))
        case AnnotateTodo() | RestoreTodo():
            return not_one_answer(act, call)
        case Sought():
            return seek_answer(act, call, clock)
    return ""


def fullest(act: Act, call: Call, calls: tuple[Call, ...]) -> Call:
    """The look itself, or where it found nothing the second one that did."""
    last, again = calls[-1], second_look(act, call)
    return last if again and not call.total and last.arguments == again and last.total else call


def parts_of(text: str) -> Iterator[str]:
    """The lines of an answer, one by one, so that it appears as it is read."""
    yield from text.splitlines(keepends=True)
