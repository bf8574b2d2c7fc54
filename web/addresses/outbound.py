"""Addresses that others name and this program calls: public hosts over https, and no way to what is inside.

The host is looked up once and called at the very address that was checked, so that a name which means something else a
moment later (DNS rebinding) leads nowhere.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import httpx2
from django.utils.translation import gettext_lazy as _

HTTPS_PORT = 443
NAT64 = IPv6Network("64:ff9b::/96")
# An answer says little; who sends more is not listened to.
BODY_READ_BYTES = 16_384
# More than all channels send at once, so that none waits for a connection.
LIMITS = httpx2.Limits(max_connections=250, max_keepalive_connections=20)
NOT_HTTPS = _("This must be an https address.")
NOT_PUBLIC = _("This address is not a public one.")

# One pool for each event loop: connections cannot be used in another.
clients: dict[asyncio.AbstractEventLoop, httpx2.AsyncClient] = {}


class NotReachable(Exception):
    """Why an address is not called, as a sentence."""


@dataclass(frozen=True)
class Target:
    """An address that was checked: `url` has the number of the host in the place of its name."""

    url: str
    host: str
    name: str


def checked_address(url: str, *, loopback: bool = False) -> SplitResult:
    """What can be said without a look-up. With `loopback`, this machine too, by http and at any port.

    Raises NotReachable.
    """
    try:
        address = urlsplit(url)
        port = address.port
        (address.hostname or "").encode("idna")  # as a look-up reads it: no label is empty or too long
    except ValueError:
        raise NotReachable(NOT_HTTPS) from None
    if not address.hostname or address.username is not None or address.password is not None:
        raise NotReachable(NOT_HTTPS)
    if not (url.isascii() and url.isprintable()):
        raise NotReachable(NOT_HTTPS)
    if loopback and address.scheme in {"http", "https"} and is_loopback(address.hostname):
        return address
    if address.scheme != "https" or port not in {None, HTTPS_PORT}:
        raise NotReachable(NOT_HTTPS)
    if (number := number_of(address.hostname)) and not is_public(number):
        raise NotReachable(NOT_PUBLIC)
    return address


async def resolved(url: str, *, loopback: bool = False) -> Target:
    """Where to connect. Raises NotReachable, and OSError where the name is not known."""
    address = checked_address(url, loopback=loopback)
    host, port = str(address.hostname), address.port or HTTPS_PORT
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    here = loopback and is_loopback(host)
    if not numbers or not all(is_public(number) or (here and number.is_loopback) for number in numbers):
        raise NotReachable(NOT_PUBLIC)
    number = f"[{numbers[0]}]" if numbers[0].version == 6 else str(numbers[0])
    url = address._replace(netloc=f"{number}:{port}", fragment="").geturl()
    return Target(url, address.netloc, host)


async def post(
    target: Target, content: bytes, headers: dict[str, str], limits: httpx2.Timeout
) -> tuple[int, httpx2.Headers]:
    """The status and the headers of the answer; of its body no more is read than keeps the connection usable.

    The certificate must be of the name, although the number is called. Redirects are answers as others are. Raises
    httpx2.HTTPError.
    """
    request = client().build_request(
        "POST",
        target.url,
        content=content,
        headers={**headers, "Host": target.host},
        extensions={"sni_hostname": target.name},
        timeout=limits,
    )
    answer = await client().send(request, stream=True)
    try:
        read = 0
        async for piece in answer.aiter_raw():
            read += len(piece)
            if read > BODY_READ_BYTES:
                break
    finally:
        await answer.aclose()
    return answer.status_code, answer.headers


def wait_asked(headers: httpx2.Headers, at_most: int) -> float:
    """The seconds of a Retry-After header; a date, which servers hardly send, counts as none."""
    asked = headers.get("Retry-After", "")
    return min(int(asked), at_most) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0


def client() -> httpx2.AsyncClient:
    """The HTTP client: without redirects, and without the environment's proxies, which look names up themselves."""
    loop = asyncio.get_running_loop()
    if loop not in clients:
        for other in [each for each in clients if each.is_closed()]:
            del clients[other]
        clients[loop] = httpx2.AsyncClient(trust_env=False, follow_redirects=False, limits=LIMITS)
    return clients[loop]


def is_public(number: IPv4Address | IPv6Address) -> bool:
    """Whether the address is on the public internet, also the IPv4 one that an IPv6 one stands for."""
    if isinstance(number, IPv6Address):
        teredo = number.teredo
        inner = number.ipv4_mapped or number.sixtofour or (teredo and teredo[1])
        if number in NAT64:
            inner = IPv4Address(int(number) & 0xFFFFFFFF)
        if inner and not is_public(inner):
            return False
    return number.is_global and not number.is_multicast


def number_of(host: str) -> IPv4Address | IPv6Address | None:
    """The number of a host; None for a name. Resolvers also read 127.1 or 0x7f000001 as numbers."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def is_loopback(host: str) -> bool:
    number = number_of(host)
    return host == "localhost" or bool(number and number.is_loopback)
