"""What is said about reminding: beside a todo (“…, remind me 30 minutes before”), of one that there is, and asked.

How the words become moments is not decided here (`language/reminders/phrases.py`), but whether they are such words.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from habits.speech import gettext
from language.acts import Act, AddTodo, AskTodos, Question, Reading, Selection, Unclear, UpdateTodos
from language.clock import Clock, cut_date, is_date
from language.due import Due
from language.errors import DateNotUnderstood
from language.reading.clauses.adding import title_of
from language.reminders.passed import OVER, is_over, passed_reminder
from language.reminders.phrases import read_rules, says_never
from language.text.clauses import clause_of
from language.text.naming import is_pronoun

IT = "it"
# What a snooze is about when nothing was spoken of: `todos/tools.py` knows it.
LAST_REMINDER = "the last reminder"
REMIND = r"(?:remind|notify|alert|ping|nudge) me"
BEFORE = r"(?:before|ahead of|prior to|earlier than)"
TAIL = re.compile(
    r"(?P<rest>.{2,400}?)[,;.:]?\s+(?:(?:and|but|then|also|please|so) )*"
    rf"(?:{REMIND}|with (?:an? )?(?:reminder|alarm)s?|set (?:an? )?(?:reminder|alarm)s? for(?: it)?)"
    r"\s+(?P<when>[^,;].{0,120}?)",
    re.IGNORECASE,
)
NEVER_TAIL = re.compile(
    r"(?P<rest>.{2,400}?)[,;.:]?\s+(?:(?:and|but|then|please) )*"
    r"(?:(?:do not|don't|dont|no need to) (?:remind|notify|alert) me(?: (?:about|of) (?:it|this|that))?|"
    r"without (?:an? )?(?:reminders?|alarms?)|no reminders?(?: please)?)",
    re.IGNORECASE,
)
ALONE = re.compile(
    rf"(?:please )?(?P<also>also )?{REMIND}(?P<named> (?:of|about))? (?P<rest>.{{1,300}})", re.IGNORECASE
)
BEFORE_WHAT = re.compile(
    rf"(?:please )?{REMIND} (?P<when>.{{1,40}}? {BEFORE}) (?P<what>(?:my|the|our|a|an)\b.{{1,200}})", re.IGNORECASE
)
NEVER = re.compile(
    r"(?:please )?(?:do not|don't|dont|stop|never) remind(?:ing)? me"
    r"(?: (?:of|about) (?P<task>.{1,200}?)(?: any ?(?:more|longer)| again)?)?",
    re.IGNORECASE,
)
OFF = re.compile(
    r"(?:please )?(?:turn off|switch off|mute|silence|disable) (?:the |all |my )?(?:reminders?|alarms?|notifications?)"
    r"(?: (?:for|of|about|on) (?P<task>.{1,200}))?",
    re.IGNORECASE,
)
SNOOZE = re.compile(
    r"(?:please )?snooze(?: (?P<task>(?!for\b|until\b|till\b|by\b|to\b).{1,200}?))??(?: (?:for|until|till|by|to))?"
    r"(?: (?P<until>.{1,100}))?",
    re.IGNORECASE,
)
AGAIN = re.compile(
    rf"(?:please )?{REMIND} (?:(?:of|about) (?:it|this|that) )?(?:again|later)(?: (?P<until>.{{1,100}}))?",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"(?:(?:what|which todos?|when|of what) (?:will|would|are|do) you (?:going to )?(?:remind|reminding) me"
    r"(?: (?:of|about))?(?: next)?|what(?: else)? (?:are you|will you be) reminding me(?: (?:of|about))?|"
    r"(?:what|which) reminders (?:are (?:set|coming(?: up)?|waiting|active)|do i have set|have i set)|"
    r"(?:show|list)(?: me)? (?:all )?(?:my )?(?:active|waiting|coming|scheduled|set) reminders|"
    r"when (?:is|are) my next reminders?)",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"\b(?:remind(?:ing)?|snooze|notify|alert|ping|nudge|(?:reminder|alarm|notification)s?)\b", re.IGNORECASE
)
WHEN_ABOUT = re.compile(r"(?P<when>.{1,40}?) about (?P<what>.{1,200})", re.IGNORECASE)
HOUR = r"(?:at )?(?:\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?|o'clock)?|noon|midday|midnight)"
SEVERAL = rf"(?P<hours>{HOUR}(?:(?:, and|,| and) {HOUR}){{1,9}})"
OF_DAY = r"(?P<before>(?:on|every|each|tomorrow|today|daily|weekdays)\b.{0,60}?) "
SEVERAL_HOURS = tuple(
    re.compile(rf"(?:please )?{REMIND} {form}", re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?:(?P<before>(?!at\b).{{1,60}}?),? )?{SEVERAL}(?: (?P<after>.{{1,60}}?))?,? to (?P<what>.{{1,300}})",
        rf"(?:to|about|of) (?P<what>.{{1,300}}?),? (?:{OF_DAY})?{SEVERAL}(?: (?P<after>.{{1,60}}))?",
    )
)
# "Chapter 3 and 4" are no hours.
MARKED = re.compile(r"\bat |\d ?[ap]\.?m|:|noon|mid|o'clock", re.IGNORECASE)
# "… before the meeting starts to print the slides": more than a name.
CLAUSE = re.compile(r"\b(?:to|that|because|so|and|starts?|begins?|is|are)\b", re.IGNORECASE)
# Of a time to remind; more are no such words.
WHEN_WORDS = 8
SNOOZED_FOR = "10 minutes"
# A line that begins like this is a todo: "remind me to …", "remind me friday at 5pm to …".
LEAD = re.compile(rf"\s*(?:please )?{REMIND}(?:(?: (?:to|about|of|that)\b)?(?=\s+\S))", re.IGNORECASE)
BEHIND_DATE = re.compile(r"[\s,]*(?:to|about|of|that)\b(?=\s+\S)", re.IGNORECASE)
# Any date: whether the words count back from one is all that is asked of it.
SOME_DUE_DAYS = 400


@dataclass(frozen=True)
class LineReminding:
    """Where a line of quick add says how to remind, and what: empty where it only begins with “remind me to”."""

    start: int
    end: int
    remind: str


def reminding_of_line(line: str, clock: Clock) -> LineReminding | None:
    """As a sentence of the chat says it of a new todo. Raises Unclear for a moment that is over."""
    text = line.rstrip(" .!?")
    if not ABOUT.search(text):
        return None
    if passed := passed_reminder(text, clock):
        raise Unclear(gettext(OVER) % {"when": passed.when})
    if match := NEVER_TAIL.fullmatch(text):
        return LineReminding(match.end("rest"), len(text), "none")
    if match := tail_of(text, clock):
        return LineReminding(match.end("rest"), len(text), match["when"])
    if (match := BEFORE_WHAT.fullmatch(text.strip())) and is_when(match["when"], clock) and clock.find(match["what"]):
        start = len(text) - len(text.lstrip())
        return LineReminding(start, start + match.start("what"), match["when"])
    match = LEAD.match(text)
    rest = text[match.end() :].strip() if match else ""
    if match is None or len(rest.split()) == 1 == len(BEHIND_DATE.findall(f"{rest} …")) or counts_back(rest, clock):
        return None
    return LineReminding(len(text) - len(text.lstrip()), match.end(), "")


def understand_reminding(sentence: str, clock: Clock, read: Callable[[str], Sequence[Act] | None]) -> list[Act] | None:
    """The acts of a sentence about reminding; `read` understands what stands beside it, or says None.

    Raises Unclear for one whose moment is over.
    """
    text = sentence.strip(" .!?")
    if not ABOUT.search(text):
        return None
    if passed := passed_reminder(clause_of(text).text, clock):
        raise Unclear(gettext(OVER) % {"when": passed.when})
    if ASKED.fullmatch(text):
        return [AskTodos(Question.WHICH, Selection("reminding"))]
    if added := at_several_hours(text, clock):
        return [added]
    return changed_alone(text, clock) or beside(text, clock, read)


def at_several_hours(text: str, clock: Clock) -> AddTodo | None:
    """ "Remind me at 8am and at noon (tomorrow) to …": a todo of that day, which reminds more than once."""
    for form in SEVERAL_HOURS:
        if match := form.fullmatch(text):
            day = " ".join(filter(None, (match["before"], match["after"])))
            is_time = MARKED.search(match["hours"]) and (not day or is_date(day, clock))
            if is_time and title_of(match["what"]):
                return AddTodo(title_of(match["what"]), day, remind=match["hours"])
    return None


def changed_alone(text: str, clock: Clock) -> list[Act] | None:
    """Of a todo that there is: by its name, or the one that was spoken of."""
    if (match := NEVER.fullmatch(text)) or (match := OFF.fullmatch(text)):
        return [update(match["task"], "none")]
    if (match := SNOOZE.fullmatch(text)) or (match := AGAIN.fullmatch(text)):
        return snoozed(match.groupdict().get("task") or "", match["until"] or "", clock)
    if (match := BEFORE_WHAT.fullmatch(text)) and is_when(match["when"], clock):
        return None if CLAUSE.search(match["what"]) else [of_what(match["when"], match["what"], clock)]
    match = ALONE.fullmatch(text)
    return reminded_of(match, clock) if match else None


def reminded_of(match: re.Match[str], clock: Clock) -> list[Act] | None:
    """ "Remind me (of the dentist) 30 minutes before"; “remind me of the dentist at 5” is a todo."""
    words, also = match["rest"].split(), "also " if match["also"] else ""
    if (told := WHEN_ABOUT.fullmatch(match["rest"])) and not match["named"] and counts_back(told["when"], clock):
        return [update(told["what"], also + told["when"])]
    places = range(max(1, len(words) - WHEN_WORDS), len(words)) if match["named"] else range(1)
    for place in places:
        when = " ".join(words[place:])
        if counts_back(when, clock):
            return [update(" ".join(words[:place]), also + when)]
    return None


def snoozed(task: str, until: str, clock: Clock) -> list[Act] | None:
    if task and not until and is_when(f"snooze {task}", clock):
        task, until = "", task
    if not task and is_pronoun(until):
        task, until = until, ""
    if until and not is_when(f"snooze {until}", clock):
        return None
    return [update(task, f"snooze {until or SNOOZED_FOR}")]


def of_what(when: str, what: str, clock: Clock) -> Act:
    """ "… before my flight on friday at 6pm" is a new todo; without a time it is one that there is."""
    title, due = cut_date(what, clock)
    found = clock.find(what) if due else None
    if found and found.due and found.due.time and title_of(title):
        return AddTodo(title_of(title), due, remind=when)
    return update(what, when)


def beside(text: str, clock: Clock, read: Callable[[str], Sequence[Act] | None]) -> list[Act] | None:
    """ "Dentist friday 3pm, remind me 30 minutes before": the todo as it reads alone, and its reminder."""
    if match := NEVER_TAIL.fullmatch(text):
        return with_remind(match["rest"], "none", clock, read)
    match = tail_of(text, clock)
    return with_remind(match["rest"], match["when"], clock, read) if match else None


def tail_of(text: str, clock: Clock) -> re.Match[str] | None:
    match = TAIL.fullmatch(text)
    if match and is_over(match["when"], clock):
        raise Unclear(gettext(OVER) % {"when": match["when"]})
    if match and is_when(match["when"], clock) and (counts_back(match["when"], clock) or clock.find(match["rest"])):
        return match
    return None


def with_remind(rest: str, when: str, clock: Clock, read: Callable[[str], Sequence[Act] | None]) -> list[Act] | None:
    acts = read(rest) or read(f"add {rest} to my list")
    if not acts or not all(isinstance(act, AddTodo | UpdateTodos) for act in acts):
        return None
    return [replace(act, remind=when) for act in acts if isinstance(act, AddTodo | UpdateTodos)]


def merged(readings: Sequence[Reading]) -> list[Reading]:
    """ "Dentist friday 3pm. Remind me an hour before.": of what was added just before, in one act."""
    kept: list[Reading] = []
    for reading in readings:
        last = kept[-1].acts[-1] if kept and kept[-1].acts else None
        match reading.acts:
            case [UpdateTodos(tasks=("it",), remind=when) as act] if when and act == UpdateTodos((IT,), remind=when):
                if isinstance(last, AddTodo | UpdateTodos):
                    acts = [*kept[-1].acts[:-1], replace(last, remind=when)]
                    kept[-1] = Reading(acts, kept[-1].is_sure and reading.is_sure)
                    continue
        kept.append(reading)
    return kept


def update(task: str | None, remind: str) -> UpdateTodos:
    named = (task or IT).strip()
    return UpdateTodos((IT if named.lower() in {"that", "this", "the reminder", "it"} else named,), remind=remind)


def is_when(words: str, clock: Clock) -> bool:
    """Whether the words say when to remind of something that is due at some time."""
    due = Due(clock.today + datetime.timedelta(days=SOME_DUE_DAYS), datetime.time(12), clock.zone.key)
    try:
        return read_rules([words], [], due, clock.zone, clock.now, clock.habits) is not None
    except DateNotUnderstood:
        return False


def counts_back(words: str, clock: Clock) -> bool:
    """Whether they say it by the date of the todo, and not by themselves; never is such a word too."""
    if says_never(words):
        return True
    due = Due(clock.today + datetime.timedelta(days=SOME_DUE_DAYS), datetime.time(12), clock.zone.key)
    try:
        rules = read_rules([words], [], due, clock.zone, clock.now, clock.habits) or []
    except DateNotUnderstood:
        return False
    at_clock = re.fullmatch(r"(?:at )?[\d:]+ ?(?:[ap]\.?m\.?)?|(?:at )?noon", words.strip(), re.IGNORECASE)
    return bool(rules) and not at_clock and all(rule.on is None for rule in rules)
