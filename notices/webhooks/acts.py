"""What a person does with their webhooks: add, change, give a new secret, try, remove."""

import datetime
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.locks import lock_user
from accounts.models import User
from accounts.security_log import Kind, record
from notices.models import Delivery, DeliveryQuerySet
from notices.models.webhooks import URL_MAX, Webhook, WebhookQuerySet
from web.addresses.outbound import NotReachable, checked_address
from web.errors import ProductError, ValidationFailed

from .events import CHANNEL, EVENTS, EVERYTHING, WebhookTold, letter, put_letters
from .health import close_waiting, note_whether_any
from .signing import new_secret

WEBHOOKS_MAX = 10
TESTS_PER_USER = "10/m"
TEST_LASTS = datetime.timedelta(minutes=10)
OLD_SECRET_LASTS = datetime.timedelta(hours=24)


class WebhookNotFound(ProductError):
    code = "webhook_not_found"
    status = 404
    message = _("There is no such webhook.")


class TooManyWebhooks(ValidationFailed):
    def __init__(self) -> None:
        super().__init__(
            gettext("You have %(number)s webhooks. Remove one that is not in use.") % {"number": WEBHOOKS_MAX}
        )


def webhooks_of(owner: User) -> WebhookQuerySet:
    """The user's webhooks, the newest first."""
    return Webhook.objects.for_user(owner)


def find_webhook(owner: User, webhook_id: UUID | None) -> Webhook:
    """The user's webhook. Raises WebhookNotFound, also for one of somebody else."""
    found = Webhook.objects.for_user(owner).filter(pk=webhook_id).first() if webhook_id else None
    if found is None:
        raise WebhookNotFound
    return found


def add_webhook(owner: User, request: HttpRequest | None, url: str, name: str, events: Collection[str]) -> Webhook:
    """Raises ValidationFailed for an address that is not called or an event that there is not, and TooManyWebhooks."""
    check_url(url)
    lock_user(owner)  # two requests at once must not both be the last
    if webhooks_of(owner).count() >= WEBHOOKS_MAX:
        raise TooManyWebhooks
    webhook = Webhook(owner=owner, url=url, name=name, events=checked_events(events), secret=new_secret())
    webhook.save(force_insert=True)
    note_whether_any(owner)
    record(owner, Kind.WEBHOOK_ADDED, request, webhook.host)
    return webhook


def change_webhook(owner: User, webhook_id: UUID | None, request: HttpRequest | None, **fields: Any) -> Webhook:
    """Change what is given of `url`, `name`, `events` and `on`. Another address or switching on begins anew.

    Raises as `add_webhook` does, and WebhookNotFound.
    """
    webhook = locked(owner, webhook_id)
    before = (webhook.url, webhook.is_on)
    if "url" in fields:
        webhook.url = check_url(fields["url"])
    if "events" in fields:
        webhook.events = checked_events(fields["events"])
    webhook.name = fields.get("name", webhook.name)
    if fields.get("on", webhook.is_on) != webhook.is_on:
        webhook.off_because = "" if fields["on"] else Webhook.Off.OWNER
    if before != (webhook.url, webhook.is_on):
        webhook.failures, webhook.failing_since, webhook.paused_until = 0, None, None
    webhook.save()
    if not webhook.is_on:
        close_waiting(webhook, "switched_off")
    note_whether_any(owner)
    if before[0] != webhook.url:
        record(owner, Kind.WEBHOOK_CHANGED, request, webhook.host)
    return webhook


def rotate_secret(owner: User, webhook_id: UUID | None, request: HttpRequest | None) -> Webhook:
    """A new secret; the one before signs as well for a day, so that the receiver can change over meanwhile."""
    webhook = locked(owner, webhook_id)
    webhook.old_secret, webhook.secret = webhook.secret, new_secret()
    webhook.both_until = timezone.now() + OLD_SECRET_LASTS
    webhook.save(update_fields=["secret", "old_secret", "both_until"])
    record(owner, Kind.WEBHOOK_CHANGED, request, f"new secret for {webhook.host}")
    return webhook


def remove_webhook(owner: User, webhook_id: UUID | None, request: HttpRequest | None) -> None:
    """One that is gone, or not theirs, is as good as removed."""
    lock_user(owner)
    webhook = webhooks_of(owner).filter(pk=webhook_id).first() if webhook_id else None
    if webhook is None:
        return
    close_waiting(webhook, "removed")
    record(owner, Kind.WEBHOOK_REMOVED, request, webhook.host)
    webhook.delete()
    note_whether_any(owner)


def put_test(owner: User, webhook_id: UUID | None) -> Delivery:
    """An event that says nothing, now, also to a webhook that is off or failing."""
    webhook, now = find_webhook(owner, webhook_id), timezone.now()
    content = letter("webhook.test", now, WebhookTold(webhook_id=webhook.pk))
    return put_letters([webhook], Delivery.Kind.TEST, webhook.pk, TEST_LASTS, content)[0]


def deliveries_of(owner: User, webhook: Webhook) -> DeliveryQuerySet:
    """All that was put before it, also what is still to be sent."""
    return Delivery.objects.for_user(owner).filter(channel=CHANNEL, target=str(webhook.pk))


def locked(owner: User, webhook_id: UUID | None) -> Webhook:
    """The webhook, locked behind its owner: senders write into the same row."""
    lock_user(owner)
    webhook = find_webhook(owner, webhook_id)
    return Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)


def check_url(url: str) -> str:
    """The address, where it may be called; what its name means is looked at again at each call."""
    try:
        checked_address(url, loopback=settings.CALLS_TO_LOOPBACK)
    except NotReachable as reason:
        raise ValidationFailed(details={"url": str(reason)}) from None
    if len(url) > URL_MAX:
        raise ValidationFailed(
            details={"url": gettext("An address has at most %(number)s characters.") % {"number": f"{URL_MAX:,}"}}
        )
    return url


def checked_events(events: Collection[str]) -> list[str]:
    """Each once, in the order in which they are documented; none or “*” is every one, also those to come."""
    if unknown := set(events) - {EVERYTHING, *EVENTS}:
        raise ValidationFailed(details={"events": gettext("There is no event %(name)s.") % {"name": min(unknown)}})
    chosen = [name for name in EVENTS if name in events]
    return chosen if chosen and EVERYTHING not in events else [EVERYTHING]
