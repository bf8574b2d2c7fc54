"""The socket of a page: it hears that something changed, nothing else, and is asked nothing."""

import asyncio
import contextlib
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.template.loader import render_to_string
from uuid_utils.compat import uuid7

from accounts.bearer import bearer_token, user_of_session, user_of_token
from accounts.errors import ProductError, TokenMissing
from accounts.models import User
from accounts.pages import REFUSALS, refusal_response
from telemetry import metrics
from telemetry.notes import note_ids

from .live import group_of

# Changes that come together are told together.
BURST_SECONDS = 0.05


class LiveConsumer(AsyncWebsocketConsumer):
    """One for each open page, in the group of its user."""

    group = ""
    telling: asyncio.Task[None] | None = None
    answering: str | None = None
    counted = False

    async def connect(self) -> None:
        try:
            user = await user_of_scope(self.scope)
        except REFUSALS as refusal:
            await self.refuse(refusal)
            return
        note_ids(user_id=user.pk)
        self.group = group_of(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        metrics.sockets.inc()
        self.counted = True
        # Whatever changed while the page was not connected.
        await self.changed({})

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
        if self.counted:
            metrics.sockets.dec()
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


def headers_of(scope: Any) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def from_own_page(scope: Any) -> bool:
    """Browsers name the page that opens a socket, and send our cookie with it: a foreign page must not listen in."""
    headers = headers_of(scope)
    origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
    return bool(host) and (urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS)


def session_key(scope: Any) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookies.load(headers_of(scope).get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else None
