"""What the fields of a todo may hold. Every door's text comes through here, and what comes out can be stored.

Each `clean_…` returns the value to store or raises ValueError with a sentence for the person.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from language.dates import resolve_date
from language.dates.shifts import shifted
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence, parse_rule
from language.reminders.phrases import REMINDERS_MAX, read_rules
from language.reminders.rule import AT_THE_TIME, ReminderRule
from todos.fields.priority import Priority
from web.errors import ValidationFailed
from web.text import is_blank

from .schedule import Schedule

TITLE_MAX = 200
NOTES_MAX = 10_000
TAG_MAX = 50
TAGS_MAX = 20
DUE_PHRASE_MAX = 200
RULE_MAX = 200
CLOCK_ALONE = re.compile(
    r"(at\s+|by\s+)?(\d{1,2}(:\d\d)?\s*[ap]\.?m\.?|\d{1,2}:\d\d|noon|midnight)|at\s+\d{1,2}", re.IGNORECASE | re.ASCII
)


def clean_title(text: str) -> str:
    """One line: white space and line breaks fold into single spaces. Markup stays the text it is."""
    _refuse_unstorable(text)
    title = " ".join(text.split())
    if is_blank(title):
        raise ValueError(_("A todo needs a title."))
    if len(title) > TITLE_MAX:
        sentence = _("A title has at most %(most)s characters; this one has %(length)s.")
        raise ValueError(sentence % {"most": TITLE_MAX, "length": len(title)})
    return title


def clean_notes(text: str) -> str:
    _refuse_unstorable(text)
    notes = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(notes) > NOTES_MAX:
        sentence = _("Notes have at most %(most)s characters; these have %(length)s.")
        raise ValueError(sentence % {"most": f"{NOTES_MAX:,}", "length": f"{len(notes):,}"})
    return notes


def clean_priority(name: str) -> Priority:
    try:
        return Priority[name.strip().upper()]
    except KeyError:
        raise ValueError(_("A priority is none, low, medium, high or urgent.")) from None


def clean_tag(text: str) -> str:
    """Lower case and composed (NFC), so that one word is one tag; a leading # is dropped."""
    tag = unicodedata.normalize("NFC", text.strip().removeprefix("#").lower())
    # Marks (M) too: many scripts write vowels with them.
    kinds = [unicodedata.category(character)[0] for character in tag if character not in "-_"]
    if not 1 <= len(tag) <= TAG_MAX or is_blank(tag) or not kinds or not set(kinds) <= set("LNM"):
        raise ValueError(_("A tag has 1 to %(most)s letters, digits, “-” or “_”.") % {"most": TAG_MAX})
    return tag


def clean_tags(names: Iterable[str]) -> set[str]:
    tags = {clean_tag(name) for name in names}
    if len(tags) > TAGS_MAX:
        raise ValueError(_("A todo has at most %(most)s tags.") % {"most": TAGS_MAX})
    return tags


def clean_due(due: str | Due | None, schedule: Schedule, user: User, now: datetime.datetime) -> tuple[Schedule, str]:
    """The schedule with another date, and a note for the person; raises DateNotUnderstood for a phrase that is none.

    A date moves this occurrence; a repeat (“every weekday at 9:30”) begins a new rule, on the day there is where it
    names none; None ends both. “4pm” alone
    moves a todo on its day, unless the day is over, and “2 days later” counts from the date that it has.
    """
    if not isinstance(due, str):
        return schedule.moved_to(due), ""
    phrase, day = _phrase(due), schedule.due.date if schedule.due else None
    if moved := shifted(phrase, schedule.due, user.zone, now):
        return schedule.moved_to(moved), ""
    if day and day >= now.astimezone(user.zone).date() and CLOCK_ALONE.fullmatch(phrase):
        phrase = f"{day.isoformat()} {phrase}"
    found = resolve_date(phrase, user.zone, now, habits=user.habits)
    if found.recurrence and day and day >= now.astimezone(user.zone).date() and names_no_day(found.recurrence):
        return _repeat_in_words(phrase, schedule, user, now)
    if found.recurrence:
        return Schedule(found.due).repeating(found.recurrence), found.note
    return schedule.moved_to(found.due), found.note


def names_no_day(recurrence: Recurrence) -> bool:
    """“Every week” is said of the day that a todo has; “every friday” and “every day” bring their own."""
    return "BY" not in recurrence.rule and "DAILY" not in recurrence.rule


def clean_recurrence(
    recurrence: str | Recurrence | None, schedule: Schedule, user: User, now: datetime.datetime
) -> tuple[Schedule, str]:
    """The schedule under another rule: an RRULE value, words (“every friday”), or None to be due only once.

    The rule counts from the date there is, which stays; without one, words bring their first date.
    """
    if not recurrence:
        return schedule.repeating(None), ""
    if isinstance(recurrence, str) and "FREQ=" not in recurrence.upper():
        return _repeat_in_words(_phrase(recurrence), schedule, user, now)
    if isinstance(recurrence, str):
        recurrence = Recurrence(recurrence)
    if schedule.due is None:
        raise ValueError(_("A repeat needs a date to count from."))
    rule = str(parse_rule(recurrence.rule))
    if len(rule) > RULE_MAX:
        raise ValueError(_("This repeat rule is too long."))
    repeating = schedule.repeating(Recurrence(rule, recurrence.from_completion))
    if repeating.next(now, user.zone) is None:
        raise ValueError(_("By this repeat rule the todo would never come again."))
    return repeating, ""


def clean_remind(
    remind: str | Iterable[str | ReminderRule] | None,
    known: list[str] | None,
    schedule: Schedule,
    user: User,
    now: datetime.datetime,
) -> list[str] | None:
    """The rules to store, for a todo with this schedule that has the `known` ones; None where the due time reminds.

    Phrases replace what there is, but for those that say “also”; rules are taken as they are.
    """
    if remind is None:
        return None
    said = [remind] if isinstance(remind, str) else [*remind]
    if said and all(isinstance(one, ReminderRule) for one in said):
        return list(dict.fromkeys(str(rule) for rule in said))[:REMINDERS_MAX]
    phrases = [_storable(str(phrase)) for phrase in said]
    at_the_time = [AT_THE_TIME] if schedule.due and schedule.due.time else []
    rules_known = at_the_time if known is None else [ReminderRule.parse(text) for text in known]
    rules = read_rules(phrases, rules_known, schedule.due, user.zone, now, user.habits)
    return None if rules is None else [str(rule) for rule in rules]


def _repeat_in_words(phrase: str, schedule: Schedule, user: User, now: datetime.datetime) -> tuple[Schedule, str]:
    day = schedule.due.date if schedule.due else None
    # “every month” is said of the day that the todo is due.
    since = datetime.datetime.combine(day, datetime.time(), user.zone) if day else now
    found = resolve_date(phrase, user.zone, since, habits=user.habits)
    if found.recurrence is None or found.due is None:
        raise DateNotUnderstood(_("This does not say how to repeat. Try “every weekday” or “every 2 weeks”."))
    due = schedule.due or found.due
    if found.due.time:
        due = Due(due.date, found.due.time, found.due.zone)
    return Schedule(due).repeating(found.recurrence), found.note


def _storable(text: str) -> str:
    _refuse_unstorable(text)
    return text


def _phrase(text: str) -> str:
    _refuse_unstorable(text)
    if len(text) > DUE_PHRASE_MAX:
        raise ValueError(_("A date has at most %(most)s characters.") % {"most": DUE_PHRASE_MAX})
    return text.strip()


CLEANERS: Mapping[str, Callable[[Any], Any]] = {
    "title": clean_title,
    "notes": clean_notes,
    "priority": clean_priority,
    "tags": clean_tags,
    "add_tags": clean_tags,
    "remove_tags": clean_tags,
}
SCHEDULERS = {"due": clean_due, "recurrence": clean_recurrence}
# A repeat counts from the date that is given beside it, and a reminder from what both come to.
CLEANED_LAST = ["recurrence", "remind"]


def clean_fields(
    fields: Mapping[str, Any],
    user: User,
    now: datetime.datetime,
    schedule: Schedule,
    reminder_rules: list[str] | None = None,
) -> tuple[dict[str, Any], str]:
    """The values to store, "schedule" among them, and a note about the date; given are the schedule and rules so far.

    Raises DateNotUnderstood when the date alone is wrong, else ValidationFailed with all reasons.
    """
    cleaned: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    notes, wrong_date = [], None
    for name in sorted(fields, key=lambda name: name in CLEANED_LAST and 1 + CLEANED_LAST.index(name)):
        try:
            if name in SCHEDULERS:
                schedule, note = SCHEDULERS[name](fields[name], schedule, user, now)
                cleaned["schedule"] = schedule
                notes.append(note)
            elif name == "remind":
                cleaned["reminder_rules"] = clean_remind(fields[name], reminder_rules, schedule, user, now)
            else:
                cleaned[name] = CLEANERS[name](fields[name])
        except DateNotUnderstood as error:
            wrong_date, reasons[name] = error, error.sentence
        except ValueError as error:
            reasons[name] = str(error)
    if wrong_date and len(reasons) == 1:
        raise DateNotUnderstood(wrong_date.sentence, details=reasons) from None
    if reasons:
        raise ValidationFailed(details=reasons)
    return cleaned, " ".join(filter(None, notes))


def _refuse_unstorable(text: str) -> None:
    """Control characters, and halves of surrogate pairs that no database can encode."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r\v\f\x85":
            raise ValueError(_("This text holds a character that cannot be stored."))
