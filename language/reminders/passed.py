"""A reminder that is asked for a moment that is over: "remind me yesterday at 5pm to call mom".

Such words are a date, and no part of a title. What only tells of the past is a title as ever: "remind me to answer the
mail from yesterday", "to go through the notes I took last monday".
"""

from dataclasses import dataclass

from habits.speech import gettext_noop
from language.clock import Clock
from language.dates import resolve_date
from language.dates.tokens import may_be_date
from language.errors import DateNotUnderstood
from language.grammar import section

forms = section("passed")

OVER = gettext_noop(
    "“%(when)s” is over already, so that nothing would remind you. When should I? Say for example “tomorrow at 9am”."
)
BEHIND = gettext_noop("“%(when)s” is over already. When is it for? Say for example “tomorrow at 9am”.")
WHEN_WORDS = 8


@dataclass(frozen=True)
class Passed:
    """`when`, the words of a moment that is over, and `what` was to be done then."""

    what: str
    when: str


def passed_reminder(text: str, clock: Clock) -> Passed | None:
    """What a request for a reminder says, where its moment is over; None for any other text."""
    match = forms.asks.fullmatch(text.strip(" .!?"))
    if match is None:
        return None
    words = match["said"].split()
    return alone_in_past(words, clock) or led_by_past(words, clock) or ended_by_past(words, clock)


def passed_in_title(text: str, clock: Clock) -> Passed | None:
    """What is to be done, where its moment is over: "call mom yesterday at 5pm", "three days ago: call mom"."""
    words = text.split() if forms.sign.search(text) else []
    return led_by_past(words, clock) or ended_by_past(words, clock)


def alone_in_past(words: list[str], clock: Clock) -> Passed | None:
    """ "Remind me yesterday": of what, is not said."""
    said = " ".join(words)
    return Passed("", said) if len(words) <= WHEN_WORDS and is_over(said, clock) else None


def led_by_past(words: list[str], clock: Clock) -> Passed | None:
    """ "Yesterday at 5pm to call mom", "three days ago: call mom"."""
    for place in range(1, min(WHEN_WORDS + 1, len(words))):
        when, rest = " ".join(words[:place]), " ".join(words[place:])
        to_do = forms.to_do.fullmatch(rest)
        if (to_do or when.endswith((":", ","))) and is_over(when.strip(" ,:"), clock):
            return Passed(to_do["what"] if to_do else rest, when.strip(" ,:"))
    return None


def ended_by_past(words: list[str], clock: Clock) -> Passed | None:
    """ "To call mom yesterday at 5pm": the longest words at the end that are a date."""
    lead = forms.to_do.fullmatch(" ".join(words))
    words = lead["what"].split() if lead else words
    for place in range(max(1, len(words) - WHEN_WORDS), len(words)):
        when = " ".join(words[place:])
        over = is_over(when, clock)
        if over is None:
            continue
        what = " ".join(words[:place]).rstrip(" ,")
        is_linked = forms.link.search(what) and not forms.moves.match(what)
        is_told = is_linked or (forms.tells.search(what) and not forms.has_hour.search(when))
        return Passed(what, when) if over and not is_told else None
    return None


def passed_at_edge(text: str, clock: Clock) -> str:
    """The words of a moment that is over, with which the text begins or ends; empty where there are none."""
    words = text.split()
    begins = (words[:place] for place in range(min(WHEN_WORDS, len(words) - 1), 0, -1))
    ends = (words[place:] for place in range(max(1, len(words) - WHEN_WORDS), len(words)))
    return next((said for said in map(" ".join, (*begins, *ends)) if is_over(said, clock)), "")


def is_over(words: str, clock: Clock) -> bool | None:
    """Whether the moment is over; None for words that say none. A whole day is over when it has ended."""
    return clock.once(has_passed, words)


def has_passed(words: str, clock: Clock) -> bool | None:
    year = forms.year.fullmatch(words)
    if forms.behind_us.fullmatch(words) or (year and int(year["year"]) < clock.today.year):
        return True
    try:
        due = resolve_date(words, clock.zone, clock.now, habits=clock.habits).due if may_be_date(words) else None
    except DateNotUnderstood:
        return None
    if due is None:
        return None
    return due.at <= clock.now if due.at else due.date < clock.today
