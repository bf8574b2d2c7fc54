"""The name under which the sockets of a person's open pages hear of something, in whatever process they are."""

from uuid import UUID


def group_of(owner_id: UUID) -> str:
    return f"live.{owner_id.hex}"
