"""How a person names a todo: "the milk task", "it", "item 4", "the second one"."""

from .grammar import any_of, one_of, phrases, rule
from .items import SEPARATOR, begins_with_verb
from .words import NUMBERS

PRONOUN = one_of(
    r"""
    it|that|this|that one|this one|the one|the same( one)?
    (that|this|the) {todo}
    the (new|latest|previous|current|last) (one|{todo})|my last (one|{todo})
    the (last one|task|todo) (i|we)( just)? (added|made|created|mentioned)|what i just added
    """
)
SEVERAL = one_of(
    r"""
    them|those|these|both|they|them all|all (two|three)|(all|both) of (them|those|these)
    (those|these|the) (two |three )?({todo}|ones)|both {todo}
    """
)
# A number needs no more sign to be a place in a list; "2000 pieces" is a title.
ORDINAL = any_of(word for word in NUMBERS if word not in {"one", "both", "couple", "couple of", "few"})
PLACES = rule(
    r"(the )?{item}? ?#?(?P<numbers>{place}((,| and|, and|,? &| or) (the |#|number |item )?{place}){0,9})"
    r"( (one|ones|{todo}|on the list|in the list|of them))*( please)?",
    item=phrases(r"{todo}, numbers?, no\.?, nr\.?, #, options?, choices?"),
    place=rf"(\d{{1,3}}|{ORDINAL})",
)
PLACE = rule(rf"\d+|\b{ORDINAL}\b")
FIRST_FEW = rule(
    r"(the )?(?P<end>first|last|top) (?P<count>\d|two|three|four|five|couple( of)?)( (ones|{todo}|of them))?"
)
AROUND = rule(
    r"^(the |my |a |an |our |that |this )?"
    r"((to-?do|task|item|reminder|entry|one|thing)s? (called|named|titled|about|for|to|of|:|that says) )?"
)
AFTER = rule(
    r"(,? {word})+$",
    word=phrases(
        """
        tasks?, to-?dos?, to do, todo items?, items?, reminders?, ones?, entry, things?, chores?, please,
        anymore, any more, any longer, now, instead, today, already, as well, too, for me, yet, after all
        """
    ),
)
SIGN = one_of(
    r"""
    .* (tasks?|to-?dos?|to do|items?|reminders?|one|ones|entry|chores?|thing)
    (the |my |that |this |a )?(tasks?|to-?do|reminder|item|todo item) (to|about|for|of|called|named|titled) .+
    """
)


def is_pronoun(name: str) -> bool:
    return PRONOUN.fullmatch(name) is not None


def is_several(name: str) -> bool:
    return SEVERAL.fullmatch(name) is not None


def places_of(name: str) -> tuple[int, ...]:
    """Places in the list shown last, from 1; negative from its end; empty where the name is no place."""
    if match := FIRST_FEW.fullmatch(name):
        count = number_of(match["count"])
        return tuple(range(-count, 0)) if match["end"].lower() == "last" else tuple(range(1, count + 1))
    match = PLACES.fullmatch(name)
    return tuple(number_of(word) for word in PLACE.findall(match["numbers"])) if match else ()


def number_of(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBERS.get(word.lower(), 1)


def names_in(words: str) -> tuple[str, ...]:
    """The todos that the words name: usually one, several for a list of plain names."""
    words = words.strip(" ,.")
    if is_pronoun(words) or is_several(words) or places_of(words):
        return (words,)
    parts = [part.strip() for part in SEPARATOR.split(words) if part.strip()]
    is_deed = any(begins_with_verb(part) and " " not in part for part in parts) and any(" " in part for part in parts)
    if len(parts) < 2 or is_deed:
        parts = [words]
    return tuple(name for part in parts if (name := bare_name(part)))


def bare_name(words: str) -> str:
    """The words of the title alone: "the grocery shopping task" is "grocery shopping"."""
    return AFTER.sub("", AROUND.sub("", words)).strip(" ,.:") or words


def without_adverbs(words: str) -> str:
    """ "That already" is "that"."""
    return AFTER.sub("", words)


def has_sign(words: str) -> bool:
    """Whether the words can only name something on the list: "it", "the milk one", "item 4"."""
    return is_pronoun(words) or is_several(words) or bool(places_of(words) or SIGN.fullmatch(words))
