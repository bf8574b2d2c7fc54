"""What is to be said is a row first: reminders whose moment has come, and whatever else `put` is given.

A reminder is handed over in one transaction: its rows for each target, and that it is sent. The rows are unique by
source, occurrence, channel and target, so that one moment is never said twice however often it is handed over.
"""

import datetime
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from notices.channels.registry import channels
from notices.models import Delivery
from telemetry import metrics
from todos.models.reminders import Reminder

# Reminders of one transaction, which holds their rows.
HANDED_OVER_AT_ONCE = 500
# What could not be said for so long, because nothing ran or nobody could be reached, is not worth saying any more.
WORTH_SAYING = datetime.timedelta(days=1)

Targets = Mapping[str, Mapping[UUID, Collection[str]]]


def hand_over_due() -> int:
    """Put what is due into the outbox; how many reminders that was. Those that another process has are left to it."""
    due = Reminder.objects.due().select_for_update(skip_locked=True, of=("self",))
    reminders = list(due[:HANDED_OVER_AT_ONCE])
    if not reminders:
        return 0
    targets = targets_of({reminder.owner_id for reminder in reminders})
    put_all([row for reminder in reminders for row in rows_of_reminder(reminder, targets)])
    handed_over = Reminder.objects.filter(pk__in=[reminder.pk for reminder in reminders])
    handed_over.update(state=Reminder.State.SENT, sent_for=F("at"))
    metrics.reminders_due.inc(len(reminders))
    return len(reminders)


def put(
    owner_id: UUID,
    kind: Delivery.Kind,
    source_id: UUID,
    occurrence: datetime.datetime,
    expires_at: datetime.datetime,
    content: dict[str, Any],
    only: Collection[str] | None = None,
    *,
    asked: bool = False,
) -> int:
    """Something else to say, {"title", "text", "address"}, by all channels of the person or those of `only`.

    `asked`: the person chose those for this, whatever they chose for reminders.

    Said at `occurrence`, and after `expires_at` no more. Inside the transaction of the caller.
    How many targets there are: 0 says that nothing reaches the person.
    """
    shared = {"owner_id": owner_id, "kind": kind, "source_id": source_id}
    shared |= {"occurrence": occurrence, "not_before": occurrence}
    rows = [
        Delivery(**shared, expires_at=expires_at, content=content, channel=channel, target=target)
        for channel, target in targets_of_owner(targets_of({owner_id}, asked=asked), owner_id)
        if only is None or channel in only
    ]
    put_all(rows)
    return len(rows)


def say_no_more(owner_id: UUID, source_id: UUID, why: str) -> None:
    """Withdraw what was put: what waits is not sent any more, and no button of what was sent counts."""
    Delivery.objects.for_user(owner_id).filter(source_id=source_id, acted="").update(acted=why, acted_at=Now())


def targets_of(owner_ids: Collection[UUID], *, asked: bool = False) -> Targets:
    """By channel and person; one question for each channel."""
    return {name: channel.targets(owner_ids, asked=asked) for name, channel in channels.items()}


def targets_of_owner(targets: Targets, owner_id: UUID) -> list[tuple[str, str]]:
    return [(channel, target) for channel, owners in targets.items() for target in owners.get(owner_id, ())]


def rows_of_reminder(reminder: Reminder, targets: Targets) -> list[Delivery]:
    if reminder.at is None:
        return []
    return [
        Delivery(
            owner_id=reminder.owner_id,
            kind=Delivery.Kind.REMINDER,
            source_id=reminder.pk,
            todo_id=reminder.todo_id,
            occurrence=reminder.at,
            not_before=reminder.at,
            expires_at=reminder.at + WORTH_SAYING,
            channel=channel,
            target=target,
        )
        for channel, target in targets_of_owner(targets, reminder.owner_id)
    ]


def put_all(rows: Collection[Delivery]) -> None:
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def expire_old() -> int:
    """What stayed unsaid until it was not worth saying is closed, whatever its channel is; how many."""
    old = Delivery.objects.claimable().filter(expires_at__lte=Now())
    return old.update(state=Delivery.State.EXPIRED, claim_token=None, code="too_late")
