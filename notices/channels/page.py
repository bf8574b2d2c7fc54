"""The open pages of a person: told by their socket that something changed, they show what they are reminded of.

A page that is opened later shows it too, so that nothing depends on one being open at that moment.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from channels.layers import get_channel_layer

from notices.channel import Notice, Outcome
from notices.preferences import with_channel
from web.pages.sockets import group_of


class PageChannel:
    name = "page"
    timeout_seconds = 5.0
    slots = 20
    one_at_a_time = False

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        return dict.fromkeys(owner_ids if asked else with_channel(self.name, owner_ids), ("",))

    async def send(self, notice: Notice) -> Outcome:
        await get_channel_layer().group_send(group_of(notice.owner.pk), {"type": "reminded"})
        return Outcome("sent")
