"""A program that asks to be let in, step by step, so that each step can be spoilt."""

import base64
import hashlib
import json
import re
import secrets
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.cache import cache
from django.test import TestCase

from accounts.testing import alice, bob

ORIGIN = "http://testserver"
CALLBACK = "https://program.example/callback"
FORM = "application/x-www-form-urlencoded"
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class ProgramCase(TestCase):
    def setUp(self):
        cache.clear()
        self.alice, self.bob = alice(), bob()
        self.verifier = secrets.token_urlsafe(48)
        self.async_client.force_login(self.alice)

    async def post(self, path, form, **headers):
        body = form if isinstance(form, str) else urlencode(form, doseq=True)
        return await self.async_client.post(path, body, content_type=FORM, headers=headers)

    async def register(self, **metadata):
        said = {"client_name": "Program", "redirect_uris": [CALLBACK]} | metadata
        return await self.async_client.post("/o/register", json.dumps(said), content_type="application/json")

    async def registered(self, **metadata) -> str:
        response = await self.register(**metadata)
        self.assertEqual(response.status_code, 201, response.content)
        return response.json()["client_id"]

    def question(self, program, /, **spoilt) -> str:
        """The address that the program sends a browser to; None leaves a parameter out, a list sends it twice."""
        asked = {
            "response_type": "code",
            "client_id": program,
            "redirect_uri": CALLBACK,
            "state": "kept",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "resource": f"{ORIGIN}/mcp",
        } | spoilt
        return "/o/authorize?" + urlencode(
            {key: value for key, value in asked.items() if value is not None}, doseq=True
        )

    async def page(self, address):
        response = await self.async_client.get(address)
        self.assertEqual(response.status_code, 200, response.content)
        return response

    def ticket_in(self, page) -> str:
        return unescape(re.search(r'name="ticket" value="([^"]+)"', page.content.decode())[1])

    async def decide(self, address, decision="allow"):
        ticket = self.ticket_in(await self.page(address))
        return await self.post(address, {"ticket": ticket, "decision": decision})

    def heard(self, response) -> dict[str, str]:
        """What the program hears by the browser."""
        self.assertEqual(response.status_code, 303, response.content)
        self.assertTrue(response["Location"].startswith(CALLBACK), response["Location"])
        return dict(parse_qsl(urlsplit(response["Location"]).query))

    async def refused(self, address) -> str:
        """The error that a question is answered with at once, which also says who answers."""
        heard = self.heard(await self.async_client.get(address))
        self.assertEqual((heard["state"], heard["iss"], "code" in heard), ("kept", f"{ORIGIN}/o", False))
        return heard["error"]

    async def code(self, client_id, **asked) -> str:
        return self.heard(await self.decide(self.question(client_id, **asked)))["code"]

    async def trade(self, program, code, /, **spoilt):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": program,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        } | spoilt
        return await self.post("/o/token", {key: value for key, value in form.items() if value is not None})

    async def refresh(self, client_id, token, **more):
        form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token} | more
        return await self.post("/o/token", form)

    async def connected(self, client_id=None, **asked) -> dict:
        """Tokens of a program that alice let in."""
        client_id = client_id or await self.registered()
        response = await self.trade(client_id, await self.code(client_id, **asked))
        self.assertEqual(response.status_code, 200, response.content)
        return response.json() | {"client_id": client_id}

    async def at_mcp(self, token, message=LISTING):
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        headers["MCP-Protocol-Version"] = "2025-11-25"
        return await self.async_client.post(
            "/mcp", json.dumps(message), content_type="application/json", headers=headers
        )

    async def at_api(self, token, path="todos", method="GET", body=None):
        headers = {"Authorization": f"Bearer {token}"}
        return await self.async_client.generic(
            method,
            f"/api/{self.alice.subject}/{path}",
            json.dumps(body) if body is not None else "",
            "application/json",
            headers=headers,
        )
