"""The channels that there are, by name."""

from .interface import Channel
from .page import PageChannel

ALL: tuple[Channel, ...] = (PageChannel(),)
channels: dict[str, Channel] = {channel.name: channel for channel in ALL}
