"""Sentences in a language that has no word file, or that its file did not read: they are asked back, never written."""

from habits.speech import gettext
from language.acts import Clarify
from language.clock import Clock, cut_date
from language.grammar import LANGUAGES, plain
from language.reading.foreign import NOT_UNDERSTOOD, OWN_LETTERS, WORD, folded, other_words, signs
from language.scoring.score import is_learnt
from language.vocabulary import TODO_VERBS, grammar_words

# So many words of one language tell it, where English has fewer of its own.
MARKS = 2
LAST_LATIN = "ɏ"


def of_other_language(sentence: str, clock: Clock) -> Clarify | None:
    """What to ask about a sentence in another language; None where it may be English.

    Such a language shows by its letters, by its words, or by having no word in common.
    """
    text = folded(sentence)
    return Clarify(gettext(NOT_UNDERSTOOD) % {"title": text}) if is_other(text, clock) else None


def is_other(text: str, clock: Clock) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    if sum(letter > LAST_LATIN for letter in letters) * 2 > len(letters):
        return True
    said = WORD.findall(text.lower())
    english = sum(word in grammar_words() or word in TODO_VERBS for word in said)
    unaccented = [*map(plain, said)]
    others = max(sum(word in each for word in unaccented) for each in other_words().values())
    if not english and any(not letter.isascii() and letter.lower() not in OWN_LETTERS for letter in letters):
        return True
    if others > english:
        return others >= MARKS or not english
    if said and said[0] in TODO_VERBS:
        return False
    foreign = max(sum(word in signs(language) for word in said) for language in LANGUAGES)
    undated = WORD.findall(cut_date(text.lower(), clock)[0])
    is_unknown = len(undated) > MARKS and not any(map(is_english, undated))
    return (foreign >= MARKS and foreign >= english) or is_unknown


def is_english(word: str) -> bool:
    return word in grammar_words() or word in TODO_VERBS or is_learnt(word)
