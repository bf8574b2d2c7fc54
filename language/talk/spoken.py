"""In which language a person writes, so that they are answered in it."""

from collections.abc import Sequence

from language.grammar import LANGUAGES, words
from language.reading.foreign import FRAMES, MAKERS, TOPICS, WORD, folded, is_of_others, own_words, signs
from language.text.clauses import CLAUSE_MAX_CHARACTERS, clause_of, sentences
from language.vocabulary import TODO_VERBS, grammar_words

ENGLISH = "en"
SENTENCES_READ = 3
EARLIER_READ = 3
# A message of so few words may be an answer that says nothing of its language: “2”, “no”, a name.
FEW_WORDS = 2
# Of so many words of a foreign language one is known at least; of fewer where another has some of them.
LEAST_SHARE, OF_OTHERS = 4, 3


def language_of(text: str, earlier: Sequence[str], usual: str) -> str:
    """Of a message; where it does not show, that of those said before it, the latest last, else the usual one."""
    said = shown_by(text, usual, short=bool(earlier) and is_short(text))
    for before in reversed(earlier[-EARLIER_READ:]):
        said = said or shown_by(before, usual, short=is_short(before))
    return said or usual


def is_short(text: str) -> bool:
    return len(WORD.findall(text)) <= FEW_WORDS


def shown_by(text: str, usual: str, *, short: bool) -> str:
    """The code of a language; empty where nothing tells.

    “am”, “um”, “was” and “hallo” are as good German as English: from somebody whose language it is, they are that.
    """
    parts = sentences(text[:CLAUSE_MAX_CHARACTERS])[:SENTENCES_READ]
    if found := next(filter(None, map(framed, parts)), ""):
        return found
    said = WORD.findall(text[:CLAUSE_MAX_CHARACTERS].lower())
    if short:
        return ENGLISH if TODO_VERBS.intersection(said) else ""
    # First, for what is as much English: in “not Bo, Al” the last word is a name.
    shares = {ENGLISH: sum(word in grammar_words() or word in TODO_VERBS for word in said)}
    shares |= {language: sum(word in own_words(language) for word in said) for language in LANGUAGES}
    best = max(shares, key=lambda language: shares[language])
    is_weak = best == ENGLISH and not TODO_VERBS.intersection(said)
    if is_weak and usual in LANGUAGES and (shares[usual] or shares[ENGLISH] < FEW_WORDS):
        return usual
    # A word or two are alike in many: “mi” is Spanish and Polish.
    enough = 1 if best == ENGLISH else len(said) / (OF_OTHERS if is_of_others(text, best) else LEAST_SHARE)
    return best if shares[best] >= enough > 0 else ""


def framed(sentence: str) -> str:
    """The language that has a form for the whole sentence, or that it begins a request in."""
    text = folded(clause_of(sentence).text)
    said = set(WORD.findall(text.lower()))
    for language in sorted(LANGUAGES, key=lambda each: -len(said & own_words(each))):
        if said.isdisjoint(signs(language)):
            continue
        frames = FRAMES[language]
        first = text.partition(" ")[0].lower()
        if first in words("requests", language) - grammar_words():
            return language
        if any(getattr(frames, name).fullmatch(text) for name in (*MAKERS, *TOPICS)):
            return language
    return ""
