"""Searching the audit pages: by words as the pages search, by the name of a user, by an id.

Each way is a query of its own along an index; as one condition over joined tables they would read all of them.
"""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from chat.models import Conversation, Message, ToolCall
from chat.search.terms import said_in, terms_of


def conversation_ids(typed: str) -> QuerySet:
    owned = Conversation.objects.filter(Q(owner__in=owners(typed)) | Q(pk=id_of(typed)))
    titled = Conversation.objects.filter(said_in("title", terms_of(typed)))
    said = Message.objects.filter(said_in("content", terms_of(typed)))
    return union(owned.values("pk"), titled.values("pk"), said.values("conversation"))


def message_ids(typed: str) -> QuerySet:
    owned = Message.objects.filter(owner__in=owners(typed))
    named = Message.objects.filter(Q(pk=id_of(typed)) | Q(conversation=id_of(typed)))
    titled = Message.objects.filter(conversation__in=Conversation.objects.filter(said_in("title", terms_of(typed))))
    said = Message.objects.filter(said_in("content", terms_of(typed)))
    return union(*(rows.values("pk") for rows in (said, owned, named, titled)))


def tool_call_ids(typed: str) -> QuerySet:
    """Its own text is not searched; the conversation says what it was about."""
    owned = ToolCall.objects.filter(conversation__in=Conversation.objects.filter(owner__in=owners(typed)))
    titled = ToolCall.objects.filter(conversation__in=Conversation.objects.filter(said_in("title", terms_of(typed))))
    named = ToolCall.objects.filter(Q(pk=id_of(typed)) | Q(message=id_of(typed)) | Q(conversation=id_of(typed)))
    return union(*(rows.values("pk") for rows in (owned, titled, named)))


def union(*ids: QuerySet) -> QuerySet:
    first, *others = (each.order_by() for each in ids)  # SQLite takes no order inside
    return first.union(*others)


def owners(typed: str) -> QuerySet:
    return User.objects.filter(username__icontains=typed.strip()).values("pk")


def id_of(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
