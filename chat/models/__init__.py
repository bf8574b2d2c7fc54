"""Conversations, their messages and the tool calls of each turn. The database is the state of a turn."""

from .briefings import Briefing
from .conversations import (
    BY_PROGRAM,
    NEWEST_FIRST,
    REFERENCE_LENGTH,
    Approval,
    ApprovalQuerySet,
    Conversation,
    ConversationQuerySet,
    Message,
    MessageQuerySet,
    ToolCall,
)

__all__ = [
    "BY_PROGRAM",
    "NEWEST_FIRST",
    "REFERENCE_LENGTH",
    "Approval",
    "ApprovalQuerySet",
    "Briefing",
    "Conversation",
    "ConversationQuerySet",
    "Message",
    "MessageQuerySet",
    "ToolCall",
]
