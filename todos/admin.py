"""Todos in the admin: to look, not to change. Todos change through their owners' commands."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import RecordedAdmin, id_of, named, newest, pretty_json, saying

from .changing.changes import latest
from .models import Reminder, Todo, TodoChange, TodoTag


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", gettext("Open")), ("done", gettext("Done")), ("trash", gettext("In the trash"))]

    def queryset(self, request, queryset):
        match self.value():
            case "open":
                return queryset.open()
            case "done":
                return queryset.done()
            case "trash":
                return queryset.in_trash()
        return queryset


@admin.register(Todo)
class TodoAdmin(RecordedAdmin):
    list_display = ["title", "owner", "priority", "due", "tag_names", "state", "created_at"]
    list_filter = [StateFilter, "priority", "created_at"]
    list_select_related = ["owner"]
    search_help_text = _("Words of the title or the notes, a tag, a username, or an id")
    fields = [
        "id",
        "owner",
        "title",
        "notes",
        "priority",
        "due",
        "due_zone",
        "repeats",
        "tag_names",
        "state",
        "version",
        "created_at",
        "updated_at",
        "completed_at",
        "deleted_at",
    ]

    def ways(self, rows, typed):
        tagged = newest(TodoTag.objects.filter(name=typed.lower().removeprefix("#")), "todo_id")
        by_words = [rows.filter(pk__in=saying(rows, column, typed)) for column in ("title", "notes")]
        return [*by_words, rows.filter(owner__in=named(typed)), rows.filter(pk__in=[*tagged, id_of(typed)])]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("todo_tags")

    @admin.display(description="tags")
    def tag_names(self, todo):
        return ", ".join(todo.tags)

    @admin.display(description="due", ordering="due_date")
    def due(self, todo):
        return todo.due

    @admin.display(description="repeats")
    def repeats(self, todo):
        return todo.repeats or "–"

    @admin.display(description="state")
    def state(self, todo):
        if todo.deleted_at:
            return gettext("in the trash")
        return "done" if todo.completed_at else "open"


@admin.register(TodoChange)
class TodoChangeAdmin(RecordedAdmin):
    list_display = ["created_at", "kind", "title", "owner", "door", "undone_at"]
    list_filter = ["door", "created_at"]
    list_select_related = ["owner"]
    search_help_text = _("Words of the todo’s title as it is now, a username, or the id of a todo, tool call or answer")
    fields = [
        "id",
        "created_at",
        "kind",
        "todo_id",
        "owner",
        "actor",
        "door",
        "conversation_id",
        "message_id",
        "tool_call_id",
        "before_json",
        "after_json",
        "undoes",
        "undone_at",
    ]

    def ways(self, rows, typed):
        ids = [id_of(typed)]
        todos = saying(Todo.objects.all(), "title", typed)
        by_id = [rows.filter(**{f"{column}__in": ids}) for column in ("id", "tool_call_id", "message_id", "act")]
        return [rows.filter(todo_id__in=[*todos, *ids]), rows.filter(owner__in=named(typed)), *by_id]

    @admin.display(description="title")
    def title(self, change):
        return latest(change)["title"]

    @admin.display(description="before")
    def before_json(self, change):
        return pretty_json(change.before)

    @admin.display(description="after")
    def after_json(self, change):
        return pretty_json(change.after)


@admin.register(Reminder)
class ReminderAdmin(RecordedAdmin):
    """When a todo reminds, and whether it did; what became of the notice is among the deliveries."""

    list_display = ["at", "state", "rule", "owner", "todo_id", "sent_for"]
    list_filter = ["state"]
    list_select_related = ["owner"]
    search_help_text = _("The id of a reminder or of its todo, or a username")
    fields = ["id", "owner", "todo_id", "rule", "at", "state", "sent_for", "created_at"]

    def ways(self, rows, typed):
        ids = [id_of(typed)]
        return [rows.filter(pk__in=ids), rows.filter(todo__in=ids), rows.filter(owner__in=named(typed))]
