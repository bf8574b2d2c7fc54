"""Where a request comes from when proxies stand between: what those in TRUSTED_PROXIES say is believed, and no more."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings

Address = IPv4Address | IPv6Address


def seen_through_proxies(scope: Any) -> Any:
    """The ASGI scope with the address and the scheme of the client itself.

    Each proxy adds whom it talks to at the end of X-Forwarded-For. From there on back, the first that is not one of
    ours is the client; what stands before it, the client may have written itself.
    """
    peer, port = scope.get("client") or ("", 0)
    if not is_trusted(peer):
        return scope
    chain = [peer, *reversed(list(forwarded_for(scope)))]
    client = next((address for address in chain if not is_trusted(address)), chain[-1])
    scheme = b",".join(header_values(scope, b"x-forwarded-proto")).partition(b",")[0].strip()
    secure = {"http": "https", "websocket": "wss"}.get(scope["type"], "https")
    return scope | {"client": (client, port)} | ({"scheme": secure} if scheme == b"https" else {})


def forwarded_for(scope: Any) -> Iterator[str]:
    """The addresses, from the client to the nearest proxy; none before one that is no address."""
    sent = b",".join(header_values(scope, b"x-forwarded-for")).decode("latin-1")
    hops = [without_port(hop.strip()) for hop in sent.split(",") if hop.strip()]
    known = next((n for n, hop in enumerate(reversed(hops)) if parsed(hop) is None), len(hops))
    yield from hops[len(hops) - known :]


def header_values(scope: Any, name: bytes) -> list[bytes]:
    return [value for other, value in scope["headers"] if other == name]


def without_port(hop: str) -> str:
    """Some write 192.0.2.1:50000 or [2001:db8::1]:50000."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def is_trusted(peer: str) -> bool:
    """Whether it is a proxy of ours. Who comes by a socket file has no address, and is on this machine."""
    address = parsed(peer)
    if address is None:
        return not peer and bool(settings.TRUSTED_PROXIES)
    return any(address in network for network in settings.TRUSTED_PROXIES)


def parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
