"""Browsers by Web Push: each subscription of a person is a target of its own."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.utils.translation import ngettext

from accounts.habits.drawing import written_for
from accounts.models import User
from database.units import database_unit
from notices.channel import Item, Notice, Outcome
from notices.models import Delivery, PushSubscription
from notices.preferences import UNSEEN, UNSEEN_TITLE, says_what, with_channel
from notices.push.service import ENDED_CODE, push
from notices.push.subscriptions import drop_subscription, note_success
from notices.push.vapid import vapid_key
from todos.models import todos_address

# What phones and browsers show below a notice.
BUTTONS = 2
TITLES_SHOWN = 5
# What says something of todos, and keeps it to itself where the person wants that.
HIDDEN = {Delivery.Kind.REMINDER, Delivery.Kind.BRIEFING, Delivery.Kind.APPROVAL}


class PushChannel:
    name = "push"
    timeout_seconds = 15.0
    slots = 20
    one_at_a_time = False

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        found: dict[UUID, list[str]] = {}
        rows = PushSubscription.objects.filter(owner__in=owner_ids if asked else with_channel(self.name, owner_ids))
        for owner_id, subscription_id in rows.values_list("owner_id", "pk"):
            found.setdefault(owner_id, []).append(str(subscription_id))
        return found

    async def send(self, notice: Notice) -> Outcome:
        subscription, key = await subscription_and_key(notice.owner, UUID(notice.target))
        if subscription is None:
            return Outcome("failed", "revoked")
        outcome = await push(subscription, key, await message_of(notice), notice.id)
        if outcome.result == "sent":
            await note_success(subscription.pk)
        elif outcome.code == ENDED_CODE:
            await drop_subscription(subscription.pk)
        return outcome


@database_unit
def subscription_and_key(owner: User, subscription_id: UUID) -> tuple[PushSubscription | None, EllipticCurvePrivateKey]:
    return PushSubscription.objects.for_user(owner).filter(pk=subscription_id).first(), vapid_key()


async def message_of(notice: Notice) -> dict[str, Any]:
    """What the service worker shows (`static/worker/notices.js`). A second one with the same tag replaces the first."""
    is_hidden = notice.kind in HIDDEN and not await says_what(notice.owner)
    with written_for(notice.owner):
        return words_of(notice, is_hidden=is_hidden)


def words_of(notice: Notice, *, is_hidden: bool) -> dict[str, Any]:
    first, *others = notice.items
    message: dict[str, Any] = {"tag": notice.id.hex, "url": first.address, "actions": []}
    if is_hidden:
        # Nobody is to approve what they have not read.
        acts = [] if notice.kind == Delivery.Kind.APPROVAL else buttons(first, others)
        return message | {"title": UNSEEN_TITLE, "body": f"{UNSEEN[notice.kind]}.", "actions": acts}
    if not others:
        return message | {"title": first.title, "body": first.text, "actions": buttons(first, others)}
    titles = [item.title for item in notice.items[:TITLES_SHOWN]]
    more = len(notice.items) - len(titles)
    lines = [
        *titles,
        *([ngettext("and %(number)s more", "and %(number)s more", more) % {"number": more}] if more else []),
    ]
    number = len(notice.items)
    title = ngettext("%(number)s reminder", "%(number)s reminders", number) % {"number": number}
    return message | {"title": title, "body": "\n".join(lines), "url": todos_address()}


def buttons(item: Item, others: list[Item]) -> list[dict[str, str]]:
    """Of one thing that is said; several have none, because a button would not say which it means."""
    acts = [] if others else list(item.acts.items())[:BUTTONS]
    return [{"action": f"act-{place}", "title": label, "url": path} for place, (label, path) in enumerate(acts)]
