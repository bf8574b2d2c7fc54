"""A channel whose other side is the sink: a real connection, and a real answer to wait for."""

import asyncio
import json
import urllib.request
from collections.abc import Collection, Mapping
from uuid import UUID

from notices.channel import Notice, Outcome


class SinkChannel:
    name = "push"
    timeout_seconds = 10.0
    slots = 20
    one_at_a_time = False

    def __init__(self, url: str) -> None:
        self.url = url

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        return dict.fromkeys(owner_ids, ("sink",))

    async def send(self, notice: Notice) -> Outcome:
        said = {"id": notice.id.hex, "titles": [item.title for item in notice.items]}
        await asyncio.to_thread(post, self.url, json.dumps(said).encode())
        return Outcome("sent")


def post(url: str, body: bytes) -> None:
    with urllib.request.urlopen(url, body, timeout=5) as answer:
        answer.read()
