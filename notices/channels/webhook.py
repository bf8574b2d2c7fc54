"""The programs that a person wants to be told of what happens, by their webhooks."""

from collections.abc import Collection, Mapping
from uuid import UUID

from notices.channel import Notice, Outcome
from notices.webhooks.sending import ANSWER_SECONDS, letter_of, send


class WebhookChannel:
    name = "webhook"
    # The attempt has its own limit; this one is for what is written down of it as well.
    timeout_seconds = ANSWER_SECONDS + 15.0
    # Many, because they cost little and some of the other sides answer nothing.
    slots = 100
    one_at_a_time = True

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        """Nobody is told of a reminder by a program: what is for it is put by `webhooks/events.py`."""
        return {}

    async def send(self, notice: Notice) -> Outcome:
        [item] = notice.items
        letter = await letter_of(notice.owner, notice.id, item.delivery_id, UUID(notice.target))
        return await send(notice.owner, letter) if letter else Outcome("failed", "switched_off")
