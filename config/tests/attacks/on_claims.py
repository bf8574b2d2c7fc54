"""Attacks with what a token says: whose it is, from whom, for whom and how long."""

import json
import time
import uuid

import jwt
from django.conf import settings

from .tokens import BIG, HEADER, TYPE, kind, sent

# Subject


@kind("no subject")
def _(world):
    yield world.own(without=["sub"])
    yield world.issuer.token(without=["sub"])


@kind("a subject that is no text")
def _(world):
    for subject in [7, 7.5, True, None, [world.people["alice"]], {"id": world.people["alice"]}]:
        payload = json.dumps(world.claims(sub=subject))
        yield world.raw(json.dumps(HEADER), payload)
        yield jwt.api_jws.encode(
            json.dumps(world.claims(iss=world.issuer.name, aud="todo-chat", sub=subject)).encode(),
            world.issuer.keys["first"],
            algorithm="ES256",
            headers={"kid": "first"},
        )


@kind("a subject with odd characters")
def _(world):
    alice = world.people["alice"]
    for subject in ["", " ", f" {alice}", f"{alice}\n", f"{alice}\x00", "ä", "１", "a\ud800", BIG, f"{alice}\u200b"]:
        yield world.raw(json.dumps(HEADER), json.dumps(world.claims(sub=subject)))
        yield world.issuer.token({"sub": subject}) if subject != "a\ud800" else world.own({"sub": BIG})


@kind("another spelling of a subject")
def _(world):
    alice = world.people["alice"]
    for subject in [alice.upper(), alice.replace("-", ""), f"{{{alice}}}", f"urn:uuid:{alice}", f"{alice}%00"]:
        yield world.own({"sub": subject})


@kind("a subject that nobody has")
def _(world):
    for subject in [str(uuid.uuid4()), "alice", "0", "admin", "' OR 1=1 --", "*"]:
        yield world.own({"sub": subject.replace(" ", "+")})


# Times


@kind("not yet valid")
def _(world):
    soon = int(time.time()) + 300
    yield world.own({"nbf": soon})
    yield world.issuer.token({"nbf": soon})
    for time_text in ["0", None, [0], True, -1]:
        yield world.own({"nbf": time_text})


@kind("issued in the future, or at no time")
def _(world):
    for issued_at in [time.time() + 60, "0", True, [0], None, -1, 1e300]:
        yield world.own({"iat": issued_at})
        yield world.raw(json.dumps(HEADER), json.dumps(world.claims(iat=issued_at)))
    yield world.issuer.token({"iat": int(time.time()) + 60})
    yield world.own(without=["iat"])
    yield world.issuer.token(without=["iat"])


@kind("without an end")
def _(world):
    yield world.own(without=["exp"])
    yield world.issuer.token(without=["exp"])


@kind("an end that is no time")
def _(world):
    for end in ["9999999999", "tomorrow", True, None, [9999999999], {}, 1e300, 10**30, -1, 10**400]:
        yield world.raw(json.dumps(HEADER), json.dumps(world.claims(exp=end)))


@kind("an end that is not even JSON")
def _(world):
    for end in ["NaN", "Infinity", "-Infinity", "1e999", "0x7fffffff", "9" * 5_00]:
        payload = json.dumps(world.claims(exp="END")).replace('"END"', end)
        yield world.raw(json.dumps(HEADER), payload)


@kind("expired")
def _(world):
    now = time.time()
    for end in [now - 1, int(now) - 1, int(now) - 10_000, 0, 0.5]:
        token = world.own({"exp": end})
        yield sent(f"Bearer {token}", "token_expired")
    token = world.issuer.token({"exp": int(now) - 31})
    yield sent(f"Bearer {token}", "token_expired")


# Audience and issuer


@kind("for another audience")
def _(world):
    ours = settings.JWT_AUDIENCE
    for audience in ["another-api", "", ours.upper(), f"{ours} ", [ours], [ours, "x"], [], None, 7, [7], {ours: 1}]:
        yield world.raw(json.dumps(HEADER), json.dumps(world.claims(aud=audience)))
    yield world.own(without=["aud"])
    for audience in ["another-api", ours, ["a", "b"], []]:
        yield world.issuer.token({"aud": audience})
    yield world.issuer.token(without=["aud"])


@kind("an issuer that nobody trusts")
def _(world):
    yield world.stranger.token()
    for issuer in ["https://evil.example", "", "local", settings.JWT_ISSUER.upper(), f"{world.issuer.name}/"]:
        yield world.own({"iss": issuer})
        yield world.issuer.token({"iss": issuer})
    yield world.own(without=["iss"])
    for issuer in [None, 7, [settings.JWT_ISSUER], {}]:
        yield world.raw(json.dumps(HEADER), json.dumps(world.claims(iss=issuer)))


@kind("one issuer's token by another's key")
def _(world):
    [strangers] = world.stranger.keys.values()
    yield world.issuer.token(key=strangers)
    yield world.issuer.token(key=strangers, headers={"kid": "second"})
    yield world.stranger.token({"iss": world.issuer.name})
    yield world.issuer.token({"iss": settings.JWT_ISSUER, "aud": settings.JWT_AUDIENCE, "sub": world.people["alice"]})
    yield world.issuer.token(
        {"iss": settings.JWT_ISSUER, "aud": settings.JWT_AUDIENCE, "sub": world.people["alice"]}, headers=TYPE
    )


@kind("another secret")
def _(world):
    for secret in ["another secret that is long enough for HMAC", "\x00" * 32, world.secret[:-1], world.secret.upper()]:
        yield world.own(secret=secret)


# People


FORMER = ("deleted", "disabled", "signed out everywhere", "with a new password", "signed out here", "disabled outside")
for name in FORMER:

    @kind(f"a person who is {name}")
    def _(world, name=name):
        yield world.people[name]


@kind("a sign-in that is not one's own")
def _(world):
    for sign_in_id in [str(uuid.uuid4()), world.people["sign-in of bob"], "x", "", 7, [], True, {}]:
        yield world.own({"sid": sign_in_id})
