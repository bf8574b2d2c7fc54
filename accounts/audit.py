"""What audit pages of the admin share: all can be read, nothing changed, and whoever reads is written down."""

import datetime
import functools
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import DateField, Model, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from database.search import said_in, terms_of

from .models import Reading, User

LISTED_MAX = 5_000
# Of what a search finds, nobody looks through more.
FOUND_MAX = 1_000
# So many of the newest rows are read for a word, and so many that have it are enough.
WALKED_MAX, FOUND_BY_WALKING = 5_000, 200
# The status codes of refusals begin here.
NOTHING_SHOWN = 400
# By the names of their addresses: they show nothing of people, or only what is recorded already.
UNRECORDED = {
    *("index", "app_list", "jsi18n", "login", "logout", "password_change", "password_change_done"),
    *("accounts_reading_changelist", "accounts_reading_change", "accounts_reading_history"),
}


class DayFilter(admin.DateFieldListFilter):
    """Django's, with yesterday: most complaints are of then."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        start, end = midnight - datetime.timedelta(days=1), midnight
        yesterday: dict[str, Any] = {self.lookup_kwarg_since: str(start), self.lookup_kwarg_until: str(end)}
        any_date, today, *others = self.links
        self.links = (any_date, today, (_("Yesterday"), yesterday), *others)


admin.FieldListFilter.register(lambda field: isinstance(field, DateField), DayFilter, take_priority=True)


class AuditedSite(admin.AdminSite):
    """Whatever is looked at in the admin leaves a `Reading`, also by pages that do not think of it themselves."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap every view of the admin, so that what it shows is recorded."""

        @functools.wraps(view)
        def recorded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            is_shown = request.resolver_match.url_name not in UNRECORDED and response.status_code < NOTHING_SHOWN
            if is_shown and not getattr(request, "is_recorded", False):
                record_view(request, view, kwargs.get("object_id"))
            return response

        return super().admin_view(recorded, cacheable)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Switched off: it would list titles without a record, and no form here uses it."""
        raise Http404


class ReadOnly:
    """Admin pages that show rows and never add, change or delete them."""

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
        return rows[:LISTED_MAX].count()


class BigTableAdmin(ReadOnly, admin.ModelAdmin):
    """Made for millions of rows: nothing counts them, the order is that of the primary key, and `ways` finds some.

    `search_fields` only has Django show the box; what it finds is said in `search_help_text`.
    """

    ordering = ["-id"]
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["id"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """By time where days are chosen, because its index holds their rows together; else by id."""
        days = [name for name in self.list_filter if isinstance(name, str) and f"{name}__gte" in request.GET]
        return [*(f"-{name}" for name in days), *super().get_ordering(request)]

    def ways(self, rows: QuerySet[Any], typed: str) -> Iterable[QuerySet[Any]]:
        """The rows for each meaning that the search text may have, each by an index. `rows` are filtered already.

        As one condition over joined tables they would read all of these.
        """
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.replace("\0", " ").strip()
        if not typed:
            return queryset, False
        found = {key for rows in self.ways(queryset, typed) for key in newest(rows)}
        return queryset.filter(pk__in=sorted(found, reverse=True)[:FOUND_MAX]), False


class RecordedAdmin(BigTableAdmin):
    """Pages that show what people wrote: nothing is shown without a `Reading` of it."""

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


def record_view(request: Any, view: Any, object_id: str | None) -> None:
    """Record what a view showed, unless it did so itself: a page of a model's admin, or one of its own."""
    shown_by = getattr(view, "__self__", None)
    if not isinstance(shown_by, admin.ModelAdmin):
        Reading.objects.create(reader_id=request.user.pk, what="admin", address=request.get_full_path())
        return
    row = shown_by.get_object(request, unquote(object_id)) if object_id else None
    record_reading(request, shown_by.model, row)


def record_reading(request: Any, model: type[Model], row: Any = None) -> None:
    """Write down that the administrator sees this row, or a list without one. Where that fails nothing is shown."""
    Reading.objects.create(
        reader_id=request.user.pk,
        what=model._meta.label_lower,
        object_id=row.pk if isinstance(getattr(row, "pk", None), UUID) else None,
        owner_id=owner_id_of(row) if row else None,
        conversation_id=getattr(row, "conversation_id", None),
        address=request.get_full_path(),
    )
    request.is_recorded = True


def owner_id_of(row: Any) -> Any:
    """Whose it is; a tool call belongs to the owner of its conversation, and what is nobody's, a group, to nobody."""
    if isinstance(row, User):
        return row.pk
    for name in ("owner_id", "user_id"):
        if hasattr(row, name):
            return getattr(row, name)
    return row.conversation.owner_id if hasattr(row, "conversation") else None


def newest(rows: QuerySet[Any], column: str = "pk") -> list[Any]:
    return list(rows.order_by("-pk").values_list(column, flat=True)[:FOUND_MAX])


def saying(rows: QuerySet[Any], column: str, typed: str) -> list[Any]:
    """The newest rows with these words in the column, among those of `rows` that are looked through for it.

    A common word is found among the newest rows; only what is not so common is looked up in the index of words. For
    PostgreSQL takes any beginning of a word for common, and would walk from the newest of a million rows to its oldest.
    """
    matching = said_in(column, terms_of(typed))
    found = newest(rows.filter(matching, pk__in=rows.order_by("-pk").values("pk")[:WALKED_MAX]))
    if len(found) >= FOUND_BY_WALKING:
        return found
    # No index has this order, so that it does not tempt anybody to walk along it.
    by_words = rows.filter(matching).order_by(Cast("pk", TextField()).desc())
    return list(by_words.values_list("pk", flat=True)[:FOUND_MAX])


def named(typed: str) -> list[Any]:
    """The ids of users whose name has this in it, or who are called this by their issuer."""
    return newest(User.objects.filter(username__icontains=typed)) + newest(User.objects.filter(subject=typed))


def id_of(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def pretty_json(value: object) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
