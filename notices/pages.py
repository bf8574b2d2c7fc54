"""The settings of what reaches a person outside a page: channels, devices, and a test of each."""

import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.pages.sign_in import PageRequest, signed_in
from database.units import database_unit
from web.ratelimits import check_use

from .models import Delivery, NoticeSettings
from .outbox.filling import put
from .push.subscriptions import end_subscription

TEST_LASTS = datetime.timedelta(minutes=10)
TESTS_PER_USER = "10/m"
NOBODY_REACHED = {
    "push": _("No device takes notices yet. Add this one first."),
    "mail": _("Mail reaches you once you have confirmed an address and this channel is on."),
    "page": _("Open pages are switched off. Save them as a channel first."),
}


class NoticeForm(forms.ModelForm):
    class Meta:
        model = NoticeSettings
        fields = ("page", "push", "mail", "says_what")


@require_POST
@signed_in
async def change_notices(request: PageRequest) -> HttpResponse:
    await database_unit(save_settings)(request.acting_user, NoticeForm(request.POST))
    messages.success(request, gettext("Saved how you are told."))
    return redirect("settings")


def save_settings(owner: User, form: NoticeForm) -> None:
    """All its fields are boxes: whatever is sent is a choice."""
    form.is_valid()
    NoticeSettings.objects.update_or_create(owner=owner, defaults=form.cleaned_data)


@require_POST
@signed_in
async def end_device(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    await database_unit(end_subscription)(request.acting_user, subscription_id)
    messages.success(request, gettext("That device is told nothing more."))
    return redirect("settings")


@require_POST
@signed_in
async def send_test(request: PageRequest, channel: str) -> HttpResponse:
    """What a reminder would be like, by one channel, now."""
    if channel not in NOBODY_REACHED:
        raise Http404
    await check_use("notice_tests", request.acting_user, TESTS_PER_USER)
    if await database_unit(put_test)(request.acting_user, channel):
        messages.success(request, gettext("A test is on its way."))
    else:
        messages.warning(request, NOBODY_REACHED[channel])
    return redirect("settings")


def put_test(owner: User, channel: str) -> int:
    """Put a test for this channel; returns the number of targets."""
    now = timezone.now()
    content = {
        "title": gettext("This is a test"),
        "text": gettext("Reminders reach you here."),
        "address": reverse("settings"),
    }
    return put(owner.pk, Delivery.Kind.TEST, uuid7(), now, now + TEST_LASTS, content, only={channel})
