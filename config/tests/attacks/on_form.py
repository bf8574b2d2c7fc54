"""Attacks with how a token is written, and with how it is sent."""

import json

from accounts.tokens.claims import TOKEN_MAX_LENGTH

from .tokens import HEADER, Attempt, kind, part, parts, sent

# Broken tokens


@kind("too long")
def _(world):
    yield world.own({"padding": "x" * TOKEN_MAX_LENGTH})
    yield world.issuer.token({"padding": "x" * TOKEN_MAX_LENGTH})
    yield "a" * 7_000
    yield "." * 5_000


@kind("names that are given twice")
def _(world):
    head, claims = json.dumps(HEADER), json.dumps(world.claims())
    for twice in ['"sub": "bob"', '"exp": 1', '"iss": "x"', '"sid": "x", "sid": "y"', '"a": {"b": 1, "b": 2}']:
        yield world.raw(head, claims.replace("{", f"{{{twice}, ", 1))
    yield world.raw(head.replace("{", '{"alg": "none", ', 1), claims)


@kind("parts that are no base64")
def _(world):
    head, payload, signature = parts(world.own())
    for broken in ["!!!!", payload + "=", payload + "==", payload + "*", f"+{payload[1:]}/", f"{payload}\t", ""]:
        yield f"{head}.{broken}.{signature}"
    yield f"{head}.{payload}.{signature}="
    yield f"{head}.{payload[:20]} {payload[20:]}.{signature}"


@kind("a signature that is cut, changed or gone")
def _(world):
    for token in [world.own(), world.issuer.token()]:
        head, payload, signature = parts(token)
        other = "A" if signature[5] != "A" else "B"
        for changed in [signature[:-4], signature[:10], signature * 2, signature[:5] + other + signature[6:], "A"]:
            yield f"{head}.{payload}.{changed}"
        yield f"{head}.{payload}."
        yield f"{head}.{payload}"


@kind("a changed payload")
def _(world):
    head, _, signature = parts(world.own())
    for changes in [{"sub": world.people["bob"]}, {"exp": 9_999_999_999}, {"admin": True}]:
        yield f"{head}.{part(json.dumps(world.claims(**changes)))}.{signature}"
    head, _, signature = parts(world.issuer.token())
    claims = world.claims(iss=world.issuer.name, aud="todo-chat")
    yield f"{head}.{part(json.dumps(claims))}.{signature}"


@kind("too few or too many parts")
def _(world):
    head, payload, signature = parts(world.own())
    yield from [".", "..", "...", "a", "a.b", "a.b.c", f"{head}.{payload}", f"{head}.{payload}.{signature}.x"]
    yield f"{head}.{payload}.{signature}.{payload}.{signature}"
    yield f".{payload}.{signature}"


@kind("parts that are no objects")
def _(world):
    head = json.dumps(HEADER)
    for payload in ["[]", '"text"', "7", "null", "", "{", "{}x", "[" * 1_500, '{"sub":' * 300, "\ud800"]:
        yield world.raw(head, payload)
        yield world.raw(payload, json.dumps(world.claims()))


# Headers of the request


@kind("two tokens")
def _(world):
    good = f"Bearer {world.own()}".encode()
    yield Attempt([("Authorization", good), ("Authorization", good)])
    yield Attempt([("Authorization", good), ("Authorization", b"Bearer a.b.c")])
    yield Attempt([("Authorization", b"Bearer a.b.c"), ("Authorization", good)])
    yield sent(f"Bearer {world.own()}, Bearer {world.own()}")
    yield sent(f"Bearer {world.own()} x")


@kind("a token outside of its place")
def _(world):
    token = world.own()
    for name in ["access_token", "token", "jwt", "Authorization"]:
        yield Attempt(query=f"{name}={token}", code="token_missing")
        yield Attempt([("X-Authorization", f"Bearer {token}".encode())], code="token_missing")
        yield Attempt([(name.replace("_", "-"), token.encode())], code="token_missing")


@kind("another scheme")
def _(world):
    token = world.own()
    for value in [token, f"JWT {token}", f"Token {token}", f"Basic {token}", f"Bearer{token}", f"Bearer\t{token}"]:
        yield sent(value, "token_missing")
    for value in ["", "Bearer", "Bearer ", "bearer", f"Bearer:{token}", f"DPoP {token}", f'"Bearer" {token}']:
        yield sent(value, "token_missing")


@kind("octets that are no text")
def _(world):
    for octets in [b"\xff\xfe", "ä.ö.ü".encode(), b"\xc3\x28.a.b", world.own().encode().replace(b"e", b"\xe9")]:
        yield Attempt([("Authorization", b"Bearer " + octets)])


@kind("nothing at all")
def _(world):
    yield Attempt(code="token_missing")
