"""Words that say when to remind: "30 minutes before", "the evening before", "at 8am and at noon", "in an hour".

What counts back needs a date to count from; a clock time alone is one of the day that the todo is due, and of the next
day that has it where there is none. All other words are a date as everywhere (`language/dates`). “Also” says that it
comes beside what there is, and “snooze” that it comes beside it once.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from habits.speech import gettext, gettext_noop
from habits.values import UNSAID, Habits
from language.dates import resolve_date
from language.dates.tokens import may_be_date
from language.due import Due
from language.errors import DateNotUnderstood
from language.grammar import LANGUAGES, in_english, section
from language.reminders.rule import AT_THE_TIME, MORNING, ReminderRule
from language.reminders.text import instant_text, rule_text
from language.vocabulary import NUMBERS

forms = section("reminders")

REMINDERS_MAX = 10
PHRASE_MAX = 200
DAYS_MAX = 366

HALF = frozenset(["half a", "half an", "a half"])
MINUTES = {"minute": 1, "min": 1, "m": 1, "hour": 60, "hr": 60, "h": 60}
DAYS = {"day": 1, "d": 1, "night": 1, "evening": 1, "morning": 1, "afternoon": 1, "week": 7, "wk": 7, "fortnight": 14}
PARTS = {"morning": MORNING, "afternoon": datetime.time(15), "evening": datetime.time(19), "night": datetime.time(20)}

AUTOMATIC = frozenset({"automatic", "automatically", "default", "the default", "as usual"})

NOT_UNDERSTOOD = gettext_noop(
    "I could not read “%(words)s” as a time to remind. Try “30 minutes before”, “the evening before” or “at 9am”."
)
REPEATED = gettext_noop(
    "A reminder is for one moment. For one that comes again and again, let the todo repeat, such as “every day at 9am”."
)
NO_DATE = gettext_noop(
    "It has no date, so that “%(words)s” counts from nothing. Say the moment, for example “tomorrow at 9am”."
)
WHOLE_DAY = gettext_noop(
    "It is due on a whole day, so that “%(words)s” counts from no time. Try “the evening before” or “at 9am”."
)
TOO_FAR_BEFORE = gettext_noop("A reminder comes at most a year before.")
TOO_MANY = gettext_noop("A todo has at most %(most)s reminders.")
IS_OVER = gettext_noop("“%(words)s” is over already: that was %(moment)s.")


def says_never(phrase: str) -> bool:
    return forms.never.fullmatch(_folded(phrase)) is not None


def read_rules(
    phrases: Iterable[str],
    known: Iterable[ReminderRule],
    due: Due | None,
    zone: ZoneInfo,
    now: datetime.datetime,
    habits: Habits = UNSAID,
) -> list[ReminderRule] | None:
    """The rules that these words ask for, for a todo that is due then and has the `known` ones.

    None for “automatic”, [] for “none”. Raises DateNotUnderstood with a sentence: for words that are no time, a moment
    that is over, and too many.
    """
    said, known = [*phrases], [*known]
    if len(said) > REMINDERS_MAX:
        raise DateNotUnderstood(gettext(TOO_MANY) % {"most": REMINDERS_MAX})
    for phrase in said:
        if len(phrase) > PHRASE_MAX:
            raise DateNotUnderstood(gettext(NOT_UNDERSTOOD) % {"words": f"{phrase[:60]}…"})
    folded = [*map(_folded, said)]
    if len(folded) == 1 and folded[0].lower() in AUTOMATIC:
        return None
    rules = known if any(forms.also.search(phrase.strip()) for phrase in said) else []
    if any(map(forms.snooze.fullmatch, folded)):
        rules = [rule for rule in known if not rule.once]
    asked = [words for words in folded if not forms.never.fullmatch(words)]
    rules = [*rules, *(rule for words in asked for rule in _rules_of(words, due, zone, now, habits))]
    for rule in rules:
        if rule not in known:
            _refuse_past(rule, due, zone, now, habits)
    if len(set(rules)) > REMINDERS_MAX:
        raise DateNotUnderstood(gettext(TOO_MANY) % {"most": REMINDERS_MAX})
    return list(dict.fromkeys(rules))


def _rules_of(
    folded: str, due: Due | None, zone: ZoneInfo, now: datetime.datetime, habits: Habits
) -> list[ReminderRule]:
    words = forms.also.sub("", folded).strip()
    if ";" in words:
        told = [_folded(piece) for piece in words.split(";") if piece.strip()]
        return [rule for piece in told for rule in _rules_of(piece, due, zone, now, habits)]
    try:
        return [_rule_of(words, due, zone, now, habits)]
    except DateNotUnderstood as refusal:
        pieces = [piece for piece in forms.joint.split(words) if piece]
        if not 1 < len(pieces) <= REMINDERS_MAX:
            raise refusal from None
    return [_rule_of(piece, due, zone, now, habits) for piece in _completed(pieces)]


def _completed(pieces: list[str]) -> list[str]:
    """ "10 and 30 minutes before", "a day and an hour before": what the last says is meant of all."""
    last = pieces.pop()
    if tail := forms.tail_of_last.search(last):
        whole = [f"{piece}{tail[0] if piece.isdecimal() else tail['before']}" for piece in pieces]
        pieces = [full if forms.distance.fullmatch(full) else piece for full, piece in zip(whole, pieces, strict=True)]
    return [*pieces, last]


def _rule_of(words: str, due: Due | None, zone: ZoneInfo, now: datetime.datetime, habits: Habits) -> ReminderRule:
    if snooze := forms.snooze.fullmatch(words):
        until = snooze["until"]
        moment = _moment(f"in {until}" if forms.length.fullmatch(until) else until, zone, now, habits)
        return replace(moment, once=True)
    if forms.at_the_time.fullmatch(words):
        return _counted(AT_THE_TIME, words, due)
    if match := forms.distance.fullmatch(words):
        return _before(match, words, due, zone, now)
    if (match := forms.on_the_day.fullmatch(words)) and due:
        time = _time_in(match, match["unit"], due.date, zone, now)
        return ReminderRule(days=0, time=time or MORNING)
    if forms.hour_alone.fullmatch(words) and due:
        return ReminderRule(days=0, time=_clock(words, due.date, zone, now))
    return _moment(words, zone, now, habits)


def _before(match: re.Match[str], words: str, due: Due | None, zone: ZoneInfo, now: datetime.datetime) -> ReminderRule:
    unit, count = match["unit"].lower(), _count(match["count"] or "a") + (0.5 if match["half"] else 0)
    if unit in DAYS and count == int(count) and not match["more"]:
        days = int(count) * DAYS[unit]
        if days > DAYS_MAX:
            raise DateNotUnderstood(gettext(TOO_FAR_BEFORE))
        rule = _counted(ReminderRule(days=days), words, due)
        day = due.date - datetime.timedelta(days=days) if due else now.date()
        return replace(rule, time=_time_in(match, unit, day, zone, now))
    minutes = round(count * (MINUTES.get(unit) or DAYS[unit] * 24 * 60)) + round(_count(match["more"] or "0"))
    if minutes > DAYS_MAX * 24 * 60:
        raise DateNotUnderstood(gettext(TOO_FAR_BEFORE))
    if match["clock"] or match["part"]:
        raise DateNotUnderstood(gettext(NOT_UNDERSTOOD) % {"words": words})
    return _counted(ReminderRule(minutes=minutes), words, due)


def _counted(rule: ReminderRule, words: str, due: Due | None) -> ReminderRule:
    """The rule, where the todo has what it counts from."""
    if due is None:
        raise DateNotUnderstood(gettext(NO_DATE) % {"words": words})
    if rule.minutes is not None and due.time is None:
        raise DateNotUnderstood(gettext(WHOLE_DAY) % {"words": words})
    return rule


def _count(word: str) -> float:
    said = word.lower()
    return 0.5 if said in HALF else float(NUMBERS.get(said) or said)


def _time_in(
    match: re.Match[str], part: str, day: datetime.date, zone: ZoneInfo, now: datetime.datetime
) -> datetime.time | None:
    """ "The evening before", "2 days before at 9am", "the day before in the morning"."""
    if match["clock"]:
        return _clock(match["clock"], day, zone, now)
    return PARTS.get((match["part"] or part).lower())


def _clock(words: str, day: datetime.date, zone: ZoneInfo, now: datetime.datetime) -> datetime.time:
    """The time of that day: "at 8" is the morning, or the evening of a day whose morning is over."""
    found = resolve_date(f"{day.isoformat()} at {words.lower().removeprefix('at ')}", zone, now)
    if found.due is None or found.due.time is None:
        raise DateNotUnderstood(gettext(NOT_UNDERSTOOD) % {"words": words})
    return found.due.time


def _moment(words: str, zone: ZoneInfo, now: datetime.datetime, habits: Habits) -> ReminderRule:
    """A date as everywhere; a whole day is its morning."""
    if forms.ever_again.match(words):
        raise DateNotUnderstood(gettext(REPEATED))
    try:
        found = resolve_date(words, zone, now, habits=habits) if may_be_date(words) else None
    except DateNotUnderstood:
        found = None
    if found is None or found.due is None:
        raise DateNotUnderstood(gettext(NOT_UNDERSTOOD) % {"words": words[:60]})
    if found.recurrence:
        raise DateNotUnderstood(gettext(REPEATED))
    wall = datetime.datetime.combine(found.due.date, found.due.time or MORNING)
    if wall.second or wall.microsecond:
        # A rule is of whole minutes, and the one that began may be over.
        wall = wall.replace(second=0, microsecond=0) + datetime.timedelta(minutes=1)
    return ReminderRule(on=wall.date(), time=wall.time(), zone=found.due.zone or zone.key)


def _refuse_past(rule: ReminderRule, due: Due | None, zone: ZoneInfo, now: datetime.datetime, habits: Habits) -> None:
    at = rule.instant(due, zone)
    if at is not None and at <= now:
        said = rule_text(rule, zone, now, habits)
        raise DateNotUnderstood(gettext(IS_OVER) % {"words": said, "moment": instant_text(at, zone, now, habits)})


def _folded(phrase: str) -> str:
    words = " ".join(phrase.replace("’", "'").split()).strip(" .,!")
    for language in LANGUAGES:
        if any(word in words.lower() for word in section("counting_back", language).signs):
            words = in_english(words, "reminders", language)
    led = forms.led.match(words)
    words = words[led.end() :] if led else words
    time_first = forms.hour_first.fullmatch(words)
    return f"{time_first['rest']} at {time_first['clock']}" if time_first else words
