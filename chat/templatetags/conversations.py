"""The column of conversations, which stands on every page of a person who is signed in."""

import datetime
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Conversation
from chat.pages.sidebar import ConversationLink, conversation_groups, conversation_link
from chat.pages.text.markdown import linked_html
from database.prepared import PreparedQuery, pk_slot
from habits.drawing import drawn_for
from habits.wording import month_day_text, time_text

PAGE_SIZE = 20
SHOWN_MAX = 400

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """Plain text in which the address of our settings is a link."""
    return linked_html(escape(text))


@register.filter
def minutes(seconds: int) -> str:
    """As “0:42”."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def moment(at: datetime.datetime, now: datetime.datetime) -> str:
    """“16:50”, with the day before it where that is not today; `now` is in the person's zone."""
    local = at.astimezone(now.tzinfo)
    habits = drawn_for.get()
    day = "" if local.date() == now.date() else f"{month_day_text(local.month, local.day, habits)}, "
    return f"{day}{time_text(local, habits)}"


@functools.lru_cache(maxsize=100)
def column_of(archived: bool, limit: int) -> PreparedQuery[Conversation]:
    return PreparedQuery(
        lambda: Conversation.objects.for_user(pk_slot("owner")).archived(archived).pinned_first()[:limit]
    )


@dataclass(frozen=True)
class ConversationColumn:
    """`more` is how many to ask for next, 0 where all are shown."""

    groups: list[tuple[str, list[ConversationLink]]]
    more: int
    words: str
    archived: bool

    @property
    def nothing_there(self) -> str:
        if self.words:
            return _("Nothing found.")
        return _("Nothing is archived.") if self.archived else _("Your conversations will be listed here.")


@register.simple_tag
def conversation_column(user: User, now: datetime.datetime, params: Mapping[str, str]) -> ConversationColumn:
    """One query. An address asks by `conversations` (how many), `find` and `archived`; found are archived ones too."""
    asked, words = params.get("conversations", ""), params.get("find", "").replace("\0", "").strip()
    archived = "archived" in params
    shown = min(int(asked[:4]), SHOWN_MAX) if asked.isascii() and asked.isdigit() else PAGE_SIZE
    if words:
        rows = list(Conversation.objects.for_user(user).containing(words).pinned_first()[: shown + 1])
    else:
        rows = column_of(archived, shown + 1).models(owner=user.pk)
    more = shown + PAGE_SIZE if len(rows) > shown else 0
    groups = conversation_groups(rows[:shown], now)
    links = [(label, [conversation_link(member, words, now) for member in members]) for label, members in groups]
    return ConversationColumn(links, more, words, archived and not words)
