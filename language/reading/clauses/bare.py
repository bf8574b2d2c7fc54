"""Todos that are said without asking to add them: "buy milk", "I need to call Sam", "standup every weekday at 9:30"."""

import re
from dataclasses import replace

from language.acts import Act, AddTodo, Sought, UpdateTodos
from language.clock import Clock
from language.grammar import section, words
from language.reading.clauses.adding import title_of, todo_from, todos_from, understand_add
from language.reading.clauses.changing import understand_change
from language.text.details import cut_priority, cut_tags
from language.text.items import DEEDS_TOGETHER, dated_items, is_list_of_things, listed_items, parts_of
from language.text.naming import has_sign, names_in
from language.text.quotations import MARK
from language.vocabulary import COMMAND_VERBS, NOT_A_TITLE, TODO_VERBS

forms = section("bare")


TITLE_MAX_CHARACTERS = 200
BARE_WORDS_MAX = 9

NO_OBJECT = {""} | words("no_object")


def understand_statement(text: str, clock: Clock) -> list[Act] | None:
    """ "I need to …": the todo itself, or a command in polite clothes ("I need to add … to my list")."""
    if match := forms.must.fullmatch(text):
        return said_within(match["rest"], clock) or must(match, clock)
    if match := forms.wish.fullmatch(text):
        return said_within(match["rest"], clock) or given_up(match["rest"], clock) or dated(match["rest"], clock)
    if match := forms.having.fullmatch(text):
        return dated(match["rest"] or match["event"], clock)
    if match := forms.occasion.fullmatch(text):
        return dated(match["rest"], clock)
    if match := forms.helper.fullmatch(text):
        return said_within(match["rest"], clock) or [*todos_from(dated_items(match["rest"], clock), clock)]
    return None


def must(match: re.Match[str], clock: Clock) -> list[Act] | None:
    """ "I need to call Sam" names a deed; "I need milk" and "I have a cold" may mean many things."""
    rest = match["rest"]
    if forms.takes_back.match(rest) and (act := understand_change(rest, clock)):
        return [act]
    is_shopping = len(parts := parts_of(rest)) > DEEDS_TOGETHER and is_list_of_things(parts)
    if is_shopping:
        return [*todos_from(listed_items(rest, clock), clock)]
    is_certain = f"to {rest}" in match[0] or is_deed(rest)
    return [*todos_from(dated_items(rest, clock), clock)] if is_certain else dated(rest, clock)


def said_within(rest: str, clock: Clock) -> list[Act] | None:
    """The command inside "I want to …", if it surely is one to this assistant."""
    if forms.asks_to_add.match(rest) and (added := understand_add(rest, clock)):
        return [*added]
    names_todo = has_sign(rest) or MARK.search(rest) or forms.list.search(rest)
    act = understand_change(rest, clock) if names_todo else None
    return [act] if act else None


def given_up(rest: str, clock: Clock) -> list[Act] | None:
    """ "I'd like to cancel the trip": wished of the list. "I need to cancel the gym" is something to do."""
    act = understand_change(rest, clock) if forms.gives_up.match(rest) else None
    return [act] if act else None


def understand_bare(text: str, clock: Clock, *, polite: bool = False) -> list[Act] | None:
    """An imperative or a dated fragment that can only be a todo; None where it may be something else."""
    if len(text) > TITLE_MAX_CHARACTERS or not may_be_todo(without_first_date(text, clock)):
        return None
    if move := moved_if_listed(text, clock):
        return move
    if not is_deed(text) or polite or any(len(part.split()) > BARE_WORDS_MAX for part in parts_of(text)):
        return dated(text, clock)
    return [*todos_from(dated_items(text, clock), clock)]


def moved_if_listed(text: str, clock: Clock) -> list[Act] | None:
    """ "Do the haircut next week" moves a haircut that is on the list, and adds one that is not."""
    todo = todo_from(text, clock)
    if hour := forms.at_hour.fullmatch(text):
        return [Sought(UpdateTodos(names_in(hour["what"])[:1], due=f"at {hour['hour']}"), todo)]
    match = forms.do_it.fullmatch(todo.title) if todo.due else None
    if match is None:
        return None
    todo = todo if match.start("what") else replace(todo, title=match["what"])
    return [Sought(UpdateTodos(names_in(match["what"])[:1], due=todo.due), todo)]


def without_first_date(text: str, clock: Clock) -> str:
    """ "May 9 mom's birthday" begins with a date, and "may" is no question there."""
    found = clock.find(text)
    return text[found.end :].strip(" ,:") or text if found and not found.start else text


def may_be_todo(text: str) -> bool:
    """Not said to the assistant, not about the list, and no sentence with a subject."""
    first, second = first_words(text)
    if forms.changes_something.fullmatch(text) or first in COMMAND_VERBS or first in NOT_A_TITLE or second == "not":
        return False
    return not forms.your.search(text) and not forms.about_list.search(text)


def is_deed(text: str) -> bool:
    """Whether the text begins with a verb for things to do, and says what to do with it."""
    first, second = first_words(cut_tags(cut_priority(text)[0])[0])
    return first in TODO_VERBS and second not in NO_OBJECT and not forms.vague_object.fullmatch(text)


def first_words(text: str) -> tuple[str, str]:
    first, second = [*text.lower().split(maxsplit=2), "", ""][:2]
    return first, second


def dated(text: str, clock: Clock) -> list[Act] | None:
    """The todos of a text with a date and a title, and None for one without."""
    todos = todos_from(dated_items(text, clock), clock)
    is_complete = all(todo.due and todo.title and not forms.tells.search(todo.title) for todo in todos)
    return [*todos] if is_complete else None


def todo_behind(text: str, clock: Clock) -> AddTodo | None:
    """What an uncertain text would be as a todo, for the question whether to add it."""
    text = forms.run_out.sub("", text)
    title = title_of(text)
    if (
        not any(map(str.isalpha, title))
        or forms.tells.search(title)
        or len(text) > TITLE_MAX_CHARACTERS
        or forms.your.search(text)
    ):
        return None
    return todo_from(text, clock)
