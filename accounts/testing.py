"""People for tests, and what they send to be known."""

import time

import factory
import jwt
from django.conf import settings

from .models import User
from .tokens import TOKEN_TYPE, issue_access_token

PASSWORD = "seven green bottles"


class UserFactory(factory.django.DjangoModelFactory):
    """A user without a usable password, because hashing costs; pass `password=` for one who logs in."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    password = factory.django.Password(None)


def alice(**fields) -> User:
    return UserFactory(username="alice", **fields)


def bob(**fields) -> User:
    return UserFactory(username="bob", **fields)


def bearer(user: User) -> str:
    """The value of the Authorization header."""
    return f"Bearer {issue_access_token(user)}"


def forge_token(claims=None, *, key=None, algorithm="HS256", headers=None, without=()) -> str:
    """A signed token that is valid for one minute, apart from what is asked for."""
    now = time.time()
    payload = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": "alice",
        "iat": now,
        "exp": int(now) + 60,
    } | (claims or {})
    payload = {name: value for name, value in payload.items() if name not in without}
    secret = settings.JWT_SECRET if key is None else key
    return jwt.encode(payload, secret, algorithm=algorithm, headers={"typ": TOKEN_TYPE} | (headers or {}))
