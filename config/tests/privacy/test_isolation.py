"""Nobody reaches what is another's: every address × every method × whose things are named × who asks.

A route that is added without saying what is to be heard there fails here.
"""

import pytest
from django.conf import settings

from config.asgi import LIVE_PATH, PROBES

from .isolation import METHODS, routes
from .isolation_case import IsolationCase, is_admin
from .isolation_of_api import API, MCP
from .isolation_of_pages import PAGES


@pytest.mark.once
class IsolationTests(IsolationCase):
    maxDiff = None

    def test_every_address_says_what_is_to_be_heard_there(self):
        found = {route for route in routes() if not is_admin(route)}
        self.assertEqual(found - {*API, *MCP, *PAGES}, set(), "addresses without an expectation")
        self.assertEqual({*API, *MCP, *PAGES} - found, set(), "expectations without an address")

    def test_what_is_answered_before_django_is_known_too(self):
        """Probes and figures name nobody; who may open the socket is in the attacks on tokens."""
        self.assertEqual(
            {*PROBES, LIVE_PATH, settings.STATIC_URL}, {"/healthz", "/readyz", "/metrics", "/live", "/static/"}
        )

    async def test_nobody_reaches_what_is_anothers(self):
        wrong, cells = [], 0
        for kind, route, doors in self.table():
            shut = set(METHODS) - {label.split()[0] for label in doors}
            groups = [{method: door} for method, door in doors.items()] + [dict.fromkeys(sorted(shut))]
            for group in groups:
                asked = [cell for method, door in group.items() for cell in self.cells_of(kind, route, method, door)]
                wrong += await self.problems_of(asked)
                cells += len(asked)
        print(f"\nisolation: {cells:,} cells, {len(wrong)} wrong")  # noqa: T201
        self.assertEqual(wrong, [])
        self.assertGreater(cells, 5_000)
