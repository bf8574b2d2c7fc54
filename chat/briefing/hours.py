"""When the next briefing is: at a wall time, on days that a rule names, through changes of clock and zone."""

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from accounts.models import User
from chat.models.briefings import Briefing
from language.due import instant_of
from language.errors import DateNotUnderstood
from language.recurrence import DAY_CODES, parse_rule
from notices.stopping.signing import mails_stopped
from web.errors import ValidationFailed

CHANNELS = ("push", "mail")
DAILY = "FREQ=DAILY"
# What is proposed to who switches it on.
USUAL = {
    Briefing.Kind.DAY: (datetime.time(7, 30), DAILY),
    Briefing.Kind.WEEK: (datetime.time(18), "FREQ=WEEKLY;BYDAY=SU"),
}
WEEK = 7
DAYS_ONLY = gettext_noop("Name days of the week, as in FREQ=WEEKLY;BYDAY=MO,FR, or FREQ=DAILY.")


@dataclass(frozen=True)
class Wish:
    """What a person chose for the briefing or for the plan of the week."""

    on: bool
    time: datetime.time
    rule: str
    channels: frozenset[str]

    @classmethod
    def of(cls, briefing: Briefing) -> "Wish":
        """What is chosen now."""
        channels = frozenset(name for name in CHANNELS if getattr(briefing, name))
        return cls(briefing.next_at is not None, briefing.time, briefing.rule, channels)

    @classmethod
    def parse(cls, said: dict[str, Any]) -> "Wish":
        """What `as_json` has written."""
        return cls(said["on"], datetime.time.fromisoformat(said["time"]), said["rule"], frozenset(said["channels"]))

    def as_json(self) -> dict[str, Any]:
        return {"on": self.on, "time": f"{self.time:%H:%M}", "rule": self.rule, "channels": sorted(self.channels)}


def days_of(rule: str) -> set[int]:
    """The days of the week, 0 for Monday. Raises ValidationFailed for a rule that says anything else."""
    try:
        read = parse_rule(rule)
    except DateNotUnderstood:
        raise ValidationFailed(details={"recurrence": gettext(DAYS_ONLY)}) from None
    if read.interval != 1 or read.month_days or read.month or read.position or any(nth for nth, _ in read.days):
        raise ValidationFailed(details={"recurrence": gettext(DAYS_ONLY)})
    if read.frequency == "DAILY" and not read.days:
        return set(range(WEEK))
    if read.frequency == "WEEKLY" and read.days:
        return {day for _, day in read.days}
    raise ValidationFailed(details={"recurrence": gettext(DAYS_ONLY)})


def rule_of(days: set[int]) -> str:
    return DAILY if len(days) == WEEK else f"FREQ=WEEKLY;BYDAY={','.join(DAY_CODES[day] for day in sorted(days))}"


def next_moment(rule: str, time: datetime.time, zone: ZoneInfo, after: datetime.datetime) -> datetime.datetime:
    """The first one later than `after`."""
    days, today = days_of(rule), after.astimezone(zone).date()
    coming = (today + datetime.timedelta(days=ahead) for ahead in range(WEEK + 2))
    return next(moment for day in coming if day.weekday() in days and (moment := instant_of(day, time, zone)) > after)


def briefings_of(owner: User) -> dict[Briefing.Kind, Briefing]:
    """Both of a user's, as stored, else off at the usual hour."""
    usual = {kind: Briefing(owner=owner, kind=kind, time=time, rule=rule) for kind, (time, rule) in USUAL.items()}
    return usual | {Briefing.Kind(stored.kind): stored for stored in Briefing.objects.for_user(owner)}


def wish(
    owner: User, kind: Briefing.Kind, wished: Wish, now: datetime.datetime, change: dict[str, Any] | None = None
) -> Briefing:
    """Store what a person chose; `change` tells how to take it back. Raises ValidationFailed."""
    next_at = next_moment(wished.rule, wished.time, owner.zone, now)
    chosen = {"time": wished.time, "rule": wished.rule, "next_at": next_at if wished.on else None}
    chosen |= {name: name in wished.channels for name in CHANNELS}
    # Who changes it while it is written takes it from whoever writes.
    chosen |= {"claim_token": None, "claim_until": None, "change": change}
    briefing, _ = Briefing.objects.update_or_create(owner=owner, kind=kind, defaults=chosen)
    return briefing


@receiver(post_save, sender=User)
def follow_zone(instance: User, created: bool, **kwargs: object) -> None:
    """Keep the wall time of briefings when the person's time zone changes."""
    changed = kwargs["update_fields"]
    if created or (isinstance(changed, frozenset) and "time_zone" not in changed):
        return
    for briefing in Briefing.objects.for_user(instance).exclude(next_at=None):
        next_at = next_moment(briefing.rule, briefing.time, instance.zone, timezone.now())
        Briefing.objects.filter(pk=briefing.pk).update(next_at=next_at)


@receiver(mails_stopped)
def stop_mails(user: User, **kwargs: object) -> None:
    Briefing.objects.for_user(user).update(mail=False)
