"""What is said of when to be briefed, and what is answered."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chat.models.briefings import Briefing
from habits.wording import list_text, time_text
from language.dates import FoundDate, date_text, resolve_date
from language.due import Due
from language.errors import DateNotUnderstood
from language.recurrence import Recurrence, recurrence_text
from notices.ways import out_of_reach, ways_of
from web.errors import ValidationFailed

from .hours import Wish, days_of

DAY, WEEK = Briefing.Kind.DAY, Briefing.Kind.WEEK
# "Brief me at 6:30" is meant before the day begins.
PART = {DAY: "morning", WEEK: ""}
NO_HOUR = gettext_noop(
    "A briefing comes at a time of day, on days of the week: for example “every morning at 7” or “sundays at 6pm”."
)
COMES = {
    DAY: gettext_noop("You will be briefed %(often)s at %(time)s, next %(first)s, %(ways)s."),
    WEEK: gettext_noop("You will get the plan of your week %(often)s at %(time)s, next %(first)s, %(ways)s."),
}
IS_OFF = {DAY: gettext_noop("You are not briefed."), WEEK: gettext_noop("Your week is not planned.")}
TITLES = {DAY: gettext_noop("Briefing"), WEEK: gettext_noop("Plan of the week")}


def time_and_rule(words: str, stored: Briefing, now: datetime.datetime) -> tuple[datetime.time, str]:
    """What they say; what they leave out stays as it is. Raises ValidationFailed with a sentence."""
    found = read(words, stored, now)
    if found and found.names_day and not found.recurrence:
        # A plan of the week for “sunday at 6pm” is one of every sunday; a briefing of one day is none.
        found = read(f"every {words}", stored, now) if stored.kind == WEEK else None
    if found is None or found.due is None:
        raise ValidationFailed(details={"when": _(NO_HOUR)})
    rule = found.recurrence.rule if found.recurrence else stored.rule
    try:
        days_of(rule)
    except ValidationFailed:
        raise ValidationFailed(details={"when": _(NO_HOUR)}) from None
    return found.due.time or stored.time, rule


def read(words: str, stored: Briefing, now: datetime.datetime) -> FoundDate | None:
    user, part = stored.owner, PART[Briefing.Kind(stored.kind)]
    try:
        return resolve_date(words, user.zone, now, habits=user.habits, part=part)
    except DateNotUnderstood:
        return None


def note_of(briefing: Briefing, now: datetime.datetime) -> str:
    """A sentence: when it comes, by which channels, and which of these do not reach the person."""
    kind, user, next_at = Briefing.Kind(briefing.kind), briefing.owner, briefing.next_at
    if next_at is None:
        return _(IS_OFF[kind])
    channels = Wish.of(briefing).channels
    wall = next_at.astimezone(user.zone)
    first = date_text(Due(wall.date(), briefing.time, user.zone.key), user.zone, now, user.habits)
    often = recurrence_text(Recurrence(briefing.rule), user.habits)
    ways = [*ways_of(user, channels, asked=True), _("in the conversation “%(title)s”") % {"title": _(TITLES[kind])}]
    time = time_text(briefing.time, user.habits)
    comes = _(COMES[kind]) % {"often": often, "time": time, "first": first, "ways": list_text(ways)}
    return " ".join([comes, *out_of_reach(user, channels)])
