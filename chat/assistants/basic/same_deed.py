"""The deed of the last message, for something else: "and the haircut", "sorry, I meant the invoice"."""

from collections.abc import Callable
from dataclasses import replace

from .acts import Act, CompleteTodos, DeleteTodos, UndoChanges, UpdateTodos
from .adding import listed
from .bare import TELLS, may_be_todo
from .clauses import END_MARKS, clause_of, single_spaced
from .conversation import Conversation
from .dating import Clock, is_date
from .grammar import rule
from .items import begins_with_verb
from .naming import names_in
from .reading import certain_acts

MORE = rule(r"(oh )?(and|also|plus)( also| then)?( the same (for|with))? (?P<more>.+?)( too| as well)?")
MEANT = rule(
    r"((no|nope|oh|oops|whoops|sorry|wait|ah|ugh|actually)[,.!]* )*{meant} (?P<other>.+)",
    meant=r"(i (meant|mean)( to say)?|not (the|my) [^,]+?(,| but|, but)( i (meant|mean))?)",
)
WORDS_MAX = 8
# What "I meant the invoice" says of each: the deed was done to another, or to none.
DONE = frozenset(["completed", "reopened", "deleted", "updated"])


def same_deed(conversation: Conversation, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    """The acts; `before` tells what the last message meant."""
    text = single_spaced(conversation.current.text.strip(END_MARKS))
    outcomes = {outcome.outcome for outcome in conversation.last.outcomes}
    is_question = conversation.current.text.rstrip().endswith("?")
    if is_question or len(outcomes) != 1 or len(text.split()) > WORDS_MAX:
        return None
    if match := MORE.fullmatch(text):
        return done_to_more(match["more"], outcomes.pop(), clock, before)
    if match := MEANT.fullmatch(text):
        return done_to_other(match["other"], outcomes.pop(), clock, before)
    return None


def done_to_more(words: str, outcome: str, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    clause = clause_of(words)
    if is_date(clause.text, clock) or not may_be_todo(clause.text) or certain_acts(clause, clock):
        return None
    if outcome == "added":
        return None if TELLS.search(clause.text) else [*listed(clause.text, clock)]
    if outcome not in {"completed", "deleted"} or begins_with_verb(clause.text):
        return None
    deeds = [act for act in before() if isinstance(act, CompleteTodos | DeleteTodos)]
    return [replace(deeds[0], tasks=names_in(clause.text))] if deeds else None


def done_to_other(words: str, outcome: str, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    """What was done to the wrong todo is taken back first."""
    if is_date(words, clock) or TELLS.search(words) or outcome not in DONE | {"refused"}:
        return None
    acts = before()
    if len(acts) != 1 or not isinstance(acts[0], CompleteTodos | DeleteTodos | UpdateTodos):
        return None
    if isinstance(acts[0], UpdateTodos) and acts[0].title:
        return None
    return [*[UndoChanges()] * (outcome in DONE), replace(acts[0], tasks=names_in(words))]
