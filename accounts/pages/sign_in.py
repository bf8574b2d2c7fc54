"""What pages share: who may see them, what every one of them shows, and where a form leads back to."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import quote, urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext

from accounts.bearer import authenticate, bearer_token
from accounts.habits.drawing import speak_to, written_for
from accounts.models import User
from web.errors import (
    CHALLENGE,
    ProductError,
    RateLimited,
    ServiceUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
)
from web.ratelimits import SEARCHES_PER_USER, check_use

P = ParamSpec("P")
# Nobody is known, or the keys of an outside issuer are out of reach.
REFUSALS = (TokenMissing, TokenInvalid, TokenExpired, ServiceUnavailable)
# What fits into an address that every server accepts.
DRAFT_MAX_CHARACTERS = 800


class PageRequest(HttpRequest):
    """A request whose user is known."""

    acting_user: User


Answer = Coroutine[Any, Any, HttpResponseBase]


def signed_in(view: Callable[Concatenate[PageRequest, P], Answer]) -> Callable[Concatenate[HttpRequest, P], Answer]:
    """Let only people who are signed in through, and lead everybody else to the sign-in page and back."""

    @functools.wraps(view)
    async def page(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            speak_to(await authenticate(request))
        except REFUSALS as refusal:
            if is_htmx(request) or bearer_token(request.headers.get("Authorization", "")):
                answer = refusal_response(refusal, request.request_id)
                if isinstance(refusal, TokenMissing) and request.method == "GET":
                    answer["HX-Refresh"] = "true"  # the login is over: what is shown makes way for the sign-in page
                return answer
            return redirect_to_login(page_of(request))
        except RateLimited as refusal:
            return wait_page(request, refusal)
        try:
            await check_search(request)
            return await view(request, *args, **kwargs)
        except RateLimited as refusal:
            return wait_page(request, refusal)

    return page


def form_of(page: str) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Accept POST; redirect GET to `page`.

    A GET is a reload by hand, or a live update while the answer to a form is shown under the form's address.
    """

    def decorator(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @functools.wraps(view)
        async def view_or_page(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request = cast(HttpRequest, args[0])
            if request.method in {"GET", "HEAD"}:
                return redirect(page)
            return await view(*args, **kwargs) if request.method == "POST" else HttpResponseNotAllowed(["GET", "POST"])

        return view_or_page

    return decorator


async def check_search(request: PageRequest) -> None:
    """Any page may show what was searched for among the todos, and among the conversations beside it."""
    if request.GET.get("q") or request.GET.get("find"):
        await check_use("search", request.acting_user, SEARCHES_PER_USER)


def wait_page(request: HttpRequest, refusal: ProductError) -> HttpResponse:
    """A page that counts down; what a script asked for stays as it is shown.

    Without the context processors, which read the database.
    """
    if is_htmx(request):
        return refusal_response(refusal, request.request_id)  # type: ignore[attr-defined]
    html = render_to_string("wait.html", {"request": request, "refusal": refusal})
    return HttpResponse(html, status=refusal.status, headers={"Retry-After": str(refusal.wait_seconds)})


def refusal_response(refusal: ProductError, request_id: str) -> HttpResponse:
    """What a script or program hears, as in the API."""
    headers = {"WWW-Authenticate": CHALLENGE}
    if isinstance(refusal, ServiceUnavailable | RateLimited):
        headers = {"Retry-After": str(refusal.wait_seconds), "HX-Reswap": "none"}
    return JsonResponse(refusal.body(request_id), status=refusal.status, headers=headers)


def is_htmx(request: HttpRequest) -> bool:
    """Whether the page itself asks, by its script, and puts the answer in its place."""
    return "HX-Request" in request.headers


def page_of(request: HttpRequest) -> str:
    """The address to come back to after signing in; what was written meanwhile comes back in the box."""
    if request.method != "POST":
        return request.get_full_path()
    page, written = address_after(request, "home"), request.POST.get("message", "")
    return f"{page}?draft={quote(written[:DRAFT_MAX_CHARACTERS])}" if written else page


def render_page(request: PageRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page around its `context`. Templates may read the database: call it inside a database unit.

    Adds `now`, aware in the user's zone, and `here`, the address that forms lead back to (`here_path` without
    its query, `here_quoted` as part of another); a page that answers a POST passes the `here` of the page it stands
    for.
    """
    here = context.get("here") or request.get_full_path()
    shared = {
        "now": timezone.now().astimezone(request.acting_user.zone),
        "here": here,
        "here_path": here.partition("?")[0],
        "here_quoted": quote(here, safe=""),
    }
    with written_for(request.acting_user):
        return render(request, template, shared | context, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of an unexpected error, with its reference; without the context processors, which read the database."""
    return HttpResponse(render_to_string("500.html", {"request": request}), status=500)


def address_after(request: HttpRequest, fallback: str) -> str:
    """The `next` of a form or address where it is a page of this site, else the `fallback` url."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return address
    return resolve_url(fallback)


def leading_on(request: HttpRequest) -> dict[str, str]:
    """For sign-in pages: where to go afterwards, and the query string that hands it to other ways in."""
    address = address_after(request, "home")
    return {"next": address, "next_query": f"?{urlencode({'next': address})}"}


def sentence_of(refusal: ProductError) -> str:
    wait = refusal.wait_seconds
    if not wait:
        return refusal.sentence
    again = ngettext("It works again in %(seconds)s second.", "It works again in %(seconds)s seconds.", wait)
    return f"{refusal.sentence} {again % {'seconds': wait}}"
