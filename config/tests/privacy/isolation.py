"""Who asks for what at which address: what the isolation matrix is made of, and how one cell of it is asked."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.urls import URLPattern, get_resolver
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.testing import OutsideIssuer, UserFactory, bearer, forge_token
from chat.privacy.belongings import ACCOUNT, PARTS
from chat.testing import belongings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WORDS = {"alice": "purplezebra", "carol": "orangeheron"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>.*?\)(?=/|\$)")
# Who asks. Alice has things, and so has carol, who never asks; bob and the namesake have nothing.
PEOPLE = ("alice", "nobody", "expired", "disabled", "bob", "stranger", "namesake")
THINGS = ("own", "another's", "missing", "mixed")


def routes() -> Iterator[str]:
    """Every pattern of the program, Ninja's included, as the resolver has it."""

    def walk(patterns: list, prefix: str) -> Iterator[str]:
        for part in patterns:
            text = prefix + str(part.pattern)
            if isinstance(part, URLPattern):
                yield text
            else:
                yield from walk(part.url_patterns, text)

    yield from walk(get_resolver().url_patterns, "")


@dataclass(frozen=True)
class Door:
    """One method at one address: what alice hears of her own, of carol's, of what is not there, and of a mixed pair.

    An outcome is a status, with the code of an error of the API, or “sign in”. `other` is what another person hears
    where nothing of alice is named, or nothing but alice; `unknown` what nobody in particular does; `special` is what
    single people hear of alice's own, and `by_token` what the namesake hears, who has no login. Ids in braces in
    `body` are filled in. Signing out `ends` a sign-in of alice, for whoever has its cookie.
    """

    own: str
    anothers: str = ""
    missing: str = ""
    mixed: str = ""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    other: str = ""
    unknown: str = ""
    special: dict[str, str] = field(default_factory=dict)
    by_token: str = ""
    ends: bool = False

    def of(self, thing: str) -> str:
        outcomes = {"another's": self.anothers, "missing": self.missing, "mixed": self.mixed}
        return outcomes.get(thing) or self.own


Doors = dict[str, dict[str, Door]]


@dataclass
class World:
    """Alice and carol with belongings, bob with none, and an outside issuer who has somebody called as alice is."""

    issuer: OutsideIssuer
    stranger: OutsideIssuer
    alice: User = field(init=False)
    carol: User = field(init=False)
    bob: User = field(init=False)
    ids: dict[str, dict[str, str]] = field(init=False)
    statements: dict[Any, list[tuple[str, tuple]]] = field(init=False)

    def __post_init__(self) -> None:
        self.alice, self.bob, self.carol = (UserFactory(username=name) for name in ("alice", "bob", "carol"))
        own, anothers = (belongings(user, WORDS[user.username]) for user in (self.alice, self.carol))
        missing = {name: str(uuid7()) for name in own}
        self.statements = {
            user.pk: [part.rows(user).values().query.sql_with_params() for part in (ACCOUNT, *PARTS)]
            for user in (self.alice, self.carol)
        }
        # One's own conversation, and in it what is in another's.
        self.ids = {"own": own, "another's": anothers, "missing": missing}
        self.ids["mixed"] = anothers | {"conversation_id": own["conversation_id"]}

    def token_of(self, person: str) -> str:
        subject = self.alice.subject
        tokens = {
            "expired": lambda: f"Bearer {forge_token({'sub': subject, 'exp': int(time.time()) - 60})}",
            "bob": lambda: bearer(self.bob),
            "stranger": lambda: f"Bearer {self.stranger.token({'sub': subject})}",
            "namesake": lambda: f"Bearer {self.issuer.token({'sub': subject})}",
        }
        return "" if person == "nobody" else tokens.get(person, lambda: bearer(self.alice))()

    def rows_of(self, user: User) -> list[Any]:
        """All that the user owns: whether anything of it was changed. Its statements are compiled once."""
        found = []
        with connection.cursor() as cursor:
            for statement, values in self.statements[user.pk]:
                cursor.execute(statement, values)
                found.append(cursor.fetchall())
        return found


def filled(template: Any, ids: dict[str, str]) -> Any:
    """A body with the ids in the place of their names."""
    text = json.dumps(template)
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text)


def address(route: str, ids: dict[str, str], samples: dict[str, str]) -> str:
    def value(match: re.Match) -> str:
        name = match[1] or match[2]
        return ids.get(name) or samples[name]

    return "/" + PARAMETER.sub(value, route.replace("^", "")).rstrip("$")


def names_in(route: str) -> set[str]:
    return {first or second for first, second in PARAMETER.findall(route)}


def things_of(route: str, door: Door) -> tuple[str, ...]:
    """Whose things can be named there."""
    named = names_in(route) - {"user_id"} | set(re.findall(r"{(\w+)}", json.dumps(door.body)))
    if not named & NAMED_THINGS:
        return ("own",)
    return THINGS if {"conversation_id", "message_id"} <= named else THINGS[:3]


NAMED_THINGS = {
    *("conversation_id", "message_id", "tool_call_id", "todo_id", "change_id"),
    *(
        "approval_id",
        "sign_in_id",
        "token_id",
        "passkey_id",
        "subscription_id",
        "webhook_id",
        "secret",
        "reminder_id",
        "delivery_id",
        "button",
        "identity_id",
        "object_id",
        "id",
    ),
}
