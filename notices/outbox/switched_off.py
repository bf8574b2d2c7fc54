"""Tells a person that a webhook of theirs was switched off: on pages, devices and, with the security log, by mail."""

import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.security_log import Kind, record
from notices.models import Delivery
from notices.models.webhooks import Webhook
from notices.outbox.filling import put
from notices.webhooks.health import switched_off

LASTS = datetime.timedelta(days=1)
SETTINGS = "/accounts/settings#settings-webhooks"
TITLE = "A webhook was switched off"


@receiver(switched_off)
def tell_owner(webhook: Webhook, **kwargs: Any) -> None:
    record(webhook.owner, Kind.WEBHOOK_OFF, detail=webhook.host)
    name, now = f"“{webhook.name}”" if webhook.name else webhook.host, timezone.now()
    content = {"title": TITLE, "text": f"{name}: {webhook.get_off_because_display()}.", "address": SETTINGS}
    put(webhook.owner_id, Delivery.Kind.NEWS, uuid7(), now, now + LASTS, content, only={"page", "push"})
