"""Attacks on how a token is signed, and on where the key to check it with comes from."""

import base64
import json
from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.testing import NEW_KEY, public_jwk
from accounts.tokens.personal import PREFIX

from .tokens import TYPE, World, encoded, kind, part, parts, signature_of

# Algorithms


@kind("alg none")
def _(world):
    for algorithm in ["none", "None", "NONE", "nOnE", ""]:
        head = part(json.dumps(TYPE | {"alg": algorithm}))
        _, payload, signature = parts(world.own())
        yield f"{head}.{payload}."
        yield f"{head}.{payload}.{signature}"
        yield f"{head}.{payload}"


@kind("no alg, or one that is no text")
def _(world):
    payload = json.dumps(world.claims())
    yield world.raw(json.dumps(TYPE), payload)
    for algorithm in [None, 256, ["HS256"], {"HS256": 1}, True]:
        yield world.raw(json.dumps(TYPE | {"alg": algorithm}), payload)


@kind("another algorithm with the right secret")
def _(world):
    yield world.own(headers={"alg": "HS384"}, digest="sha384")
    yield world.own(headers={"alg": "HS512"}, digest="sha512")
    yield world.raw(json.dumps(TYPE | {"alg": "hs256"}), json.dumps(world.claims()))


@kind("the public key as a secret")
def _(world):
    [key] = world.issuer.keys.values()
    public = key.public_key()
    secrets = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(world.issuer.key_set["keys"][0]).encode(),
    ]
    for secret in secrets:
        for claims in [world.claims(), world.claims(iss=world.issuer.name, aud="todo-chat")]:
            text = f"{part(json.dumps(TYPE | {'alg': 'HS256', 'kid': 'first'}))}.{part(json.dumps(claims))}"
            yield f"{text}.{signature_of(text, secret)}"


@kind("our secret for an outside issuer")
def _(world):
    yield world.own({"iss": world.issuer.name, "aud": "todo-chat"}, headers={"kid": "first"})
    yield world.own({"iss": world.issuer.name, "aud": "todo-chat"})


@kind("an algorithm that the issuer does not use")
def _(world):
    for algorithm in ["EdDSA", "RS256"]:
        yield world.issuer.token(key=NEW_KEY[algorithm](), algorithm=algorithm)
    yield world.issuer.token(key="x" * 64, algorithm="HS256")


@kind("a signature of nothing but zeros")
def _(world):
    for token in [world.own(), world.issuer.token()]:
        for zeros in [bytes(32), bytes(64), b"\x30\x06\x02\x01\x00\x02\x01\x00"]:
            yield ".".join([*parts(token)[:2], encoded(zeros)])


# Other kinds of token


@kind("a refresh token")
def _(world):
    yield world.people["refresh_token"]


@kind("a personal token that nobody was given")
def _(world):
    for rest in ["", "x", "x" * 43, "' OR 1=1 --", world.own()]:
        yield f"{PREFIX}{rest}"


@kind("another type of token")
def _(world):
    for token_type in ["JWT", "id+jwt", "refresh+jwt", "AT+JWT", "at+jwt ", None, 7, ["at+jwt"], {}]:
        yield world.own(headers={"typ": token_type})
    for token_type in ["logout+jwt", "dpop+jwt", "secevent+jwt", "id_token", ["JWT"], {"a": 1}, 7]:
        yield world.issuer.token(headers={"typ": token_type})


@kind("the form of an encrypted token")
def _(world):
    head = part(json.dumps(TYPE | {"alg": "dir", "enc": "A256GCM"}))
    yield f"{head}..{encoded(b'iv' * 6)}.{encoded(b'text')}.{encoded(b'tag' * 5)}"
    yield f"{head}.{'.'.join(parts(world.own()))}.x"


# Headers that name or bring a key


@kind("a key id that is an address, a path or a query")
def _(world):
    for key_id in [
        "../../../../dev/null",
        "/etc/passwd",
        "' UNION SELECT 'x' --",
        f"{world.stranger.name}/jwks",
        "file:///proc/self/environ",
        "first\x00",
        "first ",
        "FIRST",
        "x" * 2_000,
        "",
    ]:
        yield world.issuer.token(headers={"kid": key_id})
    yield world.own(headers={"kid": "first"})


@kind("a key id that is no text, or none")
def _(world):
    _, payload, signature = parts(world.issuer.token())
    for header in [{}, {"kid": None}, {"kid": 1}, {"kid": ["first"]}, {"kid": {"first": 1}}, {"kid": True}]:
        yield f"{part(json.dumps({'alg': 'ES256'} | header))}.{payload}.{signature}"


def bringing(world: World, header: dict) -> Iterator[str]:
    """Signed by stranger, who says in the header where the key is; and ours with the same header."""
    [key] = world.stranger.keys.values()
    yield world.issuer.token(key=key, headers=header)
    yield world.issuer.token(key=key, headers=header | {"kid": "stranger"})
    yield world.own(headers=header)


@kind("jwk: the key comes along")
def _(world):
    yield from bringing(world, {"jwk": world.stranger.key_set["keys"][0]})
    yield from bringing(world, {"jwk": public_jwk(world.stranger.keys["first"], "ES256", "first") | {"kid": "first"}})


@kind("jku: the key is at this address")
def _(world):
    yield from bringing(world, {"jku": f"{world.stranger.name}/jwks"})


@kind("x5u: the certificate is at this address")
def _(world):
    yield from bringing(world, {"x5u": f"{world.stranger.name}/certificate"})


@kind("x5c: the certificate comes along")
def _(world):
    yield from bringing(world, {"x5c": [base64.b64encode(b"certificate").decode()]})


@kind("crit: what must be understood and is not")
def _(world):
    for critical in [["exp"], ["x"], [], "x", None, 7, [7], ["b64"]]:
        yield world.own(headers={"crit": critical, "x": 1})
        token = world.issuer.token(headers={"x": 1})
        head = json.dumps({"alg": "ES256", "kid": "first", "x": 1, "crit": critical})
        yield f"{part(head)}.{'.'.join(parts(token)[1:])}"


@kind("b64: the payload is not encoded")
def _(world):
    payload = json.dumps(world.claims())
    head = json.dumps(TYPE | {"alg": "HS256", "b64": False, "crit": ["b64"]})
    yield world.raw(head, payload)
    text = f"{part(head)}.{payload}"
    yield f"{text}.{signature_of(text, world.secret)}"
    yield f"{part(head)}..{signature_of(text, world.secret)}"


@kind("zip: the payload is compressed")
def _(world):
    yield world.own(headers={"zip": "DEF"})
