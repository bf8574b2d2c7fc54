"""What audit pages of the admin share: all can be read, nothing changed, and whoever reads is written down."""

import json
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.html import format_html

from .models import Reading

ADDRESS_MAX_CHARACTERS = 1_000
LISTED_MAX = 5_000


class ReadOnly:
    """An audit that the audited could change is none."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class BoundedPaginator(Paginator):
    """Counts no further than the newest few thousand rows: to count a million takes longer than to show the page."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by("-pk")[:LISTED_MAX].count()


class RecordedAdmin(ReadOnly, admin.ModelAdmin):
    """Pages that show what people wrote: nothing is shown without a `Reading` of it.

    Made for big tables: nothing counts all rows, and the order is that of the primary key.
    """

    ordering = ["-id"]
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        record_reading(request, self.model, kwargs.get("obj"))
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page = super().changelist_view(request, extra_context)
        record_reading(request, self.model)
        return page

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().history_view(request, object_id, extra_context)
        if row := self.get_object(request, object_id):
            record_reading(request, self.model, row)
        return page


def record_reading(request: Any, model: type[Model], row: Any = None) -> None:
    """Write down that the administrator sees this row, or a list without one. Where that fails nothing is shown."""
    Reading.objects.create(
        reader_id=request.user.pk,
        what=model._meta.label_lower,
        object_id=row.pk if row else None,
        owner_id=owner_id_of(row) if row else None,
        conversation_id=getattr(row, "conversation_id", None),
        address=request.get_full_path()[:ADDRESS_MAX_CHARACTERS],
    )


def owner_id_of(row: Any) -> Any:
    """Whose it is; a tool call belongs to the owner of its conversation."""
    return row.owner_id if hasattr(row, "owner_id") else row.conversation.owner_id


def pretty_json(value: object) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
