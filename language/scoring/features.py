"""What a score looks at: the words that the grammar knows, in order; content words count by their kind alone.

A sentence about milk and one about a meeting are alike, so that what was learnt of one holds for the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from language.clock import Clock
from language.text.quotations import MARK
from language.text.spelling import respelled, spelled_out
from language.vocabulary import IRREGULAR_PAST, TODO_VERBS, grammar_words

TOKEN = re.compile(r"[\w']+|[?!:,]|[^\s\w]")
WORDS_MAX = 60
DATE, CONTENT, VERB, DID, DOING, NUMBER, QUOTED = "<date>", "<x>", "<verb>", "<did>", "<ing>", "<n>", "<quote>"


def shape(text: str, clock: Clock) -> list[str]:
    """The sentence as function words and kinds: "put <x> on my list <date>"."""
    plain = spelled_out(" ".join(text.split())).lower()
    plain = (respelled(plain) or plain) if plain else plain
    shaped: list[str] = []
    position = 0
    for start, end in [*clock.places(plain), (len(plain), len(plain))]:
        shaped += [kind_of(token) for token in TOKEN.findall(plain[position:start])]
        shaped += [DATE] * (end > start)
        position = end
    joined = [token for place, token in enumerate(shaped) if token != CONTENT or shaped[place - 1 : place] != [CONTENT]]
    return joined[:WORDS_MAX]


@cache
def kind_of(token: str) -> str:
    if MARK.match(token):
        return QUOTED
    if token in grammar_words() or not token[0].isalnum():
        return token
    if token.isdecimal():
        return NUMBER
    if token in TODO_VERBS:
        return VERB
    if token in IRREGULAR_PAST or (token.endswith("ed") and is_form(token[:-2], token[:-1])):
        return DID
    return DOING if token.endswith("ing") and is_form(token[:-3], token[:-3] + "e", token[:-4]) else CONTENT


def is_form(*bases: str) -> bool:
    return not TODO_VERBS.isdisjoint(bases)


def features(text: str, clock: Clock) -> list[str]:
    """The names of what is true of the sentence, each once."""
    return sorted(set(named(shape(text, clock))))


def named(tokens: list[str]) -> Iterator[str]:
    yield "always"
    padded = ["^", *tokens, "$"]
    yield from (f"has {token}" for token in tokens)
    yield from (f"{first} {second}" for first, second in pairwise(padded))
    yield f"begins {' '.join(tokens[:3])}"
    yield f"ends {' '.join(tokens[-2:])}"
    yield from (f"early {token}" for token in tokens[:4])
    yield f"length {min(len(tokens) // 3, 5)}"
