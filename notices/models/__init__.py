"""What is to be told to whom, and by which channel."""

from .deliveries import (
    ENDPOINT_MAX,
    OPEN_STATES,
    Delivery,
    DeliveryQuerySet,
    InstallationKey,
    NoticeSettings,
    NoticeSettingsQuerySet,
    PushSubscription,
    PushSubscriptionQuerySet,
)
from .webhooks import Webhook

__all__ = [
    "ENDPOINT_MAX",
    "OPEN_STATES",
    "Delivery",
    "DeliveryQuerySet",
    "InstallationKey",
    "NoticeSettings",
    "NoticeSettingsQuerySet",
    "PushSubscription",
    "PushSubscriptionQuerySet",
    "Webhook",
]
