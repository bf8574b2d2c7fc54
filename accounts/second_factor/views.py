"""The second factor on pages: asked for after the password, set up and turned off in the settings."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.entry.tickets import TicketRefused, browser_of, issue_ticket, read_ticket, remember_browser, spend_ticket
from accounts.entry.ways import enter
from accounts.models import User
from accounts.pages.confirming import confirmed
from accounts.pages.entering import Pending, pending_sign_in, signed_in_response
from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, form_of, is_htmx, leading_on, render_page, signed_in
from accounts.pages.views import UNPROCESSABLE, add_refusal, posted, refused_entrance
from accounts.security_log import Kind, record
from database.units import database_read, database_unit
from web.errors import RateLimited, ServiceUnavailable
from web.ratelimits import address_of

from .codes import address_of_secret, new_secret, readable, sealed, unsealed
from .limits import count_try, note_right_code
from .stored import (
    CodeWrong,
    PasskeyNeeded,
    SecondFactorOff,
    renew_recovery_codes,
    turn_off,
    turn_on_app,
    turn_on_passkeys,
    use_code,
)

SETTING_UP = "second-factor.app"
CODE_MAX_CHARACTERS = 40
WRONG = _("This code is not right. Codes change every half minute, and each works once.")
WRONG_RECOVERY_CODE = _("This is none of your recovery codes, or it was used already.")


class CodeForm(forms.Form):
    """One of the two: the code that an app shows, or a recovery code."""

    code = forms.CharField(
        required=False,
        max_length=CODE_MAX_CHARACTERS,
        label=_("Code from your app"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    recovery_code = forms.CharField(
        required=False,
        max_length=CODE_MAX_CHARACTERS,
        label=_("Recovery code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @property
    def given(self) -> str:
        return self.cleaned_data["code"] or self.cleaned_data["recovery_code"]

    @property
    def field_given(self) -> str:
        return "recovery_code" if self.cleaned_data.get("recovery_code") else "code"


class AppForm(forms.Form):
    """The first code of an app, which shows that it has the secret."""

    ticket = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(
        max_length=CODE_MAX_CHARACTERS,
        label=_("Code that the app shows"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


# On the way in


@sensitive_post_parameters("code", "recovery_code")
@require_http_methods(["GET", "HEAD", "POST"])
async def ask(request: HttpRequest) -> HttpResponse:
    try:
        pending = await pending_sign_in(request)
    except TicketRefused as refusal:
        return refused_entrance(request, refusal) if request.method == "POST" else redirect("login")
    form = CodeForm(posted(request))
    if form.is_bound and (how := await method_of_code(request, pending, form)):
        await enter(request, pending.user, *pending.methods, how)
        return signed_in_response(request, pending.user)
    template = "accounts/_second_factor.html" if is_htmx(request) else "accounts/second_factor.html"
    context = {"form": form, **leading_on(request), **await database_read(factors_of)(pending.user)}
    return await database_read(render)(request, template, context, status=status_of(form))


async def method_of_code(request: HttpRequest, pending: Pending, form: CodeForm) -> str | None:
    """How the code lets in; None with the reason in the form."""
    if not form.is_valid() or not form.given:
        return None
    address = address_of(request)
    try:
        await count_try(pending.user, address)
        if how := await use_pending(request, pending, form.given):
            await note_right_code(pending.user, address)
            return how
        form.add_error(form.field_given, WRONG if form.field_given == "code" else WRONG_RECOVERY_CODE)
    except (RateLimited, ServiceUnavailable, TicketRefused) as refusal:
        add_refusal(form, refusal)
    return None


@database_unit
def use_pending(request: HttpRequest, pending: Pending, code: str) -> str | None:
    how = use_code(pending.user, code, request)
    if how:
        spend_ticket(pending.ticket)
    return how


def factors_of(user: User) -> dict[str, bool]:
    factor = user.second_factor
    return {"has_app": bool(factor.secret), "has_passkeys": user.passkeys.exists()}


def status_of(form: CodeForm) -> int:
    if not form.is_bound:
        return 200
    refusals = [str(refusal.code) for refusal in form.errors.as_data().get("__all__", [])]
    return {"rate_limited": 429, "service_unavailable": 503}.get(refusals[0] if refusals else "", UNPROCESSABLE)


# Settings


@sensitive_post_parameters("code", "ticket")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed
async def set_up_app(request: PageRequest) -> HttpResponse:
    """Show the secret as a picture and as text, and take the first code; nothing is stored before that is right."""
    form = AppForm(posted(request))
    browser = browser_of(request)
    try:
        secret = secret_of(request, browser)
    except TicketRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("set_up_app")
    if form.is_bound and form.is_valid():
        try:
            codes = await turn_on(request, form.cleaned_data, secret)
            return await codes_page(request, codes)
        except CodeWrong as refusal:
            form.add_error("code", refusal.sentence)
        except TicketRefused as refusal:
            add_refusal(form, refusal)
    ticket = request.POST.get("ticket") or issue_ticket(
        SETTING_UP, browser, user=str(request.acting_user.pk), secret=sealed(secret)
    )
    context = {
        "form": form,
        "ticket": ticket,
        "secret": secret,
        "picture": picture_of(request, secret),
    }
    response = await app_page(request, context, UNPROCESSABLE if form.is_bound else 200)
    remember_browser(request, response, browser)
    return response


def secret_of(request: PageRequest, browser: str) -> str:
    """A new one, or that of the page that is posted. Raises TicketRefused."""
    if request.method != "POST":
        return new_secret()
    said = read_ticket(SETTING_UP, browser, request.POST.get("ticket", ""))
    secret = unsealed(said["secret"])
    if secret is None or said["user"] != str(request.acting_user.pk):
        raise TicketRefused
    return secret


@database_unit
def turn_on(request: PageRequest, posted_form: dict[str, Any], secret: str) -> list[str]:
    codes = turn_on_app(request.acting_user, secret, posted_form["code"])
    spend_ticket(posted_form["ticket"])
    record(request.acting_user, Kind.SECOND_FACTOR_ON, request)
    return codes


def picture_of(request: PageRequest, secret: str) -> str:
    """The QR code, as an address of an image."""
    import segno  # noqa: PLC0415  it takes 30 ms, and hardly any page has a picture

    picture = segno.make(address_of_secret(secret, request.acting_user.username), error="m")
    return picture.svg_data_uri(border=3, light="#fff", scale=4)


@database_unit
def app_page(request: PageRequest, context: dict[str, Any], status: int) -> HttpResponse:
    context |= {"section": "settings", "here": reverse("settings")}
    return render_page(request, "accounts/settings/set_up_app.html", context, status)


@database_unit
def codes_page(request: PageRequest, codes: list[str]) -> HttpResponse:
    """The answer itself, not a redirect: the codes are shown this once and kept nowhere in between."""
    context = {"codes": [readable(code) for code in codes], "section": "settings", "here": reverse("settings")}
    return render_page(request, "accounts/settings/recovery_codes.html", context)


@form_of("settings")
@signed_in
@confirmed
async def require_passkey(request: PageRequest) -> HttpResponse:
    return await with_new_codes(request, turn_on_passkeys, Kind.SECOND_FACTOR_ON)


@form_of("settings")
@signed_in
@confirmed
async def renew_codes(request: PageRequest) -> HttpResponse:
    return await with_new_codes(request, renew_recovery_codes, Kind.RECOVERY_CODES_MADE)


def act_and_record(request: PageRequest, act: Callable[[User], list[str]], kind: Kind) -> list[str]:
    codes = act(request.acting_user)
    record(request.acting_user, kind, request)
    return codes


async def with_new_codes(request: PageRequest, act: Callable[[User], list[str]], kind: Kind) -> HttpResponse:
    try:
        codes = await database_unit(act_and_record)(request, act, kind)
    except (PasskeyNeeded, SecondFactorOff) as refusal:
        return await settings_page(request, status=refusal.status, second_factor_problem=refusal.sentence)
    return await codes_page(request, codes)


@form_of("settings")
@signed_in
@confirmed
async def end(request: PageRequest) -> HttpResponse:
    await database_unit(turn_off_and_record)(request)
    messages.success(request, gettext("Your password alone lets you in again."))
    return redirect("settings")


def turn_off_and_record(request: PageRequest) -> None:
    turn_off(request.acting_user)
    record(request.acting_user, Kind.SECOND_FACTOR_OFF, request)
