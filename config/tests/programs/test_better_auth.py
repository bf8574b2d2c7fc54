"""People of a real Better Auth server chat here with the tokens that it gives them."""

import contextlib
import json
import shutil
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from unittest import TestCase, skipUnless

from accounts.testing import PASSWORD
from config.testing import empty_database, running_server

NODE = Path(__file__).parents[1] / "node"
INSTALLED = shutil.which("node") and (NODE / "node_modules" / "better-auth").is_dir()


@contextlib.contextmanager
def better_auth() -> Iterator[str]:
    """The address of a running server."""
    with subprocess.Popen(["node", "better_auth.mjs"], cwd=NODE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Visitor:
    """Somebody at the Better Auth server."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        email = f"{name}-{uuid.uuid4().hex}@example.com"
        self.ask("/api/auth/sign-up/email", {"name": name, "email": email, "password": PASSWORD})

    def ask(self, path: str, body=None):
        headers = {"Content-Type": "application/json", "Origin": self.address}
        octets = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", octets, headers)
        with self.opener.open(request, timeout=30) as response:
            return json.loads(response.read() or "null")

    @property
    def user_id(self) -> str:
        return self.ask("/api/auth/get-session")["user"]["id"]

    def token(self) -> str:
        return self.ask("/api/auth/token")["token"]


@skipUnless(INSTALLED, "NOT TESTED with Better Auth: it needs Node and what `make test` installs with npm")
class BetterAuthTests(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = cls.enterClassContext(better_auth())
        issuer = {
            "issuer": cls.address,
            "audience": cls.address,
            "jwks_url": f"{cls.address}/api/auth/jwks",
            "algorithms": ["EdDSA"],
        }
        database = cls.enterClassContext(empty_database())
        cls.server = cls.enterClassContext(running_server(database, JWT_TRUSTED_ISSUERS=json.dumps([issuer])))

    def chat(self, user_id: str, token: str, message: str):
        return self.server.request("POST", f"/api/{user_id}/chat", {"message": message}, token=token)

    def test_who_signs_up_there_chats_here(self):
        alice = Visitor(self.address, "alice")
        answer = self.chat(alice.user_id, alice.token(), "Create a todo: Buy groceries")
        self.assertEqual(answer.status, 200, answer.body)
        todos = self.server.request("GET", f"/api/{alice.user_id}/todos", token=alice.token()).body["items"]
        self.assertEqual([todo["title"] for todo in todos], ["Buy groceries"])
        me = self.server.request("GET", "/api/auth/me", token=alice.token()).body
        self.assertEqual(me["user_id"], alice.user_id)

    def test_two_people_from_there_have_nothing_in_common(self):
        alice, bob = Visitor(self.address, "alice"), Visitor(self.address, "bob")
        self.chat(bob.user_id, bob.token(), "Create a todo: Paint the fence")
        self.assertEqual(
            self.server.request("GET", f"/api/{alice.user_id}/todos", token=alice.token()).body["items"], []
        )
        refused = self.server.request("GET", f"/api/{bob.user_id}/todos", token=alice.token())
        self.assertEqual((refused.status, refused.body["error"]), (403, "user_mismatch"))

    def test_new_keys_there_are_known_here_at_once(self):
        alice = Visitor(self.address, "alice")
        before = alice.token()
        self.assertEqual(self.server.request("GET", "/api/auth/me", token=before).status, 200)
        alice.ask("/rotate", {})
        after = alice.token()
        self.assertEqual(self.server.request("GET", "/api/auth/me", token=after).status, 200)
        withdrawn = self.server.request("GET", "/api/auth/me", token=before)
        self.assertEqual((withdrawn.status, withdrawn.body["error"]), (401, "token_invalid"))
