"""The API of what a person may do with all that is stored of them: take it along, and have it erased."""

import contextlib
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from accounts.api.schema import ErrorBody
from accounts.bearer import authenticate, caller
from accounts.entry.passwords import confirm_password
from web.errors import TokenExpired, TokenInvalid, TokenMissing, ValidationFailed
from web.ratelimits import address_of, check_use
from web.requests.fields import Body
from web.text import StorableText

from .belongings import EXPORTS_PER_USER, KEPT, erase, export_response

router = Router()


class AccountExport(BaseModel):
    """Each table as a list of its rows, oldest first, without hashes of secrets; ids lead from one to another."""

    model_config = ConfigDict(extra="allow")

    format: str = Field(examples=["todo-chat-account"])
    exported_at: str
    account: dict[str, Any]


class Erasure(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "alice", "password": "seven green bottles"}]}
    )

    username: StorableText = Field(description="Your username, so that nothing is erased by a slip.")
    password: StorableText | None = Field(
        default=None, description="Your password; left out where you sign in through another issuer."
    )


class Manifest(BaseModel):
    erased: dict[str, int] = Field(
        description="How many rows went, table by table.", examples=[{"account": 1, "conversations": 2, "messages": 8}]
    )
    kept: dict[str, str] = Field(description="What stays, and why.")


@router.get("/{user_id}/export", response={200: AccountExport, 429: ErrorBody})
async def export_account(request: HttpRequest, user_id: str) -> StreamingHttpResponse:
    """Everything that is stored of you, as one JSON file: account, sign-ins, conversations, todos and their changes."""
    user = await caller(request, user_id)
    await check_use("account-export", user, EXPORTS_PER_USER)
    return await export_response(user)


@router.delete("/{user_id}", response={200: Manifest, 429: ErrorBody})
async def erase_account(request: HttpRequest, user_id: str, body: Erasure) -> Manifest:
    """Erase your account with everything that belongs to it, at once and for good.

    Wants your username, and your password where you have one. All your tokens end; so does a turn that runs.
    """
    user = await caller(request, user_id)
    if body.username != user.username:
        raise ValidationFailed(details={"username": _("This is not your username.")})
    if user.has_usable_password():
        await confirm_password(user, body.password or "", address_of(request))
    return Manifest(erased=await erase(user), kept={name: str(why) for name, why in KEPT.items()})


@router.api_operation(
    ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"], "/{user_id}", auth=None, include_in_schema=False
)
async def other_method(request: HttpRequest, user_id: str) -> HttpResponse:
    """Any unknown word after /api/ is an address where there is nothing; an id is one for another method."""
    if not await is_id(request, user_id):
        raise Http404
    return HttpResponseNotAllowed(["DELETE"])


async def is_id(request: HttpRequest, user_id: str) -> bool:
    """Whether it is shaped as ours are, or the caller's own: those of other issuers may be any word."""
    with contextlib.suppress(ValueError):
        UUID(user_id)
        return True
    with contextlib.suppress(TokenMissing, TokenInvalid, TokenExpired):
        return (await authenticate(request)).subject == user_id
    return False
