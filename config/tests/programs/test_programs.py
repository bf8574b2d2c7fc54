"""Programs of others from the bare address of a running server to the todos of a person, by the official client."""

import asyncio
import contextlib
import json
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import TestCase, skipUnless

import httpx2
import pytest
from mcp_types import ElicitResult

from accounts.tests.programs.site import program_site
from config.testing import empty_database, free_port, running_server
from config.tests.programs.mcp.test_clients import NODE, REVISIONS, SUITE

from .connecting import CALLBACK, Browser, Kept, official_client

MILK = {"tasks": [{"title": "Buy milk"}]}
TITLES = ["Apples", "Bread", "Cheese", "Dates"]


@pytest.mark.once
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
        """The client asks for all that the door knows, so that one that may only read is let in by hand first."""
        kept = Kept()
        async with official_client(self.address, browser, kept, mode="2026-07-28") as client:
            await client.list_tools()
        kept.tokens = browser.tokens(kept.client.client_id, self.address, "todos:read")
        self.assertEqual(kept.tokens.scope, "todos:read")
        browser.decisions.clear()
        async with official_client(self.address, browser, kept, mode="2026-07-28") as client:
            await client.call_tool("list_tasks", {})
            self.assertEqual(browser.decisions, [])
            added = await client.call_tool("add_task", MILK)
            self.assertEqual(browser.decisions, ["allow"])
            listed = await client.call_tool("list_tasks", {})
        self.assertFalse(added.is_error, added)
        self.assertIn("todos:write", kept.tokens.scope)
        self.assertEqual([task["title"] for task in listed.structured_content["tasks"]], ["Buy milk"])
        self.assertEqual(browser.decisions, ["allow"])


class AskedInTheProgram(ProgramCase):
    def test_a_wide_change_is_asked_by_the_form_of_the_client_row_by_row_in_both_revisions(self):
        for mode in ("legacy", "2026-07-28"):
            with self.subTest(mode):
                asyncio.run(self.delete_what_is_ticked(self.browser(f"alice-asked-{mode}"), mode))

    async def delete_what_is_ticked(self, browser, mode):
        shown = []

        async def tick_all_but_cheese(context, params):
            shown.append(params)
            rows = params.requested_schema["properties"]
            ticked = {name: row["title"] != "Cheese" for name, row in rows.items()}
            return ElicitResult(action="accept", content=ticked)

        connected = official_client(self.address, browser, Kept(), mode=mode, elicitation_callback=tick_all_but_cheese)
        async with connected as client:
            await client.call_tool("add_task", {"tasks": [{"title": title} for title in TITLES]})
            deleted = await client.call_tool("delete_task", {"tasks": TITLES})
            listed = await client.call_tool("list_tasks", {})
        self.assertEqual(len(shown), 1)
        self.assertIn("This would delete 4 todos", shown[0].message)
        self.assertFalse(deleted.is_error, deleted)
        self.assertEqual(deleted.structured_content["decision"], "approved")
        self.assertEqual(deleted.structured_content["declined"], ["Cheese"])
        self.assertEqual([task["title"] for task in listed.structured_content["tasks"]], ["Cheese"])

    def test_a_client_without_a_form_is_given_a_page_in_both_revisions(self):
        for mode in ("legacy", "2026-07-28"):
            with self.subTest(mode):
                asyncio.run(self.delete_without_a_form(self.browser(f"alice-told-{mode}"), mode))

    async def delete_without_a_form(self, browser, mode):
        async with official_client(self.address, browser, Kept(), mode=mode) as client:
            await client.call_tool("add_task", {"tasks": [{"title": title} for title in TITLES]})
            told = await client.call_tool("delete_task", {"tasks": TITLES})
            listed = await client.call_tool("list_tasks", {})
        self.assertTrue(told.is_error)
        self.assertRegex(told.content[0].text, rf"{self.origin}/approvals/[0-9a-f-]{{36}} ")
        self.assertEqual(len(listed.structured_content["tasks"]), 4)


@skipUnless(NODE and SUITE.exists(), "NOT TESTED with the conformance suite: it needs npm, and `make test` installs it")
class AuthorizationServerOfTheSuite(ProgramCase):
    """Its scenarios for an authorization server; those that it calls “auth/…” play the server and try a client."""

    def test_its_scenarios_for_an_authorization_server_pass_in_both_revisions(self):
        browser = self.browser("alice-suite")
        for revision in REVISIONS:
            with self.subTest(revision), TemporaryDirectory() as results:
                self.assertEqual(self.run_suite(browser, revision, results), 0, self.said)
                verdicts = {
                    check["id"]: check["status"]
                    for file in Path(results).rglob("checks.json")
                    for check in json.loads(file.read_text())
                }
                self.assertEqual(set(verdicts.values()), {"SUCCESS"}, verdicts)
                self.assertGreaterEqual(verdicts.keys(), {"authorization-server-metadata", "authorization-code-grant"})

    def run_suite(self, browser, revision, results) -> int:
        """It prints where the person has to go, and waits for them; its exit status."""
        port = free_port()
        redirects = {"client_name": "Suite", "redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
        client_id = self.server.request("POST", "/o/register", redirects).body["client_id"]
        options = ["--url", f"{self.origin}/o", "--client-id", client_id, "--resource", self.address]
        options += ["--port", str(port), "--spec-version", revision, "--output-dir", results]
        command = [NODE, SUITE, "authorization", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as suite:
            stop = threading.Timer(60, suite.kill)
            stop.start()
            self.said = ""
            for line in suite.stdout:
                self.said += line
                if line.startswith(f"{self.origin}/o/authorize?"):
                    browser.http.get(browser.sent_to(line.strip()))
            stop.cancel()
        return suite.returncode


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
