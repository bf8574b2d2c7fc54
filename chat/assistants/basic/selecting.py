"""Which todos a phrase selects: "overdue", "all my completed tasks", "everything tagged work", "this week"."""

from dataclasses import replace

from .acts import Selection
from .dating import Clock
from .details import PRIORITY_FORMS, priority_named
from .grammar import mention, phrases, rule
from .spans import cut_span, without

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
# "My work tasks", "the list for home": with one list for all, what it is for is a word to look for, or a tag.
AREA = "(work|home|personal|office|school|family|garden|house|college|uni|travel|finance|health)"
OF_AREA = rule(
    r"\b{area}([- ]related)?(?= (to-?do )?({todo}|lists?|stuff|ones)\b)"
    r"|\b(for|from|at) (the |my )?{area}(?= is\b| are\b|$)",
    area=AREA,
)
AREA_NAME = rule(AREA)
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


def select_all(phrase: str, clock: Clock) -> Selection | None:
    """The group that the phrase names, or None where it names single todos."""
    selection, rest = select(phrase, clock)
    rest = " ".join(IN_LIST.sub(" ", rest).split())
    if rest and not QUANTIFIED.match(rest) and not PLURAL.fullmatch(rest):
        return None
    about = ABOUT.search(rest)
    topic = without_general_words(about["text"] if about else rest)
    return replace(selection, text=" ".join(topic.split()).strip(" ,'") or selection.text)


def without_general_words(text: str) -> str:
    return SMALL_WORDS.sub(" ", NOUN.sub(" ", QUANTIFIER.sub(" ", text)))


def select(phrase: str, clock: Clock) -> tuple[Selection, str]:
    """What the phrase says about state, date, priority and tag, and the phrase without it."""
    area, phrase = cut_area(phrase)
    span, rest = cut_span(phrase, clock, looks_back=cut_filter(phrase)[0] in LOOKING_BACK)
    filter_name, rest = cut_filter(rest)
    tag, rest = cut_tag(rest)
    priority, rest = cut_wanted_priority(rest)
    if span and span.last_on >= clock.today and filter_name not in LOOKING_BACK:
        span = replace(span, first_on=max(span.first_on, clock.today))
    is_today = span is not None and span.first_on == span.last_on == clock.today
    return Selection(filter_name or ("today" if is_today else "open"), area, tag, priority, span), rest


def cut_area(text: str) -> tuple[str, str]:
    match = OF_AREA.search(text)
    name = AREA_NAME.search(match[0]) if match else None
    return (name[0].lower(), without(match, text)) if match and name else ("", text)


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
