"""The settings page’s part about privacy: take everything along, or erase the account."""

from django.contrib import auth
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.entry.passwords import confirm_password
from accounts.pages.confirming import question_before
from accounts.pages.forms import EraseForm
from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, form_of, signed_in
from accounts.pages.views import UNPROCESSABLE
from web.errors import RateLimited, ValidationFailed
from web.ratelimits import address_of, check_use

from .belongings import EXPORTS_PER_USER, KEPT, erase, export_response


@require_safe
@signed_in
async def export(request: PageRequest) -> HttpResponseBase:
    try:
        await check_use("account-export", request.acting_user, EXPORTS_PER_USER)
    except RateLimited as refusal:
        return await settings_page(request, status=429, here=reverse("settings"), export_problem=refusal.sentence)
    return await export_response(request.acting_user)


@sensitive_post_parameters("password")
@form_of("settings")
@signed_in
async def erase_account(request: PageRequest) -> HttpResponse:
    if not request.acting_user.has_usable_password() and (question := await question_before(request)):
        return question
    form = EraseForm(request.acting_user, request.POST)
    if status := await refusal_of(request, form):
        return await settings_page(request, status=status, erase_form=form)
    erased = await erase(request.acting_user)
    await auth.alogout(request)
    context = {
        "erased": {name.replace("_ins", "-ins").replace("_", " "): count for name, count in erased.items()},
        "kept": KEPT.values(),
    }
    return render(request, "accounts/erased.html", context)


async def refusal_of(request: PageRequest, form: EraseForm) -> int:
    """The status of a refusal, whose reason is then in the form; 0 where both confirmations hold."""
    if not form.is_valid():
        return UNPROCESSABLE
    if "password" not in form.fields:
        return 0
    try:
        await confirm_password(form.user, form.cleaned_data["password"], address_of(request))
    except ValidationFailed as refusal:
        form.add_error("password", refusal.details["password"])
        return UNPROCESSABLE
    except RateLimited as refusal:
        form.add_error("password", refusal.sentence)
        return 429
    return 0
