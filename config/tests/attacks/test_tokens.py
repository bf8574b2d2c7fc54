"""Every kind of attack on access tokens at every door of a running server: 401 with its code, in one shape."""

import http.client
import json
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from unittest import TestCase

import pytest
from django.conf import settings

from accounts.testing import outside_issuer
from config.testing import empty_database, environment, running_server
from web.errors import CHALLENGE

from . import on_claims, on_form, on_keys  # noqa: F401 each adds its kinds
from .tokens import KINDS, Attempt, World, sent

SECRET = "a secret of forty characters for the tests"
# A cookie and a header that match: what a page of ours sends against forged requests.
OWN_PAGE = [("Cookie", f"csrftoken={'a' * 32}"), ("X-CSRFToken", "a" * 32), ("HX-Request", "true")]
JSON = [("Content-Type", "application/json")]
CHAT = json.dumps({"message": "what is overdue?"})
SOCKET = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]
# Tokens that were good once, of people with whom something has happened since.
PEOPLE = """
import json
from accounts.models import User
from accounts.entry.sign_ins import begin_sign_in, end_sign_in, issue_refresh_token, sign_out_everywhere
from accounts.tokens.access import issue_access_token

def person(name):
    return User.objects.create_user(name)

alice, bob = person("alice"), person("bob")
found = {"alice": alice.subject, "bob": bob.subject}
found["refresh_token"] = issue_refresh_token(begin_sign_in(alice))
found["sign-in of bob"] = str(begin_sign_in(bob).pk)
people = {name: person(name.replace(" ", "-")) for name in
          ("deleted", "disabled", "signed out everywhere", "with a new password", "signed out here")}
sign_ins = {name: begin_sign_in(user) for name, user in people.items()}
found |= {name: issue_access_token(user, sign_ins[name].pk) for name, user in people.items()}
people["deleted"].delete()
User.objects.filter(username="disabled").update(is_active=False)
User.objects.create(username="outside", issuer=ISSUER, subject="disabled", is_active=False)
sign_out_everywhere(people["signed out everywhere"])
people["with a new password"].set_password("nine red kettles")
people["with a new password"].save()
end_sign_in(sign_ins["signed out here"])
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Door:
    """`opens` is the status that a good token gets; {user} stands for its user."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    opens: int = 200
    challenges: frozenset[str] = frozenset({CHALLENGE})


# A client of /mcp is also told where to read whose tokens count.
METADATA = 'resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp"'
DOORS = {
    "API": Door("GET", "/api/auth/me"),
    "API of a user": Door("GET", "/api/{user}/todos"),
    "chat": Door("POST", "/api/{user}/chat", (*JSON,), CHAT),
    "chat as a stream": Door("POST", "/api/{user}/chat", (*JSON, ("Accept", "text/event-stream")), CHAT),
    "page": Door("GET", "/todos", (("HX-Request", "true"),)),
    "chat of a page": Door(
        "POST", "/c/send", (*OWN_PAGE, ("Content-Type", "application/x-www-form-urlencoded")), "message=hello"
    ),
    "stream of a page": Door("GET", f"/c/{uuid.UUID(int=7)}/follow", (("HX-Request", "true"),), opens=404),
    "socket": Door("GET", "/live", (*SOCKET,), opens=101),
    "tools": Door(
        "POST",
        "/mcp",
        (*JSON, ("Accept", "application/json, text/event-stream")),
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}),
        challenges=frozenset({f"Bearer {METADATA}", f"{CHALLENGE}, {METADATA}"}),
    ),
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.mark.once
class TokenAttackTests(TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        issuer = cls.enterClassContext(outside_issuer("ES256"))
        stranger = cls.enterClassContext(outside_issuer("ES256"))
        variables = {
            "JWT_SECRET": SECRET,
            "RATE_LIMITS": "off",
            "JWT_TRUSTED_ISSUERS": json.dumps([issuer.trusted.model_dump()]),
        }
        database = cls.enterClassContext(empty_database())
        people = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", f"ISSUER = {issuer.name!r}\n{PEOPLE}"],
            cwd=settings.BASE_DIR,
            env=environment(database, **variables),
            check=True,
            capture_output=True,
        )
        cls.world = World(SECRET, issuer, stranger, json.loads(people.stdout))
        cls.world.people["disabled outside"] = issuer.token({"sub": "disabled"})
        cls.server = cls.enterClassContext(running_server(database, "uvicorn", **variables))

    def ask(self, door: Door, attempt: Attempt, user: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        path = door.path.format(user=user or self.world.people["alice"])
        connection.putrequest(door.method, f"{path}?{attempt.query}" if attempt.query else path, skip_host=True)
        connection.putheader("Host", "localhost")
        for name, value in (*door.headers, *attempt.headers):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(door.body)))
        connection.endheaders(door.body.encode())
        try:
            response = connection.getresponse()
            body = b"" if response.status == 101 else response.read()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            connection.close()

    def test_a_good_token_opens_every_door(self):
        for token, user in [(self.world.own(), self.world.people["alice"]), (self.world.issuer.token(), "outsider")]:
            for name, door in DOORS.items():
                with self.subTest(name, user=user):
                    self.assertEqual(self.ask(door, sent(f"bearer {token}"), user).status, door.opens)

    def test_no_attack_opens_any_door(self):
        attempts = [
            (name, attempt if isinstance(attempt, Attempt) else sent(f"Bearer {attempt}"))
            for name, variants in KINDS.items()
            for attempt in variants(self.world)
        ]
        cells = [(name, door, attempt) for name, attempt in attempts for door in DOORS]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda cell: self.ask(DOORS[cell[1]], cell[2]), cells))
        wrong = [
            f"{name} at {door}: {problem}"
            for (name, door, attempt), answer in zip(cells, answers, strict=True)
            if (problem := self.problem_of(answer, DOORS[door], attempt.code))
        ]
        print(f"\n{len(KINDS)} kinds of attack in {len(attempts)} variants at {len(DOORS)} doors: {len(cells)} cells")  # noqa: T201
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(len(KINDS), 30)
        self.assertEqual(self.world.stranger.asked, 0, "an address in a token was asked")
        self.assertNotIn("Traceback", self.server.log.read_text())

    def problem_of(self, answer: Answer, door: Door, code: str) -> str:
        """What is wrong with a refusal, empty where it is as it should be."""
        if answer.status != 401:
            return f"status {answer.status}"
        body = json.loads(answer.body)
        if list(body) != ["error", "message", "details", "request_id"] or body["error"] != code:
            return f"body {answer.body!r}"
        if answer.headers["content-type"] != "application/json":
            return f"headers {answer.headers}"
        if answer.headers["www-authenticate"] not in door.challenges:
            return f"headers {answer.headers}"
        return "" if body["details"] == {} and body["request_id"] else f"body {answer.body!r}"

    def test_the_subject_of_a_local_person_at_an_outside_issuer_is_somebody_else(self):
        alice = self.world.people["alice"]
        local, outside = self.world.own(), self.world.issuer.token({"sub": alice})
        self.server.request("POST", f"/api/{alice}/todos", {"title": "Alice's own"}, token=local)
        self.assertEqual(self.server.request("GET", f"/api/{alice}/todos", token=outside).body["items"], [])
        self.assertEqual(len(self.server.request("GET", f"/api/{alice}/todos", token=local).body["items"]), 1)

    def test_two_first_requests_at_once_make_one_person(self):
        token = self.world.issuer.token({"sub": "newcomer"})
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.server.request("GET", "/api/auth/me", token=token), range(8)))
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.body["username"] for answer in answers}), 1)
