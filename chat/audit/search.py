"""Searching the audit pages: by words as the pages search, by the name of a user, by an id.

Each way is a query of its own along an index; as one condition over joined tables they would read all of them.
"""

import re
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Right

from accounts.models import User
from chat.models import REFERENCE_LENGTH, Conversation, Message, ToolCall
from chat.search.terms import said_in, terms_of


def conversation_ids(typed: str) -> QuerySet:
    owned = Conversation.objects.filter(Q(owner__in=owners(typed)) | Q(pk=id_of(typed)))
    titled = Conversation.objects.filter(said_in("title", terms_of(typed)))
    said = Message.objects.filter(said_in("content", terms_of(typed)))
    of_messages = (rows.values("conversation") for rows in (said, *referred_to(typed)))
    return union(owned.values("pk"), titled.values("pk"), *of_messages)


def message_ids(typed: str) -> QuerySet:
    owned = Message.objects.filter(owner__in=owners(typed))
    named = Message.objects.filter(Q(pk=id_of(typed)) | Q(conversation=id_of(typed)))
    titled = Message.objects.filter(conversation__in=Conversation.objects.filter(said_in("title", terms_of(typed))))
    said = Message.objects.filter(said_in("content", terms_of(typed)))
    return union(*(rows.values("pk") for rows in (said, owned, named, titled, *referred_to(typed))))


def tool_call_ids(typed: str) -> QuerySet:
    """Its own text is not searched; the conversation says what it was about."""
    owned = ToolCall.objects.filter(conversation__in=Conversation.objects.filter(owner__in=owners(typed)))
    titled = ToolCall.objects.filter(conversation__in=Conversation.objects.filter(said_in("title", terms_of(typed))))
    named = ToolCall.objects.filter(Q(pk=id_of(typed)) | Q(message=id_of(typed)) | Q(conversation=id_of(typed)))
    return union(*(rows.values("pk") for rows in (owned, titled, named)))


def referred_to(typed: str) -> list[QuerySet]:
    """Failed answers by the reference that they show, which is the end of the request's id or of their own."""
    typed = typed.strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", typed):
        return []
    failed, end = Message.objects.filter(error_code__gt=""), typed[-REFERENCE_LENGTH:]
    by_request = failed.alias(reference=Right(KT("metadata__request_id"), REFERENCE_LENGTH))
    by_id = failed.alias(reference=Right(Cast("id", TextField()), REFERENCE_LENGTH))
    found = by_request.filter(reference=end, metadata__request_id__endswith=typed)
    return [found, by_id.filter(reference=end)] if len(typed) == REFERENCE_LENGTH else [found]


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
