"""Searching the audit pages: by words as the pages search, by the name of a user, by an id, by a reference."""

import re
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Right

from accounts.audit import id_of, named, newest, saying
from chat.models import REFERENCE_LENGTH, Conversation, Message, ToolCall


def conversations_found(rows: QuerySet[Conversation], typed: str) -> list[QuerySet[Any]]:
    """Those of the rows that what was typed is about, by each way of understanding it; likewise below."""
    said = Message.objects.filter(pk__in=saying(Message.objects.all(), "content", typed))
    ways = [Q(owner__in=named(typed)), Q(pk=id_of(typed)), Q(pk__in=saying(rows, "title", typed))]
    ways += [Q(pk__in=newest(found, "conversation")) for found in (said, *referred_to(Message.objects.all(), typed))]
    return [rows.filter(way) for way in ways]


def messages_found(rows: QuerySet[Message], typed: str) -> list[QuerySet[Any]]:
    ways = [Q(pk__in=saying(rows, "content", typed)), Q(owner__in=named(typed)), Q(conversation__in=titled(typed))]
    ways += [Q(pk=id_of(typed)), Q(conversation=id_of(typed))]
    return [*(rows.filter(way) for way in ways), *referred_to(rows, typed)]


def tool_calls_found(rows: QuerySet[ToolCall], typed: str) -> list[QuerySet[Any]]:
    """Its own text is not searched; the conversation says what it was about."""
    conversations = newest(Conversation.objects.filter(owner__in=named(typed)))
    ways = [Q(conversation__in=conversations), Q(conversation__in=titled(typed))]
    ways += [Q(pk=id_of(typed)), Q(message=id_of(typed)), Q(conversation=id_of(typed))]
    return [rows.filter(way) for way in ways]


def referred_to(rows: QuerySet[Message], typed: str) -> list[QuerySet]:
    """Failed answers by the reference that they show, which is the end of the request's id or of their own."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", typed):
        return []
    failed, end = rows.filter(error_code__gt=""), typed[-REFERENCE_LENGTH:]
    by_request = failed.alias(reference=Right(KT("metadata__request_id"), REFERENCE_LENGTH))
    by_id = failed.alias(reference=Right(Cast("id", TextField()), REFERENCE_LENGTH))
    found = by_request.filter(reference=end, metadata__request_id__endswith=typed)
    return [found, by_id.filter(reference=end)] if len(typed) == REFERENCE_LENGTH else [found]


def titled(typed: str) -> list[Any]:
    return saying(Conversation.objects.all(), "title", typed)
