"""From a request to its user: the only place where the product decides who is asking."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.hashers import make_password
from django.db.models import CharField, QuerySet
from django.http import HttpRequest
from uuid_utils.compat import uuid7

from database.prepared import PreparedQuery, Slot, pk_slot
from database.units import database_read, database_unit, drop_old_connection, within_unit
from telemetry.notes import note_ids
from web.errors import TokenInvalid, TokenMissing, UserMismatch
from web.ratelimits import count_use

from .issuers import LOCAL_ISSUER
from .models import PersonalToken, User
from .programs.connections import find_program_token
from .programs.scopes import needs, resource_of
from .programs.tokens import PREFIX as PROGRAM_PREFIX
from .scopes import READ, WRITE, allows
from .tokens.access import AccessClaims, verify_access_token
from .tokens.personal import PREFIX, find_personal_token


async def authenticate(request: HttpRequest, scope: str | None = None) -> User:
    """The user on whose behalf the request acts, found once and kept as `request.acting_user`.

    Tokens of programs count where `scope` says what they need; with "" there is nothing that would be enough.

    Under /api/ only a bearer token counts, so that no foreign page can act through the login cookie;
    elsewhere the cookie counts when there is no token. Raises TokenMissing, TokenInvalid or TokenExpired,
    ServiceUnavailable where the keys of an issuer are out of reach, and RateLimited for more than a page could need;
    an outage of the database passes through as what it is.
    """
    if (user := getattr(request, "acting_user", None)) is None:
        find = await who_asks(request, scope)
        user = await counted(find)
        request.acting_user = user  # type: ignore[attr-defined]
    return user


async def who_asks(request: HttpRequest, scope: str | None = None) -> Callable[[], User]:
    """Check all that needs no database; returns the query that finds the user."""
    token = bearer_token(request.headers.get("Authorization", ""))
    if token is not None:
        if scope is not None and token.startswith(PROGRAM_PREFIX):
            user = await user_of_program(request, token, scope)
            return lambda: user
        return functools.partial(accepted_user, await verify_access_token(token))
    if request.path_info.startswith("/api/"):
        raise TokenMissing
    return functools.partial(within_unit(user_of_cookie), request)


@database_read
def counted(find: Callable[[], User]) -> User:
    """Find the user and count one more request of theirs, in one visit to a thread; no connection is held meanwhile."""
    user = find()
    drop_old_connection()
    note_ids(user_id=user.pk)
    count_use("requests", user, f"{settings.REQUESTS_PER_MINUTE}/m")
    return user


def bearer_token(authorization: str) -> str | None:
    """The token as it was sent; None when the header brings none (another scheme is somebody else's)."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def refuse_programs(request: HttpRequest) -> None:
    """Refuse programs where only the person may decide. Raises InsufficientScope."""
    if comes_from_program(request):
        raise needs("")


def comes_from_program(request: HttpRequest) -> bool:
    """Whether a program that the person let in speaks, which is not the person."""
    return (bearer_token(request.headers.get("Authorization", "")) or "").startswith(PROGRAM_PREFIX)


async def user_of_token(token: str) -> User:
    """The user of a verified access token, for doors that have no Django request."""
    return await database_read(accepted_user)(await verify_access_token(token))


def accepted_user(claims: AccessClaims) -> User:
    user = find_user(claims)
    if user is None or not accepts(user, claims):
        raise TokenInvalid
    return user


async def user_of_program(request: HttpRequest, token: str, scope: str) -> User:
    """Whom a program acts for in the API. Raises TokenInvalid or InsufficientScope."""
    found = await find_program_token(token, resource_of(request, "/api"))
    if found is None:
        raise TokenInvalid
    if not allows(frozenset(found.scope.split()), scope):
        raise needs(scope)
    return found.user


@dataclass(frozen=True)
class Access:
    """Who calls /mcp, whether they may change anything, and by which token of theirs.

    A program may ask the person for more than it was allowed (`may_ask_for_more`); a personal token is what it is.
    """

    user: User
    may_write: bool = True
    token_id: UUID | None = None
    program_id: int | None = None
    name: str = ""

    @property
    def may_ask_for_more(self) -> bool:
        return self.program_id is not None and not self.may_write


async def access_of_request(request: HttpRequest) -> Access:
    """For /mcp, where personal access tokens count as well, and no cookie does. Raises as `authenticate` does."""
    token = bearer_token(request.headers.get("Authorization", ""))
    if token is None:
        raise TokenMissing
    access = await access_of_token(request, token)
    note_ids(user_id=access.user.pk)
    return access


async def access_of_token(request: HttpRequest, token: str) -> Access:
    if token.startswith(PROGRAM_PREFIX):
        return await access_of_program(request, token)
    if not token.startswith(PREFIX):
        return Access(await user_of_token(token))
    if (personal := await find_personal_token(token)) is None:
        raise TokenInvalid
    return Access(personal.user, personal.scope == PersonalToken.Scope.WRITE, personal.pk, name=personal.name)


async def access_of_program(request: HttpRequest, token: str) -> Access:
    found = await find_program_token(token, resource_of(request, "/mcp"))
    if found is None:
        raise TokenInvalid
    granted = frozenset(found.scope.split())
    if not allows(granted, READ):
        raise needs(READ)
    return Access(found.user, allows(granted, WRITE), program_id=found.application_id, name=found.application.name)


def accepts(user: User, claims: AccessClaims) -> bool:
    """Whether the user is active and the token is newer than their last sign-out.

    JWTs cannot be revoked, so every request checks.
    """
    not_before = user.tokens_not_before
    return user.is_active and (not_before is None or claims.issued_at >= not_before.timestamp())


def users_named() -> QuerySet[User]:
    return User.objects.filter(issuer=Slot("issuer", CharField()), subject=Slot("subject", CharField()))


NAMED = PreparedQuery(users_named)
SIGNED_IN = PreparedQuery(lambda: users_named().filter(sign_ins__id=pk_slot("sign_in"), sign_ins__ended_at=None))


def find_user(claims: AccessClaims) -> User | None:
    """The user with the token's issuer and subject, or None.

    A token with a `sid` needs a sign-in that has not ended.
    """
    named = {"issuer": claims.issuer, "subject": claims.subject}
    found = SIGNED_IN.models(**named, sign_in=claims.sign_in_id) if claims.sign_in_id else NAMED.models(**named)
    if not found and claims.issuer != LOCAL_ISSUER:
        return get_or_create_outside_user(claims.issuer, claims.subject)
    return found[0] if found else None


def get_or_create_outside_user(issuer: str, subject: str) -> User:
    """The user of an outside issuer: who linked it, or its own, which the first request creates, also when two arrive.

    The username is a UUID of ours: an issuer cannot take a name that somebody has here.
    """
    if linked := linked_user(issuer, subject):
        return linked
    key = uuid7()
    defaults = {"id": key, "username": str(key), "password": make_password(None)}
    return User.objects.get_or_create(issuer=issuer, subject=subject, defaults=defaults)[0]


def linked_user(issuer: str, subject: str) -> User | None:
    return User.objects.filter(outside_identities__issuer=issuer, outside_identities__subject=subject).first()


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


async def caller(request: HttpRequest, user_id: str) -> User:
    """The signed-in user, whose id must be the one in the address. Raises as `authenticate` and `check_subject` do."""
    user = await authenticate(request)
    check_subject(user, user_id)
    return user


def check_subject(user: User, user_id: str) -> None:
    """Compare as strings: `int` and `UUID` read many spellings of one id, and each would be another key."""
    if user.subject != user_id:
        raise UserMismatch
