"""Pages to sign in, register and change settings."""

from typing import Any

from django import forms
from django.contrib import auth, messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .api import REGISTRATIONS_PER_ADDRESS, USERNAME_TAKEN
from .bearer import user_of_cookie
from .database import database_unit
from .errors import LoginFailed, ProductError, RateLimited, ServiceUnavailable, TokenMissing
from .forms import LoginForm, NewPasswordForm, RegisterForm, TimeZoneForm
from .models import User
from .pages import PageRequest, address_after, is_live, render_page, signed_in
from .passwords import hash_password, user_of_password
from .ratelimits import address_of, check_rate
from .tokens import issue_access_token, sign_out_everywhere

THEMES = {"system": "System", "light": "Light", "dark": "Dark"}
YEAR_SECONDS = 365 * 24 * 3600
UNPROCESSABLE = 422
STATUS_BY_CODE = {"login_failed": 401, "rate_limited": 429, "service_unavailable": 503}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
async def login(request: HttpRequest) -> HttpResponse:
    form = LoginForm(posted(request))
    if form.is_bound and (user := await user_of_login(request, form)):
        await auth.alogin(request, user)
        return HttpResponse(status=204) if is_live(request) else redirect(address_after(request, "home"))
    return entrance_page(request, "accounts/_sign_in.html" if is_live(request) else "accounts/login.html", form)


@never_cache
@require_POST
async def access_token(request: HttpRequest) -> HttpResponse:
    """A short-lived access token for the script of a page: from its login, never from another token."""
    try:
        user = await user_of_cookie(request)
    except TokenMissing:
        return HttpResponse(status=401)
    return JsonResponse({"user_id": user.subject, "access_token": issue_access_token(user)})


def posted(request: HttpRequest) -> QueryDict | None:
    """What binds a form, also where it came back empty."""
    return request.POST if request.method == "POST" else None


async def user_of_login(request: HttpRequest, form: LoginForm) -> User | None:
    """Who signs in; None with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        return await user_of_password(**form.cleaned_data, address=address_of(request))
    except (LoginFailed, RateLimited, ServiceUnavailable) as refusal:
        add_refusal(form, refusal)
        return None


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
async def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(posted(request))
    if form.is_bound and (user := await registered_user(request, form)):
        await auth.alogin(request, user)
        return redirect(address_after(request, "home"))
    return entrance_page(request, "accounts/register.html", form)


async def registered_user(request: HttpRequest, form: RegisterForm) -> User | None:
    """The new account, stored; None with the reasons in the form."""
    try:
        await check_rate("register", address_of(request), REGISTRATIONS_PER_ADDRESS)
        if not await database_unit(form.is_valid)():
            return None
        form.instance.password = await hash_password(form.cleaned_data["password1"])
        await database_unit(form.instance.save)()
    except RateLimited as refusal:
        add_refusal(form, refusal)
        return None
    except IntegrityError:
        form.add_error("username", USERNAME_TAKEN)
        return None
    return form.instance


def add_refusal(form: forms.BaseForm, refusal: ProductError) -> None:
    wait = refusal.retry_after_seconds
    sentence = f"{refusal.sentence} It works again in {wait} seconds." if wait else refusal.sentence
    form.add_error(None, forms.ValidationError(sentence, code=refusal.code))


def entrance_page(request: HttpRequest, template: str, form: forms.BaseForm) -> HttpResponse:
    """The page of a form for people who are not signed in; after a refusal with its status."""
    status = UNPROCESSABLE if form.is_bound else 200
    for error in form.errors.as_data().get("__all__", []):
        status = STATUS_BY_CODE.get(str(error.code), status)
    return render(request, template, {"form": form, "next": address_after(request, "home")}, status=status)


@require_safe
@signed_in
async def settings(request: PageRequest) -> HttpResponse:
    return await settings_page(request)


@database_unit
def settings_page(request: PageRequest, status: int = 200, **forms_with_problems: forms.BaseForm) -> HttpResponse:
    theme = request.COOKIES.get("theme")
    context: dict[str, Any] = {
        "section": "settings",
        "here": request.path if request.method == "GET" else "/accounts/settings",
        "themes": THEMES.items(),
        "theme": theme if theme in THEMES else "system",
        "time_zone_form": TimeZoneForm(instance=request.acting_user),
        "password_form": NewPasswordForm(request.acting_user),
    }
    return render_page(request, "accounts/settings.html", context | forms_with_problems, status)


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


@require_POST
@signed_in
async def change_time_zone(request: PageRequest) -> HttpResponse:
    form = TimeZoneForm(request.POST, instance=request.acting_user)
    if not await database_unit(save_if_valid)(form):
        return await settings_page(request, status=UNPROCESSABLE, time_zone_form=form)
    messages.success(request, "Your time zone is saved.")
    return redirect("settings")


@sensitive_post_parameters()
@require_POST
@signed_in
async def change_password(request: PageRequest) -> HttpResponse:
    form = NewPasswordForm(request.acting_user, request.POST)
    if not await database_unit(store_password)(form):
        return await settings_page(request, status=UNPROCESSABLE, password_form=form)
    await auth.aupdate_session_auth_hash(request, request.acting_user)
    messages.success(request, "Your password is changed. Other devices have to sign in again.")
    return redirect("settings")


def save_if_valid(form: forms.ModelForm) -> bool:
    if valid := form.is_valid():
        form.save()
    return valid


def store_password(form: NewPasswordForm) -> bool:
    if valid := form.is_valid():
        sign_out_everywhere(form.save())
    return valid
