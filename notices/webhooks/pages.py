"""The webhooks of a person on their settings page."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.pages.confirming import confirmed
from accounts.pages.settings_page import Section, settings_page
from accounts.pages.sign_in import PageRequest, form_of, signed_in
from database.units import database_read, database_unit
from notices.models import Delivery
from notices.models.webhooks import NAME_MAX, URL_MAX, Webhook
from web.errors import ValidationFailed
from web.ratelimits import check_use
from web.text import storable

from .acts import (
    TESTS_PER_USER,
    WEBHOOKS_MAX,
    WebhookNotFound,
    add_webhook,
    change_webhook,
    find_webhook,
    put_test,
    remove_webhook,
    rotate_secret,
    webhooks_of,
)
from .events import CHANNEL, EVENTS, WAITING_MAX
from .signing import secret_of

UNPROCESSABLE = 422
DELIVERIES_SHOWN = 5
GONE = _("That webhook is no longer there.")


class WebhookForm(forms.Form):
    url = forms.CharField(
        max_length=URL_MAX,
        label=_("Address"),
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://example.com/hooks/todos"}),
    )
    name = forms.CharField(
        max_length=NAME_MAX, required=False, label=_("What it is for"), widget=forms.TextInput({"autocomplete": "off"})
    )
    events = forms.MultipleChoiceField(
        choices=[(name, name) for name in EVENTS], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_webhook_%s", **kwargs})


def shown(request: PageRequest) -> dict[str, Any]:
    """The webhooks with their last deliveries: two questions, the second where there are any."""
    webhooks = list(webhooks_of(request.acting_user))
    last = last_deliveries(request.acting_user, webhooks)
    return {
        "webhooks": [(webhook, last[str(webhook.pk)]) for webhook in webhooks],
        "webhook_waiting_max": f"{WAITING_MAX:,}",
        "webhook_form": WebhookForm() if len(webhooks) < WEBHOOKS_MAX else None,
    }


SECTION = Section("notices/_webhooks.html", {"settings-webhooks": _("Webhooks")}, shown)


def last_deliveries(owner: User, webhooks: list[Webhook]) -> dict[str, list[Delivery]]:
    """By webhook, the newest first."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    if not webhooks:
        return found
    rows = Delivery.objects.for_user(owner).filter(channel=CHANNEL, target__in=[str(hook.pk) for hook in webhooks])
    place = Window(RowNumber(), partition_by="target", order_by=F("id").desc())
    for row in rows.annotate(place=place).filter(place__lte=DELIVERIES_SHOWN).order_by("-id"):
        found[row.target].append(row)
    return found


@never_cache
@form_of("settings")
@signed_in
@confirmed
async def add(request: PageRequest) -> HttpResponse:
    """Answer with the page itself, which shows the secret."""
    form = WebhookForm(request.POST)
    webhook = await database_unit(added)(request, form)
    if webhook is None:
        return await settings_page(request, status=UNPROCESSABLE, webhook_form=form)
    return await settings_page(request, webhook_shown=webhook, webhook_secret=secret_of(webhook))


def added(request: PageRequest, form: WebhookForm) -> Webhook | None:
    if not form.is_valid():
        return None
    chosen = form.cleaned_data
    try:
        return add_webhook(request.acting_user, request, chosen["url"], storable(chosen["name"]), chosen["events"])
    except ValidationFailed as refusal:
        reason = refusal.details.get("url")
        form.add_error("url" if reason else None, reason or refusal.sentence)
        return None


@never_cache
@form_of("settings")
@signed_in
@confirmed
async def show_secret(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    return await secret_page(request, webhook_id, rotate=False)


@never_cache
@form_of("settings")
@signed_in
@confirmed
async def change_secret(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    return await secret_page(request, webhook_id, rotate=True)


async def secret_page(request: PageRequest, webhook_id: UUID, *, rotate: bool) -> HttpResponse:
    find = database_unit(rotate_secret) if rotate else database_read(seen)
    try:
        webhook = await find(request.acting_user, webhook_id, request)
    except WebhookNotFound:
        return gone(request)
    return await settings_page(request, webhook_shown=webhook, webhook_secret=secret_of(webhook))


def seen(owner: User, webhook_id: UUID, request: PageRequest) -> Webhook:
    return find_webhook(owner, webhook_id)


@require_POST
@signed_in
async def test(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    await check_use("notice_tests", request.acting_user, TESTS_PER_USER)
    try:
        await database_unit(put_test)(request.acting_user, webhook_id)
    except WebhookNotFound:
        return gone(request)
    messages.success(request, gettext("A test is on its way. Load this page again to see what came of it."))
    return redirect("settings")


@require_POST
@signed_in
async def switch(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    """On or off, as the form says."""
    on = request.POST.get("on") == "true"
    try:
        await database_unit(change_webhook)(request.acting_user, webhook_id, request, on=on)
    except WebhookNotFound:
        return gone(request)
    messages.success(request, gettext("That webhook is on.") if on else gettext("That webhook is off."))
    return redirect("settings")


@require_POST
@signed_in
async def remove(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    await database_unit(remove_webhook)(request.acting_user, webhook_id, request)
    messages.success(request, gettext("That webhook is removed."))
    return redirect("settings")


def gone(request: PageRequest) -> HttpResponse:
    messages.warning(request, GONE)
    return redirect("settings")
