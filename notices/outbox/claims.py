"""Who sends what: a claim on rows of the outbox, for a time, by a token that fences what comes of it.

A row is claimed in one transaction, sent outside of any, and written down in another by the token of its claim. Of a
process that died, the claim ends by the database's clock, and another one sends: a message arrives twice only when
the process went between the other side's “accepted” and our row, and then under the same `notice_id`.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import Coalesce, Now, RowNumber
from uuid_utils.compat import uuid7

from accounts.models import User
from notices.channel import Notice, Outcome
from notices.channels.registry import channels
from notices.models import Delivery
from todos.models import Todo
from todos.models.reminders import Reminder

from .wording import item_of

# Longer than any attempt: what is not settled by then was left by a process that is gone.
CLAIM = datetime.timedelta(seconds=60)
# What is later than this was held up by an outage, and is said together.
LATE = datetime.timedelta(minutes=2)
TOGETHER_MAX = 50
# One in so many slots of a channel that sends to a target one at a time.
KEPT_FREE = 4
# The waits after the first, second, … attempt that asked to be repeated; the last one goes on.
WAITS_SECONDS = (10, 30, 120, 600, 1_800, 3_600)


@dataclass(frozen=True)
class Claim:
    """One notice to send, and the token under which its rows are held."""

    notice: Notice
    channel: str
    token: UUID


def claim(channel: str, free: int) -> list[Claim]:
    """At most `free` notices of a channel, each for this process alone. What nobody needs any more is closed."""
    waiting = Delivery.objects.claimable().filter(channel=channel).order_by("not_before", "pk")
    if channels[channel].one_at_a_time:
        waiting = waiting.filter(pk__in=next_of_targets(channel, free))
    rows = list(waiting.select_for_update(skip_locked=True, of=("self",))[:free])
    if not rows:
        return []
    token, now = uuid7(), now_of_database()
    rows += late_companions(rows, now)
    todos, owners = wanted_todos(rows), User.objects.filter(is_active=True).in_bulk({row.owner_id for row in rows})
    needed = [row for row in rows if row.owner_id in owners and is_wanted(row, todos)]
    close(row for row in rows if row not in needed)
    claims = []
    for notice_id, group in grouped(needed, now).items():
        hold(notice_id, group, token)
        owner = owners[group[0].owner_id]
        items = tuple(item_of(row, todos.get(row.todo_id) if row.todo_id else None, owner, now) for row in group)
        notice = Notice(notice_id, group[0].kind, owner, group[0].target, items)
        claims.append(Claim(notice, channel, token))
    return claims


def next_of_targets(channel: str, free: int) -> list[UUID]:
    """Of each target that nothing is being sent to, what was tried the least, and of those the oldest.

    Rows without a code come first, as those of targets that were reached have none, and a quarter of the slots is for
    them alone: those that never answer hold nobody else up.
    """
    rows = Delivery.objects.open().filter(channel=channel)
    busy = rows.filter(state=Delivery.State.CLAIMED, not_before__gt=Now())
    due = rows.filter(not_before__lte=Now()).exclude(target__in=busy.values("target"))
    place = Window(RowNumber(), partition_by="target", order_by=("attempts", "pk"))
    first = due.annotate(place=place).filter(place=1).order_by("code", "not_before", "pk")
    found = first.values_list("pk", "code")[:free]
    doubtful = free - channels[channel].slots // KEPT_FREE
    return [pk for place, (pk, code) in enumerate(found) if not code or place < doubtful]


def store_outcome(claim: Claim, outcome: Outcome) -> bool:
    """Write down what an attempt came to; False, and nothing written, where the claim had ended before."""
    rows = Delivery.objects.filter(pk__in=[item.delivery_id for item in claim.notice.items], claim_token=claim.token)
    match outcome.result:
        case "sent":
            return bool(rows.update(state=Delivery.State.SENT, claim_token=None, code=outcome.code, sent_at=Now()))
        case "failed":
            return bool(rows.update(state=Delivery.State.FAILED, claim_token=None, code=outcome.code))
    attempts = rows.values_list("attempts", flat=True).first()
    if attempts is None:
        return False
    wait = max(WAITS_SECONDS[min(attempts, len(WAITS_SECONDS)) - 1], outcome.retry_after_seconds)
    again_at = Now() + datetime.timedelta(seconds=wait)
    return bool(rows.update(state=Delivery.State.WAITING, claim_token=None, code=outcome.code, not_before=again_at))


def now_of_database() -> datetime.datetime:
    return User.objects.order_by().values_list(Now())[:1].get()[0]


def late_companions(rows: list[Delivery], now: datetime.datetime) -> list[Delivery]:
    """What else is late for the same people by the same channel, so that it goes in the same message."""
    late = {row.owner_id for row in rows if is_late(row, now)}
    if not late:
        return []
    known = [row.pk for row in rows]
    others = Delivery.objects.claimable().filter(owner__in=late, channel=rows[0].channel, occurrence__lt=now - LATE)
    others = others.exclude(pk__in=known).order_by("pk")
    return list(others.select_for_update(skip_locked=True, of=("self",))[: TOGETHER_MAX * len(late)])


def is_late(row: Delivery, now: datetime.datetime) -> bool:
    return row.kind == Delivery.Kind.REMINDER and row.attempts == 0 and row.occurrence < now - LATE


def wanted_todos(rows: Iterable[Delivery]) -> dict[UUID, Todo]:
    """The todos of these rows that are still open, with their reminders: who has done it by now needs none."""
    todos = Todo.objects.open().prefetch_related("reminders")
    return todos.in_bulk({row.todo_id for row in rows if row.todo_id})


def is_wanted(row: Delivery, todos: Mapping[UUID, Todo]) -> bool:
    """Whether it is still to be said.

    Not of a reminder that was moved, put off, dealt with or taken away meanwhile, nor of a question that was answered.
    """
    if row.kind == Delivery.Kind.APPROVAL:
        return not row.acted
    if row.kind != Delivery.Kind.REMINDER or row.todo_id is None:
        return True
    reminders = todos[row.todo_id].reminders.all() if row.todo_id in todos else ()
    as_handed_over = (row.source_id, Reminder.State.SENT, row.occurrence)
    return any((reminder.pk, reminder.state, reminder.at) == as_handed_over for reminder in reminders)


def grouped(rows: list[Delivery], now: datetime.datetime) -> dict[UUID, list[Delivery]]:
    """By notice: those that went together stay together, late ones of one target come together, each other is one."""
    groups: dict[UUID, list[Delivery]] = defaultdict(list)
    together: dict[tuple[UUID, str], UUID] = {}
    for row in sorted(rows, key=lambda row: (row.occurrence, row.pk)):
        notice_id = row.notice_id or row.pk
        if not row.notice_id and is_late(row, now):
            notice_id = together.setdefault((row.owner_id, row.target), row.pk)
            if len(groups[notice_id]) == TOGETHER_MAX:
                notice_id = together[row.owner_id, row.target] = row.pk
        groups[notice_id].append(row)
    return groups


def hold(notice_id: UUID, rows: list[Delivery], token: UUID) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Delivery.State.CLAIMED,
        claim_token=token,
        notice_id=Coalesce(F("notice_id"), notice_id),
        not_before=Now() + CLAIM,
        attempts=F("attempts") + 1,
        # What is still to be said, its todo done elsewhere and opened again, can be answered again as well.
        acted="",
        acted_at=None,
    )


def close(rows: Iterable[Delivery]) -> None:
    ids = [row.pk for row in rows]
    if ids:
        Delivery.objects.filter(pk__in=ids).update(state=Delivery.State.EXPIRED, claim_token=None, code="not_needed")
