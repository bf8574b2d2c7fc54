"""Todos that are said without asking to add them: "buy milk", "I need to call Sam", "standup every weekday at 9:30"."""

import re

from .acts import Act, AddTodo, Supposed, UpdateTodos
from .adding import title_of, todo_from, todos_from, understand_add
from .changing import understand_change
from .dating import Clock
from .details import cut_priority, cut_tags
from .grammar import mention, one_of, phrases, rule
from .items import dated_items
from .naming import has_sign, names_in
from .quoting import MARK
from .words import ASSISTANT_VERBS, COMMAND_VERBS, NOT_A_TITLE, PHRASAL_VERBS, TODO_VERBS, words_in

TITLE_MAX_CHARACTERS = 200

ADVERB = phrases("really, still, just, also, probably, definitely")
MUST = rule(
    rf"(i|we)('ve|'m|'ll| am| have| had| do| will| {ADVERB})* {{must}}( {ADVERB})*( to)? (?P<rest>.+)",
    must=phrases("need, have, have got, got, gotta, gotta go, must, should, ought, supposed, had better, better"),
)
WISH = rule(
    rf"(i|we)('d|'m|'ll| would| am| will| do| {ADVERB})* {{want}}( to| of| on| about)? (?P<rest>.+)",
    want=phrases("like, want, love, wish, plan, planning, going, intend, hope, gonna, wanna, trying, thinking"),
)
HAVING = rule(r"(i|we)('ve| have)?( got)? (?P<rest>(a|an|my|the|to) .+)|there('s| is| are| will be) (?P<event>.+)")
OCCASION = rule(r"(it's|it is|that's) (?P<rest>.*\b{occasion}\b.*)", occasion=phrases("birthday, anniversary, wedding"))
# "We're out of milk" says what to buy.
RUN_OUT = rule(
    r"^((we|i)(('re|'m|'ve| are| am| have| just| almost| nearly)( all| nearly| almost| just)*)?|were) "
    r"((run|ran|running) )?(out of|low on) "
)
HELPER = rule(r"(need to|have to|got to|gotta|must|should) (?P<rest>.+)")
ASKS_TO_ADD = rule(r"(add|put|include|note|set|create|make|have|get|remind|be|write|place|jot)\b")
# A sentence that tells something is no title.
TELLS = mention(
    """
    is, are, was, were, am, isn't, aren't, will, would, has, had, does, did, can, could, it's, he's, she's,
    that's, there's, i'm, you're, wants, said, says, told, do i, should i, can i, got (loads|lots|plenty), moved,
    slipped, rescheduled, postponed
    """
)
YOUR = mention("(?<!thank )you, your, yours, yourself")
DO_IT = rule(r"(do|have|make) (?P<what>(the|my) .+)")
AT_HOUR = rule(r"make (?P<what>(the|my) .+?)( at)? (?P<hour>(1[0-2]|[1-9])(:[0-5]\d)?)")
# "Make it almond milk", "put the dentist off": what is not understood of these is better asked about than added.
CHANGES_SOMETHING = one_of(
    r"""
    (make|set|put|push|move|change|switch|call|bump|do|mark|take) (it|that|this|them|those|these)\b.*
    do (the|my) .+ (first|next|last|later)
    (put|push|bump|move|take) .+ (off|back|forward)( (by|for|until|till|to)\b.*)?
    """
)
ABOUT_LIST = mention("everything, (my|the|this) (to-?dos|tasks|reminders), (my|the|to-?do|to do|task|reminder) lists?")
# "Milk is bought" and "sing me a song" begin with a verb, and are no deeds all the same.
NO_OBJECT = {""} | words_in(
    "me us is are was were has hasn't still isn't wasn't needs went back will would won't can't should"
)
# "Change the thing", "put it back somehow": of what was spoken before, so that nothing can be added for sure.
VAGUE_OBJECT = rule(
    r"\w+( \w+)? (it|that|them|those|(the|this|that) (thing|stuff|one|list)s?)( (back|up|down|off|on|out|in))?"
)
LIST = mention("list, tasks, todos, to-dos, everything")


def understand_statement(text: str, clock: Clock) -> list[Act] | None:
    """ "I need to …": the todo itself, or a command in polite clothes ("I need to add … to my list")."""
    if match := MUST.fullmatch(text):
        return said_within(match["rest"], clock) or must(match, clock)
    if match := WISH.fullmatch(text):
        return said_within(match["rest"], clock) or dated(match["rest"], clock)
    if match := HAVING.fullmatch(text):
        return dated(match["rest"] or match["event"], clock)
    if match := OCCASION.fullmatch(text):
        return dated(match["rest"], clock)
    if match := HELPER.fullmatch(text):
        return said_within(match["rest"], clock) or [*todos_from(dated_items(match["rest"], clock), clock)]
    return None


def must(match: re.Match[str], clock: Clock) -> list[Act] | None:
    """ "I need to call Sam" names a deed; "I need milk" and "I have a cold" may mean many things."""
    rest = match["rest"]
    is_certain = f"to {rest}" in match[0] or is_deed(rest)
    return [*todos_from(dated_items(rest, clock), clock)] if is_certain else dated(rest, clock)


def said_within(rest: str, clock: Clock) -> list[Act] | None:
    """The command inside "I want to …", if it surely is one to this assistant."""
    if ASKS_TO_ADD.match(rest) and (added := understand_add(rest, clock)):
        return [*added]
    names_todo = has_sign(rest) or MARK.search(rest) or LIST.search(rest)
    act = understand_change(rest, clock) if names_todo else None
    return [act] if act else None


def understand_bare(text: str, clock: Clock) -> list[Act] | None:
    """An imperative or a dated fragment that can only be a todo; None where it may be something else."""
    if len(text) > TITLE_MAX_CHARACTERS or not may_be_todo(without_first_date(text, clock)):
        return None
    if not is_deed(text):
        return dated(text, clock)
    return moved_if_listed(text, clock) or [*todos_from(dated_items(text, clock), clock)]


def moved_if_listed(text: str, clock: Clock) -> list[Act] | None:
    """ "Do the haircut next week" moves a haircut that is on the list, and adds one that is not."""
    todo = todo_from(text, clock)
    if hour := AT_HOUR.fullmatch(text):
        return [Supposed(UpdateTodos(names_in(hour["what"])[:1], due=f"at {hour['hour']}"), todo)]
    match = DO_IT.fullmatch(todo.title) if todo.due else None
    return [Supposed(UpdateTodos(names_in(match["what"])[:1], due=todo.due), todo)] if match else None


def without_first_date(text: str, clock: Clock) -> str:
    """ "May 9 mom's birthday" begins with a date, and "may" is no question there."""
    found = clock.find(text)
    return text[found.end :].strip(" ,:") or text if found and not found.start else text


def may_be_todo(text: str) -> bool:
    """Not said to the assistant, not about the list, and no sentence with a subject."""
    first, second = first_words(text)
    if CHANGES_SOMETHING.fullmatch(text) or first in COMMAND_VERBS or first in NOT_A_TITLE or second == "not":
        return False
    if first in ASSISTANT_VERBS and f"{first} {second}" not in PHRASAL_VERBS:
        return False
    return not YOUR.search(text) and not ABOUT_LIST.search(text)


def is_deed(text: str) -> bool:
    """Whether the text begins with a verb for things to do, and says what to do with it."""
    first, second = first_words(cut_tags(cut_priority(text)[0])[0])
    is_verb = first in TODO_VERBS or f"{first} {second}" in PHRASAL_VERBS
    return is_verb and second not in NO_OBJECT and not VAGUE_OBJECT.fullmatch(text)


def first_words(text: str) -> tuple[str, str]:
    first, second = [*text.lower().split(maxsplit=2), "", ""][:2]
    return first, second


def dated(text: str, clock: Clock) -> list[Act] | None:
    """The todos of a text with a date and a title, and None for one without."""
    todos = todos_from(dated_items(text, clock), clock)
    is_complete = all(todo.due and todo.title and not TELLS.search(todo.title) for todo in todos)
    return [*todos] if is_complete else None


def offered(text: str, clock: Clock) -> AddTodo | None:
    """What an uncertain text would be as a todo, for the question whether to add it."""
    text = RUN_OUT.sub("", text)
    title = title_of(text)
    if not any(map(str.isalpha, title)) or TELLS.search(title) or len(text) > TITLE_MAX_CHARACTERS or YOUR.search(text):
        return None
    return todo_from(text, clock)
