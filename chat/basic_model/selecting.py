"""Which todos a phrase selects: "overdue", "all my completed tasks", "everything tagged work", "this week"."""

import datetime
import re
from dataclasses import replace

from todos.recurrence import MONTH_NAMES

from .acts import Selection, Span
from .dating import Clock
from .details import PRIORITY_FORMS, priority_named
from .grammar import any_of, mention, phrases, rule
from .words import NUMBERS

TODAY = mention("(for |due |from )?(today('s)?|tonight('s)?|this (morning|afternoon|evening))")
YESTERDAY = mention("yesterday('s)?")
PERIOD = rule(
    r"\b{during}((?P<which>this|next|coming|rest of the|rest of this|last|past)( coming)?"
    r" (?P<unit>week|weekend|month)('s)?|(?P<weekend>weekend))\b",
    during=r"(for |in |due |during |of |from |on |over )?(the )?",
)
DUE_BEFORE = rule(r"\b(due |for |on |by |in |at |from |before )+$")
PREPOSITION = rule(r"^((on|by|until|till|before|for|due|at) )+")
NEXT_DAYS = rule(
    r"\b(due )?(in |for |over |during |within )?(the )?next (?P<count>\d{1,3}|{number}) (?P<unit>day|week)s\b",
    number=any_of(NUMBERS),
)
MONTH = rule(
    rf"\b(due )?(in|for|during|from|this|next)( the month of| this| next)? (?P<month>{any_of(MONTH_NAMES)})"
    r"( (?P<year>20\d\d))?\b(?!,? \d)"
)
UNTIL = rule(r"\b(?P<word>by|until|till|before)( on| the)*$")
FILTERS = {
    "undated": mention(
        """
        without (an? |any )?(due )?(dates?|deadlines?|day|time), undated, unscheduled,
        (with |have |has |having )?no (due dates?|dates?|deadlines?), (that )?(aren't|isn't|not) (dated|scheduled)
        """
    ),
    "overdue": mention("overdue, past due, late, (have |did |'ve )?i? ?missed, behind on, expired, past the deadline"),
    "open": mention(
        """
        undone, unfinished, incomplete, uncompleted, outstanding, pending, remaining, open, unchecked,
        active, current, not (yet )?(done|finished|completed?|checked off), (have |'ve )?yet to,
        still (need|have|left|to), left, haven't, have i not
        """
    ),
    "trash": mention("in (the |my )?(trash|bin), (the|my) (trash|bin)$, trashed, deleted, removed"),
    "done": mention(
        r"""
        did i (already |just )?(finish|complete|do|get done|accomplish|check off|tick off|cross off),
        have i (already |just )?(finished|completed|done|accomplished|gotten done),
        i('ve| have)? (already )?(finished|completed|done|accomplished),
        (complete(?! [\w-]+ list)|completed|finished|done|checked([- ]off)?)
        (?= (to-?dos?|tasks?|items?|ones?|things|chores|reminders|stuff)),
        completed(?= list), (completed|finished|done)$,
        (is|are|was|were|been|got|get|marked|already) (already )?(done|finished|completed?|checked off|accomplished)
        """
    ),
    "upcoming": mention(r"upcoming, coming up, up next, later on, in the future, future, next few days, next \d+ days"),
}
TAGGED = rule(r"(\b(tagged|labell?ed|with (the )?tag|tag|label)( with| as)? #?|#(?!\d+\b))(?P<tag>[\w-]{1,50})")
URGENT = rule(r"\b(urgent|important|critical)(?= |$|\?)")
NOUN = mention(
    """
    to-?do'?s?, to do'?s, to do, tasks?, chores?, reminders?, errands?, items?, entries, things?, ones?,
    activities, stuff, todo items?, lists?, agenda, calendar, schedule, events?, plate, work
    """
)
QUANTIFIER = mention(
    """
    (absolutely )?everything( else)?, anything, all, every( single)?, each( and every)?, (the )?whole,
    entire, complete, the rest, the lot
    """
)
SMALL_WORDS = mention(
    """
    that's, it's, they're, who's, what's,
    of, the, my, our, your, these, those, this, that, them, it, on, in, from, off, out, for, to, are, is,
    which, i, have, has, need, want, do, there, due, all, and, with, am, be, at
    """
)
QUANTIFIED = rule(
    r"(it all|all of it|the lot|the whole lot)$"
    r"|((the|my|of|absolutely) )*(everything|anything|all|every|each|whole|entire|rest)\b"
)
PLURAL = rule(
    r"(.* )?{plural}( (about|for|with|from|that|which|in|on|of|i|due|tagged)\b.*)?",
    plural=phrases(
        """
        to-?do'?s, to do'?s, tasks, chores, reminders, errands, items, entries, things, ones, activities,
        stuff, lists?, agenda, calendar, schedule
        """
    ),
)
IN_LIST = rule("{in_list}")
ABOUT = rule(
    r"\b{about} (?P<text>.+)",
    about=phrases(
        """
        about, regarding, related to, concerning, containing, mentioning, with the words?, that mentions?,
        called, having to do with
        """
    ),
)
# What of "this week" is over counts for these; for all others the week begins today.
LOOKING_BACK = {"done", "trash", "overdue"}
SATURDAY = 5


def select_all(phrase: str, clock: Clock) -> Selection | None:
    """The group that the phrase names, or None where it names single todos."""
    selection, rest = select(phrase, clock)
    rest = " ".join(IN_LIST.sub(" ", rest).split())
    if rest and not QUANTIFIED.match(rest) and not PLURAL.fullmatch(rest):
        return None
    about = ABOUT.search(rest)
    topic = without_general_words(about["text"] if about else rest)
    return replace(selection, text=" ".join(topic.split()).strip(" ,'"))


def without_general_words(text: str) -> str:
    return SMALL_WORDS.sub(" ", NOUN.sub(" ", QUANTIFIER.sub(" ", text)))


def select(phrase: str, clock: Clock) -> tuple[Selection, str]:
    """What the phrase says about state, date, priority and tag, and the phrase without it."""
    span, rest = cut_span(phrase, clock)
    filter_name, rest = cut_filter(rest)
    tag, rest = cut_tag(rest)
    priority, rest = cut_wanted_priority(rest)
    if span and span.last_on >= clock.today and filter_name not in LOOKING_BACK:
        span = replace(span, first_on=max(span.first_on, clock.today))
    is_today = span is not None and span.first_on == span.last_on == clock.today
    return Selection(filter_name or ("today" if is_today else "open"), "", tag, priority, span), rest


def cut_filter(text: str) -> tuple[str, str]:
    for name, form in FILTERS.items():
        if match := form.search(text):
            return name, without(match, text)
    return "", text


def cut_tag(text: str) -> tuple[str, str]:
    match = TAGGED.search(text)
    return (match["tag"].lower(), without(match, text)) if match else ("", text)


def cut_wanted_priority(text: str) -> tuple[str, str]:
    """Any priority word counts here: "what's urgent", "my p1 tasks", "the most important"."""
    for form in (*PRIORITY_FORMS, URGENT):
        if match := form.search(text):
            return priority_named(match[0]), without(match, text)
    return "", text


def without(match: re.Match[str], text: str) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def cut_span(text: str, clock: Clock) -> tuple[Span | None, str]:
    """The days that the text speaks of, and the text without them."""
    if match := TODAY.search(text):
        return Span(clock.today, clock.today, "today"), without(match, text)
    if match := PERIOD.search(text):
        return period(match, clock.today), without(match, text)
    if match := YESTERDAY.search(text):
        day = clock.today - datetime.timedelta(days=1)
        return Span(day, day, "yesterday"), without(match, text)
    if match := NEXT_DAYS.search(text):
        return days_to_come(match, clock.today), without(match, text)
    if match := MONTH.search(text):
        return month_of(match, clock.today, looks_back=cut_filter(text)[0] in LOOKING_BACK), without(match, text)
    return cut_day(text, clock)


def cut_day(text: str, clock: Clock) -> tuple[Span | None, str]:
    """The day that the date words of the text name, or with "by" before them all days up to it."""
    found = clock.find(text)
    if found is None or found.due is None:
        return None, text
    words = text[found.start : found.end].strip()
    name, last_on = PREPOSITION.sub("", words), found.due.date
    until = UNTIL.search(f"{text[: found.start].rstrip()} {words.removesuffix(name)}".rstrip())
    if until and last_on > clock.today and cut_filter(text)[0] not in LOOKING_BACK:
        last_on -= datetime.timedelta(days=until["word"].lower() == "before")
        rest = f"{UNTIL.sub('', text[: found.start].rstrip())} {text[found.end :]}"
        return Span(clock.today, last_on, f"{until['word'].lower()} {name}"), rest
    rest = f"{DUE_BEFORE.sub('', text[: found.start])} {text[found.end :]}"
    return Span(found.due.date, found.due.date, name), rest


def days_to_come(match: re.Match[str], today: datetime.date) -> Span:
    """ "The next three days" are today and three more."""
    count, unit = match["count"].lower(), match["unit"].lower()
    days = (int(count) if count.isdecimal() else NUMBERS[count]) * (7 if unit == "week" else 1)
    return Span(today, today + datetime.timedelta(days=days), f"in the next {count} {unit}s")


def month_of(match: re.Match[str], today: datetime.date, *, looks_back: bool) -> Span:
    """The nearest month of that name: to come, or for what is done, past."""
    month = [name.lower() for name in MONTH_NAMES].index(match["month"].lower()) + 1
    year = int(match["year"] or today.year)
    if not match["year"]:
        year += (month < today.month and not looks_back) - (month > today.month and looks_back)
    first_on = datetime.date(year, month, 1)
    following = (first_on + datetime.timedelta(days=31)).replace(day=1)
    name = f"in {MONTH_NAMES[month - 1]}" + (f" {year}" if year != today.year else "")
    return Span(first_on, following - datetime.timedelta(days=1), name)


def period(match: re.Match[str], today: datetime.date) -> Span:
    """The calendar days of "this week", "next month", "the weekend"; weeks begin on Monday."""
    which, unit = (match["which"] or "this").lower(), (match["unit"] or "weekend").lower()
    steps = {"next": 1, "last": -1, "past": -1}.get(which, 0)
    name = f"{which if steps else 'this'} {unit}"
    if unit == "month":
        first_on = (today.replace(day=1) + datetime.timedelta(days=steps * 31)).replace(day=1)
        last_on = (first_on + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
    else:
        first_on = today - datetime.timedelta(days=today.weekday()) + datetime.timedelta(weeks=steps)
        last_on = first_on + datetime.timedelta(days=6)
    if unit == "weekend":
        first_on += datetime.timedelta(days=SATURDAY)
    return Span(first_on, last_on, name)
