"""An OpenID provider over the wire: where it sends people to sign in, and who it says came back (OpenID Connect Core).

Authorization code with PKCE. What a browser brings back counts with the ticket that it left with, from which the nonce
and the verifier are made, so that neither is stored or can be swapped. Keys and algorithms are those of the issuer in
the settings, and never what an answer says.
"""

import functools
import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop as _
from jwt.utils import base64url_encode

from accounts.issuers import TrustedIssuer, check_address
from accounts.tokens.access import CLOCK_SKEW_SECONDS
from accounts.tokens.claims import read_token
from accounts.tokens.jwks import KeysUnreadable, fetch_document, key_set
from web.errors import LoginFailed, ServiceUnavailable, TokenInvalid

logger = logging.getLogger(__name__)

SCOPE = "openid profile email"
FRESH_SECONDS = 600
RETRY_SECONDS = 5
REQUIRED_CLAIMS = ["iss", "aud", "sub", "iat", "exp", "nonce"]
# Of an identity token; one that names another type is another kind of token.
TYPES = (None, "JWT")
SHOWN_MAX_CHARACTERS = 200


class OutsideRefused(LoginFailed):
    message = _("That sign-in did not go through. Try again, or sign in another way.")


@dataclass(frozen=True)
class Identity:
    """Who somebody is at an issuer. `shown` is what they recognise it by, never what they are known by here."""

    issuer: str
    subject: str
    shown: str


@dataclass(frozen=True)
class Endpoints:
    """Where people go, and where codes are traded; `in_body` where a secret is not taken in the head."""

    authorization: str
    token: str
    in_body: bool = False


class Provider:
    """One issuer that people may sign in with in a browser. Its discovery document is kept for some minutes."""

    def __init__(self, issuer: TrustedIssuer) -> None:
        self.issuer = issuer
        self.endpoints: Endpoints | None = None
        self.read_at = float("-inf")

    async def discover(self) -> Endpoints:
        """Raises ServiceUnavailable where the provider cannot be asked, or says what it must not."""
        if self.endpoints is None or time.monotonic() - self.read_at > FRESH_SECONDS:
            try:
                address = f"{self.issuer.issuer.rstrip('/')}/.well-known/openid-configuration"
                self.endpoints = endpoints_of(await fetch_document(address), self.issuer)
                self.read_at = time.monotonic()
            except KeysUnreadable as error:
                logger.warning("discovery of %s: %s", self.issuer.issuer, error)
                if self.endpoints is None:
                    raise ServiceUnavailable(retry_after_seconds=RETRY_SECONDS) from None
        return self.endpoints

    async def address_to_sign_in(self, ticket: str, return_to: str) -> str:
        """Where a browser goes; the ticket is the `state` that it comes back with."""
        endpoints = await self.discover()
        challenge = base64url_encode(hashlib.sha256(verifier_of(ticket).encode()).digest()).decode()
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": return_to,
            "scope": SCOPE,
            "state": ticket,
            "nonce": nonce_of(ticket),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        separator = "&" if urlsplit(endpoints.authorization).query else "?"
        return f"{endpoints.authorization}{separator}{urlencode(asked)}"

    async def identity_of(self, code: str, ticket: str, return_to: str) -> Identity:
        """Who came back with this code and ticket. Raises OutsideRefused or ServiceUnavailable."""
        endpoints = await self.discover()
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": verifier_of(ticket),
            "client_id": self.issuer.client_id or "",
        }
        secret = self.issuer.client_secret.get_secret_value() if self.issuer.client_secret else ""
        if secret and endpoints.in_body:
            asked["client_secret"] = secret
        # RFC 6749 section 2.3.1: both are encoded as in a form first.
        login = (quote_plus(asked["client_id"]), quote_plus(secret)) if secret and not endpoints.in_body else None
        try:
            answer = await fetch_document(endpoints.token, form=asked, login=login)
            claims = await self.verified(answer["id_token"])
        except (KeysUnreadable, KeyError, TypeError, TokenInvalid, jwt.PyJWTError) as error:
            logger.warning("sign-in with %s: %s %s", self.issuer.issuer, type(error).__name__, error)
            raise OutsideRefused from None
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce_of(ticket).encode()):
            raise OutsideRefused
        return Identity(self.issuer.issuer, claims["sub"], shown_name(claims))

    async def verified(self, token: str) -> dict[str, Any]:
        """The claims of an identity token. Raises TokenInvalid or PyJWTError."""
        header, _ = read_token(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in self.issuer.algorithms or header.get("typ") not in TYPES or {"crit", "b64"} & set(header):
            raise TokenInvalid
        key = await key_set(self.issuer).find(str(key_id), algorithm)
        if key is None:
            raise TokenInvalid
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=self.issuer.issuer,
            audience=self.issuer.client_id,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": REQUIRED_CLAIMS},
        )
        # Core section 3.1.3.7: among several audiences we must be the one that it was given to.
        if claims.get("azp", self.issuer.client_id) != self.issuer.client_id:
            raise TokenInvalid
        return claims


@functools.cache
def provider_of(issuer: TrustedIssuer) -> Provider:
    return Provider(issuer)


def endpoints_of(document: Any, issuer: TrustedIssuer) -> Endpoints:
    """Raises KeysUnreadable: a document of somebody else, or with addresses that a code must not travel to."""
    if not isinstance(document, dict) or document.get("issuer") != issuer.issuer:
        raise KeysUnreadable("the document names another issuer")
    found = [document.get(f"{name}_endpoint") for name in ("authorization", "token")]
    try:
        for address in found:
            check_address(str(address), loopback=urlsplit(issuer.jwks_url).scheme == "http")
    except ImproperlyConfigured:
        raise KeysUnreadable("the document has no https endpoints") from None
    methods = document.get("token_endpoint_auth_methods_supported")
    in_body = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    authorization, token = map(str, found)
    return Endpoints(authorization, token, in_body)


def verifier_of(ticket: str) -> str:
    return salted_hmac("accounts.outside.verifier", ticket, algorithm="sha256").hexdigest()


def nonce_of(ticket: str) -> str:
    return salted_hmac("accounts.outside.nonce", ticket, algorithm="sha256").hexdigest()


def shown_name(claims: dict[str, Any]) -> str:
    """The first that the provider says of these; its own id where it says nothing else."""
    said = (claims.get(name) for name in ("email", "preferred_username", "name", "sub"))
    return next(text for text in said if isinstance(text, str) and text.strip())[:SHOWN_MAX_CHARACTERS]
