"""Which of the todos that exist a name means: by the words of its title, generic nouns aside, and by its date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from language.acts import (
    Act,
    AddTodo,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    Sought,
    Span,
    Supposed,
    Unclear,
    UpdateTodos,
)
from language.clock import Clock
from language.grammar import section, words
from language.reading.foreign import LANGUAGES
from language.stems import FILLER, LIGHT_VERBS, act_of, stem_of, words_of
from language.talk.exchanges import Row
from language.text.naming import bare_name
from language.text.naming import forms as naming
from language.text.periods import cut_span

FOREIGN_NOUNS = frozenset[str]().union(*(words("generic", language) for language in LANGUAGES))
GENERIC = frozenset(map(stem_of, words("generic_nouns") | FOREIGN_NOUNS))
NEXT = frozenset(["next", "first", "upcoming"])
# The parts of a todo that is a list in itself: "buy milk, eggs and bread".
PARTS = section("items").separator


class Fit(StrEnum):
    """How the todos fit a name: one surely, several alike, one almost (to be asked about), or none."""

    ONE = "one"
    SEVERAL = "several"
    ALMOST = "almost"
    NONE = "none"


@dataclass(frozen=True)
class Found:
    fit: Fit
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Name:
    """A name taken apart: the stems of its words, those that tell todos apart, and the days that it speaks of."""

    said: frozenset[str]
    core: frozenset[str]
    span: Span | None

    @classmethod
    def of(cls, words: str, clock: Clock) -> Name:
        span, rest = dated_apart(words, clock)
        said = stems(rest)
        return cls(said, said - GENERIC, span)


def dated_apart(words: str, clock: Clock) -> tuple[Span | None, str]:
    """The days that a name speaks of, and its other words: "next monday's meeting", "the wedding on the tenth"."""
    plain = naming.possessive_day.sub(r"\g<day>", words)
    try:
        span, rest = cut_span(plain, clock)
    except Unclear:
        return None, words
    return (span, bare_name(rest)) if span and rest.strip() else (None, words)


def stems(words: str) -> frozenset[str]:
    told = [word for word in words_of(words) if word not in FILLER]
    core = [word for word in told if word not in LIGHT_VERBS] or told
    return frozenset(act_of(stem_of(word)) for word in core)


def find(words: str, rows: Sequence[Row], clock: Clock) -> Found:
    """The todos that the words mean. The whole title first, then titles with all its words, then by date alone."""
    exact = [row for row in rows if words_of(row.title) == words_of(words)]
    if exact:
        return found(exact)
    name = Name.of(words, clock)
    fitting = best(name, rows)
    if not fitting:
        return nearest(name, rows) if NEXT.intersection(words_of(words)) and not name.core else almost(name, rows)
    if name.span is None:
        return partly(words, found(fitting)) if name.core else unsure(fitting)
    dated = [row for row in fitting if falls_in(row, name.span)]
    return found(dated) if dated else Found(Fit.ALMOST if len(fitting) == 1 else Fit.SEVERAL, tuple(fitting))


def found(rows: Iterable[Row]) -> Found:
    rows = tuple(rows)
    return Found(Fit.NONE if not rows else Fit.ONE if len(rows) == 1 else Fit.SEVERAL, rows)


def best(name: Name, rows: Sequence[Row]) -> list[Row]:
    """The rows whose titles fit best: every word of the name; its telling words; its generic ones; its date alone."""
    titles = [(row, stems(row.title)) for row in rows]
    tries = [
        [row for row, title in titles if name.said and name.said == title],
        [row for row, title in titles if name.said and name.said <= title],
        [row for row, title in titles if name.core and name.core <= title],
    ]
    if not name.core and name.span:
        tries.append([row for row, _ in titles if falls_in(row, name.span)])
    return next(filter(None, tries), [])


def unsure(rows: list[Row]) -> Found:
    """Of rows that only a generic noun names, as "the event"."""
    return Found(Fit.ALMOST if len(rows) == 1 else Fit.SEVERAL, tuple(rows))


def nearest(name: Name, rows: Sequence[Row]) -> Found:
    """The next thing, whatever it is called: to be asked about."""
    dated = sorted((row for row in rows if row.due and not row.overdue), key=lambda row: row.due)
    return Found(Fit.ALMOST, (dated[0],)) if dated else Found(Fit.NONE)


def almost(name: Name, rows: Sequence[Row]) -> Found:
    """A todo all of whose telling words are in the name, which says more."""
    titles = [(row, stems(row.title) - GENERIC) for row in rows]
    near = [row for row, title in titles if title and title <= name.core]
    return Found(Fit.ALMOST, tuple(near)) if len(near) == 1 else Found(Fit.NONE)


def falls_in(row: Row, span: Span) -> bool:
    return bool(row.due) and span.first_on.isoformat() <= row.due[:10] <= span.last_on.isoformat()


def partly(words: str, fit: Found) -> Found:
    """Whether the words name only a part of a todo that is a list: then it is to be asked about."""
    if fit.fit != Fit.ONE:
        return fit
    title = fit.rows[0].title
    parts = [part for part in PARTS.split(title) if part and part.strip()]
    is_part = len(parts) > 1 and len(stems(words)) < len(stems(title))
    return Found(Fit.ALMOST, fit.rows) if is_part else fit


def needs_look(words: str, clock: Clock) -> bool:
    """Whether a name says more than words of a title: a day, a generic noun, several things."""
    return bool(
        naming.possessive_day.search(words)
        or not GENERIC.isdisjoint(stem_of(word) for word in words_of(words))
        or len([part for part in PARTS.split(words) if part]) > 1
        or dated_apart(words, clock)[0]
    )


Change = CompleteTodos | DeleteTodos | UpdateTodos


@dataclass(frozen=True)
class Matched:
    """What becomes of a change when the todos are known: the change itself, or the todos to ask about."""

    change: Change | None
    asked: Found = Found(Fit.NONE)
    name: str = ""


def matched(sought: Sought, rows: Sequence[Row], clock: Clock) -> Matched:
    """The change with ids for the names that are sure; one that is not stops it. What is not found keeps its words."""
    tasks: list[str] = []
    for task in sought.change.tasks:
        fit = find(task, rows, clock)
        if fit.fit != Fit.ONE and (each := each_of_several(task, rows, clock)):
            tasks += each
            continue
        if fit.fit in {Fit.SEVERAL, Fit.ALMOST}:
            return Matched(None, fit, task)
        tasks.append(fit.rows[0].id if fit.rows else task)
    return Matched(replace(sought.change, tasks=tuple(tasks)))


def each_of_several(words: str, rows: Sequence[Row], clock: Clock) -> list[str]:
    """The ids of "the rent and the dry cleaning" where each of them surely is a todo; else none."""
    parts = [part for part in PARTS.split(words) if part]
    fits = [find(part, rows, clock) for part in parts] if len(parts) > 1 else []
    return [fit.rows[0].id for fit in fits] if all(fit.fit == Fit.ONE for fit in fits) else []


def found_none(sought: Sought, rows: Sequence[Row], clock: Clock) -> bool:
    return all(find(task, rows, clock).fit == Fit.NONE for task in sought.change.tasks)


def sought(act: Act, known: Iterable[Row], clock: Clock) -> Act:
    """The act, or the look for what it names."""
    ids = {row.id for row in known}
    if isinstance(act, Supposed) and any(needs_look(task, clock) for task in act.change.tasks if task not in ids):
        return Sought(act.change, act.otherwise if isinstance(act.otherwise, AddTodo | Clarify) else None)
    if not isinstance(act, CompleteTodos | DeleteTodos | UpdateTodos) or ids.issuperset(act.tasks):
        return act
    return Sought(act) if any(needs_look(task, clock) for task in act.tasks if task not in ids) else act
