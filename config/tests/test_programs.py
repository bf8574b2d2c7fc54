"""Programs of others from the bare address of a running server to the todos of a person, by the official client."""

import asyncio
import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from unittest import TestCase

import httpx2

from accounts.tests.program_site import program_site
from config.testing import empty_database, running_server

from .connecting import CALLBACK, Browser, Kept, official_client

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

    def test_its_tokens_are_refreshed_and_a_revoked_program_asks_anew_in_the_middle_of_a_session(self):
        asyncio.run(self.refresh_and_revoke(self.browser("alice-revokes")))

    async def refresh_and_revoke(self, browser):
        kept = Kept()
        async with official_client(self.address, browser, kept, mode="2026-07-28") as client:
            await client.list_tools()
            first = kept.tokens
            client.test_auth.context.token_expiry_time = 1  # as after a quarter of an hour
            browser.decisions.clear()
            await client.call_tool("add_task", MILK)
            self.assertNotEqual(kept.tokens.access_token, first.access_token)
            self.assertEqual(browser.decisions, [])
            page = browser.http.get("/accounts/settings").text
            [action] = re.findall(r'action="(/accounts/settings/programs/[0-9]+/disconnect)"', page)
            browser.http.post(action, data=browser.form(page))
            listed = await client.call_tool("list_tasks", {})
            self.assertEqual(browser.decisions, ["allow"])
            self.assertEqual(len(listed.structured_content["tasks"]), 1)

    def test_a_program_that_may_read_asks_for_more_when_it_would_write(self):
        asyncio.run(self.step_up(self.browser("alice-steps-up")))

    async def step_up(self, browser):
        kept = Kept()
        async with official_client(self.address, browser, kept, scope="todos:read", mode="2026-07-28") as client:
            await client.call_tool("list_tasks", {})
            kept_scope = kept.tokens.scope
            client.test_auth.context.client_metadata.scope = "todos:read"
            added = await client.call_tool("add_task", MILK)
            self.assertFalse(added.is_error, added)
        self.assertIn("todos:write", kept.tokens.scope)
        self.assertIn(kept_scope, {"todos:read", "todos:read todos:write"})
        self.assertEqual(set(browser.decisions), {"allow"})


class ByItsDocument(ProgramCase):
    @classmethod
    def setUpClass(cls):
        cls.site = cls.enterClassContext(program_site(CALLBACK))
        super().setUpClass()

    def test_from_the_bare_address_to_a_todo_without_registering(self):
        browser = self.browser("alice-document")
        asyncio.run(self.add(browser))
        self.assertIn("Documented", browser.page)

    async def add(self, browser):
        kept = Kept()
        async with official_client(
            self.address, browser, kept, document=self.site.address, mode="2026-07-28"
        ) as client:
            self.assertFalse((await client.call_tool("add_task", MILK)).is_error)
        self.assertEqual(kept.client.client_id, self.site.address)


class TwoProcesses(TestCase):
    def test_a_refresh_token_that_both_get_at_once_gives_one_answer_and_ends_its_family(self):
        with contextlib.ExitStack() as contexts:
            database = contexts.enter_context(empty_database())
            servers = [contexts.enter_context(running_server(database, RATE_LIMITS="off")) for _ in range(2)]
            origins = [f"http://127.0.0.1:{server.port}" for server in servers]
            browser = Browser(origins[0], "alice")
            self.addCleanup(browser.http.close)
            browser.register()
            for _ in range(4):
                kept = Kept()
                asyncio.run(self.connect(f"{origins[0]}/mcp", browser, kept))
                form = {
                    "grant_type": "refresh_token",
                    "refresh_token": kept.tokens.refresh_token,
                    "client_id": kept.client.client_id,
                }
                with ThreadPoolExecutor(8) as both:
                    asked = [both.submit(httpx2.post, f"{origin}/o/token", data=form) for origin in origins * 4]
                    answers = [answer.result() for answer in asked]
                given = [answer.json() for answer in answers if answer.status_code == 200]
                self.assertLessEqual(len(given), 1, "the same refresh token was taken twice")
                refused = [answer.json()["error"] for answer in answers if answer.status_code != 200]
                self.assertEqual(set(refused), {"invalid_grant"})
                for tokens in given:
                    self.assertTrue(tokens["access_token"].startswith("todo_app_"))
                    again = httpx2.post(f"{origins[1]}/o/token", data=form | {"refresh_token": tokens["refresh_token"]})
                    self.assertEqual(again.json()["error"], "invalid_grant")

    async def connect(self, address, browser, kept):
        async with official_client(address, browser, kept, mode="2026-07-28") as client:
            await client.list_tools()
