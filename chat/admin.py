"""Conversations for auditing: everything can be read, nothing can be added, changed or deleted."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.audit import ReadOnly, pretty_json

from .models import Conversation, Message, ToolCall

MESSAGE_FIELDS = (
    "sequence",
    "role",
    "content",
    "status",
    "error_code",
    "model",
    "tools",
    "tokens",
    "total_ms",
    "created_at",
)
CALL_FIELDS = ("position", "tool_name", "call_id", "status", "input_json", "output_json", "duration_ms", "created_at")


class MessageInline(ReadOnly, admin.TabularInline):
    model = Message
    fields = MESSAGE_FIELDS
    readonly_fields = MESSAGE_FIELDS
    ordering = ["sequence"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).prefetch_related("tool_calls")

    @admin.display(description="tool calls")
    def tools(self, message: Message) -> str:
        return ", ".join(f"{call.tool_name} ({call.status})" for call in message.tool_calls.all()) or "–"

    @admin.display(description="tokens in / out")
    def tokens(self, message: Message) -> str:
        return f"{message.input_tokens} / {message.output_tokens}"


class ToolCallInline(ReadOnly, admin.StackedInline):
    model = ToolCall
    fields = CALL_FIELDS
    readonly_fields = CALL_FIELDS
    ordering = ["position"]

    @admin.display(description="input")
    def input_json(self, call: ToolCall) -> str:
        return pretty_json(call.input)

    @admin.display(description="output")
    def output_json(self, call: ToolCall) -> str:
        return pretty_json(call.output)


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "owner", "last_sequence", "updated_at", "archived_at"]
    list_filter = [
        ("owner", admin.RelatedOnlyFieldListFilter),
        "messages__status",
        "updated_at",
        "tool_calls__tool_name",
    ]
    list_select_related = ["owner"]
    search_fields = ["title", "messages__content", "owner__username"]
    date_hierarchy = "updated_at"
    inlines = [MessageInline]


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["created_at", "owner", "role", "sequence", "status", "error_code", "model", "total_ms"]
    list_filter = ["status", "role", "model", "created_at", ("owner", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["owner", "conversation"]
    search_fields = ["content", "conversation__title", "owner__username"]
    date_hierarchy = "created_at"
    inlines = [ToolCallInline]


@admin.register(ToolCall)
class ToolCallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["created_at", "tool_name", "status", "duration_ms", "conversation"]
    list_filter = ["tool_name", "status", "created_at", ("conversation__owner", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["conversation"]
    search_fields = ["tool_name", "conversation__title", "conversation__owner__username"]
    date_hierarchy = "created_at"
    fields = [
        "conversation",
        "message",
        "tool_name",
        "call_id",
        "status",
        "input",
        "output",
        "duration_ms",
        "created_at",
    ]
