"""Several things in one breath: "milk, eggs and bread" apart, "call Sam, the plumber, about the leak" together."""

import re

from language.clock import Clock, cut_date, is_date
from language.grammar import section
from language.text.details import cut_priority
from language.vocabulary import TODO_VERBS

forms = section("items")
PAIRS = section("pairs").one


SHORT_WORDS, LAST_WORDS, PHRASE_WORDS = 3, 6, 8
ITEMS_MAX = 100
YEAR = re.compile(r"\d{4}\b")
# "Pack the boxes and move the sofa" may be one todo.
DEEDS_TOGETHER = 2
# Stands for "and" inside of what is one thing.
JOINED = "\N{WORD JOINER}and\N{WORD JOINER}"


def listed_items(text: str, clock: Clock) -> list[str]:
    """The items of a list inside a sentence; the text itself when it is not surely a list."""
    parts = dated_parts(text, clock)
    if errands := errands_of(parts, clock):
        return errands
    is_told_apart = "," in text or forms.joint.fullmatch(cut_date(text, clock)[0])
    if is_list_of_deeds(parts, clock) or (is_told_apart and is_list_of_things(parts)):
        return with_common_date(parts, clock)
    return [text]


def dated_items(text: str, clock: Clock) -> list[str]:
    """For titles that run to the end: several only where each has its own date, or where deeds are told apart.

    Three in a row are, and two with "and also" between them.
    """
    parts = dated_parts(text, clock)
    if errands := errands_of(parts, clock):
        return errands
    told_apart = (len(parts) > DEEDS_TOGETHER and "," in text) or forms.and_also.search(text)
    if told_apart and all(map(is_verb_phrase, parts)):
        return with_common_date(parts, clock)
    return parts if all(has_own_date(part, clock) for part in parts) else [text]


def errands_of(parts: list[str], clock: Clock) -> list[str] | None:
    """ "Buy eggs, cheese and bread" apart, each with its verb and the common date; two may be one thing."""
    match = forms.errand.fullmatch(parts[0])
    things = [match["first"], *parts[1:]] if match else []
    if match is None or len(things) <= DEEDS_TOGETHER or not is_list_of_things(things):
        return None
    return [f"{match['verb']} {thing}" for thing in with_common_date(things, clock)]


def parts_of(text: str) -> list[str]:
    kept = PAIRS.sub(lambda pair: pair[0].replace(" and ", JOINED), forms.short_and.sub(" and ", text))
    parts = [part.strip().replace(JOINED, " and ") for part in forms.separator.split(kept) if part and part.strip()]
    return parts if 1 < len(parts) <= ITEMS_MAX else [text]


def dated_parts(text: str, clock: Clock) -> list[str]:
    """The parts; what only says when, or how urgent, goes with the one before: "board meeting, wednesday, 1pm"."""
    parts: list[str] = []
    for part in parts_of(text):
        if parts and (YEAR.match(part) or is_date(part, clock) or cut_priority(f"x, {part}")[0] == "x"):
            parts[-1] = f"{parts[-1]}, {part}"
        else:
            parts.append(part)
    return parts if len(parts) > 1 else [text]


def is_list_of_deeds(parts: list[str], clock: Clock) -> bool:
    """Parts that stand for themselves: each says what to do, or when."""
    return all(is_phrase(part) and (is_verb_phrase(part) or has_own_date(part, clock)) for part in parts)


def is_list_of_things(parts: list[str]) -> bool:
    """Short parts without a verb: "milk, eggs and bread"."""
    # A noun may be a verb as well, "batteries, light bulbs and tape"; where the first is none, all are apart.
    if is_verb_phrase(parts[0]) or not all(map(is_phrase, parts)):
        return False
    return all(len(part.split()) <= SHORT_WORDS for part in parts[:-1]) and len(parts[-1].split()) <= LAST_WORDS


def is_phrase(part: str) -> bool:
    return not forms.belongs.match(part) and len(part.split()) <= PHRASE_WORDS


def begins_with_verb(part: str) -> bool:
    return part.partition(" ")[0].lower() in TODO_VERBS


def is_verb_phrase(part: str) -> bool:
    return begins_with_verb(part) and " " in part


def has_own_date(part: str, clock: Clock) -> bool:
    found = clock.find(part)
    return found is not None and bool((part[: found.start] + part[found.end :]).strip(" ,"))


def with_common_date(parts: list[str], clock: Clock) -> list[str]:
    """A date said once at the end is meant for all things: "milk, eggs and bread for tomorrow"."""
    found = clock.find(parts[-1])
    if found is None or parts[-1][found.end :].strip() or any(clock.find(part) for part in parts[:-1]):
        return parts
    words = parts[-1][found.start : found.end]
    return [f"{part} {words}" for part in parts[:-1]] + parts[-1:]
