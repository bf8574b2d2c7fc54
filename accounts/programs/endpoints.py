"""The endpoints that programs call: registration, tokens, revocation, and the document that names them.

Errors are the ones that OAuth defines: {"error", "error_description"}.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import Application
from oauth2_provider.oauth2_backends import get_oauthlib_core

from accounts.scopes import SCOPES
from database.units import database_unit, is_outage
from web.addresses.origins import own_origin
from web.errors import RateLimited, ServiceUnavailable
from web.ratelimits import address_of, check_address
from web.requests.json_text import read_json

from .authorizing import issuer_of
from .clients.known import AUTHORIZATION_CODE, ClientRefused, read_metadata, register

# Of one person. A program that runs for many comes from few addresses.
REGISTRATIONS_PER_PERSON = "3/m"
REGISTRATIONS_OF_A_DAY = "20/d"
TOKENS_PER_PERSON = "60/m"
FORM = "application/x-www-form-urlencoded"

View = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponse]]


def for_programs(view: View) -> View:
    """A decorator: cookies are ignored, and a temporary failure is told as temporary."""

    @csrf_exempt
    @require_POST
    async def endpoint(request: HttpRequest) -> HttpResponse:
        try:
            return await view(request)
        except RateLimited as refusal:
            return refused("slow_down", "Too many requests.", 429, refusal.wait_seconds)
        except ServiceUnavailable as refusal:
            return refused("temporarily_unavailable", "Try again shortly.", 503, refusal.wait_seconds)
        except DatabaseError as error:
            if not is_outage(error):
                raise
            wait = ServiceUnavailable().wait_seconds
            return refused("temporarily_unavailable", "Try again shortly.", 503, wait)

    return endpoint


def refused(error: str, description: str, status: int = 400, wait_seconds: int | None = None) -> HttpResponse:
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    if wait_seconds is not None:
        response["Retry-After"] = str(wait_seconds)
    return response


@require_safe
async def server_metadata(request: HttpRequest) -> JsonResponse:
    """RFC 8414: where programs ask, and how."""
    issuer = issuer_of(request)
    return open_document(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "registration_endpoint": f"{issuer}/register",
            "revocation_endpoint": f"{issuer}/revoke",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [AUTHORIZATION_CODE, "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "client_id_metadata_document_supported": True,
            "service_documentation": f"{own_origin(request)}/api/docs",
        }
    )


def open_document(document: dict[str, Any]) -> JsonResponse:
    """Nothing in it is a secret: programs that run in browsers may read it too."""
    return JsonResponse(document, headers={"Access-Control-Allow-Origin": "*"})


@for_programs
async def registration(request: HttpRequest) -> HttpResponse:
    """RFC 7591. Whatever way of proving itself a program asks for, it becomes a public client, and is told so."""
    address = address_of(request)
    await check_address("program-register", address, REGISTRATIONS_PER_PERSON)
    await check_address("program-register-day", address, REGISTRATIONS_OF_A_DAY)
    try:
        said = read_json(request.body)
    except ValueError:
        return refused(ClientRefused.code, "The body must be a JSON object.")
    try:
        application = await register(read_metadata(said))
    except ClientRefused as refusal:
        return refused(refusal.code, str(refusal))
    return JsonResponse(registered(application), status=201)


def registered(application: Application) -> dict[str, Any]:
    return {
        "client_id": application.client_id,
        "client_id_issued_at": int(application.created.timestamp()),
        "client_name": application.name,
        "redirect_uris": application.redirect_uris.split(),
        "grant_types": [AUTHORIZATION_CODE, "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


@for_programs
async def token(request: HttpRequest) -> HttpResponse:
    """A code or a refresh token for tokens. The library answers; all that it reads and writes is one transaction."""
    await check_address("program-token", address_of(request), TOKENS_PER_PERSON)
    if fault := fault_of_form(request):
        return refused("invalid_request", fault)
    _, headers, body, status = await database_unit(get_oauthlib_core().create_token_response)(request)
    return library_response(headers, body, status)


@for_programs
async def revocation(request: HttpRequest) -> HttpResponse:
    """RFC 7009: end a token and what came with it. The answer is the same for one that never was."""
    await check_address("program-token", address_of(request), TOKENS_PER_PERSON)
    if fault := fault_of_form(request):
        return refused("invalid_request", fault)
    _, headers, body, status = await database_unit(get_oauthlib_core().create_revocation_response)(request)
    return library_response(headers, body, status)


def fault_of_form(request: HttpRequest) -> str | None:
    """RFC 6749 section 3.2: parameters come once, in the body. The library would take the last of several."""
    if request.content_type != FORM:
        return f"Send the parameters as {FORM}."
    for name, values in request.POST.lists():
        if len(values) > 1:
            return "A parameter was sent twice."
        if "\0" in name or "\0" in values[0]:
            return "A parameter has a NUL character."
    return None


def library_response(headers: dict[str, str], body: str | None, status: int) -> HttpResponse:
    response = HttpResponse(body or "", status=status, content_type="application/json")
    if status >= 400 and body:
        # Without the library's links to its own documents.
        said = json.loads(body)
        kept = {name: said[name] for name in ("error", "error_description") if name in said}
        response.content = json.dumps(kept).encode()
    if "WWW-Authenticate" in headers:
        response["WWW-Authenticate"] = headers["WWW-Authenticate"]
    response["Cache-Control"] = "no-store"
    return response
