"""The shapes of the chat API."""

import datetime
from typing import Literal, cast
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from accounts.api.schema import Me
from chat.events import ApprovalRecord, ToolCallRecord, Usage
from chat.models import Conversation, Message
from chat.search.snippets import parts_html, snippet_parts
from chat.turns.records import approval_of, tool_call_record
from database.search import Terms
from web.requests.fields import Body
from web.text import StorableText

# Something to read in it, and nothing that cannot be stored. `chat.turns.limits` has the rule.
SOMETHING_TO_READ = r"^[^\x00]*\S[^\x00]*$"


MessageRole = Literal["user", "assistant"]
MessageStatus = Literal["completed", "pending", "failed", "stopped", "interrupted"]


class ChatRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "Remind me friday 5pm to call the dentist"}]})

    message: StorableText = Field(
        description="1 to 8,000 characters after trimming.", json_schema_extra={"pattern": SOMETHING_TO_READ}
    )
    conversation_id: UUID | None = Field(default=None, description="Leave out to open a new conversation.")
    replaces: UUID | None = Field(
        default=None,
        description="Your last message of the conversation, of which this is the edited text: what its answer did is "
        "taken back first, what it asked is declined, and both are kept, marked as `replaced`.",
    )
    stream: StrictBool = Field(default=False, description="Answer as Server-Sent Events while the turn runs.")


class Hit(BaseModel):
    """The newest message that has the words."""

    message_id: UUID
    sequence: int
    snippet_html: str = Field(
        description="A line of its text, escaped, with the words in <mark>.", examples=["to buy <mark>milk</mark> and"]
    )


class ConversationOut(BaseModel):
    id: UUID
    title: str = Field(examples=["Groceries for the weekend"])
    archived: bool
    pinned: bool
    message_count: int
    message_limit: int = Field(description="So many messages it takes; then `conversation_full`.", examples=[500])
    nearly_full: bool = Field(description="From 80 % of the limit: continue in a new conversation soon.")
    summary_sequence: int = Field(description="The model is sent a summary of the messages up to this one; 0: none.")
    continued_from: UUID | None = Field(description="The conversation whose summary this one begins with.")
    hit: Hit | None = Field(default=None, description="With `q`, where the words are in a message.")
    created_at: datetime.datetime
    updated_at: datetime.datetime

    @classmethod
    def of(cls, conversation: Conversation, hit: Hit | None = None) -> "ConversationOut":
        return cls(
            id=conversation.id,
            title=conversation.title,
            archived=conversation.archived_at is not None,
            pinned=conversation.pinned_at is not None,
            message_count=conversation.last_sequence,
            message_limit=settings.CONVERSATION_MAX_MESSAGES,
            nearly_full=conversation.is_nearly_full,
            summary_sequence=conversation.summary_sequence,
            continued_from=conversation.continued_from_id,
            hit=hit,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
        )

    @classmethod
    def found(cls, conversation: Conversation, terms: Terms) -> "ConversationOut":
        """One from `containing`."""
        if not terms or conversation.hit_id is None or conversation.hit_sequence is None:
            return cls.of(conversation)
        snippet = parts_html(snippet_parts(conversation.hit_text or "", terms))
        return cls.of(
            conversation, Hit(message_id=conversation.hit_id, sequence=conversation.hit_sequence, snippet_html=snippet)
        )


class NewConversation(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"continue_from": "0192f7a0-0000-7000-8000-000000000001"}]}
    )

    continue_from: UUID = Field(description="The conversation to go on from, with a summary of all of it.")


class ConversationPage(BaseModel):
    items: list[ConversationOut]
    next: str | None = Field(description="Send it as `cursor` for the next page.")


class ConversationChange(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Groceries"}]})

    title: StorableText | None = Field(default=None, min_length=1, max_length=200)
    archived: StrictBool | None = None
    pinned: StrictBool | None = None


class MessageOut(BaseModel):
    id: UUID
    sequence: int = Field(description="1, 2, 3 … without gaps.")
    role: MessageRole
    content: str = Field(examples=["Added “Buy groceries”."])
    status: MessageStatus
    error: str | None = Field(description="The error code of a failed turn, the reason of a stopped one.")
    tool_calls: list[ToolCallRecord]
    approval: ApprovalRecord | None = Field(description="What this answer asked the person to approve.")
    usage: Usage
    model: str = Field(examples=["basic"])
    first_token_ms: int | None
    total_ms: int | None
    replaced: bool = Field(description="Whether an edited message took the place of this one and its answer.")
    created_at: datetime.datetime

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        return cls(
            id=message.id,
            sequence=message.sequence,
            role=cast(MessageRole, message.role),
            content=message.content,
            status=cast(MessageStatus, message.status),
            error=message.error_code or None,
            tool_calls=[tool_call_record(call) for call in message.calls],
            approval=approval_of(message),
            usage=Usage(message.input_tokens, message.output_tokens),
            model=message.model,
            first_token_ms=message.first_token_ms,
            total_ms=message.total_ms,
            replaced=message.replaced_at is not None,
            created_at=message.created_at,
        )


class Decision(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"approve": "all"}]})

    approve: list[UUID] | Literal["all"] = Field(description="Ids of todos, “all”, or an empty list to decline.")


class DecisionOut(BaseModel):
    approval: ApprovalRecord
    tool_calls: list[ToolCallRecord] = Field(description="The calls that waited, each with its outcome.")


class MessagePage(BaseModel):
    items: list[MessageOut] = Field(description="In sequence order.")
    next: str | None = Field(description="Send it as `before` for the messages before these.")


class UsageToday(BaseModel):
    tokens: int = Field(description="Input and output tokens of your turns since midnight UTC.", examples=[1840])


class MeWithUsage(Me):
    usage_today: UsageToday
