"""Access tokens, which prove who asks for a quarter of an hour, and refresh tokens, which renew them.

Access tokens are JWTs checked as RFC 8725 asks: one algorithm, one issuer, one audience, one type.
Refresh tokens are random, stored as a hash, and good for one use.
"""

import datetime
import hashlib
import math
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from .errors import TokenExpired, TokenInvalid
from .models import RefreshToken, User

ALGORITHM = "HS256"
TOKEN_TYPE = "at+jwt"  # noqa: S105  RFC 9068: no other kind of JWT can be mistaken for an access token
REQUIRED_CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
# Ours have about 300 characters; longer ones are refused before anything in them is decoded.
TOKEN_MAX_LENGTH = 4096
SUBJECT_MAX_LENGTH = 255
CLOCK_SKEW_SECONDS = 30


@dataclass(frozen=True)
class AccessClaims:
    """What a verified access token says. `issued_at` is seconds since 1970, with a fraction."""

    subject: str
    issued_at: float


def issue_access_token(user: User) -> str:
    # A fraction of a second in `iat` tells a token from before a password change from one issued right after it.
    now = timezone.now().timestamp()
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": user.subject,
        "iat": now,
        "exp": math.ceil(now) + settings.ACCESS_TOKEN_SECONDS,
    }
    return jwt.encode(claims, settings.JWT_SECRET, algorithm=ALGORITHM, headers={"typ": TOKEN_TYPE})


def verify_access_token(token: str) -> AccessClaims:
    """Check everything about a token except its user; raises TokenInvalid or TokenExpired."""
    if len(token) > TOKEN_MAX_LENGTH or not token.isascii():
        raise TokenInvalid
    try:
        verified = jwt.decode_complete(
            token,
            settings.JWT_SECRET,
            algorithms=[ALGORITHM],
            issuer=settings.JWT_ISSUER,
            audience=settings.JWT_AUDIENCE,
            # `iat` is checked below: PyJWT's leeway would keep an expired token alive as well.
            options={"require": REQUIRED_CLAIMS, "strict_aud": True, "verify_iat": False},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except jwt.InvalidTokenError:
        raise TokenInvalid from None
    if verified["header"].get("typ") != TOKEN_TYPE:
        raise TokenInvalid
    claims = verified["payload"]
    check_subject_claim(claims["sub"])
    check_issued_at(claims["iat"])
    return AccessClaims(subject=claims["sub"], issued_at=claims["iat"])


def check_subject_claim(subject: str) -> None:
    """Hold a subject to OpenID Connect Core section 2: at most 255 ASCII characters (here visible ones)."""
    if not 0 < len(subject) <= SUBJECT_MAX_LENGTH or not subject.isascii() or not subject.isprintable():
        raise TokenInvalid


def check_issued_at(issued_at: Any) -> None:
    """Refuse what is no number (JSON also brings true, NaN and 1e999) and what lies in the future."""
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise TokenInvalid
    if not issued_at <= timezone.now().timestamp() + CLOCK_SKEW_SECONDS:
        raise TokenInvalid


def issue_refresh_token(user: User, family: UUID | None = None) -> str:
    """Store a new refresh token and return it, once; without a family it begins one."""
    now = timezone.now()
    lifetime = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
    # Kept for one more lifetime after the end: whatever was rotated from it is over by then, so that
    # a family that was ended cannot lose the rows that say so.
    user.refresh_tokens.filter(expires_at__lt=now - lifetime).delete()
    token = secrets.token_urlsafe(32)
    user.refresh_tokens.create(family=family or uuid7(), digest=digest_of(token), expires_at=now + lifetime)
    return token


def rotate_refresh_token(token: str) -> tuple[User, str] | None:
    """Trade a refresh token for its successor; None when it cannot be used, and a reused one ends its family.

    Runs inside a transaction, and returns None where others would raise so that the end of a family is committed.
    """
    refresh_token = (
        RefreshToken.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(digest=digest_of(token))
        .first()
    )
    if refresh_token is None:
        return None
    if refresh_token.rotated_at:
        end_family(refresh_token.family)
        return None
    if not is_usable(refresh_token):
        return None
    refresh_token.rotated_at = timezone.now()
    refresh_token.save(update_fields=["rotated_at"])
    return refresh_token.user, issue_refresh_token(refresh_token.user, refresh_token.family)


def is_usable(refresh_token: RefreshToken) -> bool:
    user = refresh_token.user
    if not user.is_active or refresh_token.expires_at <= timezone.now():
        return False
    if user.tokens_not_before and refresh_token.created_at < user.tokens_not_before:
        return False
    # One revoked member ends the family: a successor that was being stored while the others were
    # revoked has no mark of its own.
    return not RefreshToken.objects.filter(family=refresh_token.family, revoked_at__isnull=False).exists()


def revoke_refresh_token(token: str) -> None:
    """End the family of a refresh token; a token that does not exist is as good as revoked."""
    if refresh_token := RefreshToken.objects.filter(digest=digest_of(token)).first():
        end_family(refresh_token.family)


def end_family(family: UUID) -> None:
    RefreshToken.objects.filter(family=family, revoked_at=None).update(revoked_at=timezone.now())


def sign_out_everywhere(user: User) -> None:
    """Refuse every access and refresh token issued so far."""
    user.tokens_not_before = timezone.now()
    user.save(update_fields=["tokens_not_before"])


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
