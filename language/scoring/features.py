"""What the scores look at: the shape of a sentence, and its words.

The shape has the words that the grammar knows, in order; content words count by their kind alone. A sentence about milk
and one about a meeting are alike, so that what was learnt of one holds for the other. The words tell what shapes
cannot: "start the essay" is something to do, "start the coffee machine" is said to a machine. So do the kind of deed
and the kind of thing that it is done to, which hold for words that were never seen.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import dropwhile, pairwise

from language.clock import Clock
from language.grammar import section, words
from language.text.quotations import MARK
from language.text.spelling import respelled, spelled_out
from language.vocabulary import IRREGULAR_PAST, TODO_VERBS, grammar_words

TOKEN = re.compile(r"[\w']+|[?!:,]|[^\s\w]")
WORDS_MAX = 60
SHORT = 3
LEADING = words("leading")
THINGS, DEEDS = section("things").members(), section("deeds").members()
DATE, CONTENT, VERB, DID, DOING, NUMBER, QUOTED = "<date>", "<x>", "<verb>", "<did>", "<ing>", "<n>", "<quote>"
# Programs and logs are pasted with them; nobody writes what is to be done so.
SIGN, SIGNS = "<sign>", frozenset(r"[]{}<>=;|\^~`")


def shape(text: str, clock: Clock) -> list[str]:
    """The sentence as function words and kinds: "put <x> on my list <date>"."""
    return shape_of(tokens_of(text, clock))


def tokens_of(text: str, clock: Clock) -> list[str]:
    """The words and marks of the sentence but its full stop, spelt out; DATE stands for each date."""
    plain = spelled_out(" ".join(text.split())).lower().rstrip(" .")
    plain = (respelled(plain) or plain) if plain else plain
    tokens: list[str] = []
    position = 0
    for start, end in [*clock.places(plain), (len(plain), len(plain))]:
        tokens += TOKEN.findall(plain[position:start])
        tokens += [DATE] * (end > start)
        position = end
    return tokens


def shape_of(tokens: list[str]) -> list[str]:
    kinds = [token if token == DATE else kind_of(token) for token in tokens]
    joined = [kind for place, kind in enumerate(kinds) if kind != CONTENT or kinds[place - 1 : place] != [CONTENT]]
    return joined[:WORDS_MAX]


@cache
def kind_of(token: str) -> str:
    if MARK.match(token):
        return QUOTED
    if token in grammar_words() or not token[0].isalnum():
        return SIGN if token in SIGNS else token
    if token.isdecimal():
        return NUMBER
    if token in TODO_VERBS:
        return VERB
    if token in IRREGULAR_PAST or (token.endswith("ed") and is_form(token[:-2], token[:-1])):
        return DID
    return DOING if token.endswith("ing") and is_form(token[:-3], token[:-3] + "e", token[:-4]) else CONTENT


def is_form(*bases: str) -> bool:
    return not TODO_VERBS.isdisjoint(bases)


def of_shape(kinds: list[str]) -> Iterator[str]:
    yield "always"
    padded = ["^", *kinds, "$"]
    yield from (f"has {kind}" for kind in kinds)
    yield from (f"{first} {second}" for first, second in pairwise(padded))
    yield f"begins {' '.join(kinds[:3])}"
    yield f"ends {' '.join(kinds[-2:])}"
    yield from (f"early {kind}" for kind in kinds[:4])
    yield f"length {min(len(kinds) // 3, 5)}"


def of_words(tokens: list[str]) -> Iterator[str]:
    said = [singular(token) for token in tokens[:WORDS_MAX] if token[0].isalpha()]
    yield from (f"word {word}" for word in said)
    yield from (f"first {word}" for word in said[:1])
    yield from of_deed([*dropwhile(LEADING.__contains__, said)])


def of_deed(said: list[str]) -> Iterator[str]:
    """What is done, and to what kind of thing, without what leads to it: "I need to …"."""
    yield f"verb {' '.join(said[:1])}"
    yield f"deed {' '.join(said[:2])}"
    yield f"last {' '.join(said[-1:])}"
    yield f"words {min(len(said), 8)}"
    deed = DEEDS.get(said[0] if said else "", "?")
    yield from (f"{deed} of {kind}" for kind in {THINGS[word] for word in said[1:] if word in THINGS} or {"?"})
    yield from (f"of {THINGS[word]}" for word in said[1:] if word in THINGS)


def singular(word: str) -> str:
    """Roughly: what is learnt of a light holds for lights. A real stem takes 60 µs a word."""
    return word[:-1] if len(word) > SHORT and word.endswith("s") and not word.endswith("ss") else word
