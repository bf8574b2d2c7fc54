"""Conversations for auditing: all can be read, nothing changed, and who reads what is recorded."""

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.audit import ReadOnly, RecordedAdmin, id_of, named, pretty_json
from todos.tools import tool_definitions
from web.errors import ProductError, ServiceUnavailable

from .audit.search import conversations_found, messages_found, tool_calls_found
from .audit.views import cockpit, turn
from .errors import TurnFailure
from .models import Approval, Conversation, Message, ToolCall

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

    @admin.display(description=_("tool calls"))
    def tools(self, message: Message) -> str:
        return ", ".join(f"{call.tool_name} ({call.status})" for call in message.tool_calls.all()) or "–"

    @admin.display(description=_("tokens in / out"))
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


class ToolFilter(admin.SimpleListFilter):
    """A filter by the tools of the program: reading the names from a big table takes seconds."""

    title = "tool"
    parameter_name = "tool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tool.name, tool.name) for tool in async_to_sync(tool_definitions)()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tool_name=self.value()) if self.value() else queryset


class UsedToolFilter(ToolFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        calls = ToolCall.objects.filter(conversation=OuterRef("pk"), tool_name=self.value())
        return queryset.filter(Exists(calls)) if self.value() else queryset


class ErrorFilter(admin.SimpleListFilter):
    """A filter by the error code of answers; the cockpit links here."""

    title = "error"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds: list[type[ProductError]] = [*TurnFailure.__subclasses__(), ServiceUnavailable]
        return [(kind.code, kind.code) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(error_code=self.value()) if self.value() else queryset


@admin.register(Conversation)
class ConversationAdmin(RecordedAdmin):
    """The list shows no titles: they begin as what a person wrote."""

    list_display = ["id", "owner", "last_sequence", "updated_at", "archived_at"]
    list_filter = ["messages__status", "updated_at", UsedToolFilter]
    list_select_related = ["owner"]
    search_help_text = _("Words of a title or message, a username, an id, or the reference of a failure")
    inlines = [MessageInline]

    def ways(self, rows: QuerySet[Any], typed: str) -> list[QuerySet[Any]]:
        return conversations_found(rows, typed)


@admin.register(Message)
class MessageAdmin(RecordedAdmin):
    list_display = ["created_at", "owner", "role", "sequence", "status", "error_code", "model", "total_ms", "turn"]
    list_filter = ["status", ErrorFilter, "role", "created_at"]
    list_select_related = ["owner"]
    search_help_text = _("Words of it or of its conversation’s title, a username, an id, or the reference of a failure")
    inlines = [ToolCallInline]

    def get_urls(self) -> list[Any]:
        return [
            path("turns/", self.admin_site.admin_view(cockpit), name="chat_cockpit"),
            path("turns/<uuid:message_id>/", self.admin_site.admin_view(turn), name="chat_turn"),
            *super().get_urls(),
        ]

    def ways(self, rows: QuerySet[Any], typed: str) -> list[QuerySet[Any]]:
        return messages_found(rows, typed)

    @admin.display(description="turn")
    def turn(self, message: Message) -> str:
        if message.role != Message.Role.ASSISTANT:
            return "–"
        return format_html('<a href="{}">its turn</a>', reverse("admin:chat_turn", args=[message.pk]))


@admin.register(ToolCall)
class ToolCallAdmin(RecordedAdmin):
    list_display = ["created_at", "tool_name", "status", "duration_ms", "conversation_id"]
    list_filter = [ToolFilter, "status", "created_at"]
    list_select_related = ["conversation"]
    search_help_text = _("Words of the conversation’s title, a username, or an id")
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

    def ways(self, rows: QuerySet[Any], typed: str) -> list[QuerySet[Any]]:
        return tool_calls_found(rows, typed)


@admin.register(Approval)
class ApprovalAdmin(RecordedAdmin):
    list_display = ["created_at", "owner", "row_count", "approved_count", "expires_at", "decided_at"]
    list_filter = ["created_at"]
    list_select_related = ["owner"]
    search_help_text = _("A username, or the id of it, its conversation or its answer")
    fields = [
        "id",
        "owner",
        "conversation",
        "message",
        "asker",
        "rows_json",
        "approved",
        "created_at",
        "expires_at",
        "decided_at",
    ]

    def ways(self, rows: QuerySet[Any], typed: str) -> list[QuerySet[Any]]:
        by_id = [rows.filter(**{column: id_of(typed)}) for column in ("pk", "conversation", "message")]
        return [rows.filter(owner__in=named(typed)), *by_id]

    @admin.display(description="asked")
    def row_count(self, approval: Approval) -> int:
        return len(approval.rows)

    @admin.display(description="approved")
    def approved_count(self, approval: Approval) -> int:
        return len(approval.approved)

    @admin.display(description="rows")
    def rows_json(self, approval: Approval) -> str:
        return pretty_json(approval.rows)
