"""An OpenID provider on this machine: it keeps to the standards over the wire, and lies where a test wants it to."""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from pydantic import SecretStr

from accounts.issuers import TrustedIssuer
from accounts.testing import OutsideIssuer

CLIENT, SECRET = "todo-chat-pages", "a secret of ours: 100 % long"


class OpenIdProvider:
    """`person` is who signs in there; `claims` are said instead in identity tokens, `document` in the discovery."""

    def __init__(self, address: str, name: str, secret: str | None) -> None:
        self.address, self.secret = address, secret
        self.signing = OutsideIssuer("ES256", address)
        self.person: dict[str, Any] = {"sub": "anne-at-work", "email": "anne@work.example"}
        self.claims: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.without: tuple[str, ...] = ()
        self.is_down = False
        self.codes: dict[str, dict[str, str]] = {}
        self.trusted = TrustedIssuer(
            issuer=address,
            audience="todo-chat",
            jwks_url=f"{address}/jwks",
            algorithms=("ES256",),
            name=name,
            client_id=CLIENT,
            client_secret=SecretStr(secret) if secret else None,
        )

    @property
    def setting(self) -> dict[str, Any]:
        """Its entry in JWT_TRUSTED_ISSUERS."""
        secret = {"client_secret": self.secret} if self.secret else {}
        return self.trusted.model_dump(exclude={"client_secret"}) | secret

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
        } | self.document

    def authorize(self, asked: dict[str, str]) -> str:
        """Back to where the client wants its answer, with a code."""
        fixed = (asked["response_type"], asked["code_challenge_method"], asked["client_id"], asked["scope"].split()[0])
        assert fixed == ("code", "S256", CLIENT, "openid"), asked
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.address})}"

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun is None or challenge != begun["code_challenge"] or asked["redirect_uri"] != begun["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if self.secret and self.secret != self.secret_given(asked, authorization):
            return 401, {"error": "invalid_client"}
        said = {"aud": CLIENT, "nonce": begun["nonce"], **self.person, **self.claims}
        token = self.signing.token(said, headers={"typ": "JWT"}, without=self.without)
        return 200, {"token_type": "Bearer", "access_token": "theirs", "id_token": token}

    def secret_given(self, asked: dict[str, str], authorization: str) -> str:
        """As RFC 6749 section 2.3.1 has it: in the head unless the discovery names the body alone."""
        if "client_secret_post" in self.document.get("token_endpoint_auth_methods_supported", ()):
            return asked.get("client_secret", "")
        _, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return unquote_plus(secret)


@contextlib.contextmanager
def open_id_provider(name: str = "Work", secret: str | None = SECRET) -> Iterator[OpenIdProvider]:
    class ProviderHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                return self.answer(302, {}, Location=provider.authorize(asked))
            if provider.is_down:
                return self.answer(500, {})
            return self.answer(200, provider.signing.key_set if parts.path == "/jwks" else provider.discovery())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {key: values[0] for key, values in parse_qs(body).items()}
            return self.answer(*provider.token(asked, self.headers.get("Authorization", "")))

        def answer(self, status: int, document: dict[str, Any], **headers: str) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            for header, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(header, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), ProviderHandler)
    provider = OpenIdProvider(f"http://127.0.0.1:{server.server_port}", name, secret)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
