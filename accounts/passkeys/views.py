"""Passkeys on pages: a script asks for options and fills a form, which is posted as any other is."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.entry.tickets import browser_of, issue_ticket, remember_browser
from accounts.entry.ways import PASSKEY, LastWayIn, enter
from accounts.names.devices import device_name
from accounts.pages.confirming import confirmed
from accounts.pages.entering import signed_in_response
from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, form_of, refusal_response, signed_in
from accounts.pages.views import refused_entrance
from accounts.security_log import Kind, record
from database.units import database_read, database_unit, within_unit
from web.errors import LoginFailed, RateLimited, ValidationFailed
from web.ratelimits import REFRESHES_PER_PERSON, SIGN_INS_PER_PERSON, address_of, check_address
from web.text import is_blank, storable

from .ceremonies import Answer, PasskeyRefused, creation_options, read_answer, request_options
from .site import NoPasskeysHere, Site, required_site
from .stored import (
    ADDING,
    ENTERING,
    SecondFactorNeedsIt,
    add_passkey,
    remove_passkey,
    rename_passkey,
    user_of_passkey,
)

NAME_MAX_CHARACTERS = 60


class PasskeyNameForm(forms.Form):
    name = forms.CharField(max_length=NAME_MAX_CHARACTERS, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        name = storable(self.cleaned_data["name"])
        if is_blank(name):
            raise forms.ValidationError(_("Write a name."))
        return name


# Signing in


@require_POST
async def entering_options(request: HttpRequest) -> HttpResponse:
    """The same for everybody: nobody is named, and nothing is looked up."""
    try:
        await check_address("passkey", address_of(request), REFRESHES_PER_PERSON)
        site = required_site(request)
    except (RateLimited, NoPasskeysHere) as refusal:
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    browser = browser_of(request)
    response = options_response(request_options(site, issue_ticket(ENTERING, browser)))
    remember_browser(request, response, browser)
    return response


@require_POST
async def enter_by_passkey(request: HttpRequest) -> HttpResponse:
    try:
        await check_address("sign-in", address_of(request), SIGN_INS_PER_PERSON)
        answer = read_answer(request.POST.get("credential", ""))
        user = await user_of_passkey(request, required_site(request), answer)
        if user is None:
            raise PasskeyRefused
    except (RateLimited, LoginFailed, ValidationFailed) as refusal:
        return refused_entrance(request, refusal)
    await enter(request, user, PASSKEY)
    return signed_in_response(request, user)


def options_response(options: str) -> HttpResponse:
    return HttpResponse(options, content_type="application/json")


# Settings


@require_POST
@signed_in
async def adding_options(request: PageRequest) -> HttpResponse:
    try:
        site = required_site(request)
    except NoPasskeysHere as refusal:
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    user, browser = request.acting_user, browser_of(request)
    ticket = issue_ticket(ADDING, browser, user=str(user.pk))
    response = options_response(await database_read(creation_options)(user, site, ticket))
    remember_browser(request, response, browser)
    return response


@form_of("settings")
@signed_in
@confirmed
async def add(request: PageRequest) -> HttpResponse:
    name = device_name(request.headers.get("User-Agent", ""))
    try:
        answer = read_answer(request.POST.get("credential", ""))
        await database_unit(add_and_record)(request, required_site(request), answer, name)
    except ValidationFailed as refusal:
        return await settings_page(request, status=refusal.status, passkey_problem=refusal.sentence)
    messages.success(request, _("Your passkey is added and called “%(name)s”.") % {"name": name})
    return redirect("settings")


@form_of("settings")
@signed_in
async def rename(request: PageRequest, passkey_id: UUID) -> HttpResponse:
    form = PasskeyNameForm(request.POST)
    if not form.is_valid():
        problem = " ".join(map(str, form.errors["name"]))
        return await settings_page(request, status=ValidationFailed.status, passkey_problem=problem)
    await database_unit(rename_passkey)(request.acting_user, passkey_id, form.cleaned_data["name"])
    messages.success(request, _("The name is saved."))
    return redirect("settings")


@form_of("settings")
@signed_in
@confirmed
async def remove(request: PageRequest, passkey_id: UUID) -> HttpResponse:
    try:
        await database_unit(remove_and_record)(request, passkey_id)
    except (LastWayIn, SecondFactorNeedsIt) as refusal:
        return await settings_page(request, status=refusal.status, passkey_problem=refusal.sentence)
    messages.success(request, _("That passkey lets nobody in any more. Delete it from your device as well."))
    return redirect("settings")


def add_and_record(request: PageRequest, site: Site, answer: Answer, name: str) -> None:
    within_unit(add_passkey)(request.acting_user, browser_of(request), site, answer, name)
    record(request.acting_user, Kind.PASSKEY_ADDED, request, name)


def remove_and_record(request: PageRequest, passkey_id: UUID) -> None:
    if name := remove_passkey(request.acting_user, passkey_id):
        record(request.acting_user, Kind.PASSKEY_REMOVED, request, name)
