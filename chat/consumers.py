"""The socket of a page: it hears that something changed, nothing else, and is asked nothing."""

import asyncio
import contextlib
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.template.loader import render_to_string

from accounts.bearer import user_of_session
from accounts.errors import TokenMissing

from .live import group_of

# Changes that come together are told together.
BURST_SECONDS = 0.05


class LiveConsumer(AsyncWebsocketConsumer):
    """One for each open page, in the group of its user."""

    group = ""
    telling: asyncio.Task[None] | None = None
    answering: str | None = None

    async def connect(self) -> None:
        try:
            if not from_own_page(self.scope):
                raise TokenMissing
            user = await user_of_session(session_key(self.scope))
        except TokenMissing:
            await self.close()
            return
        self.group = group_of(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        # Whatever changed while the page was not connected.
        await self.changed({})

    async def disconnect(self, code: int) -> None:
        if self.telling:
            self.telling.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.close()

    async def changed(self, message: dict[str, Any]) -> None:
        self.answering = message.get("answering") or self.answering
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self.tell())

    async def tell(self) -> None:
        await asyncio.sleep(BURST_SECONDS)
        answering, self.answering = self.answering, None
        await self.send(text_data=render_to_string("chat/_changed.html", {"answering": answering}))


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
