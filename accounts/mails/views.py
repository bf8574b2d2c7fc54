"""Pages of forgotten passwords, and of an account's mail address.

A GET of a link from a mail shows a page with one button: programs that look at mails follow links, and change nothing.
"""

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.entry.password_links import RESET
from accounts.entry.passwords import hash_password
from accounts.entry.ways import PASSWORD, ways_beside_password
from accounts.models import User
from accounts.pages.confirming import confirmed
from accounts.pages.entering import enter_or_ask
from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, form_of, sentence_of, signed_in
from accounts.pages.views import UNPROCESSABLE, posted
from database.units import database_read, database_unit
from web.errors import RateLimited
from web.mail.sending import is_mail_set_up
from web.ratelimits import REFRESHES_PER_PERSON, address_of, check_address, check_use

from .changing import AddressTaken, confirm_address, remove_address, want_address
from .forms import EmailForm, ForgotForm, MailKindsForm, ResetForm
from .links import user_of_confirm
from .orders import RESETS_PER_PERSON, order_reset

ADDRESSES_PER_USER = "10/h"
GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
async def forgot_password(request: HttpRequest) -> HttpResponse:
    """The same answer, after the same work, whether the address is an account's or not."""
    form, context, status = ForgotForm(posted(request)), {"mail_set_up": is_mail_set_up()}, 200
    if form.is_bound and form.is_valid():
        try:
            await check_address("forgot-password", address_of(request), RESETS_PER_PERSON)
            await database_unit(order_reset)(form.cleaned_data["email"])
            context["asked"] = True
        except RateLimited as refusal:
            form.add_error(None, sentence_of(refusal))
            status = refusal.status
    elif form.is_bound:
        status = UNPROCESSABLE
    return render(request, "accounts/mails/forgot.html", context | {"form": form}, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
async def reset_password(request: HttpRequest) -> HttpResponse:
    await check_address("mailed-link", address_of(request), REFRESHES_PER_PERSON)
    key = request.GET.get("key", "")
    user = await database_read(RESET.user_of)(key)
    if user is None:
        return used_link(request)
    form = ResetForm(user, posted(request))
    if form.is_bound and await sync_to_async(form.is_valid)():
        hashed = await hash_password(form.cleaned_data["new_password1"])
        end_tokens = form.cleaned_data["end_tokens"]
        changed = await database_unit(RESET.store_password)(key, hashed, request, end_tokens=end_tokens)
        return await enter_or_ask(request, changed, PASSWORD) if changed else used_link(request)
    status = UNPROCESSABLE if form.is_bound else 200
    ways = await database_read(ways_beside_password)(user)
    page = {"form": form, "username": user.username, "ways_beside_password": ways}
    return await sync_to_async(render)(request, "accounts/mails/reset.html", page, status=status)


def used_link(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/mails/used_link.html", status=GONE)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def confirm_email(request: HttpRequest) -> HttpResponse:
    """Whoever reads the mail confirms, signed in or not: the page names the account and the address."""
    await check_address("mailed-link", address_of(request), REFRESHES_PER_PERSON)
    key = request.GET.get("key", "")
    user = await database_read(user_of_confirm)(key)
    if user is None:
        return used_link(request)
    page = {"username": user.username, "address": user.email_wanted}
    if request.method != "POST":
        return render(request, "accounts/mails/confirm.html", page)
    try:
        confirmed = await database_unit(confirm_address)(key, request)
    except AddressTaken:
        return render(request, "accounts/mails/confirm.html", page | {"taken": True}, status=409)
    return render(request, "accounts/mails/confirm.html", page | {"done": True}) if confirmed else used_link(request)


@form_of("settings")
@signed_in
@confirmed
async def change_email(request: PageRequest) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        return await settings_page(request, status=UNPROCESSABLE, email_form=form)
    if not is_mail_set_up():
        form.add_error(None, _("No mail can be sent from here, so that no address can be confirmed."))
        return await settings_page(request, status=UNPROCESSABLE, email_form=form)
    try:
        await check_use("mail-address", request.acting_user, ADDRESSES_PER_USER)
    except RateLimited as refusal:
        form.add_error(None, sentence_of(refusal))
        return await settings_page(request, status=refusal.status, email_form=form)
    await database_unit(want_address)(request.acting_user, form.cleaned_data["email"])
    messages.success(request, _("A mail with a link is on its way. The address counts when you have opened it."))
    return redirect("settings")


@form_of("settings")
@signed_in
@confirmed
async def remove_email(request: PageRequest) -> HttpResponse:
    await database_unit(remove_address)(request.acting_user, request)
    messages.success(request, _("Your address is removed. A forgotten password cannot be replaced by mail now."))
    return redirect("settings")


@form_of("settings")
@signed_in
async def choose_mails(request: PageRequest) -> HttpResponse:
    form = MailKindsForm(request.POST)
    if not form.is_valid():
        return await settings_page(request, status=UNPROCESSABLE)
    await database_unit(switch_off_others)(request.acting_user, form)
    messages.success(request, _("Your choice of mails is saved."))
    return redirect("settings")


def switch_off_others(user: User, form: MailKindsForm) -> None:
    names = [name for name, _ in form.fields["kinds"].choices]  # type: ignore[attr-defined]
    user.mails_off = " ".join(name for name in names if name not in form.cleaned_data["kinds"])
    user.save(update_fields=["mails_off"])
