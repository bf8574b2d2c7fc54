"""What attacks on access tokens are made of. A kind is one idea in all its variants; none may pass at any door."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.conf import settings

from accounts.testing import OutsideIssuer

BIG = "x" * 300
TYPE = {"typ": "at+jwt"}
HEADER = {"alg": "HS256"} | TYPE


@dataclass
class World:
    """What an attacker may have got hold of. `people` has the user ids and the tokens that were good once."""

    secret: str
    issuer: OutsideIssuer
    stranger: OutsideIssuer
    people: dict[str, str]

    def own(self, claims=None, *, secret=None, headers=None, without=(), digest="sha256") -> str:
        """A token of ours for alice, good apart from what is asked for."""
        claims = self.claims(**(claims or {}))
        claims = {name: value for name, value in claims.items() if name not in without}
        return self.raw(json.dumps(HEADER | (headers or {})), json.dumps(claims), secret or self.secret, digest)

    def raw(self, header: str, payload: str, secret="", digest="sha256") -> str:
        """Ours as well, of whatever text, rightly signed."""
        text = f"{part(header)}.{part(payload)}"
        return f"{text}.{signature_of(text, secret or self.secret, digest)}"

    def claims(self, **changes) -> dict:
        now = int(time.time())
        claims = {"iss": settings.JWT_ISSUER, "aud": settings.JWT_AUDIENCE, "sub": self.people["alice"]}
        return claims | {"iat": now, "exp": now + 60} | changes


@dataclass
class Attempt:
    """What is sent, and the code of its refusal."""

    headers: list[tuple[str, bytes]] = field(default_factory=list)
    query: str = ""
    code: str = "token_invalid"


Kind = Callable[[World], Iterator[str | Attempt]]
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[Kind], Kind]:
    def add(variants: Kind) -> Kind:
        KINDS[name] = variants
        return variants

    return add


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def part(text: str) -> str:
    return encoded(text.encode("utf-8", "surrogatepass"))


def signature_of(text: str, secret: str | bytes, digest: str = "sha256") -> str:
    key = secret.encode() if isinstance(secret, str) else secret
    return encoded(hmac.digest(key, text.encode("utf-8", "surrogatepass"), digest))


def sent(value: str, code: str = "token_invalid") -> Attempt:
    return Attempt([("Authorization", value.encode())], code=code)


def parts(token: str) -> list[str]:
    return token.split(".")
