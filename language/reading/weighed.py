"""The decision: what the grammar reads, weighed against how likely a sentence of this shape asks for it at all.

What the grammar is sure of stands, unless a sentence of its shape hardly ever asks for that. What it is not sure of is
searched: the request behind words that do not count, or the likeliest family of acts. Nothing but an addition whose
words are all accounted for is written of a search; the rest looks or asks.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from habits.speech import gettext, gettext_noop
from language.acts import (
    Act,
    AddTodo,
    AskTodos,
    Change,
    ChangeMany,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    OfferToDelete,
    Question,
    Reading,
    RestoreTodo,
    Say,
    Selection,
    Sought,
    UndoChanges,
    UpdateTodos,
)
from language.clock import Clock
from language.grammar import section, words
from language.questions import OFFER, asks, offered
from language.reading.clauses.asking import ask_which
from language.scoring.features import CONTENT, DATE, VERB, shape, tokens_of
from language.scoring.score import family_likelihoods, likely_ours
from language.text.naming import is_pronoun
from language.vocabulary import TODO_VERBS

forms = section("reading")
bare, sums = section("bare"), section("sums").sum

# A write is doubted below this likelihood of its family, and another family is taken from this one on.
HARDLY, LIKELY = 0.02, 0.6
# How likely a sentence is said to a list and not to a lamp or a bank: below the first it is not ours; from the second
# on it is written where it asks for that in so many words, from the third on also where not; else it is offered.
# `make bench-scope` shows what they bring and cost.
OURS_PERHAPS, OURS_SURELY, OURS = 0.04, 0.1, 0.45
SKIPPED_MAX = 12
REVERSING = words("reversing")
# A todo that was read is not dropped for the likelihood of its sentence alone.
SURELY = 0.8
# Nor is a question of the world answered by the list where it may be one.
SHOWN = 0.7
DEPENDS = gettext_noop("That depends on something I cannot see, so I have changed nothing. Tell me when it is so.")
WRITES = (AddTodo, CompleteTodos, DeleteTodos)
Read = Callable[[str], list[Act] | None]


FAMILIES: dict[type, str] = {
    AddTodo: "add", AskTodos: "look", CompleteTodos: "complete", DeleteTodos: "delete", OfferToDelete: "delete",
    ChangeMany: "clear", UndoChanges: "undo", RestoreTodo: "undo", Say: "talk", Clarify: "ask",
}  # fmt: skip


def family_of(act: Act) -> str:
    """The family of the score that an act belongs to."""
    match act:
        case CompleteTodos(reopen=True):
            return "reopen"
        case Sought(change=change):
            return family_of(change)
        case Say(topic="outside" | "not yours"):
            return "outside"
    return FAMILIES.get(type(act), "update")


def deed(act: Act) -> Act:
    return act.change if isinstance(act, Sought) else act


def weighed(sentence: str, reading: Reading, certain: Read, clock: Clock) -> Reading:
    """The reading, or a better one; `certain` reads a part of the sentence where that surely is a request."""
    return accounted(chosen(sentence, reading, certain, clock))


def accounted(reading: Reading) -> Reading:
    """The reading; a question where a title holds what is left of something else."""
    added = [getattr(act, "otherwise", act) for act in reading.acts]
    left_over = [todo for todo in added if isinstance(todo, AddTodo) and bare.residue.fullmatch(todo.title)]
    first = reading.acts[0]
    if question := offered(left_over[0]) if left_over else None:
        return Reading([replace(first, otherwise=question) if isinstance(first, Sought | OfferToDelete) else question])
    return reading if reading.is_sure else Reading([*map(handled, reading.acts)])


def handled(act: Act) -> Act:
    """ "Find bike" looks for it; where none is, it is something to do."""
    if isinstance(act, AddTodo) and not act.due and (found := bare.finds.fullmatch(act.title)):
        return AskTodos(Question.WHICH, Selection("open", found["what"]), otherwise=act)
    return act


def chosen(sentence: str, reading: Reading, certain: Read, clock: Clock) -> Reading:
    """What the grammar is sure of and a sentence of its words may ask for; else what a search finds."""
    if forms.conditional.match(sentence.lower()) and any(isinstance(deed(act), Change) for act in reading.acts):
        return Reading([Clarify(gettext(DEPENDS))])
    first = reading.acts[0]
    tokens = tokens_of(sentence, clock)
    ours = surely_ours(tokens)
    if may_write(first) and not bare.run_out.match(sentence):
        if doubt := said_to_others(sentence, reading, ours):
            return doubt
        if not reading.is_sure and bare.shows.fullmatch(sentence):
            return Reading([ask_which(sentence, clock)])
    likely = family_likelihoods(tokens)
    if is_wanted(reading, ours, likely):
        return reading
    if acts := behind_other_words(sentence, certain, clock):
        return Reading(acts, is_sure=True)
    return searched(sentence, reading, likely, clock)


def surely_ours(tokens: list[str]) -> float:
    """How likely it is said to a list: of two deeds ("call bob and email sue"), as likely as each of them."""
    joints = [at for at, (joint, verb) in enumerate(pairwise(tokens)) if joint == "and" and verb in TODO_VERBS]
    parts = [tokens[start + 1 : end] for start, end in pairwise([-1, *joints, len(tokens)])]
    are_deeds = joints and all(len(part) > 1 for part in parts)
    return max(likely_ours(tokens), min(map(likely_ours, parts)) if are_deeds else 0)


def is_wanted(reading: Reading, ours: float, likely: dict[str, float]) -> bool:
    """Whether a sentence of its shape may well ask for what was read."""
    first = reading.acts[0]
    if first == Say("outside"):
        return ours < SHOWN
    if reading.is_sure:
        return not isinstance(deed(first), WRITES) or likely[family_of(first)] >= HARDLY
    return likely.get(family_of(first), 0) >= LIKELY


def may_write(act: Act) -> bool:
    """Whether the act writes, or offers to."""
    if isinstance(act, Clarify):
        return asks(act.question, OFFER)
    # A new date is for todos alone: "can you push it to 5?"
    if isinstance(act, UpdateTodos):
        # "It" is a todo that was spoken of, and a new date is for todos alone: "can you push it to 5?"
        return not (act.due or all(map(is_pronoun, act.tasks)))
    if isinstance(act, Sought) and isinstance(act.otherwise, Change):
        return may_write(act.otherwise)
    # Nobody tells a lamp that the sink is fixed.
    return isinstance(act, (*WRITES, Sought)) and act != AddTodo("") and not isinstance(deed(act), CompleteTodos)


def said_to_others(sentence: str, reading: Reading, ours: float) -> Reading | None:
    """What becomes of a write that is not surely meant for a list of todos: not ours, or a question; None if it is."""
    first = reading.acts[0]
    is_others = ours < OURS_PERHAPS or sums.fullmatch(sentence) is not None
    # Nobody gives a lamp or a bank two orders with a date each.
    are_dated = len(reading.acts) > 1 and all(isinstance(act, AddTodo) and act.due for act in reading.acts)
    is_meant = isinstance(first, Clarify) or are_dated or ours >= (OURS_SURELY if reading.is_sure else OURS)
    if is_meant and not is_others:
        return None
    todo = None if is_others else offered(first.otherwise if isinstance(first, Sought) else first)
    return Reading([if_listed(first, todo or Say("outside"))])


def if_listed(act: Act, otherwise: Clarify | Say) -> Act:
    """The change where the list has what it names: that tells more than any likelihood. What is lost by it is asked."""
    match act:
        case Sought(otherwise=AddTodo()):
            return replace(act, otherwise=otherwise)
        case CompleteTodos() | DeleteTodos() | UpdateTodos() if len(act.tasks) == 1:
            return Sought(act, otherwise, is_guess=not isinstance(act, UpdateTodos) or bool(act.title))
    return otherwise


def behind_other_words(sentence: str, certain: Read, clock: Clock) -> list[Act] | None:
    """The request behind words that ask for nothing: "so basically i want you to put … on my list"."""
    parts = sentence.split()
    for place in range(1, min(len(parts), SKIPPED_MAX)):
        rest = " ".join(parts[place:])
        if not forms.begins_command.match(rest):
            continue
        if any(word.lower() in REVERSING for word in parts[:place]):
            return None
        if not forms.reminds.match(rest) and not says_nothing(" ".join(parts[:place]), clock):
            continue
        acts = certain(rest)
        if acts and all(is_complete(act) for act in acts):
            return acts
    return None


def says_nothing(prefix: str, clock: Clock) -> bool:
    """Whether the words hold no content of their own."""
    said = shape(prefix, clock)
    return not {CONTENT, VERB, DATE, "?"}.intersection(said)


def is_complete(act: Act) -> bool:
    """Whether the act says all it needs. Behind "they used to …" nothing is deleted or completed."""
    return isinstance(act, AskTodos | ChangeMany) or (isinstance(act, AddTodo) and bool(act.title))


def searched(sentence: str, reading: Reading, likely: dict[str, float], clock: Clock) -> Reading:
    """The likeliest family where it is likely enough, by an act that changes nothing; else what was read."""
    family = max(likely, key=lambda name: likely[name])
    first = reading.acts[0]
    own = family_of(first)
    if likely[family] < (SURELY if own == "add" else LIKELY) or family == own:
        return reading
    if family == "look":
        return Reading([ask_which(sentence, clock)])
    return Reading([replace(first, title="")]) if family == "ask" and isinstance(first, AddTodo) else reading
