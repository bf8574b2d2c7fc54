"""How a person names a todo: "the milk task", "it", "item 4", "the second one"."""

from language.grammar import section
from language.text.items import begins_with_verb
from language.vocabulary import NUMBERS

forms = section("naming")


def is_pronoun(name: str) -> bool:
    return forms.pronoun.fullmatch(name) is not None


def is_other(name: str) -> bool:
    return forms.other.fullmatch(name) is not None


def is_several(name: str) -> bool:
    return forms.several.fullmatch(name) is not None


def places_of(name: str) -> tuple[int, ...]:
    """Places in the list shown last, from 1; negative from its end; empty where the name is no place."""
    if match := forms.first_few.fullmatch(name):
        count = number_of(match["count"])
        return tuple(range(-count, 0)) if match["end"].lower() == "last" else tuple(range(1, count + 1))
    match = forms.places.fullmatch(name)
    return tuple(number_of(word) for word in forms.place.findall(match["numbers"])) if match else ()


def all_but(name: str) -> str | None:
    """What is left out in "all of them except the first"; None where the name is no such."""
    match = forms.all_but.fullmatch(name)
    return match["kept"] if match else None


def number_of(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBERS.get(word.lower(), 1)


def is_reference(name: str) -> bool:
    """Whether it speaks of what was shown before: "it", "both of them", "item 4", "all but the first"."""
    return is_pronoun(name) or is_several(name) or is_other(name) or bool(places_of(name)) or all_but(name) is not None


def names_in(words: str) -> tuple[str, ...]:
    """The todos that the words name: usually one, several for a list of plain names."""
    words = words.strip(" ,.")
    if is_reference(words):
        return (words,)
    parts = [part.strip() for part in section("items").separator.split(words) if part.strip()]
    is_deed = any(begins_with_verb(part) and " " not in part for part in parts) and any(" " in part for part in parts)
    if len(parts) < 2 or is_deed:
        parts = [words]
    return tuple(name for part in parts if (name := bare_name(part)))


def bare_name(words: str) -> str:
    """The words of the title alone: "the grocery shopping task" is "grocery shopping"."""
    return forms.after.sub("", forms.around.sub("", words)).strip(" ,.:") or words


def without_adverbs(words: str) -> str:
    """ "That already" is "that"."""
    return forms.after.sub("", words)


def has_sign(words: str) -> bool:
    """Whether the words can only name something on the list: "it", "the milk one", "item 4"."""
    return is_reference(words) or forms.sign.fullmatch(words) is not None
