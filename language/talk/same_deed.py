"""The deed of the last message, for something else: "and the haircut", "sorry, I meant the invoice"."""

from collections.abc import Callable
from dataclasses import replace

from language.acts import Act, AddTodo, Change, Sought, UndoChanges, UpdateTodos
from language.clock import TIME_ALONE, Clock, is_date
from language.grammar import section
from language.reading.clauses.adding import listed
from language.reading.clauses.bare import forms as bare
from language.reading.clauses.bare import may_be_todo
from language.reading.sentence import certain_acts
from language.talk.exchanges import Conversation
from language.talk.references import other_row
from language.text.clauses import END_MARKS, clause_of, single_spaced
from language.text.details import priority_named
from language.text.items import begins_with_verb
from language.text.naming import bare_name, is_pronoun, names_in
from language.text.spelling import spelled_out

forms = section("same_deed")


WORDS_MAX = 8
# What "I meant the invoice" says of each: the deed was done to another, or to none.
DONE = frozenset(["completed", "reopened", "deleted", "updated"])
CHANGED = DONE | {"added"}


def same_deed(conversation: Conversation, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    """The acts; `before` tells what the last message meant."""
    text = single_spaced(conversation.current.text.strip(END_MARKS))
    outcomes = {outcome.outcome for outcome in conversation.last.outcomes}
    is_question = conversation.current.text.rstrip().endswith("?")
    if is_question or len(outcomes) != 1 or len(text.split()) > WORDS_MAX:
        return None
    (outcome,) = outcomes
    if outcome == "updated" and (match := forms.more.fullmatch(text)) and adds_still(conversation, match["more"]):
        outcome = "added"
    if outcome in CHANGED and (forms.unwanted.fullmatch(spelled_out(text)) or is_kept(text, conversation)):
        return [UndoChanges()]
    if forms.other.fullmatch(text) and (other := other_row(conversation)):
        return done_to_other(other.id, outcome, clock, before)
    if acts := another_value(text, clock, before) or for_another(text, outcome, clock, before):
        days = {row.due.partition("T")[0] for row in conversation.last.rows}
        return [on_day(act, days) for act in acts]
    return None


def adds_still(conversation: Conversation, more: str) -> bool:
    """Whether something to do is said, with its verb, after what was added and then changed: "and pack the boots"."""
    done = ({each.outcome for each in exchange.outcomes} for exchange in reversed(conversation.past))
    return begins_with_verb(more) and next((each for each in done if each != {"updated"}), None) == {"added"}


def is_kept(text: str, conversation: Conversation) -> bool:
    """Whether the one todo that was changed is to stay as it was, by words of its title."""
    match, changed = forms.kept.fullmatch(text), conversation.last.changed
    if match is None or len(changed) != 1:
        return False
    return set(bare_name(match["what"]).lower().split()) <= set(changed[0].title.lower().split())


def on_day(act: Act, days: set[str]) -> Act:
    """ "And the guitar lesson at 6", "and the rosin the same day": on the day of the lesson before it."""
    if not isinstance(act, AddTodo) or len(days) != 1:
        return act
    title = forms.that_day.sub("", act.title)
    is_same = title != act.title or TIME_ALONE.fullmatch(act.due)
    return replace(act, title=title, due=f"{next(iter(days))} {act.due}".strip()) if is_same else act


def for_another(text: str, outcome: str, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    if match := forms.more.fullmatch(text):
        return done_to_more(match["more"], outcome, clock, before, is_same=match["same"] is not None)
    if outcome == "refused" and forms.named.fullmatch(text):
        return done_to_other(text, outcome, clock, before)
    match = forms.meant.fullmatch(text)
    return done_to_other(match["other"], outcome, clock, before) if match else None


def another_value(text: str, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    """The same again on another day, or another todo to a day or a priority of its own."""
    match = forms.same.fullmatch(text)
    if match and is_date(match["day"], clock):
        added = [act for act in before() if isinstance(act, AddTodo)]
        return [replace(act, due=match["day"]) for act in added] or None
    ranked, moved = forms.more_ranked.fullmatch(text), forms.more_to.fullmatch(text)
    deeds = [change_in(act) for act in before()] if ranked or moved else []
    if ranked and any(isinstance(deed, UpdateTodos) and deed.priority for deed in deeds):
        return [UpdateTodos(names_in(ranked["more"]), priority=priority_named(ranked["priority"]))]
    if moved and is_date(moved["day"], clock) and any(isinstance(deed, UpdateTodos) for deed in deeds):
        return [UpdateTodos(names_in(moved["more"]), due=moved["day"])]
    return None


def done_to_more(
    words: str, outcome: str, clock: Clock, before: Callable[[], list[Act]], *, is_same: bool
) -> list[Act] | None:
    clause = clause_of(words)
    if is_date(clause.text, clock) or not may_be_todo(clause.text) or certain_acts(clause, clock):
        return None
    if outcome == "added":
        return None if bare.tells.search(clause.text) else [*listed(clause.text, clock)]
    if outcome not in DONE or (begins_with_verb(clause.text) and not is_same):
        return None
    deeds = [deed for act in before() if (deed := change_in(act)) and not gives_title(deed)]
    return [replace(deeds[0], tasks=names_in(clause.text))] if deeds else None


def change_in(act: Act) -> Change | None:
    change = act.change if isinstance(act, Sought) else act
    return change if isinstance(change, Change) else None


def gives_title(deed: Change) -> bool:
    return isinstance(deed, UpdateTodos) and bool(deed.title)


def done_to_other(words: str, outcome: str, clock: Clock, before: Callable[[], list[Act]]) -> list[Act] | None:
    """What was done to the wrong todo is taken back first."""
    if is_date(words, clock) or bare.tells.search(words) or outcome not in DONE | {"refused"}:
        return None
    back: list[Act] = [UndoChanges()] * (outcome in DONE)
    deeds = certain_acts(clause_of(words), clock) or []
    if deeds and all(isinstance(deed, Change) and all(map(is_pronoun, deed.tasks)) for deed in deeds):
        return [*back, *deeds]
    act, *more = before()
    if more or not isinstance(act, Change) or gives_title(act):
        return None
    return [*back, replace(act, tasks=names_in(words))]
