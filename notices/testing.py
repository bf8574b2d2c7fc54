"""A channel that a test scripts, in the place of a push service or a mail server."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from unittest import mock
from uuid import UUID

from .channel import Notice, Outcome
from .channels.registry import channels


class ScriptedChannel:
    """Keeps what it was given. It answers with `outcomes`, one after the other, and then says "sent"."""

    timeout_seconds = 0.2
    slots = 20
    one_at_a_time = False

    def __init__(self, *outcomes: Outcome, name: str = "mail", targets: Collection[str] = ("a@example.com",)) -> None:
        self.name, self.outcomes, self.notices = name, list(outcomes), list[Notice]()
        self.reached = targets

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        return dict.fromkeys(owner_ids, self.reached)

    async def send(self, notice: Notice) -> Outcome:
        self.notices.append(notice)
        return self.outcomes.pop(0) if self.outcomes else Outcome("sent")

    @property
    def said(self) -> list[list[str]]:
        """The titles in each notice."""
        return [[item.title for item in notice.items] for notice in self.notices]


def only_channels(*scripted: ScriptedChannel) -> AbstractContextManager[object]:
    """These are the channels that there are."""
    return mock.patch.dict(channels, {channel.name: channel for channel in scripted}, clear=True)
