"""Fetches what a program says of itself at its own address, which a stranger chose.

https alone, no redirects, small and soon; and every address that the host has must be a public one. The connection goes
to the address that was checked, so that a second look-up of the name cannot lead elsewhere.
"""

import asyncio
import ipaddress
import socket
import ssl
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from web.addresses.outbound import is_public
from web.requests.json_text import read_json

from .redirects import VISIBLE_ASCII

CLIENT_ID_MAX_CHARACTERS = 255
DOCUMENT_MAX_BYTES = 16 * 1024
FETCH_SECONDS = 5

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class DocumentUnreadable(Exception):
    """The document cannot be had, or is none. The message is for the log."""


def is_document_address(client_id: str) -> bool:
    """Whether a client id is the address of a document (draft-ietf-oauth-client-id-metadata-document section 3)."""
    if len(client_id) > CLIENT_ID_MAX_CHARACTERS or not VISIBLE_ASCII.fullmatch(client_id) or "\\" in client_id:
        return False
    try:
        parts = urlsplit(client_id)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    dots = {".", "..", "%2e", "%2e%2e", ".%2e", "%2e."} & {segment.lower() for segment in parts.path.split("/")}
    whole = parts.scheme == "https" and bool(host) and parts.path not in {"", "/"}
    return whole and not dots and "#" not in client_id and "@" not in parts.netloc


async def fetch_document(address: str) -> dict[str, Any]:
    """The JSON object at the address. Raises DocumentUnreadable."""
    import httpx2  # noqa: PLC0415 a start need not wait for it

    try:
        async with asyncio.timeout(FETCH_SECONDS):
            document = read_json(await body_at(urlsplit(address)))
    except (OSError, TimeoutError, ValueError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DocumentUnreadable(type(error).__name__) from error
    if not isinstance(document, dict):
        raise DocumentUnreadable("not an object")
    return document


async def body_at(parts: SplitResult) -> bytes:
    import httpx2  # noqa: PLC0415

    host, port = parts.hostname or "", parts.port or 443
    chosen = await public_address(host, port)
    literal = f"[{chosen}]" if chosen.version == 6 else str(chosen)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = {"Host": parts.netloc, "Accept": "application/json", "Accept-Encoding": "identity"}
    body = b""
    async with (
        httpx2.AsyncClient(verify=ssl.create_default_context(), follow_redirects=False, trust_env=False) as client,
        client.stream(
            "GET", f"https://{literal}:{port}{path}", headers=headers, extensions={"sni_hostname": host}
        ) as response,
    ):
        check_head(response.status_code, response.headers.get("Content-Type", ""))
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > DOCUMENT_MAX_BYTES:
                raise DocumentUnreadable("too long")
    return body


def check_head(status: int, content_type: str) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if status != 200:
        raise DocumentUnreadable(f"status {status}")
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise DocumentUnreadable("not JSON")


async def public_address(host: str, port: int) -> Address:
    """One address of the host, all of which are public. Raises DocumentUnreadable."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(may_be_asked(address) for address in addresses):
        raise DocumentUnreadable("not a public address")
    return addresses[0]


def may_be_asked(address: Address) -> bool:
    """Whether it is on the public internet; with DEBUG on also this machine, where people try out their programs."""
    return is_public(address) or (settings.CALLS_TO_LOOPBACK and address.is_loopback)
