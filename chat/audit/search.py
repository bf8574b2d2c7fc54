"""Searching the audit pages: by words as the pages search, by the name of a user, by an id, by a reference.

Each way is a query of its own along an index, whose newest few thousand rows are taken: as one condition over joined
tables they would read all of them, and of what is said everywhere nobody looks at more.
"""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Right

from accounts.audit import LISTED_MAX
from accounts.models import User
from chat.models import REFERENCE_LENGTH, Conversation, Message, ToolCall
from chat.search.terms import said_in, terms_of


def conversations_found(rows: QuerySet[Conversation], typed: str) -> list[Any]:
    """The ids of these conversations that what was typed is about, the newest first; likewise below."""
    messages = (Message.objects.filter(said_in("content", terms_of(typed))), *referred_to(Message.objects.all(), typed))
    ways = [Q(owner__in=owners(typed)), Q(pk=id_of(typed)), said_in("title", terms_of(typed))]
    ways += [Q(pk__in=newest(found, "conversation")) for found in messages]
    return newest_of(rows.filter(way) for way in ways)


def messages_found(rows: QuerySet[Message], typed: str) -> list[Any]:
    ways = [said_in("content", terms_of(typed)), Q(owner__in=owners(typed)), Q(conversation__in=titled(typed))]
    ways += [Q(pk=id_of(typed)), Q(conversation=id_of(typed))]
    return newest_of([*(rows.filter(way) for way in ways), *referred_to(rows, typed)])


def tool_calls_found(rows: QuerySet[ToolCall], typed: str) -> list[Any]:
    """Its own text is not searched; the conversation says what it was about."""
    conversations = newest(Conversation.objects.filter(owner__in=owners(typed)))
    ways = [Q(conversation__in=conversations), Q(conversation__in=titled(typed))]
    ways += [Q(pk=id_of(typed)), Q(message=id_of(typed)), Q(conversation=id_of(typed))]
    return newest_of(rows.filter(way) for way in ways)


def referred_to(rows: QuerySet[Message], typed: str) -> list[QuerySet]:
    """Failed answers by the reference that they show, which is the end of the request's id or of their own."""
    typed = typed.strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", typed):
        return []
    failed, end = rows.filter(error_code__gt=""), typed[-REFERENCE_LENGTH:]
    by_request = failed.alias(reference=Right(KT("metadata__request_id"), REFERENCE_LENGTH))
    by_id = failed.alias(reference=Right(Cast("id", TextField()), REFERENCE_LENGTH))
    found = by_request.filter(reference=end, metadata__request_id__endswith=typed)
    return [found, by_id.filter(reference=end)] if len(typed) == REFERENCE_LENGTH else [found]


def titled(typed: str) -> list[Any]:
    return newest(Conversation.objects.filter(said_in("title", terms_of(typed))))


def owners(typed: str) -> list[Any]:
    return newest(User.objects.filter(username__icontains=typed.strip()))


def newest_of(ways: Iterable[QuerySet]) -> list[Any]:
    return sorted({key for rows in ways for key in newest(rows)}, reverse=True)[:LISTED_MAX]


def newest(rows: QuerySet, column: str = "pk") -> list[Any]:
    return list(rows.order_by("-pk").values_list(column, flat=True)[:LISTED_MAX])


def id_of(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
