"""No `for_user` and no `owned` can be taken away unnoticed: one by one, each is."""

import ast
import sys
from collections import defaultdict
from pathlib import Path
from unittest import mock, skipIf

from django.conf import settings
from django.db import connection
from django.test import TestCase

from chat.models import ApprovalQuerySet, Conversation, ConversationQuerySet
from todos.models import TodoChangeQuerySet, TodoQuerySet

from .isolation_case import Cell, IsolationCase

APPS = ("accounts", "todos", "chat", "config")
QUERYSETS = (TodoQuerySet, TodoChangeQuerySet, ConversationQuerySet, ApprovalQuerySet)
Site = tuple[str, int]


def sites() -> set[Site]:
    """Every call of an owner filter in the program: (file, line)."""
    found = set()
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "tests" in path.parts or path.name in {"testing.py", "models.py"}:
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


def calling_site() -> Site:
    """The line of the program that called the filter, through Django's managers."""
    frame = sys._getframe(2)
    while not (path := Path(frame.f_code.co_filename)).is_relative_to(settings.BASE_DIR) or ".venv" in path.parts:
        frame = frame.f_back
    return str(path.relative_to(settings.BASE_DIR)), frame.f_lineno


@skipIf(connection.vendor == "postgresql", "the filters are the same in front of any database")
class OwnerFilterTests(IsolationCase):
    maxDiff = None

    async def test_whichever_is_taken_away_somebody_notices(self):
        filters = OwnerFilters()
        filters.watch(self)
        probes = await self.probes_by_site(filters)
        unnoticed = []
        for site in sorted(sites()):
            filters.removed = site
            if not await self.is_noticed(probes[site]):
                unnoticed.append(f"{site[0]}:{site[1]} ({len(probes[site])} doors lead there)")
        print(f"\nowner filters: {len(sites())} taken away one by one, {len(unnoticed)} unnoticed")  # noqa: T201
        self.assertEqual(unnoticed, [])

    async def probes_by_site(self, filters: OwnerFilters) -> dict[Site, list[list[Cell]]]:
        """By what requests each filter is reached; with all of them in place nothing is wrong."""
        probes = defaultdict(list)
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
                    probes[site].append(asked)
        return probes

    async def is_noticed(self, probes: list[list[Cell]]) -> bool:
        for asked in probes:
            if await self.problems_of(asked):
                return True
        return False
