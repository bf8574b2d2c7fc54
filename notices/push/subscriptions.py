"""The browsers of a person that take pushes: added by the browser, ended by the person or the push service."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import lock_user
from accounts.models import User
from database.units import database_unit
from notices.models import ENDPOINT_MAX, PushSubscription
from web.addresses.outbound import NotReachable, checked_address
from web.errors import ValidationFailed

from .encryption import auth_secret, public_key

SUBSCRIPTIONS_MAX = 20


class TooManySubscriptions(ValidationFailed):
    def __init__(self) -> None:
        said = _("You are told on %(number)s devices already. End one that is not in use.")
        super().__init__(said % {"number": SUBSCRIPTIONS_MAX})


def subscribe(owner: User, endpoint: str, p256dh: str, auth: str, device: str = "") -> PushSubscription:
    """Add a browser, or take its new keys. One that another person used before is this person's now.

    Raises ValidationFailed for an address that is not a push service's, for keys that are none, and for too many.
    """
    check_endpoint(endpoint)
    check_keys(p256dh, auth)
    lock_user(owner)  # two requests at once must not both be the last
    mine = PushSubscription.objects.for_user(owner).exclude(endpoint=endpoint)
    if mine.count() >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptions
    PushSubscription.objects.filter(endpoint=endpoint).exclude(owner=owner).delete()
    subscription, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"owner": owner, "p256dh": p256dh, "auth": auth, "device": device}
    )
    return subscription


def check_endpoint(endpoint: str) -> None:
    try:
        checked_address(endpoint, loopback=settings.CALLS_TO_LOOPBACK)
    except NotReachable as reason:
        raise ValidationFailed(details={"endpoint": str(reason)}) from None
    if len(endpoint) > ENDPOINT_MAX:
        raise ValidationFailed(
            details={"endpoint": _("An address has at most %(number)s characters.") % {"number": f"{ENDPOINT_MAX:,}"}}
        )


def check_keys(p256dh: str, auth: str) -> None:
    for name, check, value in (("p256dh", public_key, p256dh), ("auth", auth_secret, auth)):
        try:
            check(value)
        except ValueError:
            raise ValidationFailed(details={f"keys.{name}": _("This is not a key of a browser.")}) from None


def end_subscription(owner: User, subscription_id: UUID) -> None:
    """One of a person's own; one that is gone, or not theirs, is as good as ended."""
    PushSubscription.objects.for_user(owner).filter(pk=subscription_id).delete()


def end_subscriptions(owner: User, endpoint: str = "") -> None:
    """The one at this address, or all of a person."""
    mine = PushSubscription.objects.for_user(owner)
    (mine.filter(endpoint=endpoint) if endpoint else mine).delete()


@database_unit
def note_success(subscription_id: UUID) -> None:
    PushSubscription.objects.filter(pk=subscription_id).update(last_success_at=timezone.now())


@database_unit
def drop_subscription(subscription_id: UUID) -> None:
    """Remove a subscription whose push service says that the browser is gone."""
    PushSubscription.objects.filter(pk=subscription_id).delete()
