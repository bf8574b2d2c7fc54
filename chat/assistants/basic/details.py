"""Priority and tags inside a sentence: cut out of what becomes the title."""

import re

from .grammar import phrases, rule, rules
from .words import PRIORITIES

URGENT = r"(very |super |really )?(?P<level>urgent|asap|critical|important|{grade}[ -]priority)"
# Where a priority stands: as "p1" or "!!", said as such, before the title, behind it, or as a kind of task.
PRIORITY_FORMS = rules(
    r"""
    (^|(?<=\s))\(?(?P<level>p[1-4]|!{2,3})\)?(?=$|[\s,.])
    [,–-]*\s*\(?\b({said_as} )*(a |an )?priority[: ]+(of |is |to )?(?P<level>{level}|p[1-4])\)?
    ^{urgent}\s?([:!,–-]+\s*|(?={task}))
    (^|(?<=\s))(with|at|as) (an? |the )?{urgent}\)?(?=$|[\s,.])
    \b(an? )?(new )?{urgent} (?={task}\b)
    \s*([,–-]+|\()\s*({which_is} )*(an? )?{urgent}\)?\s*$
    \b(?P<level>{grade}[ -]priority)\b:?
    \s(?P<level>asap|urgent)$
    """,
    level=phrases("urgent, high, medium, normal, low, highest, lowest"),
    urgent=URGENT,
    grade=phrases("top, highest, high, medium, normal, low, lowest"),
    said_as=phrases("with, at, as, of, and, is, it's, it is, make it, mark it, set to, set, has"),
    task=phrases("to-?do, task, item, reminder, chore"),
    which_is=phrases("and, it's, it is, this is, this one is, that's, which is, make it, marked"),
)
TAG = rule(r"(^|(?<=[\s,(]))#(?P<tag>(?!\d+\b)\w[\w-]{0,49})")
TAGGED = rule(
    r"[,(]?\s*\b(and )?(tagged|labell?ed|with (the )?(tags?|labels?)|and tag it|tag it)( with| as)? {tags}\)?$"
)
BETWEEN_WORDS = re.compile(r"[\s-]+")
BETWEEN_TAGS = re.compile(r"(?:,| and)+ | ")


def cut_priority(text: str) -> tuple[str, str]:
    """The text without the words for its priority, and that priority ("" when none is said)."""
    for form in PRIORITY_FORMS:
        if match := form.search(text):
            kept = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()
            return (kept, priority_named(match["level"])) if kept else (text, "")
    return text, ""


def priority_named(words: str) -> str:
    """The priority that "p1", "the highest priority" or "urgent" names."""
    return next((PRIORITIES[word] for word in BETWEEN_WORDS.split(words.lower()) if word in PRIORITIES), "")


def cut_tags(text: str) -> tuple[str, tuple[str, ...]]:
    tags = [match["tag"].lower() for match in TAG.finditer(text)]
    text = " ".join(TAG.sub(" ", text).split()) if tags else text
    if match := TAGGED.search(text):
        tags += tags_named(match["tags"])
        text = text[: match.start()].rstrip()
    return text, tuple(dict.fromkeys(tags))


def tags_named(words: str) -> tuple[str, ...]:
    return tuple(tag.lstrip("#").lower() for tag in BETWEEN_TAGS.split(words.strip()) if tag.strip("#"))
