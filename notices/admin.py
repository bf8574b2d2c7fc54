"""Deliveries in the admin: what was said by which channel, what came of it, and how late. To look, not to change."""

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import LISTED_MAX, RecordedAdmin
from todos.finding.references import read_id

from .models import Delivery, PushSubscription, Webhook

DAY = datetime.timedelta(days=1)
SHARES = (50, 95, 99)


@admin.register(Delivery)
class DeliveryAdmin(RecordedAdmin):
    """Without the targets, which are addresses of people and their devices."""

    list_display = ["created_at", "owner", "kind", "channel", "state", "code", "attempts", "late"]
    list_filter = ["channel", "state", "kind", "code", "created_at"]
    list_select_related = ["owner"]
    search_help_text = _("The id of a delivery, of what it is about, or a username.")
    fields = [
        *("id", "owner", "kind", "source_id", "todo_id", "occurrence", "channel", "state", "code", "attempts"),
        *("not_before", "expires_at", "sent_at", "late", "acted", "acted_at", "created_at"),
    ]
    readonly_fields = ["late"]

    def ways(self, rows: QuerySet[Any], typed: str) -> Iterable[QuerySet[Any]]:
        if found := read_id(typed):
            return [rows.filter(pk=found), rows.filter(source_id=found), rows.filter(todo_id=found)]
        return [rows.filter(owner__username__iexact=typed)]

    @admin.display(description=_("late by"))
    def late(self, delivery: Delivery) -> str:
        return f"{lateness(delivery.occurrence, delivery.sent_at):.1f} s" if delivery.sent_at else "–"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "subtitle": figures(timezone.now())})


class FoundByOwner(RecordedAdmin):
    """Rows that are found by their own id, or by whose they are."""

    def ways(self, rows: QuerySet[Any], typed: str) -> Iterable[QuerySet[Any]]:
        found = read_id(typed)
        return [rows.filter(pk=found) if found else rows.filter(owner__username__iexact=typed)]


@admin.register(Webhook)
class WebhookAdmin(FoundByOwner):
    """Without addresses, whose paths often are secrets, and without secrets."""

    list_display = [
        "created_at",
        "owner",
        "host",
        "state",
        "off_because",
        "failures",
        "failing_since",
        "last_success_at",
    ]
    list_filter = ["off_because", "created_at"]
    list_select_related = ["owner"]
    search_help_text = _("The id of a webhook, or a username.")
    fields = [
        *("id", "owner", "host", "events", "state", "off_because", "failures", "failing_since", "paused_until"),
        *("last_success_at", "both_until", "created_at"),
    ]
    readonly_fields = ["host", "state"]

    @admin.display(description="host")
    def host(self, webhook: Webhook) -> str:
        return webhook.host


@admin.register(PushSubscription)
class PushSubscriptionAdmin(FoundByOwner):
    """Browsers that take pushes. Without addresses and keys: whoever has them can push to the device."""

    list_display = ["created_at", "owner", "device", "service", "last_success_at"]
    list_select_related = ["owner"]
    search_help_text = _("The id of a subscription, or a username.")
    fields = ["id", "owner", "device", "service", "created_at", "last_success_at"]
    readonly_fields = ["service"]

    @admin.display(description=_("push service"))
    def service(self, subscription: PushSubscription) -> str:
        return urlsplit(subscription.endpoint).hostname or "–"


def figures(now: datetime.datetime) -> str:
    """Of the last day, at most the newest few thousand: “push: 41 sent, 2 failed; late p50 0.4 s, p95 1.0 s …”."""
    rows = Delivery.objects.filter(created_at__gt=now - DAY).order_by("-pk")
    newest = list(rows.values_list("channel", "state", "occurrence", "sent_at")[:LISTED_MAX])
    return " · ".join(
        channel_figures(channel, [row[1:] for row in newest if row[0] == channel])
        for channel in sorted({row[0] for row in newest})
    )


def channel_figures(channel: str, rows: list[tuple[str, datetime.datetime, datetime.datetime | None]]) -> str:
    states = Counter(state for state, _, _ in rows)
    said = f"{channel}: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    late = sorted(lateness(occurrence, sent_at) for _, occurrence, sent_at in rows if sent_at)
    shares = [f"p{share} {late[min(len(late) - 1, len(late) * share // 100)]:.1f} s" for share in SHARES if late]
    return f"{said}; late {', '.join(shares)}" if shares else said


def lateness(occurrence: datetime.datetime, sent_at: datetime.datetime) -> float:
    """How late a delivery was, in seconds."""
    return (sent_at - occurrence).total_seconds()
