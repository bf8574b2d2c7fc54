"""The notation of the rules, and the parts that many rules share.

A form reads like the sentence it understands: `(mark|set) {what} (as )?{done}`. Parentheses only group, braces hold
named parts, the rest is a regular expression without regard to case. Clauses are short
(`clauses.CLAUSE_MAX_CHARACTERS`) and single-spaced, so that no text makes a form slow.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping


def phrases(listed: str) -> str:
    """The part that stands for any of the phrases between commas."""
    return "(" + "|".join(phrase.strip() for phrase in listed.split(",")) + ")"


PARTS = {
    # What stands in a form, and becomes a group of its match.
    "what": r"(?P<what>.+?)",
    "value": r"(?P<value>.+)",
    "priority": r"(?P<priority>p[1-4]|urgent|asap|critical|important|none|(the )?{level}( prio(rity)?| importance)?)",
    "level": phrases("top, highest, high, medium, normal, moderate, low, lowest, minor, no"),
    "tags": r"(?P<tags>(#?[\w-]+)((,| and|, and) #?[\w-]+){0,5})",
    "count": r"(?P<count>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|couple( of)?|few)",
    # "To-do list", "my spring cleaning list", "list of things i have to do", "my reminders".
    "todo": phrases(
        """
        to-?dos?, to dos, to do'?s, tasks?, chores?, reminders?, errands?, items?, entry, entries, things?
        """
    ),
    "list": r"({my} {adjectives}({list_name}|{list_plural})|{list_name}|to-?dos)\b",
    "my": phrases("my, the, our, your, a, this, that, all my, all of my, all the, today's, tomorrow's"),
    "adjectives": r"((?!(to|on|onto|of|off|for|from|in|and|with|it|i|is|at|as|the|my)\b)[\w'&-]+ ){0,3}?",
    "list_name": r"({list_kind}s?'? lists?|lists?{list_of}( to do)?|to list)",
    "list_kind": phrases("to[- ]?do'?s?, task, chore, reminder, errand, agenda, shopping, grocery, bucket"),
    "list_of": r"( of ((?!to )[\w'-]+ ){0,2}?{listed_things}{listed_why})?",
    "listed_things": phrases(
        """
        things, stuff, shit, crap, tasks?, chores, reminders?, housework, to-?dos, to-?do'?s, items, errands,
        jobs, activities, projects, work
        """
    ),
    "listed_why": r"( (that )?(i|we)('ve| have)? (have|need|want|ought|got)( to)?( do| remember| finish)?"
    r"| to (do|complete|accomplish|remember|finish|get done|be done|buy)( for later)?)?",
    "list_plural": phrases(
        """
        to-?dos, to do'?s, to-?do, tasks, chores, reminders, errands, agenda, calendar, schedule, planner,
        plate
        """
    ),
    "in_list": r"((on( ?to)?|in( ?to)?|to|off of|off|of|from|out of|under|at|per|according to) {list}"
    r"|((on( ?to)?|to) (my|our)|(on ?to|to) the) (shopping|groceries)(?! \w))",
    "on_it": r"({in_list}|on it|to it|in it|from it|((in|on) )?there)",
    # What is said about a todo.
    "done": phrases("done, complete, completed, finished, closed, checked, checked off, off"),
    "not_done": phrases(
        """
        not (yet )?(done|complete|completed|finished), undone, incomplete, unfinished, open, pending,
        uncompleted
        """
    ),
    "due_date": phrases("due date, due time, deadline, date, due day, time, due"),
    "to": phrases("to, until, till, til, for, by, on, onto, at"),
}
NAMED_PART = re.compile(r"\{([a-z_]+)\}")
PARENTHESIS = re.compile(r"(?<!\\)\((?!\?)")


def rule(form: str, **parts: str) -> re.Pattern[str]:
    """The pattern of one form, on one line or several; use `fullmatch` for a whole clause."""
    return re.compile(expanded(re.sub(r"\s*\n\s*", "", form), PARTS | parts), re.IGNORECASE)


def rules(block: str, **parts: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a block with one form a line; a line that is indented deeper continues the one above."""
    return tuple(rule(form, **parts) for form in forms_of(block))


def one_of(block: str, **parts: str) -> re.Pattern[str]:
    """A single pattern for all forms of a block, where it does not matter which."""
    return rule(alternatives(block), **parts)


def alternatives(block: str) -> str:
    """The part that stands for any form of a block."""
    return "(" + "|".join(forms_of(block)) + ")"


def mention(listed: str) -> re.Pattern[str]:
    """Any of the phrases between commas, as whole words; use `search`."""
    return rule(rf"\b{phrases(listed)}\b")


def forms_of(block: str) -> list[str]:
    return re.sub(r"\n +", "", textwrap.dedent(block).strip()).splitlines()


def expanded(form: str, parts: Mapping[str, str]) -> str:
    """The form as a regular expression."""
    return NAMED_PART.sub(lambda name: expanded(parts[name[1]], parts), PARENTHESIS.sub("(?:", form))


def first_match(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The match of the first pattern that covers the whole text."""
    return next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)


def any_of(words: Iterable[str]) -> str:
    """One of the words, longest first."""
    return "(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"
