"""The page on which a person lets a program in, or does not."""

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.bearer import user_of_cookie
from accounts.entry.tickets import TicketRefused, browser_of, issue_ticket, read_ticket, remember_browser
from accounts.models import User
from accounts.pages.sign_in import PageRequest, form_of, signed_in, wait_page
from accounts.scopes import SCOPES
from accounts.security_log import Kind, record
from database.units import database_read, database_unit
from web.errors import RateLimited, TokenMissing
from web.ratelimits import address_of, check_use

from .authorizing import Asked, RequestRefused, RequestUnreadable, allow, check_parameters, decline, read_asked
from .clients.known import look_up_document
from .clients.redirects import form_target
from .connections import connections_of, disconnect

KIND = "consent"
CONSENTS_PER_USER = "30/m"
DAY_SECONDS = 24 * 3600


@require_http_methods(["GET", "POST"])
async def authorize(request: HttpRequest) -> HttpResponse:
    """Show who asks for what, and send the browser back with the person's answer.

    Only the login of a browser counts here, and never a token: a program must not let another in.
    """
    try:
        user = await user_of_cookie(request)
    except TokenMissing:
        return redirect_to_login(request.get_full_path())
    try:
        await check_use("consent", user, CONSENTS_PER_USER)
        check_parameters(request)
        await look_up_document(request.GET.get("client_id", ""), user, address_of(request))
        asked = await database_read(read_asked)(request)
        return await (
            answered(request, user, asked) if request.method == "POST" else consent_page(request, user, asked)
        )
    except RateLimited as refusal:
        return wait_page(request, refusal)
    except RequestUnreadable as refusal:
        return render(request, "accounts/programs/refused.html", {"refusal": refusal}, status=refusal.status)
    except RequestRefused as refusal:
        return sent_to(refusal.address)


async def answered(request: HttpRequest, user: User, asked: Asked) -> HttpResponse:
    ticket = request.POST.get("ticket", "")
    try:
        said = read_ticket(KIND, browser_of(request), ticket)
        if said != what_was_shown(request, user):
            raise TicketRefused
        if request.POST.get("decision") != "allow":
            return sent_to(decline(request, asked))
        return sent_to(await database_unit(allow_and_record)(request, user, ticket, asked))
    except TicketRefused as refusal:
        return await consent_page(request, user, asked, refusal)


def allow_and_record(request: HttpRequest, user: User, ticket: str, asked: Asked) -> str:
    address = allow(request, user, ticket)
    record(user, Kind.APP_CONNECTED, request, asked.application.name)
    return address


def disconnect_and_record(request: PageRequest, program_id: int) -> None:
    connected = connections_of(request.acting_user)
    names = [program.name for program in connected if program.application.pk == program_id]
    disconnect(request.acting_user, program_id)
    for name in names:
        record(request.acting_user, Kind.APP_DISCONNECTED, request, name)


def what_was_shown(request: HttpRequest, user: User) -> dict[str, str]:
    query = request.META.get("QUERY_STRING", "")
    return {"user": str(user.pk), "asked": hashlib.sha256(query.encode()).hexdigest()}


async def consent_page(
    request: HttpRequest, user: User, asked: Asked, refusal: TicketRefused | None = None
) -> HttpResponse:
    browser = browser_of(request)
    context = {
        "asked": asked,
        "allowed": [SCOPES[scope] for scope in asked.scopes],
        "username": user.username,
        "days_unused": settings.REFRESH_TOKEN_SECONDS // DAY_SECONDS,
        "ticket": issue_ticket(KIND, browser, **what_was_shown(request, user)),
        "address": request.get_full_path(),
        "refusal": refusal,
    }
    response = render(request, "accounts/programs/consent.html", context, status=refusal.status if refusal else 200)
    response.form_target = form_target(asked.redirect_uri)  # type: ignore[attr-defined]
    remember_browser(request, response, browser)
    return response


@form_of("settings")
@signed_in
async def end_connection(request: PageRequest, program_id: int) -> HttpResponse:
    await database_unit(disconnect_and_record)(request, program_id)
    messages.success(request, _("That app is disconnected."))
    return redirect("settings")


def sent_to(address: str) -> HttpResponse:
    """A redirect that may have the scheme of an app, which Django's own refuses. The address was checked before."""
    return HttpResponse(status=303, headers={"Location": address})
