"""A reminder that is asked for a moment that is over: "remind me yesterday at 5pm to call mom".

Such words are a date, and no part of a title. What only tells of the past is a title as ever: "remind me to answer the
mail from yesterday", "to go through the notes I took last monday".
"""

import re
from dataclasses import dataclass

from habits.speech import gettext_noop
from habits.wording import MONTH_NAMES, WEEKDAY_NAMES
from language.clock import Clock
from language.dates import resolve_date
from language.errors import DateNotUnderstood
from language.reminders.phrases import ANY, DAYS, MINUTES

OVER = gettext_noop(
    "“%(when)s” is over already, so that nothing would remind you. When should I? Say for example “tomorrow at 9am”."
)
BEHIND = gettext_noop("“%(when)s” is over already. When is it for? Say for example “tomorrow at 9am”.")
WHEN_WORDS = 8

ASKS = re.compile(
    r"(?:remind|notify|alert|ping|nudge) me\s+(?P<said>.{1,400})|"
    r"(?:(?:set|create|make|add|schedule|give me|i need|i want)(?: up)?\s+)?an? (?:reminder|alarm|alert)(?: for me)?\s+"
    r"(?:for (?!me\b))?(?P<of>.{1,400})",
    re.IGNORECASE,
)
PARTS = "morning|afternoon|evening|night"
SPANS = {*MINUTES, *DAYS, "sec", "second", "month", "year", "decade", "weekend"} - {"m", "h", "d"}
NAMES = [*WEEKDAY_NAMES, *MONTH_NAMES, *(name[:3] for name in WEEKDAY_NAMES)]
THING = rf"(?:{'|'.join(sorted([*SPANS, *NAMES], key=len, reverse=True))})s?"
SOME = rf"(?:\d{{1,4}}|{ANY}|several|many|some|a dozen|quite a few)"
HOUR = rf"(?:(?:at |around )?(?:\d{{1,2}}(?::\d\d)? ?(?:[ap]\.?m\.?|o'clock)?|noon|midnight)|(?:in the )?(?:{PARTS}))"
# What lies behind us, by what says so: counted back, the last one, the one before that, or a word for it.
PAST = "|".join(
    (
        rf"(?:the )?(?:day before )?yesterday|(?:the )?last {THING}|(?:the )?{THING} before last|the other {THING}",
        rf"(?:{SOME} ?{THING}|(?:quite )?a while|some time|long|ages|a moment) ago|-\d{{1,4}} ?{THING}",
        rf"earlier (?:today|this {THING})|(?:back )?in the past",
    )
)
BEHIND_US = re.compile(rf"(?:on )?(?:{HOUR},? )?(?:{PAST})(?:,? {HOUR}){{0,2}}", re.IGNORECASE | re.ASCII)
# Without one of these no words of a title are of the past: looked for first, because dates are slow to read.
SIGN = re.compile(r"\b(?:yesterday|last|ago|earlier|past|other|[12]\d{3})\b|-\d", re.IGNORECASE | re.ASCII)
YEAR = re.compile(r"(?:back )?in ((?:19|20)\d\d)", re.ASCII)
TO_DO = re.compile(r"(?:to|about|of|that(?: i (?:have|need|must|want) to)?)\s+(?P<what>.+)", re.IGNORECASE)
HAS_HOUR = re.compile(r"\d ?(?:[ap]\.?m|o'clock|:\d\d)|\bat \d|\bnoon\b|\bago\b", re.IGNORECASE)
# What a day of the past belongs to, where it is no moment to remind at: "from", and without an hour a whole clause.
LINK = re.compile(
    r"\b(?:from|of|since|than|like|with|for|until|till|and|or|before|after|between|by|in|at|to|as|vs|over|versus)$",
    re.IGNORECASE,
)
MOVES = re.compile(r"(?:move|push|postpone|reschedule|shift|change|set|put|bring)\b", re.IGNORECASE)
TELLS = re.compile(
    r"\b(?:i|we|he|she|they|you|it|which|who|what|that|was|were|did|had|left|sent|took|bought|made|said|got|\w+ed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passed:
    """`when`, the words of a moment that is over, and `what` was to be done then."""

    what: str
    when: str


def passed_reminder(text: str, clock: Clock) -> Passed | None:
    """What a request for a reminder says, where its moment is over; None for any other text."""
    match = ASKS.fullmatch(text.strip(" .!?"))
    if match is None:
        return None
    words = (match["said"] or match["of"]).split()
    return alone_in_past(words, clock) or led_by_past(words, clock) or ended_by_past(words, clock)


def passed_in_title(text: str, clock: Clock) -> Passed | None:
    """What is to be done, where its moment is over: "call mom yesterday at 5pm", "three days ago: call mom"."""
    words = text.split() if SIGN.search(text) else []
    for place in range(1, min(WHEN_WORDS + 1, len(words))):
        when = " ".join(words[:place])
        if when.endswith((":", ",")) and is_over(when[:-1], clock):
            return Passed(" ".join(words[place:]), when[:-1])
    return ended_by_past(words, clock)


def alone_in_past(words: list[str], clock: Clock) -> Passed | None:
    """ "Remind me yesterday": of what, is not said."""
    said = " ".join(words)
    return Passed("", said) if len(words) <= WHEN_WORDS and is_over(said, clock) else None


def led_by_past(words: list[str], clock: Clock) -> Passed | None:
    """ "Yesterday at 5pm to call mom"."""
    for place in range(1, min(WHEN_WORDS + 1, len(words))):
        when, behind = " ".join(words[:place]).strip(" ,:"), TO_DO.fullmatch(" ".join(words[place:]))
        if behind and is_over(when, clock):
            return Passed(behind["what"], when)
    return None


def ended_by_past(words: list[str], clock: Clock) -> Passed | None:
    """ "To call mom yesterday at 5pm": the longest words at the end that are a date."""
    lead = TO_DO.fullmatch(" ".join(words))
    words = lead["what"].split() if lead else words
    for place in range(max(1, len(words) - WHEN_WORDS), len(words)):
        when = " ".join(words[place:])
        over = is_over(when, clock)
        if over is None:
            continue
        what = " ".join(words[:place]).rstrip(" ,")
        is_told = (LINK.search(what) and not MOVES.match(what)) or (TELLS.search(what) and not HAS_HOUR.search(when))
        return Passed(what, when) if over and not is_told else None
    return None


def passed_at_edge(text: str, clock: Clock) -> str:
    """The words of a moment that is over, with which the text begins or ends; empty where there are none."""
    words = text.split()
    for parts in (
        (words[:place] for place in range(min(WHEN_WORDS, len(words) - 1), 0, -1)),
        (words[place:] for place in range(max(1, len(words) - WHEN_WORDS), len(words))),
    ):
        readings = ((" ".join(part), is_over(" ".join(part), clock)) for part in parts)
        said, over = next((reading for reading in readings if reading[1] is not None), ("", False))
        if over:
            return said
    return ""


def is_over(words: str, clock: Clock) -> bool | None:
    """Whether the moment is over; None for words that say none. A whole day is over when it has ended."""
    year = YEAR.fullmatch(words)
    if BEHIND_US.fullmatch(words) or (year and int(year[1]) < clock.today.year):
        return True
    try:
        due = resolve_date(words, clock.zone, clock.now, habits=clock.habits).due
    except DateNotUnderstood:
        return None
    if due is None:
        return None
    return due.at <= clock.now if due.at else due.date < clock.today
