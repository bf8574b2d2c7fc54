"""No `for_user` and no `owned` can be taken away unnoticed: one by one, each is."""

import ast
import inspect
import re
import sys
from collections import defaultdict
from pathlib import Path
from unittest import mock

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.test import TestCase

from chat.models import ApprovalQuerySet, Conversation, ConversationQuerySet
from chat.models.briefings import BriefingQuerySet
from database.prepared import PreparedQuery
from notices.models import DeliveryQuerySet, NoticeSettingsQuerySet, PushSubscriptionQuerySet
from notices.models.webhooks import WebhookQuerySet
from todos.models import TodoChangeQuerySet, TodoQuerySet
from todos.models.reminders import ReminderQuerySet
from web.models import KeptAnswerQuerySet

from .isolation_case import Cell, IsolationCase
from .probes import PROBES, Lies, Probe

APPS = ("web", "accounts", "todos", "notices", "chat", "config")
QUERYSETS = (
    *(TodoQuerySet, TodoChangeQuerySet, ReminderQuerySet),
    *(DeliveryQuerySet, NoticeSettingsQuerySet, PushSubscriptionQuerySet),
    *(ConversationQuerySet, ApprovalQuerySet, KeptAnswerQuerySet),
    *(BriefingQuerySet, WebhookQuerySet),
)
Site = tuple[str, int]
# Keys and moments that are new in each run.
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][0-9:.+]+|0x[0-9a-f]+")


def sites() -> set[Site]:
    """Every call of an owner filter in the program: (file, line)."""
    found = set()
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if {"tests", "models"} & set(path.parts) or path.name == "testing.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"for_user", "owned"}:
                    found.add((str(path.relative_to(settings.BASE_DIR)), node.lineno))
    return found


class OwnerFilters:
    """Which of them were called, and which one is taken away."""

    def __init__(self) -> None:
        self.called: set[Site] = set()
        self.removed: Site | None = None

    def are_off(self) -> bool:
        site = calling_site()
        self.called.add(site)
        return site == self.removed

    def for_user(self, original):
        return lambda rows, user: rows.all() if self.are_off() else original(rows, user)

    def owned(self, original):
        def owned(rows, user, conversation_id, *, deleted_too=False):
            if self.are_off():
                stored = Conversation.objects.filter(pk=conversation_id).select_related("owner").first()
                user = stored.owner if stored else user
            return original(rows, user, conversation_id, deleted_too=deleted_too)

        return owned

    def watch(self, case: TestCase) -> None:
        for queryset in QUERYSETS:
            case.enterContext(mock.patch.object(queryset, "for_user", self.for_user(queryset.for_user)))
        case.enterContext(mock.patch.object(ConversationQuerySet, "owned", self.owned(ConversationQuerySet.owned)))
        # Written again each time it is asked, with the filters of that moment.
        written = property(lambda query: query.write().query.sql_with_params())
        case.enterContext(mock.patch.object(PreparedQuery, "statement", written))


def calling_site() -> Site:
    """The line of the program that called the filter, through Django's managers."""
    frame = sys._getframe(3)
    while not (path := Path(frame.f_code.co_filename)).is_relative_to(settings.BASE_DIR) or ".venv" in path.parts:
        frame = frame.f_back
    return str(path.relative_to(settings.BASE_DIR)), frame.f_lineno


@pytest.mark.once
class OwnerFilterTests(IsolationCase):
    maxDiff = None

    async def test_whichever_is_taken_away_somebody_notices(self):
        filters = OwnerFilters()
        filters.watch(self)
        doors = await self.doors_by_site(filters)
        lies = await sync_to_async(Lies)(self.world.carol, self.world.ids["another's"])
        asked = await self.probes_by_site(filters, lies)
        unnoticed = []
        for site in sorted(sites()):
            filters.removed = site
            if not (await self.is_noticed_by_probe(asked[site], lies) or await self.is_noticed_at_door(doors[site])):
                unnoticed.append(
                    f"{site[0]}:{site[1]} ({len(doors[site])} doors and {len(asked[site])} probes lead there)"
                )
        print(f"\nowner filters: {len(sites())} taken away one by one, {len(unnoticed)} unnoticed")  # noqa: T201
        self.assertEqual(unnoticed, [])

    async def doors_by_site(self, filters: OwnerFilters) -> dict[Site, list[list[Cell]]]:
        """By what requests each filter is reached; with all of them in place nothing is wrong."""
        doors_of = defaultdict(list)
        for kind, route, doors in self.table():
            for method, door in doors.items():
                if kind == "admin" or door.unknown == "own":
                    continue
                asked = [
                    cell
                    for cell in self.cells_of(kind, route, method, door)
                    if cell.person in {"bob", "alice", "namesake"}
                ]
                filters.called.clear()
                self.assertEqual(await self.problems_of(asked), [])
                for site in filters.called:
                    doors_of[site].append(asked)
        return doors_of

    async def is_noticed_at_door(self, doors: list[list[Cell]]) -> bool:
        for asked in doors:
            if await self.problems_of(asked):
                return True
        return False

    async def probes_by_site(self, filters: OwnerFilters, lies: Lies) -> dict[Site, list[tuple[Probe, str]]]:
        """By what probes each filter is reached, with what comes out of them."""
        probes_of = defaultdict(list)
        for asked in PROBES:
            filters.called.clear()
            outcome = await self.taken_back(asked, lies)
            for site in filters.called:
                probes_of[site].append((asked, outcome))
        return probes_of

    async def is_noticed_by_probe(self, probes: list[tuple[Probe, str]], lies: Lies) -> bool:
        for asked, outcome in probes:
            if await self.taken_back(asked, lies) != outcome:
                return True
        return False

    async def taken_back(self, asked: Probe, lies: Lies) -> str:
        """What comes out of a probe, without what differs from run to run; what it changes is taken back."""
        begun = await sync_to_async(transaction.savepoint)()
        found = asked(lies) if inspect.iscoroutinefunction(asked) else sync_to_async(asked)(lies)
        try:
            outcome = repr(await found)
        except Exception as error:  # noqa: BLE001 whatever happens is the outcome
            outcome = f"{type(error).__name__}: {error}"
        await sync_to_async(transaction.savepoint_rollback)(begun)
        return CHANGING.sub("", outcome)
