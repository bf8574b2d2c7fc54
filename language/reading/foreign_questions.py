"""A question about the list in German, French or Spanish, read as a bag of words.

It asks for what its words for lists, states (done, overdue) and days say; the words that are none of these are what
it is about.
"""

import re
from dataclasses import replace

from language.acts import Act, AskTodos, Question, Selection
from language.clock import Clock
from language.grammar import first_found, in_english, section, words
from language.text.periods import cut_span

PARTS = re.compile(r"[-'’]")
MARKS = " ,.;:!?¿¡"
TOPIC_WORDS_MAX = 5


def asked(text: str, clock: Clock, language: str) -> list[Act]:
    """The question, whatever its first word is; none where nothing in it speaks of a list."""
    frames = section("frames", language)
    done, overdue = frames.done_words.search(text), frames.overdue_words.search(text)
    span, rest = cut_span(in_english(text, "periods", language), clock, looks_back=done is not None)
    if span and (period := first_found(section("periods", language).entries.values(), text)):
        span = replace(span, name=period[0])
    said = [word for word in (word.strip(MARKS) for word in rest.split()) if word]
    about = [word for word in said if frames.about.search(word)]
    others = (bare(word, language) for word in said if word not in about)
    topic = " ".join(word for word in others if word)
    if len(topic.split()) > TOPIC_WORDS_MAX:
        return []
    if topic and frames.when.fullmatch(text):
        return [AskTodos(Question.WHEN, Selection("all", topic), topic)]
    if not (about or done or overdue or (span and not topic)):
        return []
    if topic and first_word(text) in words("there", language):
        return [AskTodos(Question.IS_THERE, Selection("all", topic), topic)]
    is_today = span is not None and span.first_on == span.last_on == clock.today
    which = "done" if done else "overdue" if overdue else "today" if is_today else "open"
    counted = frames.counting.match(text)
    return [AskTodos(Question.HOW_MANY if counted else Question.WHICH, Selection(which, span=span))]


def opens_question(text: str, language: str) -> bool:
    return section("frames", language).look.fullmatch(text) is not None


def first_word(text: str) -> str:
    return PARTS.split(text.partition(" ")[0].lower().strip(MARKS))[0]


def bare(word: str, language: str) -> str:
    """The word without the small ones that are joined to it; empty where it is one of those that ask."""
    light = words("light", language)
    parts = PARTS.split(word)
    while parts and parts[0].lower() in light:
        parts = parts[1:]
    return "" if not parts or (len(parts) == 1 and parts[0].lower() in light) else word[-len("-".join(parts)) :]
