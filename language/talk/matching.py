"""Which of the todos that exist a name means: by the words of its title, generic nouns aside, and by its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from language import acts as kinds
from language.clock import TIME_ALONE, Clock, cut_date
from language.grammar import LANGUAGES, section, words
from language.reading.clauses.changing import is_past
from language.reading.clauses.reminding import LAST_REMINDER
from language.scoring.score import is_learnt
from language.slips import is_slip
from language.stems import FILLER, LIGHT_VERBS, act_of, stem_of, words_of
from language.talk.exchanges import Row
from language.text.items import DEEDS_TOGETHER, begins_with_verb
from language.text.naming import bare_name
from language.text.naming import forms as naming
from language.text.periods import cut_span
from language.text.selection import select, without_general_words
from language.vocabulary import COMMAND_VERBS, TODO_VERBS, grammar_words

FOREIGN_NOUNS = frozenset[str]().union(*(words("generic", language) for language in LANGUAGES))
BESIDE_DEEDS = frozenset(map(stem_of, words("beside_deeds")))
# "The gym move to friday": what is to be done with a todo, wherever it stands.
HANDLING = {act_of(stem_of(word)) for word in words("handling") | COMMAND_VERBS}
FINISHING, BY_PEOPLE, DETERMINERS = words("finishing"), words("by_people"), words("determiners")
SPEAKING = {act_of(stem_of(word)) for word in words("speaking")}
DENYING = frozenset(words_of(" ".join(words("denying"))))
GENERIC = frozenset(map(stem_of, words("generic_nouns") | FOREIGN_NOUNS))
NEXT = frozenset(["next", "first", "upcoming"])
# The parts of a todo that is a list in itself: "buy milk, eggs and bread".
PARTS = section("items").separator
bare, moving = section("bare"), section("moving")
# A shorter word is sooner another one than a slip or an abbreviation.
SHORT, SLIP_ABOVE = 3, 5
LONG_WORD = re.compile(rf"\w{{{SHORT + 1},}}")


# How the todos fit a name: one surely, several alike, one almost (to be asked about), or none.
Fit = StrEnum("Fit", "ONE SEVERAL ALMOST NONE")


@dataclass(frozen=True)
class Found:
    """`by_words`: words of the title tell it, as they tell the tool."""

    fit: Fit
    rows: tuple[Row, ...] = ()
    by_words: bool = False


@dataclass(frozen=True)
class Name:
    """A name taken apart: the stems of its words, those that tell todos apart, its words, and the days it speaks of."""

    said: frozenset[str]
    core: frozenset[str]
    plain: frozenset[str]
    span: kinds.Span | None

    @classmethod
    def of(cls, words: str, clock: Clock) -> Name:
        span, rest = dated_apart(words, clock)
        said = stems(rest)
        return cls(said, said - GENERIC, plain_stems(rest), span)


def dated_apart(words: str, clock: Clock) -> tuple[kinds.Span | None, str]:
    """The days that a name speaks of, and its other words: "next monday's meeting", "the wedding on the tenth"."""
    plain = naming.the_one.sub("", naming.possessive_day.sub(r"\g<day>", words))
    the_one = "one" if plain != words else ""
    try:
        span, rest = cut_span(plain, clock)
        rest = rest.strip() or the_one
        rest = cut_date(rest, clock)[0] if span else rest  # "the meeting today at one pm"
    except kinds.Unclear:
        return None, words
    return (span, bare_name(rest)) if span and rest.strip() else (None, words)


def plain_stems(words: str) -> frozenset[str]:
    return frozenset(map(stem_of, words_of(words)))


def stems(words: str) -> frozenset[str]:
    told = [word for word in words_of(words) if word not in FILLER]
    core = [word for word in told if word not in LIGHT_VERBS] or told
    return frozenset(act_of(stem_of(word)) for word in core)


def find(words: str, rows: Sequence[Row], clock: Clock) -> Found:
    """The todos that the words mean. The whole title first, then titles with all its words, then by date alone."""
    # "Dallas from my travel plans" is "Dallas", wherever the person keeps it.
    whole = [words_of(words), words_of(naming.kept_in.sub("", words))]
    exact = [row for row in rows if words_of(row.title) in whole]
    if exact:
        return found(exact)
    name = Name.of(words, clock)
    fitting = best(name, rows)
    if not fitting:
        if selected := of_quality(words, rows, clock):
            return found(selected)
        if NEXT.intersection(words_of(words)) and not name.core:
            return nearest(name, rows)
        hinted = hinted_at(words, rows, clock)
        return Found(Fit.ALMOST, hinted) if len(hinted) == 1 else Found(Fit.NONE)
    if name.span is None:
        return partly(name, words, found(fitting)) if name.core else unsure(fitting)
    dated = [row for row in fitting if falls_in(row, name.span)]
    return found(dated) if dated else unsure(fitting)


def found(rows: Iterable[Row]) -> Found:
    rows = tuple(rows)
    return Found(Fit.NONE if not rows else Fit.ONE if len(rows) == 1 else Fit.SEVERAL, rows)


def unsure(rows: Sequence[Row]) -> Found:
    """To be asked about."""
    return Found(Fit.ALMOST if len(rows) == 1 else Fit.SEVERAL, tuple(rows))


def best(name: Name, rows: Sequence[Row]) -> list[Row]:
    """The rows whose titles fit best: every word of the name; its telling words; its generic ones; its date alone."""
    # A verb stands for another only beside a word that is really shared: "the shopping list" is no milk to buy.
    titles = [(row, stems(row.title)) for row in rows if name.plain & plain_stems(row.title)]
    tries = [
        [row for row, title in titles if name.said and name.said == title],
        [row for row, title in titles if name.said and name.said <= title],
        [row for row, title in titles if name.core and name.core <= title],
    ]
    if not name.core and name.span:
        tries.append([row for row in rows if falls_in(row, name.span)])
    return next(filter(None, tries), [])


def of_quality(words: str, rows: Sequence[Row], clock: Clock) -> list[Row]:
    """The rows that the name selects by state, priority, tag or day, and by its other words: "the overdue one"."""
    selection, rest = select(words, clock)
    name = Name.of(without_general_words(rest), clock)
    if selection.filter != "overdue" and not (selection.priority or selection.tag):
        return []
    return [
        row
        for row in rows
        if name.core <= stems(row.title)
        and (row.overdue or selection.filter != "overdue")
        and selection.priority in ("", row.priority)
        and (not selection.tag or selection.tag in row.tags)
        and (selection.span is None or falls_in(row, selection.span))
    ]


def touched(guess: kinds.Sought, rows: Sequence[Row], clock: Clock) -> tuple[Row, ...]:
    """The rows that it may speak of. "Gym friday" beside the gym of monday is another one."""
    (words,), todo = guess.change.tasks, guess.otherwise
    if isinstance(todo, kinds.AddTodo) and todo.title == words:
        is_told = bare.finite.search(words) or HANDLING & stems(words)
        is_day = todo.due and not TIME_ALONE.fullmatch(todo.due) and not is_told
        near = tuple(row for row in rows if may_be_same(words, row.title) and not (is_day and row.due))
        if near or not moving.definite.fullmatch(words):
            return near
    look = hinted_at if isinstance(todo, kinds.Clarify | kinds.Say) else spoken_of
    return look(words, rows, clock)


def may_be_same(words: str, title: str) -> bool:
    """Whether a todo of these words would be the one with the title again, or is rather told of it."""
    named, meant, things = stems(words), stems(title), told_of(title) - GENERIC
    more = named - meant - BESIDE_DEEDS - HANDLING
    first = act_of(stem_of("".join(words_of(words)[:1])))  # a mere apostrophe holds none
    if begins_with_verb(words) and first not in things:
        # "Call mom about the party" is another one beside "call mom", "bin off calling mom" is not.
        is_told = first not in meant and len(things) > 1 and things <= named
        return is_told or (meant <= named and not more)
    # "Dentist friday 3pm" is no call to the dentist.
    is_another = not more and bool(SPEAKING & {act_of(stem_of(word)) for word in words_of(title)[:1]})
    is_told = not (more or is_another) or bare.finite.search(words) is not None
    return (bool(things) and things <= named and is_told) or 1 < len(named) == len(named & meant)


def hinted_at(words: str, rows: Sequence[Row], clock: Clock) -> tuple[Row, ...]:
    """The rows that the words speak of; where there is none, the one with a good part of its title in them."""
    core = Name.of(words, clock).core
    parts = ((row, told_of(row.title) - GENERIC) for row in rows)
    near = tuple(row for row, told in parts if told & core and len(told & core) * 2 >= len(told))
    return spoken_of(words, rows, clock) or (near if len(near) == 1 else ())


def spoken_of(words: str, rows: Sequence[Row], clock: Clock) -> tuple[Row, ...]:
    """The rows with all the words in their title, or with all of the title, but its verb, in the words."""
    whole = moving.particles.sub("", words)
    thing = bare.handled.fullmatch(whole)
    name, first = (Name.of(words, clock) for words in (whole, thing["what"] if thing else whole))
    titles = [(row, stems(row.title), told_of(row.title)) for row in rows if name.plain & plain_stems(row.title)]
    return tuple(row for row, title, told in titles if first.said and (first.said <= title or told <= name.said))


def is_told_done(change: kinds.Change, title: str) -> bool:
    """ "Rang that electrician at last" of "ring the electrician": its deed as a past, or one that ends any, of it."""
    text, things = change.tasks[0], told_of(title) - GENERIC or told_of(title)
    said = words_of(text)
    place = next((place for place, word in enumerate(said) if act_of(stem_of(word)) in things), 0)
    verb = act_of(stem_of(words_of(title)[0])) if begins_with_verb(title) else ""
    before, behind = (
        [word for word in part if word in FINISHING or (act_of(stem_of(word)) == verb and is_past(word))]
        for part in (said[:place], said[place:])
    )
    is_deed = before or any(not by_others(word, said, things) for word in behind)
    # Half of it, or a part of a list, is not all of it.
    others = stems(text) - {act_of(stem_of(word)) for word in before + behind}
    is_all = others <= stems(title) | BESIDE_DEEDS and (len(PARTS.split(title)) < DEEDS_TOGETHER or things <= others)
    is_sure = isinstance(change, kinds.CompleteTodos) and DENYING.isdisjoint(said) and not naming.part_of.search(text)
    return bool(is_sure and is_all and is_deed and things & others)


def by_others(verb: str, said: list[str], things: frozenset[str]) -> bool:
    """ "Bob returned the drill", "the landlord emailed": nothing that was done to Bob, or by the person."""
    following = "".join(said[said.index(verb) + 1 :][:1])
    has_object = following in DETERMINERS or act_of(stem_of(following)) in things
    return has_object or (verb in BY_PEOPLE and following != "to")


def told_of(title: str) -> frozenset[str]:
    """The stems of a title without its verb."""
    return stems(title.partition(" ")[2] if begins_with_verb(title) and " " in title else title)


def nearest(name: Name, rows: Sequence[Row]) -> Found:
    """The next thing, whatever it is called: to be asked about."""
    dated = sorted((row for row in rows if row.due and not row.overdue), key=lambda row: row.due)
    return Found(Fit.ALMOST, (dated[0],)) if dated else Found(Fit.NONE)


def falls_in(row: Row, span: kinds.Span) -> bool:
    return bool(row.due) and span.first_on.isoformat() <= row.due[:10] <= span.last_on.isoformat()


def partly(name: Name, words: str, fit: Found) -> Found:
    """Whether the words name only a part of a todo that is a list: then it is to be asked about."""
    if fit.fit != Fit.ONE:
        return fit
    title = fit.rows[0].title
    parts = [part for part in PARTS.split(title) if part and part.strip()]
    is_part = naming.part_of.search(words) or (len(parts) > 1 and len(stems(words)) < len(stems(title)))
    by_words = name.said <= stems(title)
    return Found(Fit.ALMOST, fit.rows) if is_part else replace(fit, by_words=by_words)


@dataclass(frozen=True)
class Matched:
    """What becomes of a change when the todos are known: the change itself, or the todos to ask about."""

    change: kinds.Change | None
    asked: Found = Found(Fit.NONE)
    name: str = ""


def matched(sought: kinds.Sought, rows: Sequence[Row], clock: Clock) -> Matched:
    """The change with ids for the names that are sure; one that is not stops it. What is not found keeps its words."""
    tasks: list[str] = []
    sought = as_titled(sought, rows)
    if sought.is_guess:
        rows = touched(sought, rows, clock)
        is_meant = isinstance(sought.otherwise, kinds.Change) and not isinstance(sought.change, kinds.DeleteTodos)
        if len(rows) == 1 and (is_meant or is_told_done(sought.change, rows[0].title)):
            return Matched(replace(sought.change, tasks=(rows[0].id,)))
        return Matched(None, unsure(rows), sought.change.tasks[0])
    for task in sought.change.tasks:
        fit = find(task, rows, clock)
        if fit.fit != Fit.ONE and (each := each_of_several(task, rows, clock)):
            tasks += each
            continue
        is_told = fit.fit == Fit.ALMOST and is_told_done(sought.change, fit.rows[0].title)
        if fit.fit in {Fit.SEVERAL, Fit.ALMOST} and not is_told:
            return Matched(None, fit, task)
        match sought.change:
            case kinds.DeleteTodos(is_news=True) if fit.rows and bare.calls_off.match(fit.rows[0].title):
                return Matched(kinds.CompleteTodos((fit.rows[0].id,)))
        # The tool knows also what was called so until just now: said twice, it is done once.
        is_for_tool = fit.by_words and not isinstance(sought.change, kinds.UpdateTodos)
        tasks.append(task if is_for_tool or not fit.rows else fit.rows[0].id)
    return Matched(replace(sought.change, tasks=tuple(tasks)))


def each_of_several(words: str, rows: Sequence[Row], clock: Clock) -> list[str]:
    """The ids of "the rent and the dry cleaning" where each of them surely is a todo; else none."""
    parts = [part for part in PARTS.split(words) if part]
    fits = [find(part, rows, clock) for part in parts] if len(parts) > 1 else []
    return [fit.rows[0].id for fit in fits] if all(fit.fit == Fit.ONE for fit in fits) else []


def as_titled(sought: kinds.Sought, rows: Sequence[Row]) -> kinds.Sought:
    """With each word that nobody knows put right where it is a slip, or the beginning, of one of a title."""
    titled = sorted({word for row in rows for word in words_of(row.title) if len(word) > SHORT})

    def meant(said: re.Match[str]) -> str:
        word = said[0].lower()
        is_known = word in titled or word in TODO_VERBS or word in grammar_words() or is_learnt(word)
        return said[0] if is_known else next((other for other in titled if is_same_word(word, other)), said[0])

    tasks = tuple(LONG_WORD.sub(meant, task) for task in sought.change.tasks)
    return replace(sought, change=replace(sought.change, tasks=tasks))


def is_same_word(said: str, written: str) -> bool:
    """A slip inside of a long word, or the half of it. Dana is not Diana, nor Martin Martina, nor Anna Annabel."""
    is_short_form = written.startswith(said) and len(written) >= 2 * len(said)
    return is_short_form or (len(said) > SLIP_ABOVE and said[-1] == written[-1] and is_slip(said, written))


def found_none(sought: kinds.Sought, rows: Sequence[Row], clock: Clock) -> bool:
    sought = as_titled(sought, rows)
    if sought.is_guess:
        found = touched(sought, rows, clock)
        return len(found) != 1 if isinstance(sought.otherwise, kinds.Clarify | kinds.Say) else not found
    return all(find(task, rows, clock).fit == Fit.NONE for task in sought.change.tasks)


def sought(act: kinds.Act, known: Iterable[Row], clock: Clock) -> kinds.Act:
    """The look for what the act changes by words: no change is made before it is known what it would change."""
    ids = {row.id for row in known} | {LAST_REMINDER}
    return kinds.Sought(act) if isinstance(act, kinds.Change) and not ids.issuperset(act.tasks) else act
