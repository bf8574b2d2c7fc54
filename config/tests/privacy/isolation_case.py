"""One cell of the isolation matrix: what is to be heard in it, and how it is asked."""

import json
import logging
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client, TestCase, override_settings
from django.utils.http import urlencode

from accounts.models import User
from accounts.testing import outside_issuer
from chat.testing import upkeep_done

from .isolation import METHODS, PEOPLE, WORDS, Door, World, address, filled, names_in, routes, things_of
from .isolation_of_api import API, MCP
from .isolation_of_pages import PAGES

SAMPLES = {
    **{"app_label": "chat", "channel": "page", "act": "done", "token": "x", "content_type_id": "1"},
    **{"url": "nowhere", "slug": "nowhere"},
    **{"object_id": "x", "id": "x", "user_id": "x"},
}
# Of the admin only these are open; whatever else is added there asks for an administrator, as all cells prove.
ADMIN = {
    "admin/login/": dict.fromkeys(METHODS, Door("403", unknown="sign in", special={"namesake": "sign in"})),
    "admin/logout/": dict.fromkeys(METHODS, Door("302", unknown="own")),
    "admin/password_change/": dict.fromkeys(METHODS, Door("302", unknown="own")),
}
BY_COOKIE = {"alice", "expired", "disabled", "bob"}
UNKNOWN = {
    "nobody": "401 token_missing",
    "expired": "401 token_expired",
    "disabled": "401 token_invalid",
    "stranger": "401 token_invalid",
}


class Cell(NamedTuple):
    kind: str
    route: str
    method: str
    door: Door | None
    thing: str
    person: str

    def __str__(self) -> str:
        return f"{self.method} {self.route} of {self.thing} by {self.person}"

    @property
    def expected(self) -> str:
        """An answer to HEAD has no body, and so no code."""
        return self.heard.partition(" ")[0] if self.method == "HEAD" and self.heard != "sign in" else self.heard

    @property
    def heard(self) -> str:
        if self.kind == "admin" and self.door is None:
            return "sign in"
        if self.door is None:
            return "405 method_not_allowed" if self.kind in {"api", "mcp"} else "405"
        if self.thing == "own" and self.person in self.door.special:
            return self.door.special[self.person]
        if self.person == "alice":
            return self.door.of(self.thing)
        if self.person in UNKNOWN and self.door.unknown != "own":
            return self.door.unknown or self.to_the_unknown
        return self.to_another

    @property
    def to_the_unknown(self) -> str:
        """A page leads whoever comes by cookie to the sign-in page."""
        if self.kind == "page" and self.person in BY_COOKIE | {"nobody"}:
            return "sign in"
        return UNKNOWN[self.person]

    @property
    def to_another(self) -> str:
        """To bob and the namesake whatever is there is another's, be it alice's or carol's."""
        assert self.door
        if self.person == "namesake" and self.door.by_token:
            return self.door.by_token
        if self.kind == "api" and self.person == "bob" and "user_id" in names_in(self.route) and not self.is_open:
            return "403 user_mismatch"
        if self.is_open or not self.door.anothers:
            return self.door.other or self.door.of(self.thing)
        return self.door.missing if self.thing == "missing" else self.door.anothers

    @property
    def is_open(self) -> bool:
        return self.door is not None and self.door.unknown == "own"


@override_settings(RATE_LIMITS=False)
class IsolationCase(TestCase):
    maxDiff = None

    def setUp(self):
        issuer, stranger = (self.enterContext(outside_issuer("ES256")) for _ in range(2))
        self.enterContext(override_settings(JWT_TRUSTED_ISSUERS={issuer.name: issuer.trusted}))
        self.world = World(issuer, stranger)
        self.sessions = {name: self.session_of(getattr(self.world, name)) for name in ("alice", "bob")}
        self.sessions["disabled"] = self.sessions["alice"]
        self.sessions["expired"] = self.session_of(self.world.alice, ended=True)
        # Thousands of refusals: a line for each would be all that is seen of a failure.
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)

    def session_of(self, user: User, *, ended: bool = False) -> str:
        client = Client()
        client.force_login(user)
        if ended:
            session = SessionStore(client.session.session_key)
            session.set_expiry(-60)
            session.save()
        return client.session.session_key

    def table(self):
        yield from (("api", *each) for each in API.items())
        yield from (("mcp", *each) for each in MCP.items())
        yield from (("page", *each) for each in PAGES.items())
        yield from (("admin", route, ADMIN.get(route, {})) for route in sorted(set(routes())) if is_admin(route))

    def cells_of(self, kind: str, route: str, method: str, door: Door | None) -> list[Cell]:
        things = things_of(route, door or Door(""))
        # Alice herself comes last: until then nothing may have changed.
        people = sorted(PEOPLE, key="alice".__eq__)
        return [Cell(kind, route, method, door, thing, person) for person in people for thing in reversed(things)]

    async def problems_of(self, cells: list[Cell]) -> list[str]:
        """What is wrong with these cells of one door; what they change is taken back."""
        alice, carol, rows_of = self.world.alice, self.world.carol, sync_to_async(self.world.rows_of)
        begun = await sync_to_async(transaction.savepoint)()
        alices, carols = await rows_of(alice), await rows_of(carol)
        by_others = [problem for cell in cells if cell.person != "alice" for problem in await self.problem_of(cell)]
        ends = any(cell.door and cell.door.ends for cell in cells)
        if (await rows_of(alice), await rows_of(carol)) != (alices, carols) and not ends:
            by_others.append(f"{cells[0].route}: something was changed by others")
        by_alice = [problem for cell in cells if cell.person == "alice" for problem in await self.problem_of(cell)]
        if await rows_of(carol) != carols:
            by_alice.append(f"{cells[-1].route}: something of carol was changed")
        await sync_to_async(transaction.savepoint_rollback)(begun)
        return by_others + by_alice

    async def problem_of(self, cell: Cell) -> list[str]:
        outcome, text = await self.ask(cell)
        hidden = {WORDS["carol"]} if cell.person == "alice" else set(WORDS.values())
        leaked = [word for word in hidden if word in text and not (cell.door and cell.is_open)]
        problems = [f"{outcome!r}, not {cell.expected!r}"] if outcome != cell.expected else []
        return [f"{cell}: {problem}" for problem in [*problems, *(f"leaks {word}" for word in leaked)]]

    async def ask(self, cell: Cell) -> tuple[str, str]:
        """The outcome and the text of an answer."""
        if cell.person == "disabled":
            await User.objects.filter(pk=self.world.alice.pk).aupdate(is_active=False)
        response = await self.response_to(cell)
        if cell.person == "disabled":
            await User.objects.filter(pk=self.world.alice.pk).aupdate(is_active=True)
        content = await content_of(response)
        await upkeep_done()
        kept = "" if "no-store" in response.headers.get("Cache-Control", "") else " that caches may keep"
        return outcome_of(response, content) + kept, content.decode()

    async def response_to(self, cell: Cell):
        ids = self.world.ids[cell.thing] | {"user_id": self.world.alice.subject}
        door = cell.door or Door("")
        client, headers = self.async_client, dict(door.headers)
        client.cookies.clear()
        if cell.kind in {"page", "admin"} and cell.person in BY_COOKIE:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[cell.person]
        elif cell.person != "nobody":
            # Made for each cell: a token ends sooner than the table on a slow machine.
            headers["Authorization"] = self.world.token_of(cell.person)
        is_form = cell.kind in {"page", "admin"}
        body = filled(door.body or {}, ids)
        return await client.generic(
            cell.method.split()[0],
            address(cell.route, ids, SAMPLES),
            urlencode(body) if is_form else json.dumps(body),
            "application/x-www-form-urlencoded" if is_form else "application/json",
            headers=headers,
        )


def is_admin(route: str) -> bool:
    return route.startswith("admin/")


async def content_of(response) -> bytes:
    if not response.streaming:
        return response.content
    return b"".join([part async for part in response] if response.is_async else response)  # to HEAD it is a list


def outcome_of(response, content: bytes) -> str:
    """The status with the code of an error; where a browser is sent to sign in; where a tool or an item is refused."""
    if response.headers.get("Location", "").startswith(("/accounts/login", "/admin/login")):
        return "sign in"
    if response.headers.get("Content-Type", "").startswith("application/json") and content:
        said = json.loads(content)
        if said.get("result", {}).get("isError") if "jsonrpc" in said else False:
            return "refused"
        if any(item["outcome"] == "refused" for item in said.get("updated", [])):
            return "refused"
        return " ".join([str(response.status_code), *([said["error"]] if "error" in said else [])])
    return str(response.status_code)
