"""Tells a person that a webhook of theirs was switched off: on pages, devices and, with the security log, by mail."""

import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.habits.drawing import written_for
from accounts.pages.settings_page import settings_address
from accounts.security_log import Kind, record
from notices.models import Delivery
from notices.models.webhooks import Webhook
from notices.outbox.filling import put
from notices.webhooks.health import switched_off

LASTS = datetime.timedelta(days=1)


@receiver(switched_off)
def tell_owner(webhook: Webhook, **kwargs: Any) -> None:
    record(webhook.owner, Kind.WEBHOOK_OFF, detail=webhook.host)
    now = timezone.now()
    with written_for(webhook.owner):
        content = {"title": _("A webhook was switched off"), "text": reason_text(webhook)}
    content["address"] = settings_address("settings-webhooks")
    put(webhook.owner_id, Delivery.Kind.NEWS, uuid7(), now, now + LASTS, content, only={"page", "push"})


def reason_text(webhook: Webhook) -> str:
    about = {"name": webhook.name or webhook.host, "reason": webhook.get_off_because_display()}
    return (_("“%(name)s”: %(reason)s.") if webhook.name else _("%(name)s: %(reason)s.")) % about
