"""What holds for every answer: a request id, what a browser may load, and errors under /api/ in their one shape."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import async_only_middleware
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import page_not_found
from uuid_utils.compat import uuid7

from accounts.pages.sign_in import wait_page
from database.units import is_outage
from telemetry.notes import note_ids, note_route
from web.errors import ServiceUnavailable
from web.languages.chosen import language_asked
from web.ratelimits import Use, limit_headers, noted_uses

from .api import BadRequest, MethodNotAllowed, NotFound, api, error_response, product_error

REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Nothing from other hosts, nothing inline, nothing evaluated: markup that slipped in could still do nothing.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# With DEBUG on, Django explains an unexpected error on a page that brings its own style and script.
EXPLAINED_ERROR_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
FOR_PROGRAMS = ("/api/", "/mcp", "/o/token", "/o/register", "/o/revoke", "/.well-known/")
# Lists and chats are long. What shows a secret beside words of others (tokens, codes, addresses of calendars) is left
# as it is, because its length after compression would tell of it; the token in forms is masked anew in each answer.
COMPRESSED = re.compile(r"/(todos|c/[0-9a-f-]+)?")
PLAIN_ERRORS = {400: BadRequest, 404: NotFound, 405: MethodNotAllowed}

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class InLoop(MiddlewareMixin):
    """Run one of Django's middlewares in the event loop: for those that only compute, a thread costs more than they do.

    A request to the API takes 0.9 ms of CPU with these and the ones for pages only, 1.9 ms with Django's own.
    """

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        process_request = getattr(self, "process_request", None)
        process_response = getattr(self, "process_response", None)
        response = process_request(request) if process_request else None
        response = response or await self.get_response(request)  # type: ignore[misc]
        return process_response(request, response) if process_response else response


class Security(InLoop, SecurityMiddleware):
    pass


class Common(InLoop, CommonMiddleware):
    pass


class Compression(InLoop, GZipMiddleware):
    """Lists and chats travel in an eighth of their size, also where no proxy sees to it; event streams as they come."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not COMPRESSED.fullmatch(request.path_info):
            return response
        return super().process_response(request, response)


class Csrf(InLoop, CsrfViewMiddleware):
    # Django awaits this one, since it is a coroutine function, and sends the others to a thread.
    async def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseForbidden | None:  # type: ignore[override]
        return super().process_view(request, *view)


class Framing(InLoop, XFrameOptionsMiddleware):
    pass


class PagesOnly(MiddlewareMixin):
    """Keep one of Django's middlewares away from what programs ask for, which has no use for it: two hops each."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(FOR_PROGRAMS):
            return await self.get_response(request)  # type: ignore[misc]
        return await super().__acall__(request)


class PageSessions(PagesOnly, SessionMiddleware):
    pass


class PageUsers(PagesOnly, AuthenticationMiddleware):
    pass


class PageMessages(PagesOnly, MessageMiddleware):
    """Keep notices for the answer to what a person did: what a page or its worker asks for by itself takes none."""

    def process_request(self, request: HttpRequest) -> None:
        by_itself = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
        if request.method != "GET" or not (by_itself or request.headers.get("Purpose") == "prefetch"):
            super().process_request(request)


@async_only_middleware
def request_ids(get_response: GetResponse) -> GetResponse:
    """Name each request; the name is in the answer's X-Request-ID, in error bodies and in every log line."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if REQUEST_ID_PATTERN.fullmatch(sent) else uuid7().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        note_ids(request_id=request_id)
        try:
            response = await get_response(request)
        finally:
            note_route((request.resolver_match.route or "/") if request.resolver_match else "")
        response["X-Request-ID"] = request_id
        return response

    return middleware


@async_only_middleware
def languages(get_response: GetResponse) -> GetResponse:
    """Speak as the browser or program asks for, in errors too; on pages `signed_in` goes on as the person chose."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        # Not for a while: what is streamed afterwards is in this language too. The next request says its own.
        translation.activate(language_asked(request.headers.get("Accept-Language", "")) or settings.LANGUAGE_CODE)
        response = await get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.setdefault("Content-Language", translation.get_language())
        return response

    return middleware


@async_only_middleware
def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Tell browsers to run only what comes from our own files."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        explained = settings.DEBUG and response.status_code == 500
        response["Content-Security-Policy"] = EXPLAINED_ERROR_POLICY if explained else policy_of(response)
        return response

    return middleware


def policy_of(response: HttpResponseBase) -> str:
    """The policy of a page; `form_target` of its response is where else the answer to its form may lead."""
    target = getattr(response, "form_target", None)
    if target is None:
        return CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {target}")


@async_only_middleware
def never_kept(get_response: GetResponse) -> GetResponse:
    """No cache, on the way or in a browser that others use, keeps an answer, unless it says so itself."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


@async_only_middleware
def api_headers(get_response: GetResponse) -> GetResponse:
    """Tell clients of the API its version, what is given up, and where they stand with their limits."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return await get_response(request)
        noted: list[Use] = []
        token = noted_uses.set(noted)
        try:
            response = await get_response(request)
        finally:
            noted_uses.reset(token)
        response["X-API-Version"] = api.version
        for name, value in (limit_headers(noted) | getattr(request, "deprecation", {})).items():
            response[name] = value
        return response

    return middleware


@async_only_middleware
def own_not_found_page(get_response: GetResponse) -> GetResponse:
    """Show our page for what is not there with DEBUG on too: Django's lists all addresses, and is no page of ours."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        explained = settings.DEBUG and response.status_code == 404
        if explained and response.headers.get("Content-Type", "").startswith("text/html"):
            return await sync_to_async(page_not_found)(request, Http404())
        return response

    return middleware


@async_only_middleware
def outages(get_response: GetResponse) -> GetResponse:
    """Tell of a database out of reach on a page as in the API: 503, and when to try again."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        return await get_response(request)

    middleware.process_exception = outage_page  # type: ignore[attr-defined]
    return middleware


def outage_page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    failure = product_error(error) if isinstance(error, ServiceUnavailable) or is_outage(error) else None
    return wait_page(request, failure) if failure else None


@async_only_middleware
def api_errors(get_response: GetResponse) -> GetResponse:
    """Give the refusals of Django and Ninja themselves (405, a wrong host) the shape of all API errors."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        refusal = PLAIN_ERRORS.get(response.status_code)
        if refusal is None or not request.path_info.startswith("/api/"):
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        answer = error_response(refusal(), request.request_id)  # type: ignore[attr-defined]
        if "Allow" in response:
            answer["Allow"] = ", ".join(sorted(response["Allow"].split(", ")))
        return answer

    return middleware
