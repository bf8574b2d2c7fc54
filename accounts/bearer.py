"""From a request to its user: the only place where the product decides who is asking."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from .database import database_read, database_unit
from .errors import TokenInvalid, TokenMissing, UserMismatch
from .models import LOCAL_ISSUER, User
from .tokens import AccessClaims, verify_access_token


async def authenticate(request: HttpRequest) -> User:
    """The user on whose behalf the request acts, found once and kept as `request.acting_user`.

    Under /api/ only a bearer token counts, so that no foreign page can act through the login cookie;
    elsewhere the cookie counts when there is no token. Raises TokenMissing, TokenInvalid or TokenExpired;
    an outage of the database passes through as what it is.
    """
    if (user := getattr(request, "acting_user", None)) is None:
        user = await user_of_request(request)
        request.acting_user = user  # type: ignore[attr-defined]
    return user


async def user_of_request(request: HttpRequest) -> User:
    token = bearer_token(request)
    if token is not None:
        return await user_of_token(token)
    if request.path_info.startswith("/api/"):
        raise TokenMissing
    return await user_of_cookie(request)


def bearer_token(request: HttpRequest) -> str | None:
    """The token as it was sent; None when the request brings none (another scheme is somebody else's)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def user_of_token(token: str) -> User:
    """The user of a verified access token, for doors that have no Django request."""
    claims = verify_access_token(token)
    user = await find_user(claims.subject)
    if user is None or not accepts(user, claims):
        raise TokenInvalid
    return user


def accepts(user: User, claims: AccessClaims) -> bool:
    """A signed token cannot be taken back, so that each request asks the user's row what became of it."""
    not_before = user.tokens_not_before
    return user.is_active and (not_before is None or claims.issued_at >= not_before.timestamp())


@database_read
def find_user(subject: str) -> User | None:
    return User.objects.filter(issuer=LOCAL_ISSUER, subject=subject).first()


@database_unit
def user_of_cookie(request: HttpRequest) -> User:
    # One unit, and not `request.auser()`, which would keep its connection until the response has ended.
    user = get_user(request)
    if not isinstance(user, User):
        raise TokenMissing
    request.user = user
    return user


async def user_of_session(session_key: str | None) -> User:
    """The user who is signed in under this session, for sockets, which have no Django request. Raises TokenMissing."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return await user_of_cookie(request)


def check_subject(user: User, user_id: str) -> None:
    """Compare as strings: `int` and `UUID` read many spellings of one id, and each would be another key."""
    if user.subject != user_id:
        raise UserMismatch
