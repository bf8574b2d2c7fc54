"""The channels that there are, by name."""

from notices.channel import Channel

from .mail import MailChannel
from .page import PageChannel
from .push import PushChannel
from .webhook import WebhookChannel

ALL: tuple[Channel, ...] = (PageChannel(), PushChannel(), MailChannel(), WebhookChannel())
channels: dict[str, Channel] = {channel.name: channel for channel in ALL}
