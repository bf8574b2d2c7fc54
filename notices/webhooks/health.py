"""Holds back what waits for a webhook that fails, longer after each failure, and switches it off after days.

So a server that is down is asked now and then, and not once for each event; and what fails by itself alone holds
nothing else up for long, because what was not tried yet comes first.
"""

import datetime
import random
from uuid import UUID

from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone

from accounts.locks import lock_user
from accounts.models import User
from notices.models import Delivery, DeliveryQuerySet
from notices.models.webhooks import Webhook
from telemetry import metrics

from .events import CHANNEL, FIRST, HELD

# After the first, second, … failure in a row; the last one goes on. Eight attempts in about a day.
PAUSES_SECONDS = (10, 60, 300, 1_800, 7_200, 18_000, 36_000)
# So that those who failed together do not come back together.
JITTER = 0.2
SWITCHED_OFF_AFTER = datetime.timedelta(days=3)

# Sent inside the transaction with `webhook`, for who tells its owner.
switched_off = Signal()


def note_success(webhook_id: UUID) -> None:
    """Note a success: what was held back is sent now."""
    webhook = Webhook.objects.filter(pk=webhook_id).select_for_update(no_key=True).first()
    if webhook is None:
        return
    waited = webhook.failures > 0 or webhook.last_success_at is None
    webhook.failures, webhook.failing_since, webhook.paused_until = 0, None, None
    webhook.last_success_at = timezone.now()
    webhook.save(update_fields=["failures", "failing_since", "paused_until", "last_success_at"])
    if waited:
        waiting(webhook).filter(code__in=[FIRST, HELD]).update(not_before=Now(), code="")


def note_failure(owner: User, webhook_id: UUID, *, is_gone: bool, asked_seconds: float) -> float | None:
    """For how many seconds nothing more is tried there, at least as many as its server asked for; None: never again."""
    lock_user(owner)
    webhook = Webhook.objects.filter(pk=webhook_id).select_for_update(no_key=True).first()
    if webhook is None:
        return None
    now = timezone.now()
    seconds = max(pause_after(webhook.failures), asked_seconds)
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.paused_until = now + datetime.timedelta(seconds=seconds)
    webhook.save(update_fields=["failures", "failing_since", "paused_until"])
    if is_gone:
        switch_off(owner, webhook, Webhook.Off.GONE)
    elif now - webhook.failing_since >= SWITCHED_OFF_AFTER:
        switch_off(owner, webhook, Webhook.Off.FAILING)
    else:
        sooner = waiting(webhook).filter(not_before__lt=webhook.paused_until)
        sooner.update(not_before=webhook.paused_until, code=HELD)
    return seconds if webhook.is_on else None


def pause_after(failures: int) -> float:
    """After so many failures in a row before this one."""
    seconds = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]
    return seconds * random.uniform(1, 1 + JITTER)  # noqa: S311 no secret


def switch_off(owner: User, webhook: Webhook, reason: Webhook.Off) -> None:
    """Switch a failing webhook off, and tell its owner."""
    if not webhook.is_on:
        return
    webhook.off_because = reason
    webhook.save(update_fields=["off_because"])
    close_waiting(webhook, "switched_off")
    note_whether_any(owner)
    metrics.webhooks_switched_off.labels(reason.value).inc()
    switched_off.send(Webhook, webhook=webhook)


def waiting(webhook: Webhook) -> DeliveryQuerySet:
    """Events that wait for the webhook, without tests."""
    mine = Delivery.objects.filter(channel=CHANNEL, target=str(webhook.pk))
    return mine.filter(state=Delivery.State.WAITING, kind=Delivery.Kind.EVENT)


def close_waiting(webhook: Webhook, code: str) -> None:
    waiting(webhook).update(state=Delivery.State.EXPIRED, code=code)


def note_whether_any(owner: User) -> None:
    """Set `User.has_webhooks`. The caller holds `lock_user`."""
    has_any = Webhook.objects.for_user(owner).on().exists()
    if has_any != owner.has_webhooks:
        User.objects.filter(pk=owner.pk).update(has_webhooks=has_any)
        owner.has_webhooks = has_any
