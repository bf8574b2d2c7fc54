"""Sign-in with an outside provider on pages: away, back, and linked or unlinked in the settings."""

from uuid import UUID

from django.conf import settings as configured
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.bearer import user_of_cookie
from accounts.entry.tickets import TicketRefused, browser_of, issue_ticket, read_ticket, remember_browser, spend_ticket
from accounts.entry.ways import OUTSIDE, LastWayIn, providers
from accounts.issuers import TrustedIssuer
from accounts.pages.confirming import confirmed
from accounts.pages.entering import enter_or_ask
from accounts.pages.settings_page import settings_page
from accounts.pages.sign_in import PageRequest, address_after, form_of, sentence_of, signed_in
from accounts.pages.views import refused_entrance
from database.units import database_unit
from web.errors import LoginFailed, ProductError, RateLimited, ServiceUnavailable, TokenMissing, ValidationFailed
from web.ratelimits import SIGN_INS_PER_PERSON, address_of, check_address

from .provider import Identity, OutsideRefused, provider_of
from .stored import link_identity, unlink_identity, user_of_identity

AWAY = "outside"
REFUSALS = (LoginFailed, ValidationFailed, RateLimited, ServiceUnavailable)


def issuer_called(slug: str) -> TrustedIssuer:
    """The issuer with this slug. Raises Http404."""
    for issuer in providers():
        if issuer.slug == slug:
            return issuer
    raise Http404


def return_address(request: HttpRequest, issuer: TrustedIssuer) -> str:
    """Where the provider leads back to: of the site by its setting, or of the host that the browser asks."""
    path = reverse("outside_callback", args=[issuer.slug])
    return f"{configured.SITE_URL}{path}" if configured.SITE_URL else request.build_absolute_uri(path)


async def way_out(request: HttpRequest, issuer: TrustedIssuer, user_id: str | None = None) -> tuple[str, str]:
    """The provider's address, and the browser it is for. `user_id` is who wants to link it."""
    browser = browser_of(request)
    ticket = issue_ticket(AWAY, browser, issuer=issuer.issuer, next=address_after(request, "home"), user=user_id)
    return await provider_of(issuer).address_to_sign_in(ticket, return_address(request, issuer)), browser


@require_safe
async def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Redirect to the provider's own sign-in page."""
    issuer = issuer_called(slug)
    try:
        await check_address("sign-in", address_of(request), SIGN_INS_PER_PERSON)
        address, browser = await way_out(request, issuer)
    except REFUSALS as refusal:
        return refused_entrance(request, refusal)
    response = redirect(address)
    remember_browser(request, response, browser)
    return response


@require_safe
async def come_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the provider's answer: sign in, or link the identity for the person who asked for that."""
    issuer = issuer_called(slug)
    wanted_by: str | None = None
    try:
        await check_address("sign-in", address_of(request), SIGN_INS_PER_PERSON)
        ticket = request.GET.get("state", "")
        said = read_ticket(AWAY, browser_of(request), ticket)
        wanted_by = said["user"]
        identity = await identity_of_answer(request, issuer, ticket, said["issuer"])
        if wanted_by:
            return await link(request, issuer, identity, wanted_by)
        user = await database_unit(user_of_identity)(identity)
    except REFUSALS as refusal:
        return refused_return(request, refusal, wanted_by)
    return await enter_or_ask(request, user, OUTSIDE, page=said["next"])


async def identity_of_answer(
    request: HttpRequest, issuer: TrustedIssuer, ticket: str, issuer_left_for: str
) -> Identity:
    """Raises TicketRefused, OutsideRefused or ServiceUnavailable. An answer counts once, whatever it says."""
    await database_unit(spend_ticket)(ticket)
    code, said_by = request.GET.get("code", ""), request.GET.get("iss", issuer.issuer)
    # RFC 9207: an answer of one provider is not taken for that of another.
    if not code or issuer.issuer != issuer_left_for or said_by != issuer.issuer:
        raise OutsideRefused
    return await provider_of(issuer).identity_of(code, ticket, return_address(request, issuer))


async def link(request: HttpRequest, issuer: TrustedIssuer, identity: Identity, wanted_by: str) -> HttpResponse:
    """Only for the person who asked for it, still signed in. Raises TicketRefused or IdentityTaken."""
    try:
        user = await user_of_cookie(request)
    except TokenMissing:
        raise TicketRefused from None
    if str(user.pk) != wanted_by:
        raise TicketRefused
    await database_unit(link_identity)(request, user, identity)
    messages.success(request, _("%(provider)s lets you in from now on.") % {"provider": issuer.name})
    return redirect("settings")


def refused_return(request: HttpRequest, refusal: ProductError, wanted_by: str | None) -> HttpResponse:
    if wanted_by is None:
        return refused_entrance(request, refusal)
    messages.error(request, sentence_of(refusal))
    return redirect("settings")


# Settings


@form_of("settings")
@signed_in
@confirmed
async def begin_linking(request: PageRequest, slug: str) -> HttpResponse:
    """A page that leads on by itself: the policy of pages lets no form lead to another site."""
    issuer = issuer_called(slug)
    try:
        address, browser = await way_out(request, issuer, str(request.acting_user.pk))
    except ServiceUnavailable as refusal:
        return await settings_page(request, status=refusal.status, outside_problem=sentence_of(refusal))
    response = render(request, "accounts/outside.html", {"address": address, "issuer": issuer})
    remember_browser(request, response, browser)
    return response


@form_of("settings")
@signed_in
@confirmed
async def unlink(request: PageRequest, identity_id: UUID) -> HttpResponse:
    try:
        await database_unit(unlink_identity)(request, request.acting_user, identity_id)
    except LastWayIn as refusal:
        return await settings_page(request, status=refusal.status, outside_problem=refusal.sentence)
    messages.success(request, _("That account lets nobody in here any more."))
    return redirect("settings")
