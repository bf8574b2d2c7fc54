"""What a message may be about that does not surely ask for anything: a look at the list tells, and a question back."""

from language import acts as kinds
from language.clock import Clock, cut_date
from language.grammar import section, words
from language.questions import OFFER, asks
from language.reading.weighed import OURS_PERHAPS
from language.scoring.features import DEEDS, DID, kind_of, tokens_of
from language.scoring.score import family_likelihoods, likely_ours
from language.text.clauses import CLAUSE_MAX_CHARACTERS, clause_of
from language.vocabulary import TODO_VERBS

asking, bare, moving = section("asking"), section("bare"), section("moving")
HANDLING, DENYING = words("handling"), words("denying")
# How likely a deed is from which on it is asked about by its name.
LIKELY = 0.5


def guessed(reading: kinds.Reading, said: str, clock: Clock) -> list[kinds.Act]:
    """The acts, or a look for the todo that the message may be about, where that is not sure."""
    match reading.acts:
        case [kinds.AddTodo() as todo] if todo.title and not reading.is_sure:
            return [change_if_listed(todo, said)]
        case [kinds.Say("outside") | kinds.Clarify() as answer] if isinstance(answer, kinds.Say) or asks(
            answer.question, OFFER
        ):
            return [told_of_listed(said, answer, clock)]
    return reading.acts


def change_if_listed(todo: kinds.AddTodo, said: str) -> kinds.Act:
    """Of what was not surely asked to be added, the look for a todo that it may be about.

    A mere name, "lawn sunday", may be, and what handles a thing, "put the gate down for friday", "… to friday".
    """
    verb, _, thing = todo.title.partition(" ")
    moves = bool(todo.due) and f" to {todo.due}".lower() in said.lower()
    handles = moves or (bool(thing) and verb.lower() in HANDLING)
    # "Passport move to friday" is named first, "park the passport to friday" behind its verb.
    is_led = thing and (verb.lower() in HANDLING or (moves and moving.definite.fullmatch(thing)))
    what = thing if is_led else todo.title
    change = kinds.UpdateTodos((what,), due=todo.due, priority=todo.priority, add_tags=todo.tags)
    is_plain = change == kinds.UpdateTodos((what,)) and not (handles or bare.finite.search(what))
    return todo if is_plain else kinds.Sought(change, todo, is_guess=True)


def told_of_listed(said: str, answer: kinds.Say | kinds.Clarify, clock: Clock) -> kinds.Act:
    """Of a message that asks for nothing, the look for the one todo that it may tell of, or ask about."""
    if len(said) > CLAUSE_MAX_CHARACTERS:
        return answer
    clause, tokens = clause_of(said), tokens_of(said, clock)
    if clause.asked or asking.ask_word.fullmatch(clause.text):
        return kinds.AskTodos(kinds.Question.ABOUT_ONE, kinds.Selection("open"), task=clause.text, otherwise=answer)
    # A lamp is told what to do, and nothing else.
    if {clause.text.partition(" ")[0].lower()} & (TODO_VERBS | DEEDS.keys()) and likely_ours(tokens) < OURS_PERHAPS:
        return answer
    return kinds.Sought(likeliest(clause.text, tokens, clock), answer, is_guess=True)


def likeliest(text: str, tokens: list[str], clock: Clock) -> kinds.Change:
    """The change that a sentence of this shape tells of most likely; one without a field where none is likely."""
    likely = family_likelihoods(tokens)
    rest, due = cut_date(text, clock)
    if likely["delete"] > LIKELY:
        return kinds.DeleteTodos((text,))
    is_told = DENYING.isdisjoint(tokens)
    if is_told and (likely["complete"] > LIKELY or DID in map(kind_of, tokens)):
        return kinds.CompleteTodos((text,))
    return kinds.UpdateTodos((rest,), due=due) if is_told and due else kinds.UpdateTodos((text,))
