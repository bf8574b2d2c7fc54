"""People for tests, what they send to be known, and a scripted outside issuer."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import factory
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import settings
from jwt.algorithms import get_default_algorithms

from .entry.sign_ins import begin_sign_in, issue_refresh_token
from .issuers import TrustedIssuer
from .models import User
from .tokens.access import TOKEN_TYPE, issue_access_token

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


def refresh_token_of(user: User) -> str:
    """The refresh token of a new sign-in."""
    return issue_refresh_token(begin_sign_in(user))


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


NEW_KEY = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def public_jwk(key, algorithm: str, key_id: str) -> dict:
    jwk = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
    return {"kid": key_id, "use": "sig", "alg": algorithm} | {name: jwk[name] for name in jwk if name != "key_ops"}


class OutsideIssuer:
    """An issuer whose key set stands on this machine; `answer` is what it says instead: (status, headers, body)."""

    def __init__(self, algorithm: str, address: str) -> None:
        self.algorithm = algorithm
        self.name = address
        self.trusted = TrustedIssuer(
            issuer=self.name, audience="todo-chat", jwks_url=f"{address}/jwks", algorithms=(algorithm,)
        )
        self.asked = 0
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.keys = {}
        self.rotate("first")

    def rotate(self, key_id: str, key=None) -> None:
        """Sign with a new key from now on; the others are withdrawn."""
        self.keys = {key_id: key or NEW_KEY[self.algorithm]()}

    @property
    def key_set(self) -> dict:
        return {"keys": [public_jwk(key, self.algorithm, key_id) for key_id, key in self.keys.items()]}

    def token(self, claims=None, *, key=None, algorithm=None, headers=None, without=()) -> str:
        """A token of somebody called “outsider”, valid for one minute, apart from what is asked for."""
        now = int(time.time())
        payload = {"iss": self.name, "aud": "todo-chat", "sub": "outsider", "iat": now, "exp": now + 60}
        payload |= claims or {}
        payload = {name: value for name, value in payload.items() if name not in without}
        [(key_id, own_key)] = self.keys.items()
        header = {"kid": key_id} | (headers or {})
        return jwt.encode(payload, key or own_key, algorithm=algorithm or self.algorithm, headers=header)


@contextlib.contextmanager
def outside_issuer(algorithm: str = "ES256") -> Iterator[OutsideIssuer]:
    class KeySetHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            status, headers, body = issuer.answer or (200, {}, json.dumps(issuer.key_set).encode())
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), KeySetHandler)
    issuer = OutsideIssuer(algorithm, f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
