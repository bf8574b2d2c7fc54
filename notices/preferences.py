"""What a person chose: which channels may tell them something, and how much of it."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from database.units import database_read

from .models import NoticeSettings

UNSEEN_TITLE, UNSEEN_TEXT = "Todo Chat", "You have a reminder."


def notice_settings(owner: User) -> NoticeSettings:
    """As stored, or the defaults."""
    return NoticeSettings.objects.for_user(owner).first() or NoticeSettings(owner=owner)


def with_channel(name: str, owner_ids: Collection[UUID]) -> set[UUID]:
    """Of these people, who wants to be told by the channel of this name."""
    rows = dict(NoticeSettings.objects.filter(owner__in=owner_ids).values_list("owner_id", name))
    without_row = getattr(NoticeSettings(), name)
    return {owner_id for owner_id in owner_ids if rows.get(owner_id, without_row)}


@database_read
def says_what(owner: User) -> bool:
    """Whether a text that others may see says what it is about."""
    return notice_settings(owner).says_what
