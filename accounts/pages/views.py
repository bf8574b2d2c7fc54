"""Pages to sign in, register and change settings."""

from itertools import chain
from uuid import UUID

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api.endpoints import REGISTRATIONS_PER_PERSON, TAKEN_MEANWHILE
from accounts.bearer import user_of_cookie
from accounts.entry.passwords import hash_password, user_of_password
from accounts.entry.sign_ins import end_sign_in_of, sign_in_of_session, sign_out_elsewhere, sign_out_everywhere
from accounts.entry.ways import PASSWORD, enter, providers
from accounts.mails.changing import want_address
from accounts.models import User
from accounts.security_log import Kind, record
from accounts.tokens.access import issue_access_token
from accounts.tokens.personal import TooManyTokens, issue_personal_token, revoke_personal_token
from database.units import database_unit
from web.errors import LoginFailed, ProductError, RateLimited, ServiceUnavailable, TokenMissing, status_by_code
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address, check_failed_logins, count_failed_login

from .confirming import confirmed, question_before
from .entering import enter_or_ask, signed_in_response
from .forms import LoginForm, NewPasswordForm, PersonalTokenForm, RegisterForm, TimeZoneForm
from .sections import THEMES
from .settings_page import settings_page
from .sign_in import PageRequest, address_after, form_of, is_htmx, leading_on, refusal_response, sentence_of, signed_in

YEAR_SECONDS = 365 * 24 * 3600
UNPROCESSABLE = 422


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
async def login(request: HttpRequest) -> HttpResponse:
    form = LoginForm(posted(request))
    if form.is_bound and (user := await user_of_login(request, form)):
        return await enter_or_ask(request, user, PASSWORD)
    return entrance_page(request, login_template(request), form)


def login_template(request: HttpRequest) -> str:
    return "accounts/_sign_in.html" if is_htmx(request) else "accounts/login.html"


def refused_entrance(request: HttpRequest, refusal: ProductError) -> HttpResponse:
    """The sign-in page after another way in than its form was refused."""
    context = {"form": LoginForm(), "problem": sentence_of(refusal), "outside_providers": providers()}
    response = render(request, login_template(request), context | leading_on(request), status=refusal.status)
    if refusal.wait_seconds:
        response["Retry-After"] = str(refusal.wait_seconds)
    return response


async def admin_login(request: HttpRequest) -> HttpResponse:
    """Replaces the admin's login form, which has no rate limit."""
    try:
        user = await user_of_cookie(request)
    except TokenMissing:
        return redirect_to_login(address_after(request, "admin:index"))
    if not user.is_staff:
        raise PermissionDenied
    return redirect(address_after(request, "admin:index"))


@never_cache
@require_POST
async def access_token(request: HttpRequest) -> HttpResponse:
    """A short-lived access token for the script of a page: from its login, never from another token."""
    try:
        user = await user_of_cookie(request)
        await check_address("refresh", address_of(request), REFRESHES_PER_PERSON)
    except (TokenMissing, RateLimited) as refusal:
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    sign_in = await database_unit(sign_in_of_session)(request, user)
    token = issue_access_token(user, sign_in.pk if sign_in else None)
    return JsonResponse({"user_id": user.subject, "access_token": token})


def posted(request: HttpRequest) -> QueryDict | None:
    """What binds a form, also where it came back empty."""
    return request.POST if request.method == "POST" else None


async def user_of_login(request: HttpRequest, form: LoginForm) -> User | None:
    """Who signs in; None with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        return await user_of_password(**form.cleaned_data, address=address_of(request))
    except LoginFailed as refusal:
        add_refusal(form, refusal, field="password")
        form.focus_password()
    except (RateLimited, ServiceUnavailable) as refusal:
        add_refusal(form, refusal)
    return None


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
async def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(posted(request))
    if form.is_bound and (user := await registered_user(request, form)):
        await enter(request, user, PASSWORD)
        return signed_in_response(request, user)
    return entrance_page(request, "accounts/register.html", form)


async def registered_user(request: HttpRequest, form: RegisterForm) -> User | None:
    """The new account, stored; None with the reasons in the form."""
    try:
        await check_address("register", address_of(request), REGISTRATIONS_PER_PERSON)
        if not await database_unit(form.is_valid)():
            return None
        form.instance.password = await hash_password(form.cleaned_data["password1"])
        await database_unit(store_account)(form.instance)
    except RateLimited as refusal:
        # An error is added to a form that was checked, and this one looks for the name in the database.
        await database_unit(add_refusal)(form, refusal)
        return None
    except IntegrityError:
        form.add_error("username", TAKEN_MEANWHILE)
        return None
    return form.instance


def store_account(user: User) -> None:
    user.save()
    if user.email:
        want_address(user, user.email)


def add_refusal(form: forms.BaseForm, refusal: ProductError, field: str | None = None) -> None:
    params = {"wait": refusal.wait_seconds}
    form.add_error(field, forms.ValidationError(sentence_of(refusal), code=refusal.code, params=params))


def entrance_page(request: HttpRequest, template: str, form: forms.BaseForm) -> HttpResponse:
    """The page of a form for people who are not signed in; after a refusal with its status."""
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "outside_providers": providers(), **leading_on(request)}
    response = render(request, template, context, status=status)
    for refusal in chain.from_iterable(form.errors.as_data().values()):
        response.status_code = status_by_code().get(str(refusal.code), status)
        if wait := (refusal.params or {}).get("wait"):
            response["Retry-After"] = str(wait)
    return response


@require_safe
@signed_in
async def settings(request: PageRequest) -> HttpResponse:
    return await settings_page(request)


@require_POST
@signed_in
async def change_theme(request: PageRequest) -> HttpResponse:
    response = redirect("settings")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@form_of("settings")
@signed_in
async def change_time_zone(request: PageRequest) -> HttpResponse:
    form = TimeZoneForm(request.POST, instance=request.acting_user)
    if not await database_unit(save_if_valid)(form):
        return await settings_page(request, status=UNPROCESSABLE, time_zone_form=form)
    messages.success(request, _("Your time zone is saved."))
    return redirect(address_after(request, "settings"))


@sensitive_post_parameters()
@form_of("settings")
@signed_in
async def change_password(request: PageRequest) -> HttpResponse:
    """Change the password, confirmed by the old one; without an old one, as other changes are confirmed."""
    if not request.acting_user.has_usable_password() and (question := await question_before(request)):
        return question
    form = NewPasswordForm(request.acting_user, request.POST)
    username, address = request.acting_user.username, address_of(request)
    try:
        await check_failed_logins(username, address)
    except (RateLimited, ServiceUnavailable) as refusal:
        messages.error(request, sentence_of(refusal))
        return await settings_page(request, status=refusal.status)
    if not await database_unit(store_password)(request, form):
        # Who found a page open must not try out passwords on it either.
        if form.has_error("old_password", "password_incorrect"):
            await count_failed_login(username, address)
        return await settings_page(request, status=UNPROCESSABLE, password_form=form)
    messages.success(request, _("Your password is saved. Other devices have to sign in again."))
    return redirect("settings")


def save_if_valid(form: forms.ModelForm) -> bool:
    if valid := form.is_valid():
        form.save()
    return valid


def store_password(request: PageRequest, form: NewPasswordForm) -> bool:
    if valid := form.is_valid():
        sign_out_elsewhere(request, form.save())
        record(request.acting_user, Kind.PASSWORD_CHANGED, request)
    return valid


@require_POST
@signed_in
async def end_sign_in(request: PageRequest, sign_in_id: UUID) -> HttpResponse:
    """Sign one device out. Where it is this one, the settings lead to the sign-in page."""
    await database_unit(end_sign_in_of)(request.acting_user, sign_in_id)
    messages.success(request, _("That device is signed out."))
    return redirect("settings")


@require_POST
@signed_in
async def end_sign_ins(request: PageRequest) -> HttpResponse:
    """Sign out everywhere, here as well."""
    await database_unit(end_all_sign_ins)(request)
    await auth.alogout(request)
    return redirect("login")


def end_all_sign_ins(request: PageRequest) -> None:
    sign_out_everywhere(request.acting_user)
    record(request.acting_user, Kind.SIGNED_OUT_EVERYWHERE, request)


@never_cache
@form_of("settings")
@signed_in
@confirmed
async def make_personal_token(request: PageRequest) -> HttpResponse:
    """Answer with the page itself, not a redirect: the token is shown this once and kept nowhere in between."""
    form = PersonalTokenForm(request.POST)
    token = await database_unit(issue_if_valid)(request, form)
    if token is None:
        return await settings_page(request, status=UNPROCESSABLE, personal_token_form=form)
    return await settings_page(request, new_token=token)


def issue_if_valid(request: PageRequest, form: PersonalTokenForm) -> str | None:
    if not form.is_valid():
        return None
    try:
        token = issue_personal_token(request.acting_user, **form.cleaned_data)
    except TooManyTokens as refusal:
        add_refusal(form, refusal)
        return None
    record(request.acting_user, Kind.TOKEN_MADE, request, form.cleaned_data["name"])
    return token


@require_POST
@signed_in
async def revoke_token(request: PageRequest, token_id: UUID) -> HttpResponse:
    await database_unit(end_personal_token)(request, token_id)
    messages.success(request, _("That token is revoked."))
    return redirect("settings")


def end_personal_token(request: PageRequest, token_id: UUID) -> None:
    if token := revoke_personal_token(request.acting_user, token_id):
        record(request.acting_user, Kind.TOKEN_REVOKED, request, token.name)
