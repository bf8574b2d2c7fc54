"""The card in a host: in a sandboxed frame without any network, it shows todos and completes them where it may."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import expect

from .browser import BrowserCase

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
MILK = {"id": "1", "title": "Buy <b>milk</b>", "due_text": "today", "repeats": None, "overdue": False, "tags": ["home"]}
MILK |= {"priority": "high", "done": False, "notes": "", "due": None, "reminds": ""}
# A host as the extension describes one: it answers the card, and keeps what it was asked.
HOST = """({card, capabilities, result, written}) => {
  window.asked = [];
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  addEventListener("message", ({data, source}) => {
    window.asked.push(data);
    const answer = (result) => source.postMessage({jsonrpc: "2.0", id: data.id, result}, "*");
    if (data.method === "ui/initialize") answer({hostCapabilities: capabilities, hostContext: {theme: "dark"}});
    if (data.method === "ui/notifications/initialized")
      source.postMessage({jsonrpc: "2.0", method: "ui/notifications/tool-result", params: result}, "*");
    if (data.method === "tools/call") answer(written);
    if (data.method === "ui/open-link") answer({});
  });
  frame.srcdoc = card;
  frame.style = "width: 340px; height: 300px";
  document.body.append(frame);
}"""


class Card(BrowserCase):
    def show(self, result, capabilities):
        card = Path(settings.BASE_DIR, "todos/mcp/card.html").read_text()
        meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        card = card.replace("<head>", f"<head>{meta}")
        written = {"structuredContent": {"results": [{"task": MILK | {"done": True}}]}}
        self.page.goto("about:blank")
        options = {"card": card, "capabilities": capabilities, "result": result, "written": written}
        self.page.evaluate(HOST, options)
        return self.page.frame_locator("iframe")

    def asked(self, method):
        return [message for message in self.page.evaluate("window.asked") if message.get("method") == method]

    def test_it_shows_todos_as_text_and_completes_one(self):
        result = {"structuredContent": {"tasks": [MILK], "more": 2}, "content": []}
        card = self.show(result, {"serverTools": {}})
        expect(card.locator("li")).to_contain_text("Buy <b>milk</b>")
        expect(card.locator("li")).to_contain_text("today · high · #home")
        expect(card.locator("#more")).to_have_text("And 2 more.")
        card.locator("li button").click()
        expect(card.locator("li .done")).to_have_text("Buy <b>milk</b>")
        [call] = self.asked("tools/call")
        self.assertEqual(call["params"]["arguments"], {"tasks": ["1"], "reopen": False})
        self.assertTrue(self.asked("ui/notifications/size-changed"))

    def test_it_only_shows_where_the_host_calls_no_tools_and_leads_to_what_waits(self):
        card = self.show({"structuredContent": {"tasks": [MILK], "more": 0}, "content": []}, {})
        expect(card.locator("li button")).to_be_disabled()
        page = "https://todo.example/approvals/01a22416-e148-77bb-9d3b-5b4c17d0282a"
        waiting = {"isError": True, "content": [{"type": "text", "text": f"The person has to decide at {page} now."}]}
        card = self.show(waiting, {"openLinks": {}})
        expect(card.locator("#said")).to_contain_text("has to decide")
        card.locator("#more button").click()
        self.wait_until("window.asked.some((message) => message.method === 'ui/open-link')")
        self.assertEqual(self.asked("ui/open-link")[-1]["params"], {"url": page})
