"""Which todo a person means: an id, a title, or words of a title. Never a guess: one match, or a question."""

import difflib
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habits.wording import quoted_text
from language.stems import FILLER, IRREGULAR_WORDS, LIGHT_VERBS, SAME_ACT, act_of, meaning_of, stem_of, words_of
from todos.errors import ReferenceAmbiguous, ReferenceNotFound
from todos.fields.rules import TITLE_MAX
from todos.models import TodoQuerySet

from .lately import Lately

CANDIDATES_SHOWN = 10
NEAR_SHOWN = 5
TYPO_CLOSENESS = 0.75
ECHO_MAX = 80
# A title in quotes, with some words about it; what is longer names no todo.
REFERENCE_MAX = 2 * TITLE_MAX
TOO_LONG = gettext_noop("A todo is named by its id, or by words of its title, in at most %(most)s characters.")


@dataclass(frozen=True)
class Titled:
    """A todo as far as references look at it."""

    id: uuid.UUID
    title: str
    words: tuple[str, ...]
    done: bool

    @cached_property
    def meaning(self) -> set[str]:
        return meaning_of(self.words)


class Place:
    """The todos of one queryset by id and title, read once, when they are first needed."""

    def __init__(self, todos: TodoQuerySet) -> None:
        self.todos = todos

    @cached_property
    def titles(self) -> list[Titled]:
        """Of done todos with one title (what repeats gets done often) only the latest is meant."""
        rows = self.todos.order_by("-completed_at", "-id").values_list("id", "title", "completed_at")
        titles: dict[object, Titled] = {}
        for todo_id, title, completed_at in rows:
            words = tuple(words_of(title))
            titles.setdefault(words if completed_at else todo_id, Titled(todo_id, title, words, bool(completed_at)))
        return list(titles.values())

    @cached_property
    def vocabulary(self) -> set[str]:
        return {word for titled in self.titles for word in titled.words}

    @cached_property
    def beginnings(self) -> dict[str, set[str]]:
        """The vocabulary by its first two letters, which stemming keeps; the tables of words say where it does not."""
        words_by_beginning: dict[str, set[str]] = defaultdict(set)
        for word in self.vocabulary:
            words_by_beginning[word[:2]].add(word)
        return words_by_beginning

    def words_for(self, stem: str) -> set[str]:
        """The words of titles that mean the stem. Only likely ones are stemmed: all of them would take 100 ms."""
        if _is_unspaced(stem):
            return {word for word in self.vocabulary if stem in word}
        likely = self.beginnings.get(stem[:2], set()) | (self.vocabulary & IRREGULAR_WORDS)
        return {word for word in likely if stem_of(word) == stem}

    def words_for_act(self, stem: str) -> set[str]:
        """The same, with verbs that stand for it."""
        same_act = {other for other, act in SAME_ACT.items() if act == act_of(stem)} | {stem}
        return {word for other in same_act for word in self.words_for(other)}


class References:
    """Words to todos. The places are tried in order: a later one counts only when no todo of an earlier one fits.

    A todo that had the whole title until lately counts before one that has some of its words. Near misses come from
    all places, and from `hints`, whose todos are never found.
    """

    def __init__(self, *places: TodoQuerySet, hints: TodoQuerySet | None = None, lately: Lately | None = None) -> None:
        self.lately = lately
        self.places = [Place(todos) for todos in places]
        self.hints = [Place(hints)] if hints is not None else []

    def find(self, reference: str) -> uuid.UUID:
        """The id of the one todo meant, which is yet to be checked if an id was given.

        Raises ReferenceAmbiguous with candidates or ReferenceNotFound with near misses, each {"id", "title"}.
        """
        if todo_id := read_id(reference):
            return todo_id
        if len(reference) > REFERENCE_MAX:
            raise ReferenceNotFound(_(TOO_LONG) % {"most": REFERENCE_MAX}, details={"near": []})
        words = words_of(reference)
        matches = next(filter(None, (_matches(words, place) for place in self.places)), [])
        if self.lately and not _are_called(matches, words) and (todo_id := self.lately.called(words)):
            if self.lately.may_be_meant(todo_id):
                return todo_id
            raise _not_found(reference, words, self.places + self.hints)
        if len(matches) == 1:
            return matches[0].id
        if matches:
            raise _ambiguous(reference, matches)
        raise _not_found(reference, words, self.places + self.hints)


def read_id(text: str) -> uuid.UUID | None:
    """Only the canonical spelling is an id; `UUID` alone reads many."""
    try:
        todo_id = uuid.UUID(text)
    except ValueError:
        return None
    return todo_id if str(todo_id) == text.strip().lower() else None


def _are_called(matches: list[Titled], words: list[str]) -> bool:
    """Whether these are the words of the whole title."""
    meaning = meaning_of(words)
    return any(titled.words == tuple(words) or titled.meaning == meaning for titled in matches)


def _matches(words: list[str], place: Place) -> list[Titled]:
    """The best kind of match that there is: the title itself, all its words, or words of it."""
    exact = [titled for titled in place.titles if words and titled.words == tuple(words)]
    meaning = _meaning(words, FILLER)
    if exact or not meaning:
        return exact
    sharing = _sharing(meaning, place)
    if sharing:
        return [titled for titled in sharing if titled.meaning == meaning] or sharing
    # Without the light verb too little is left to go by for less than the whole title.
    core = _meaning(words, FILLER | LIGHT_VERBS)
    return [titled for titled in _sharing(core, place) if titled.meaning == core] if core else []


def _meaning(words: Iterable[str], ignored: frozenset[str]) -> set[str]:
    """The stems that tell todos apart. A number alone is a place in some list, not a word of a title."""
    stems = {stem_of(word) for word in words if word not in ignored}
    return set() if all(stem.isdecimal() for stem in stems) else stems


def _sharing(meaning: set[str], place: Place) -> list[Titled]:
    """The todos whose titles hold every stem, at least one of them literally and not by a verb that stands for it."""
    literal = set().union(*(place.words_for(stem) for stem in meaning))
    alternatives = [place.words_for_act(stem) for stem in meaning]
    return [
        titled
        for titled in place.titles
        if not literal.isdisjoint(titled.words) and not any(words.isdisjoint(titled.words) for words in alternatives)
    ]


def _is_unspaced(stem: str) -> bool:
    """Chinese, Japanese and their like write no spaces: there a word is found inside a run of letters."""
    return unicodedata.category(stem[0]) == "Lo"


def _near(words: list[str], place: Place) -> list[tuple[float, Titled]]:
    """Titles that share a word or hold one that looks like a typo of it, with a score."""
    scores: dict[str, float] = {}
    for word in {word for word in words if word not in FILLER | LIGHT_VERBS and not word.isdecimal()}:
        shared = place.words_for_act(stem_of(word))
        scores |= dict.fromkeys(shared or _typos(word, place.vocabulary), 1.0 if shared else 0.9)
    scored = [(sum(scores.get(word, 0) for word in set(titled.words)), titled) for titled in place.titles]
    return [(score, titled) for score, titled in scored if score]


def _typos(word: str, vocabulary: set[str]) -> list[str]:
    alike = [
        other
        for other in vocabulary
        if abs(len(other) - len(word)) <= 2 and (other[0] == word[0] or other[:2] == word[1::-1])
    ]
    return difflib.get_close_matches(word, alike, n=NEAR_SHOWN, cutoff=TYPO_CLOSENESS)


def _ambiguous(reference: str, matches: list[Titled]) -> ReferenceAmbiguous:
    shown = matches[:CANDIDATES_SHOWN]
    sentence = _("%(count)s todos match %(words)s: %(titles)s. Which one?")
    if len(matches) > len(shown):
        sentence = _("%(count)s todos match %(words)s: %(titles)s and %(more)s more. Which one?")
    told = {"count": len(matches), "words": echo(reference), "titles": _titles(shown)}
    return ReferenceAmbiguous(
        sentence % {**told, "more": len(matches) - len(shown)},
        details={"candidates": _listed(shown), "total": len(matches)},
    )


def _not_found(reference: str, words: list[str], places: list[Place]) -> ReferenceNotFound:
    if not _meaning(words, FILLER):
        return ReferenceNotFound(_("Say which todo, by words of its title."), details={"near": []})
    scored = [found for place in places for found in _near(words, place)]
    near = [titled for _, titled in sorted(scored, key=lambda found: -found[0])[:NEAR_SHOWN]]
    sentence = _("No todo matches %(words)s. Close to it: %(titles)s.") if near else _("No todo matches %(words)s.")
    told = {"words": echo(reference), "titles": _titles(near)}
    return ReferenceNotFound(sentence % told, details={"near": _listed(near)})


def echo(text: str) -> str:
    """What was said, in quotes: one short line that every encoder takes."""
    return quoted_text(bare(text))


def bare(text: str) -> str:
    """The same without quotes."""
    kept = "".join(character for character in text[:ECHO_MAX] if unicodedata.category(character) not in {"Cc", "Cs"})
    return f"{kept}…" if len(text) > ECHO_MAX else kept


def _titles(titles: list[Titled]) -> str:
    done = _("%(title)s (done)")
    named = ((quoted_text(titled.title), titled.done) for titled in titles)
    return ", ".join(done % {"title": title} if is_done else title for title, is_done in named)


def _listed(titles: list[Titled]) -> list[dict[str, str]]:
    return [{"id": str(titled.id), "title": titled.title} for titled in titles]
