"""The card in a host: the official client and bridge of MCP Apps, in a sandboxed frame without any network."""

import json
import mimetypes
from pathlib import Path
from unittest import skipUnless
from urllib.parse import urlsplit

from playwright.sync_api import FrameLocator, Route, expect

from accounts.testing import PASSWORD
from config.tests.browser import AXE_TAGS, BrowserCase

NODE = Path(__file__).parents[1] / "node"
MODULES = NODE / "node_modules"
BRIDGE = MODULES / "@modelcontextprotocol/ext-apps/dist/src/app-bridge.js"
WHERE = {
    "@modelcontextprotocol/client": "@modelcontextprotocol/client/dist/index.mjs",
    "@modelcontextprotocol/client/_shims": "@modelcontextprotocol/client/dist/shimsBrowser.mjs",
    "@modelcontextprotocol/core": "@modelcontextprotocol/core/dist/index.mjs",
    "@modelcontextprotocol/core/internal": "@modelcontextprotocol/core/dist/internal.mjs",
    "@modelcontextprotocol/ext-apps/app-bridge": "@modelcontextprotocol/ext-apps/dist/src/app-bridge.js",
    "eventsource": "eventsource/dist/index.js",
    "eventsource-parser": "eventsource-parser/dist/index.js",
    "eventsource-parser/stream": "eventsource-parser/dist/stream.js",
    "pkce-challenge": "pkce-challenge/dist/index.browser.js",
    "zod/v4": "zod/v4/index.js",
}
IMPORTS = {"imports": {name: f"/host/node_modules/{path}" for name, path in WHERE.items()}}
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<script type="importmap">{json.dumps(IMPORTS)}</script>
<script type="module" src="/host/host.mjs"></script><main><h1>Host</h1></main>"""
ALL = {"serverTools": {}, "openLinks": {}, "updateModelContext": {}}
TITLES = ["Apples", "Bread", "Cheese", "Dates", "Buy <b>milk</b>"]


def fulfil(route: Route) -> None:
    """The host's own files, at our origin: /mcp refuses pages of others."""
    path = urlsplit(route.request.url).path.removeprefix("/host/")
    if path:
        kind = "text/javascript" if path.endswith(".mjs") else mimetypes.guess_type(path)[0]
        route.fulfill(path=NODE / path, content_type=kind)
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@skipUnless(BRIDGE.exists(), "NOT TESTED with the bridge of MCP Apps: it needs npm, and `make test` installs it")
class Card(BrowserCase):
    def open_host(self) -> None:
        # The client asks for a stream from the server, which has none to offer.
        self.ignored = ("Failed to load resource: the server responded with a status of 405",)
        person = {"username": f"alice-{self.id().rsplit('.')[-1]}"[:100], "password": PASSWORD}
        answer = self.server.request("POST", "/api/auth/register", person)
        self.user_id, self.token = answer.body["user_id"], answer.body["access_token"]
        for title in [*TITLES, "Stays"]:
            self.add_todo(title)
        self.page.route("**/host/**", fulfil)
        self.page.goto("/host/")
        self.wait_until("window.host !== undefined")
        self.page.evaluate("(token) => host.connect(token)", self.token)

    def call(self, name: str, arguments: dict, capabilities: dict = ALL, **context: str) -> FrameLocator:
        options = {"capabilities": capabilities, **context}
        self.page.evaluate("([name, args, options]) => host.call(name, args, options)", [name, arguments, options])
        return self.page.frame_locator("iframe")

    def told(self, what: str) -> list:
        return self.page.evaluate("(what) => host.told[what]", what)

    def titles(self) -> list[str]:
        answer = self.server.request("GET", f"/api/{self.user_id}/todos?filter=open", token=self.token)
        return sorted(todo["title"] for todo in answer.body["items"])

    def test_what_waits_is_decided_row_by_row_in_the_card_and_taken_back(self):
        self.open_host()
        card = self.call("delete_task", {"tasks": TITLES}, theme="dark")
        expect(card.locator("#said")).to_contain_text("This would delete 5 todos")
        expect(card.locator(".approval-rows li")).to_have_count(5)
        expect(card.get_by_text("Buy <b>milk</b>", exact=True)).to_be_visible()
        self.assertEqual(len(self.titles()), 6)
        self.assert_accessible("card", self.page.frames[-1], AXE_TAGS[:4])
        card.get_by_label("Dates").uncheck()
        card.get_by_role("button", name="Approve 4").click()
        expect(card.locator("#said")).to_contain_text("are in the trash now.")
        expect(card.locator(".approval-action").nth(3)).to_contain_text("left alone")
        self.assertEqual(self.titles(), ["Dates", "Stays"])
        card.get_by_role("button", name="Undo").click()
        expect(card.locator("#said")).to_contain_text("out of the trash again")
        expect(card.get_by_role("button")).to_have_count(0)
        self.assertEqual(self.titles(), sorted([*TITLES, "Stays"]))
        self.assertEqual(len(self.told("context")), 2)
        self.assertNotIn('"key"', json.dumps(self.told("model")))

    def test_who_comes_second_is_shown_what_another_door_decided(self):
        self.open_host()
        card = self.call("delete_task", {"tasks": TITLES})
        expect(card.get_by_role("button", name="Approve 5")).to_be_visible()
        [said] = self.told("model")
        approval = said["structuredContent"]["message"].split("/approvals/")[1][:36]
        self.server.request("POST", f"/api/{self.user_id}/approvals/{approval}", {"approve": []}, token=self.token)
        card.get_by_role("button", name="Approve 5").click()
        expect(card.locator("#said")).to_contain_text("decided already")
        expect(card.get_by_role("button")).to_have_count(0)
        self.assertEqual(len(self.titles()), 6)

    def test_it_shows_todos_as_text_and_completes_one(self):
        self.open_host()
        card = self.call("list_tasks", {"limit": 5})
        expect(card.locator("li")).to_have_count(5)
        expect(card.locator("#foot")).to_have_text("And 1 more.")
        card.get_by_role("button", name="Complete “Apples”").click()
        expect(card.locator("li .card-done")).to_have_text("Apples")
        self.assertNotIn("Apples", self.titles())
        self.wait_until("document.querySelector('iframe').offsetHeight < 480")

    def test_where_the_host_calls_no_tools_it_only_shows_and_leads_to_the_page(self):
        self.open_host()
        card = self.call("delete_task", {"tasks": TITLES}, {"openLinks": {}})
        expect(card.locator(".approval-rows li")).to_have_count(5)
        expect(card.locator("input")).to_have_count(0)
        card.get_by_role("button", name="Decide").click()
        self.wait_until("host.told.opened.length === 1")
        self.assertIn("/approvals/", self.told("opened")[0])
        card = self.call("list_tasks", {}, {}, locale="de-CH")
        expect(card.get_by_role("button", name="„Apples“ erledigen")).to_be_disabled()
        expect(card.locator("html")).to_have_attribute("lang", "de")
        card = self.call("list_tasks", {}, {}, locale="tlh")
        expect(card.get_by_role("button", name="Complete “Apples”")).to_be_disabled()
