"""Access tokens: JWTs, ours and those of outside issuers, checked as RFC 8725 asks.

Who issued a token decides what it is checked with, and nothing in the token does: ours with one secret and one
algorithm, an outside issuer's with its own public keys and algorithms. The two never meet.
"""

import functools
import hmac
import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.utils import timezone
from jwt.utils import base64url_encode

from accounts.issuers import LOCAL_ISSUER, TrustedIssuer
from accounts.models import User
from web.errors import TokenExpired, TokenInvalid

from .claims import Claims, read_token
from .jwks import key_set

ALGORITHM = "HS256"
TOKEN_TYPE = "at+jwt"  # noqa: S105  RFC 9068: no other kind of JWT can be mistaken for an access token
OWN_HEADER = {"alg": ALGORITHM, "typ": TOKEN_TYPE}
# Many issuers name no type. One that does must not mean another kind of token.
OUTSIDE_TYPES = (None, "JWT", TOKEN_TYPE, f"application/{TOKEN_TYPE}")
KEY_ID_MAX_LENGTH = 255
REQUIRED_CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
CLOCK_SKEW_SECONDS = 30


@dataclass(frozen=True)
class AccessClaims:
    """What a verified access token says: the user by issuer and subject, when it was issued, and the sign-in it is of.

    `issued_at` is seconds since 1970, with a fraction.
    """

    issuer: str
    subject: str
    issued_at: float
    sign_in_id: UUID | None = None


def issue_access_token(user: User, sign_in_id: UUID | None = None) -> str:
    """A token for a quarter of an hour, and no longer than the sign-in that it belongs to."""
    # A fraction of a second in `iat` tells a token from before a password change from one issued right after it.
    now = user.since_sign_out(timezone.now()).timestamp()
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": user.subject,
        "iat": now,
        "exp": math.ceil(now) + settings.ACCESS_TOKEN_SECONDS,
    }
    if sign_in_id:
        claims["sid"] = str(sign_in_id)
    headers = {"typ": TOKEN_TYPE, "kid": key_id_of(settings.JWT_SECRET)}
    return jwt.encode(claims, settings.JWT_SECRET, algorithm=ALGORITHM, headers=headers)


async def verify_access_token(token: str) -> AccessClaims:
    """Check everything about a token except its user.

    Raises TokenInvalid or TokenExpired, and ServiceUnavailable where the keys of its issuer are out of reach.
    """
    header, claims = read_token(token)
    if claims.iss == settings.JWT_ISSUER:
        return verified_own(token, header, claims)
    if issuer := settings.JWT_TRUSTED_ISSUERS.get(claims.iss):
        return await verified_outside(token, header, claims, issuer)
    raise TokenInvalid


def verified_own(token: str, header: dict[str, Any], claims: Claims) -> AccessClaims:
    if {name: value for name, value in header.items() if name != "kid"} != OWN_HEADER:
        raise TokenInvalid
    key = named_key(header["kid"]) if "kid" in header else signing_key(token)
    check_signature(token, key, ALGORITHM, settings.JWT_ISSUER, settings.JWT_AUDIENCE, strict_aud=True)
    check_issued_at(claims)
    return AccessClaims(LOCAL_ISSUER, claims.sub, claims.iat, sign_in_of(claims))


@functools.lru_cache(maxsize=32)
def key_id_of(secret: str) -> str:
    """What tells our secrets apart in the header of a token, and says nothing of them."""
    return hmac.digest(secret.encode(), b"key id", "sha256").hex()[:16]


def named_key(key_id: object) -> str:
    """The one of our secrets that the token names; raises TokenInvalid where it is none of those that count."""
    for secret in [settings.JWT_SECRET, *settings.JWT_SECRET_FALLBACKS]:
        if key_id == key_id_of(secret):
            return secret
    raise TokenInvalid


def signing_key(token: str) -> str:
    """Of a token without a key id, from before there were any: the newest secret unless an older one signed it."""
    signed, _, signature = token.rpartition(".")
    for secret in settings.JWT_SECRET_FALLBACKS:
        made = hmac.digest(secret.encode(), signed.encode(), "sha256")
        if hmac.compare_digest(base64url_encode(made), signature.encode()):
            return secret
    return settings.JWT_SECRET


async def verified_outside(token: str, header: dict[str, Any], claims: Claims, issuer: TrustedIssuer) -> AccessClaims:
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in issuer.algorithms or header.get("typ") not in OUTSIDE_TYPES or {"crit", "b64"} & set(header):
        raise TokenInvalid
    if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_MAX_LENGTH:
        raise TokenInvalid
    key = await key_set(issuer).find(key_id, algorithm)
    if key is None:
        raise TokenInvalid
    check_signature(token, key, algorithm, issuer.issuer, issuer.audience, leeway=CLOCK_SKEW_SECONDS)
    check_issued_at(claims)
    return AccessClaims(issuer.issuer, claims.sub, claims.iat)


def check_signature(
    token: str,
    key: str | jwt.PyJWK,
    algorithm: str,
    issuer: str,
    audience: str,
    *,
    leeway: int = 0,
    strict_aud: bool = False,
) -> None:
    """Signature, issuer, audience, expiry and beginning of a token."""
    try:
        jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            leeway=leeway,
            # `iat` is checked here: PyJWT's leeway would keep an expired token of ours alive as well.
            options={"require": REQUIRED_CLAIMS, "strict_aud": strict_aud, "verify_iat": False},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except jwt.PyJWTError:
        raise TokenInvalid from None


def check_issued_at(claims: Claims) -> None:
    if claims.iat > timezone.now().timestamp() + CLOCK_SKEW_SECONDS:
        raise TokenInvalid


def sign_in_of(claims: Claims) -> UUID | None:
    try:
        return None if claims.sid is None else UUID(claims.sid)
    except (ValueError, AttributeError, TypeError):
        raise TokenInvalid from None
