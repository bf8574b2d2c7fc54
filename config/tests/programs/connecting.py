"""A person with a browser, and the official MCP client that asks to be let in: what tests of programs share."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider, PKCEParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

PASSWORD = "seven green bottles"
CALLBACK = "http://127.0.0.1:43117/callback"


class Browser:
    """Somebody who is signed in, without JavaScript; `decision` is what they press on a consent page."""

    def __init__(self, origin: str, username: str, decision: str = "allow") -> None:
        self.origin, self.username, self.decision = origin, username, decision
        self.http = httpx2.Client(base_url=origin, timeout=30)
        self.page = ""
        self.decisions: list[str] = []

    def form(self, page: str, **fields: str) -> dict[str, str]:
        hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', page))
        return {name: unescape(value) for name, value in hidden.items()} | fields

    def register(self) -> "Browser":
        page = self.http.get("/accounts/register").text
        form = self.form(page, username=self.username, password1=PASSWORD, password2=PASSWORD)
        assert self.http.post("/accounts/register", data=form).status_code == 302
        return self

    def decide(self, address: str) -> dict[str, str]:
        """Open the address that a program sends to, and press; what the program hears."""
        return dict(parse_qsl(urlsplit(self.sent_to(address)).query))

    def sent_to(self, address: str) -> str:
        """The same; where the browser is sent then."""
        shown = self.http.get(address)
        assert shown.status_code in {200, 303}, shown.text
        if shown.status_code == 200:
            self.page = shown.text
            self.decisions.append(self.decision)
            shown = self.http.post(address, data=self.form(shown.text, decision=self.decision))
            assert shown.status_code == 303, shown.text
        return str(shown.headers["Location"])

    def tokens(self, client_id: str, resource: str, scope: str) -> OAuthToken:
        """What a program that asks for no more than this scope is given."""
        pair = PKCEParameters.generate()
        asked = {"response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "resource": resource}
        asked |= {"scope": scope, "code_challenge": pair.code_challenge, "code_challenge_method": "S256"}
        code = self.decide(f"/o/authorize?{urlencode(asked)}")["code"]
        form = {"grant_type": "authorization_code", "client_id": client_id, "redirect_uri": CALLBACK, "code": code}
        answer = self.http.post("/o/token", data=form | {"code_verifier": pair.code_verifier})
        return OAuthToken.model_validate(answer.json())


class Kept:
    """What the client keeps between its runs."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@asynccontextmanager
async def official_client(
    address: str, browser: Browser, kept: Kept, *, scope: str | None = None, document: str | None = None, **options
) -> AsyncIterator[Client]:
    """The client at the bare address; whatever it needs, it asks the person for."""
    heard: dict[str, str] = {}

    async def open_page(page: str) -> None:
        heard.clear()
        heard.update(browser.decide(page))

    async def answer() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=heard.get("code", ""), state=heard.get("state"), iss=heard.get("iss"))

    metadata = OAuthClientMetadata(client_name="Test client", redirect_uris=[CALLBACK], scope=scope)
    auth = OAuthClientProvider(address, metadata, kept, open_page, answer, client_metadata_url=document)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(address, http_client=http), **options) as client,
    ):
        client.test_auth = auth
        yield client
