"""What a person chose: which channels may tell them something, and how much of it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from database.units import database_read

from .models import Delivery, NoticeSettings

UNSEEN_TITLE = "Todo Chat"
# What is said of each kind where others may see it, and the person wants no more to be said.
UNSEEN: Mapping[str, str | Promise] = {
    Delivery.Kind.REMINDER: _("You have a reminder"),
    Delivery.Kind.BRIEFING: _("Your briefing is ready"),
    Delivery.Kind.NEWS: _("Something needs a look"),
    Delivery.Kind.APPROVAL: _("You have a question to decide"),
}


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
