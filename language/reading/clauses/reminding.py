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
from language.grammar import section
from language.reading.clauses.adding import title_of
from language.reminders.passed import OVER, is_over, passed_reminder
from language.reminders.phrases import read_rules, says_never
from language.reminders.rule import ReminderRule
from language.text.clauses import clause_of
from language.text.naming import is_pronoun

forms = section("reminding")
IT = "it"
# What a snooze is about when nothing was spoken of: `todos/tools.py` knows it.
LAST_REMINDER = "the last reminder"
# Of a time to remind; more are no such words.
WHEN_WORDS = 8
SNOOZED_FOR = "10 minutes"
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
    if not forms.about.search(text):
        return None
    if passed := passed_reminder(text, clock):
        raise Unclear(gettext(OVER) % {"when": passed.when})
    if match := forms.never_tail.fullmatch(text):
        return LineReminding(match.end("rest"), len(text), "none")
    if match := tail_of(text, clock):
        return LineReminding(match.end("rest"), len(text), match["when"])
    start = len(text) - len(text.lstrip())
    match = forms.before_what.fullmatch(text.strip())
    if match and clock.once(rules_in, match["when"]) is not None and clock.find(match["what"]):
        return LineReminding(start, start + match.start("what"), match["when"])
    match = forms.lead.match(text)
    rest = text[match.end() :].strip() if match else ""
    is_joint_alone = len(rest.split()) == 1 and forms.behind_date.match(f"{rest} …")
    if match is None or is_joint_alone or counts_back(rest, clock):
        return None
    return LineReminding(start, match.end(), "")


def understand_reminding(sentence: str, clock: Clock, read: Callable[[str], Sequence[Act] | None]) -> list[Act] | None:
    """The acts of a sentence about reminding; `read` understands what stands beside it, or says None.

    Raises Unclear for one whose moment is over.
    """
    text = sentence.strip(" .!?")
    if not forms.about.search(text):
        return None
    if passed := passed_reminder(clause_of(text).text, clock):
        raise Unclear(gettext(OVER) % {"when": passed.when})
    if forms.asked.fullmatch(text):
        return [AskTodos(Question.WHICH, Selection("reminding"))]
    if added := at_several_hours(text, clock):
        return [added]
    return changed_alone(text, clock) or beside(text, clock, read)


def at_several_hours(text: str, clock: Clock) -> AddTodo | None:
    """ "Remind me at 8am and at noon (tomorrow) to …": a todo of that day, which reminds more than once."""
    for match in forms.several_hours.fullmatches(text):
        day = " ".join(filter(None, (match["before"], match["after"])))
        is_time = forms.is_hour.search(match["hours"]) and (not day or is_date(day, clock))
        if is_time and title_of(match["what"]):
            return AddTodo(title_of(match["what"]), day, remind=match["hours"])
    return None


def changed_alone(text: str, clock: Clock) -> list[Act] | None:
    """Of a todo that there is: by its name, or the one that was spoken of."""
    if match := forms.never.fullmatch(text):
        return [update(match["task"], "none")]
    if match := forms.snoozed.fullmatch(text):
        return snoozed(match["task"] or "", match["until"] or "", clock)
    if (match := forms.before_what.fullmatch(text)) and clock.once(rules_in, match["when"]) is not None:
        return None if forms.clause.search(match["what"]) else [of_what(match["when"], match["what"], clock)]
    match = forms.alone.fullmatch(text)
    return reminded_of(match, clock) if match else None


def reminded_of(match: re.Match[str], clock: Clock) -> list[Act] | None:
    """ "Remind me (of the dentist) 30 minutes before"; “remind me of the dentist at 5” is a todo."""
    words, also = match["rest"].split(), "also " if match["also"] else ""
    if (told := forms.when_about.fullmatch(match["rest"])) and not match["named"] and counts_back(told["when"], clock):
        return [update(told["what"], also + told["when"])]
    places = range(max(1, len(words) - WHEN_WORDS), len(words)) if match["named"] else range(1)
    for place in places:
        when = " ".join(words[place:])
        if counts_back(when, clock):
            return [update(" ".join(words[:place]), also + when)]
    return None


def snoozed(task: str, until: str, clock: Clock) -> list[Act] | None:
    if task and not until and clock.once(rules_in, f"snooze {task}") is not None:
        task, until = "", task
    if not task and is_pronoun(until):
        task, until = until, ""
    if until and clock.once(rules_in, f"snooze {until}") is None:
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
    if match := forms.never_tail.fullmatch(text):
        return with_remind(match["rest"], "none", clock, read)
    match = tail_of(text, clock)
    return with_remind(match["rest"], match["when"], clock, read) if match else None


def tail_of(text: str, clock: Clock) -> re.Match[str] | None:
    match = forms.tail.fullmatch(text)
    if match is None or clock.once(rules_in, match["when"]) is None:
        if match and is_over(match["when"], clock):
            raise Unclear(gettext(OVER) % {"when": match["when"]})
        return None
    return match if counts_back(match["when"], clock) or clock.find(match["rest"]) else None


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


def counts_back(words: str, clock: Clock) -> bool:
    """Whether they say it by the date of the todo, and not by themselves; never is such a word too."""
    rules = [] if forms.hour_alone.fullmatch(words.strip()) else clock.once(rules_in, words)
    return says_never(words) or (bool(rules) and all(rule.on is None for rule in rules or ()))


def rules_in(words: str, clock: Clock) -> list[ReminderRule] | None:
    """When they say to remind of something that is due at some time; None for words that say none."""
    due = Due(clock.today + datetime.timedelta(days=SOME_DUE_DAYS), datetime.time(12), clock.zone.key)
    try:
        return read_rules([words], [], due, clock.zone, clock.now, clock.habits)
    except DateNotUnderstood:
        return None
