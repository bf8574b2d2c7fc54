"""/mcp: the assistant's tools for programs of others, by the Model Context Protocol over HTTP.

An ordinary view, so that whatever holds for every address holds here: hosts, body limit, request id, database thread.
Each request stands alone; the library's manager lives as long as one, which needs no task that outlasts event loops.
"""

import asyncio
import dataclasses
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from uuid_utils.compat import uuid7

from accounts.bearer import Access, access_of_request
from accounts.programs.authorizing import issuer_of
from accounts.programs.endpoints import open_document
from accounts.programs.scopes import InsufficientScope, needs, resource_of
from accounts.scopes import SCOPES_OF_DOOR, WRITE
from chat.asking.program import PersonOfProgram
from config.api import MethodNotAllowed, error_response, product_error, request_id_of
from todos.changing.changes import Door, Origin
from todos.hosts import server
from todos.mcp.batches import Caller, Rights
from todos.mcp.server import acting_as
from web.addresses.origins import own_origin
from web.errors import CHALLENGE, ProductError, TokenExpired, TokenInvalid, TokenMissing, ValidationFailed
from web.ratelimits import address_of, check_address, check_use
from web.requests.json_text import check_depth

from .abilities import abilities, message_in, note_session
from .waiting import heard, reply_in, waiting_response

METADATA_PATH = "/.well-known/oauth-protected-resource"


class ForeignOrigin(ProductError):
    code = "foreign_origin"
    status = 403
    message = _("A page of another site may not call this address.")


@csrf_exempt  # no cookie counts here
async def mcp(request: ASGIRequest) -> HttpResponseBase:
    """Answer one JSON-RPC message. GET, which would hold a stream open for ever, is refused."""
    try:
        access = await admit(request)
    except (ProductError, DatabaseError) as error:
        return refused(request, product_error(error))
    rights, call_id = rights_of(access, own_origin(request)), uuid7()
    can = abilities(request, str(access.user.pk), rights.name_of_caller)
    rights = dataclasses.replace(rights, shows_cards=can.cards)
    person = PersonOfProgram(
        access.user, rights.name_of_caller, access.name, call_id, rights.origin, can.form, can.cards
    )
    if reply := reply_in(request.body):
        return await heard(person, *reply)
    by = Origin(Door.MCP, tool_call_id=call_id)  # what one call changed is undone together
    with acting_as(Caller(access.user, timezone.now(), lambda: None, by, rights, person)):
        response = await answer(request)
    note_session(request, response, person)
    return waiting_response(request, response, person, can)


async def admit(request: HttpRequest) -> Access:
    """Who calls; raises before anything of the body is read as JSON."""
    if request.method != "POST":
        raise MethodNotAllowed
    if request.headers.get("Origin", own_origin(request)) not in {own_origin(request), *settings.CSRF_TRUSTED_ORIGINS}:
        raise ForeignOrigin
    allowed = f"{settings.MCP_REQUESTS_PER_MINUTE}/m"
    try:
        access = await access_of_request(request)
    except (TokenMissing, TokenInvalid, TokenExpired):
        await check_address("mcp-address", address_of(request), allowed)
        raise
    await check_use("mcp", access.user, allowed)
    try:
        check_depth(request.body)
    except ValueError as error:
        raise ValidationFailed(details={"body": str(error)}) from None
    if access.may_ask_for_more and would_write(request.body):
        raise needs(WRITE)
    return access


def would_write(body: bytes) -> bool:
    """Whether the message calls a tool that changes something: a status has to tell the program, not the tool."""
    message = message_in(body)
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    return message.get("method") == "tools/call" and isinstance(name, str) and server.changes_todos(name)


def rights_of(access: Access, origin: str) -> Rights:
    return Rights(
        may_write=access.may_write,
        sees_all_tools=access.may_write or access.may_ask_for_more,
        token_id=str(access.token_id or ""),
        program_id=access.program_id,
        origin=origin,
    )


async def answer(request: ASGIRequest) -> HttpResponse:
    """What the library says to this request, as a response of Django."""
    response = HttpResponse()
    messages = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        # Nothing comes after the body: Django itself cancels the view of a client that has gone.
        return messages.pop() if messages else await asyncio.Future()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            response.status_code = message["status"]
            del response["Content-Type"]
            for name, value in message["headers"]:
                response[name.decode("latin-1")] = value.decode("latin-1")
        else:
            response.write(message.get("body", b""))

    manager = StreamableHTTPSessionManager(server.protocol, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(dict(request.scope), receive, send)
    return response


def refused(request: HttpRequest, error: ProductError) -> HttpResponse:
    """As in the API; a 401 also says where to read which tokens count (RFC 9728)."""
    response = error_response(error, request_id_of(request))
    if response.status_code == 401:
        challenge = "Bearer" if isinstance(error, TokenMissing) else f"{CHALLENGE},"
        metadata = f"{own_origin(request)}{METADATA_PATH}/mcp"
        response["WWW-Authenticate"] = f'{challenge} resource_metadata="{metadata}"'
    if isinstance(error, InsufficientScope):
        response["WWW-Authenticate"] += f', resource_metadata="{own_origin(request)}{METADATA_PATH}/mcp"'
    if response.status_code == 405:
        response["Allow"] = "POST"
    return response


@require_safe
async def protected_resource(request: HttpRequest, door: str = "mcp") -> JsonResponse:
    """RFC 9728: what /mcp or /api is, and whose tokens it takes beside our own."""
    path = f"/{door}"
    return open_document(
        {
            "resource": resource_of(request, path),
            "resource_name": "Todo Chat",
            "authorization_servers": [issuer_of(request), *sorted(settings.JWT_TRUSTED_ISSUERS)],
            "scopes_supported": list(SCOPES_OF_DOOR[path]),
            "bearer_methods_supported": ["header"],
        }
    )
