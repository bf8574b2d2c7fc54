"""The column of conversations, which stands on every page of a person who is signed in."""

import datetime
from dataclasses import dataclass

from django import template

from accounts.models import User
from chat.models import Conversation
from chat.rendering import conversation_groups

PAGE_SIZE = 20
SHOWN_MAX = 400

register = template.Library()


@dataclass(frozen=True)
class ConversationColumn:
    """`more` is how many to ask for next, 0 where all are shown."""

    groups: list[tuple[str, list[Conversation]]]
    more: int


@register.simple_tag
def conversation_column(user: User, now: datetime.datetime, asked: str = "") -> ConversationColumn:
    """One query. `asked` is the number that the address asks for."""
    shown = min(int(asked[:4]), SHOWN_MAX) if asked.isascii() and asked.isdigit() else PAGE_SIZE
    rows = list(Conversation.objects.for_user(user).archived(archived=False).newest_first()[: shown + 1])
    more = shown + PAGE_SIZE if len(rows) > shown else 0
    return ConversationColumn(conversation_groups(rows[:shown], now), more)
