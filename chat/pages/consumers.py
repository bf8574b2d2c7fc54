"""WebSocket consumer: tells a page that something changed. Sends no data, accepts no messages."""

import asyncio
import contextlib
from collections import Counter
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.template.loader import render_to_string
from uuid_utils.compat import uuid7

from accounts.bearer import bearer_token, user_of_session, user_of_token
from accounts.models import User
from accounts.pages.sign_in import REFUSALS, refusal_response
from telemetry import metrics
from telemetry.notes import note_ids
from web.errors import ProductError, RateLimited, TokenMissing
from web.pages.sockets import group_of
from web.ratelimits import check_use, network_of

# Changes that come together are told together.
BURST_SECONDS = 0.05
# Of one user: each page opens one, and another when it lost it; and how many stay open in one process.
SOCKETS_PER_USER = "120/m"
SOCKETS_AT_ONCE = 50
FULL_RETRY_SECONDS = 60

open_sockets: Counter[UUID] = Counter()


class LiveConsumer(AsyncWebsocketConsumer):
    """One for each open page, in the group of its user."""

    group = ""
    owner_id: UUID | None = None
    telling: asyncio.Task[None] | None = None
    answering: str | None = None

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            self.give_place_back()

    async def connect(self) -> None:
        try:
            user = await user_of_scope(self.scope)
            note_ids(user_id=user.pk)
            await check_use("sockets", user, SOCKETS_PER_USER)
            self.take_place(user)
        except (*REFUSALS, RateLimited) as refusal:
            await self.refuse(refusal)
            return
        self.group = group_of(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        # Whatever changed while the page was not connected.
        await self.changed({})

    def take_place(self, user: User) -> None:
        """Raises RateLimited where the user has too many open; a page that is refused tries again, less and less."""
        if open_sockets[user.pk] >= SOCKETS_AT_ONCE:
            metrics.rate_limit_hits.labels("sockets_at_once").inc()
            raise RateLimited(retry_after_seconds=FULL_RETRY_SECONDS)
        self.owner_id = user.pk
        open_sockets[user.pk] += 1
        metrics.sockets.inc()

    def give_place_back(self) -> None:
        if self.owner_id:
            metrics.sockets.dec()
            open_sockets[self.owner_id] -= 1
            if not open_sockets[self.owner_id]:
                del open_sockets[self.owner_id]

    async def refuse(self, refusal: ProductError) -> None:
        """With the answer of every other door where the server can give one; daphne says 403 to whatever stays shut."""
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.close()
            return
        answer = refusal_response(refusal, uuid7().hex)
        headers = [(name.encode(), value.encode()) for name, value in answer.items()]
        start = {"type": "websocket.http.response.start", "status": answer.status_code, "headers": headers}
        await self.base_send(start)
        await self.base_send({"type": "websocket.http.response.body", "body": answer.content})

    async def disconnect(self, code: int) -> None:
        if self.telling:
            self.telling.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.close()

    async def sign_in_ended(self, message: dict[str, Any]) -> None:
        """One of the person's sign-ins is over. Where it is this page's, the page asks for its view and finds out."""
        try:
            await user_of_scope(self.scope)
        except REFUSALS:
            await self.send(text_data=render_to_string("chat/_changed.html"))
            await self.close()

    async def changed(self, message: dict[str, Any]) -> None:
        self.answering = message.get("answering") or self.answering
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self.tell())

    async def reminded(self, message: dict[str, Any]) -> None:
        """There is something to show at once; with the moment of a todo its list changes too, which is late now."""
        await self.send(text_data=render_to_string("notices/_told.html"))
        await self.changed({})

    async def tell(self) -> None:
        await asyncio.sleep(BURST_SECONDS)
        answering, self.answering = self.answering, None
        await self.send(text_data=render_to_string("chat/_changed.html", {"answering": answering}))


async def user_of_scope(scope: Any) -> User:
    """By a token as at every door; else by the login cookie, which browsers send along. Raises one of REFUSALS."""
    sent = [value for name, value in scope["headers"] if name == b"authorization"]
    if (token := bearer_token(b",".join(sent).decode("latin-1"))) is not None:
        return await user_of_token(token)
    if not from_own_page(scope):
        raise TokenMissing
    return await user_of_session(session_key(scope))


def address_of_scope(scope: Any) -> str:
    remote, *_ = scope.get("client") or [""]
    return network_of(remote)


def headers_of(scope: Any) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def from_own_page(scope: Any) -> bool:
    """Browsers name the page that opens a socket, and send our cookie with it: a foreign page must not listen in.

    Foreign is also our own name over plain HTTP, which whoever is on the line can speak in.
    """
    origin = headers_of(scope).get(b"origin", b"").decode("latin-1")
    # Django says by which scheme and for which host this was asked, as it does for every form.
    scheme = "https" if scope.get("scheme") in {"wss", "https"} else "http"
    asked = ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())
    try:
        return origin in {f"{asked.scheme}://{asked.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    except DisallowedHost:
        return False


def session_key(scope: Any) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookies.load(headers_of(scope).get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else None
