"""Programs of others from the bare address of a running server to the todos of a person, by the official client."""

import asyncio
import contextlib
from unittest import TestCase

from config.testing import empty_database, running_server

from .connecting import Browser, Kept, official_client

MILK = {"tasks": [{"title": "Buy milk"}]}


class ProgramCase(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contexts = cls.enterClassContext(contextlib.ExitStack())
        database = contexts.enter_context(empty_database())
        cls.server = contexts.enter_context(running_server(database, **cls.variables()))
        cls.origin = f"http://127.0.0.1:{cls.server.port}"
        cls.address = f"{cls.origin}/mcp"

    def browser(self, username: str, decision: str = "allow") -> Browser:
        browser = Browser(self.origin, username, decision)
        self.addCleanup(browser.http.close)
        return browser.register()

    @classmethod
    def variables(cls) -> dict[str, str]:
        return {}


class OfficialClient(ProgramCase):
    def test_from_the_bare_address_to_a_todo_by_registering_itself(self):
        for mode in ("legacy", "2026-07-28"):
            with self.subTest(mode):
                asyncio.run(self.add_and_list(self.browser(f"alice-{mode}"), mode))

    async def add_and_list(self, browser, mode):
        kept = Kept()
        async with official_client(self.address, browser, kept, mode=mode) as client:
            added = await client.call_tool("add_task", MILK)
            self.assertFalse(added.is_error, added)
            listed = await client.call_tool("list_tasks", {})
        self.assertEqual([task["title"] for task in listed.structured_content["tasks"]], ["Buy milk"])
        self.assertIn("Test client", browser.page)
        self.assertEqual(kept.tokens.scope, "todos:read todos:write")
        self.assertEqual(kept.tokens.expires_in, 15 * 60)
