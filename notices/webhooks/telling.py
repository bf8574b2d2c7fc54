"""Tells a person that a webhook of theirs was switched off, by all ways in which they want to be told something."""

import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from uuid_utils.compat import uuid7

from notices.models import Delivery
from notices.outbox.filling import put

from .health import switched_off
from .models import Webhook

LASTS = datetime.timedelta(days=1)
SETTINGS = "/accounts/settings#settings-webhooks"
TITLE = "A webhook was switched off"


@receiver(switched_off)
def tell_owner(webhook: Webhook, **kwargs: Any) -> None:
    name, now = f"“{webhook.name}”" if webhook.name else "It", timezone.now()
    content = {"title": TITLE, "text": f"{name}: {webhook.get_off_because_display()}.", "address": SETTINGS}
    put(webhook.owner_id, Delivery.Kind.NEWS, uuid7(), now, now + LASTS, content)
