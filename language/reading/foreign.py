"""The everyday acts in German, French and Spanish, by their word files alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from habits.speech import gettext, gettext_noop
from language.acts import (
    Act,
    AddTodo,
    AskTodos,
    ChangeMany,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    Question,
    Say,
    Selection,
    Unclear,
    UndoChanges,
    UpdateTodos,
)
from language.clock import Clock, cut_date
from language.grammar import WORDS, section, words
from language.reading.clauses.adding import listed, todo_from
from language.reminders.passed import OVER, passed_at_edge
from language.text.periods import cut_span
from language.vocabulary import NOTATION, TODO_VERBS, grammar_words

WORD = re.compile(r"[^\W\d_]{2,}")
LANGUAGES = ("de", "fr", "es")
FRAMES = {language: section("frames", language) for language in LANGUAGES}
END_MARKS = " .!?¡¿"
NOT_UNDERSTOOD = gettext_noop("Shall I add “%(title)s” to your list? Of other languages I know few sentences.")
# Below this share of words that a file has, a sentence of several words is one of another language.
KNOWN_SHARE = 0.34
MARKS_OF_OTHERS = 2
TOPICS = ("thanks", "hello", "no", "yes")
# What a date leaves behind where it is said first: "erinnere mich morgen um 9 | an den Zahnarzt".
LEFT_OVER = re.compile(r"^(?:(?:daran|an|zu|de|d'|que|a|auf|nach)\b ?|d')(?=\S)", re.IGNORECASE)
# What may lead to a date: "à la semaine prochaine".
LEADS = re.compile(r"((à|a|au|al|pour|para|hasta|auf|nach|um|zu|in|en|le|la|el|den|die|das)\b ?)*", re.IGNORECASE)
Maker = Callable[[re.Match[str], Clock, str], list[Act]]


def understand_foreign(sentence: str, clock: Clock) -> list[Act] | None:
    """The acts of a sentence that one of the word files understands whole; None for any other."""
    text = folded(sentence)
    said = set(WORD.findall(text.lower()))
    for language in LANGUAGES:
        if said.isdisjoint(signs(language)):
            continue
        frames = FRAMES[language]
        for name, make in MAKERS.items():
            matches = getattr(frames, name).fullmatches(text)
            if acts := next(filter(None, (make(match, clock, language) for match in matches)), None):
                return acts
        if talk := talk_in(text, language):
            return [talk]
        if is_deed(text, clock, language):
            return [todo_from(text, clock)]
        if text.partition(" ")[0].lower() in words("requests", language) - grammar_words():
            return [Clarify(gettext(NOT_UNDERSTOOD) % {"title": text})]
    return None


def talk_in(text: str, language: str) -> Say | None:
    topic = next((topic for topic in TOPICS if getattr(FRAMES[language], topic).fullmatch(text)), None)
    return Say(topic) if topic else None


def understand_foreign_talk(sentence: str) -> Say | None:
    """A yes, a no or thanks in one of the languages."""
    text = folded(sentence)
    return next(filter(None, (talk_in(text, language) for language in LANGUAGES)), None)


def of_other_language(sentence: str, clock: Clock) -> Clarify | None:
    """What to ask about a sentence in a language without a word file; None where it may be English.

    Such a language shows by its letters, by two of its function words, or by having hardly a word in common.
    """
    text = folded(sentence)
    letters = [letter for letter in text if letter.isalpha()]
    said = WORD.findall(text.lower())
    others = len(words("of_other_languages").intersection(said))
    undated = WORD.findall(cut_date(text.lower(), clock)[0])
    known = (grammar_words(), TODO_VERBS, words("generic_nouns"), *map(signs, LANGUAGES))
    share = sum(any(word in each for each in known) for word in undated) / max(len(undated), 1)
    is_strange = len(undated) > MARKS_OF_OTHERS and share < KNOWN_SHARE and not text.isascii()
    # Words of a language that has a file, in a sentence that its file did not read.
    english = sum(word in grammar_words() for word in undated)
    foreign = max(sum(word in signs(language) for word in undated) for language in LANGUAGES)
    unread = foreign >= MARKS_OF_OTHERS and foreign > english
    if others >= MARKS_OF_OTHERS or unread or is_strange or sum(letter > "ɏ" for letter in letters) * 2 > len(letters):
        return Clarify(gettext(NOT_UNDERSTOOD) % {"title": text})
    return None


def folded(sentence: str) -> str:
    return " ".join(sentence.split()).strip(END_MARKS)


@cache
def signs(language: str) -> frozenset[str]:
    """The words of its file that are none of English."""
    text = NOTATION.sub(" ", (WORDS / f"{language}.txt").read_text(encoding="utf-8").lower())
    return frozenset(WORD.findall(text.partition("[parts]")[2])) - grammar_words() - TODO_VERBS


def is_deed(text: str, clock: Clock, language: str) -> bool:
    """ "Milch kaufen", "acheter du pain demain": an infinitive at the end, or in Romance languages at the beginning."""
    title, _ = cut_date(text, clock)
    parts = title.lower().split()
    if len(parts) < 2:
        return False
    return parts[-1 if language == "de" else 0] in words("verbs", language)


def added(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    value = match["value"]
    if "," in value:
        value = re.sub(rf",? (?:{'|'.join(words('and', language))}) ", ", ", value)
    return [named(act, language) for act in listed(value, clock)]


def reminded(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    value = around(match["value"], language)
    if over := passed_at_edge(value, clock):
        raise Unclear(gettext(OVER) % {"when": over})
    todo = todo_from(value, clock)
    title = around(LEFT_OVER.sub("", todo.title), language)
    return [named(replace(todo, title=without_article(title, language)), language)]


def around(title: str, language: str) -> str:
    """The title inside the words that lead to it: "dass ich … muss"."""
    match = FRAMES[language].around.fullmatch(title)
    return match["kept"] if match else title


def named(act: AddTodo | Clarify, language: str) -> AddTodo | Clarify:
    """The todo; without a title where that only says "something"."""
    if isinstance(act, AddTodo) and words("vague", language).issuperset(act.title.lower().split()):
        return replace(act, title="")
    return act


def looked_at(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    span, _ = cut_span(match[0], clock)
    is_today = span is not None and span.first_on == span.last_on == clock.today
    return [AskTodos(Question.WHICH, Selection("today" if is_today else "open", span=span))]


def completed(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    return [CompleteTodos((name_in(match, language),))]


def reopened(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    return [CompleteTodos((name_in(match, language),), reopen=True)]


def deleted(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    return [DeleteTodos((name_in(match, language),))]


def cleared(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    span, _ = cut_span(match[0], clock)
    return [ChangeMany("delete", Selection(span=span))]


def moved(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    rest, due = cut_date(match["date"], clock)
    return [UpdateTodos((name_in(match, language),), due=due)] if due and LEADS.fullmatch(rest) else []


def undone(match: re.Match[str], clock: Clock, language: str) -> list[Act]:
    return [UndoChanges()]


def name_in(match: re.Match[str], language: str) -> str:
    return without_article(match["what"], language)


def without_article(title: str, language: str) -> str:
    first, _, rest = title.partition(" ")
    return rest if rest and first.lower() in words("articles", language) else title


# In this order: "delete everything" before "delete X".
MAKERS: dict[str, Maker] = {
    "undo": undone,
    "clear": cleared,
    "remind": reminded,
    "reopen": reopened,
    "complete": completed,
    "move": moved,
    "look": looked_at,
    "delete": deleted,
    "add": added,
}
