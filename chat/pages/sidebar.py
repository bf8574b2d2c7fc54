"""The column of conversations: under what words each stands, and what leads to it.

Pure, as `messages.py` is.
"""

import datetime
import functools
from collections.abc import Iterable
from typing import TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from chat.search.snippets import marked_parts, parts_html, snippet_parts
from database.search import terms_of

AGES = [(0, _("Today")), (1, _("Yesterday")), (7, _("Last 7 days")), (30, _("Last 30 days"))]
OLDER, PINNED = _("Older"), _("Pinned")


def conversation_groups(
    conversations: Iterable[Conversation], now: datetime.datetime
) -> list[tuple[str, list[Conversation]]]:
    """Pinned ones first, the rest under the words for their age; `now` is in the person's zone."""
    groups: dict[str, list[Conversation]] = {}
    for conversation in conversations:
        label = str(PINNED) if conversation.pinned_at else age_words(conversation, now)
        groups.setdefault(label, []).append(conversation)
    return list(groups.items())


def age_words(conversation: Conversation, now: datetime.datetime) -> str:
    age = now.date() - conversation.updated_at.astimezone(now.tzinfo).date()
    return str(next((words for days, words in AGES if age.days <= days), OLDER))


class ConversationLink(TypedDict):
    """A conversation in the column: its title, and the line in which the words were found, with hits marked.

    `page` is what the addresses of its buttons begin with, `name` the title without marks. A dict, as `TodoLine` is.
    """

    pk: SafeString
    page: SafeString
    address: str
    title: SafeString
    name: SafeString
    hit: SafeString | None
    is_working: bool
    is_unread: bool
    is_pinned: bool
    is_archived: bool


@functools.cache
def conversations_address() -> str:
    """What the addresses of all conversations begin with; reversing each takes as long as the rest of its row."""
    return reverse("conversation", args=[UUID(int=0)]).removesuffix(str(UUID(int=0)))


def conversation_link(conversation: Conversation, typed: str, now: datetime.datetime) -> ConversationLink:
    """A hit opens the page of messages that it is on."""
    page, terms = SafeString(f"{conversations_address()}{conversation.pk}"), terms_of(typed)
    name, address, hit = conditional_escape(conversation.title), str(page), None
    if terms and conversation.hit_sequence is not None:
        query = urlencode({"find": typed, "at": conversation.hit_sequence})
        address = f"{page}?{query}#message-{conversation.hit_id}"
        hit = parts_html(snippet_parts(conversation.hit_text or "", terms))
    return {
        "pk": SafeString(conversation.pk),
        "page": page,
        "address": address,
        "title": parts_html(marked_parts(conversation.title, terms)) if terms else name,
        "name": name,
        "hit": hit,
        "is_working": conversation.lease_until is not None and conversation.lease_until > now,
        "is_unread": conversation.is_unread,
        "is_pinned": conversation.pinned_at is not None,
        "is_archived": conversation.archived_at is not None,
    }
