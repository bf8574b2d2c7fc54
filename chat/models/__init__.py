"""Conversations, their messages and the tool calls of each turn. The database is the state of a turn."""

from .approvals import Approval, ApprovalQuerySet
from .briefings import Briefing
from .conversations import NEWEST_FIRST, Conversation, ConversationQuerySet
from .messages import BY_PROGRAM, DECIDED, REFERENCE_LENGTH, TAKEN_BACK, Message, MessageQuerySet, ToolCall

__all__ = [
    "BY_PROGRAM",
    "DECIDED",
    "NEWEST_FIRST",
    "REFERENCE_LENGTH",
    "TAKEN_BACK",
    "Approval",
    "ApprovalQuerySet",
    "Briefing",
    "Conversation",
    "ConversationQuerySet",
    "Message",
    "MessageQuerySet",
    "ToolCall",
]
