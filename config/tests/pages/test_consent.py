"""The page on which somebody lets a program in, in Chromium: with its policy, without JavaScript, on a phone."""

import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import expect

from config.tests.browser import BrowserCase, save_screenshot

VERIFIER = "v" * 64
PHONE = {"width": 360, "height": 740}


class Consent(BrowserCase):
    def setUp(self):
        super().setUp()
        self.heard: list[str] = []
        self.callback = self.enterContext(listening_program(self.heard))

    def question(self, name="Claude") -> str:
        body = {"client_name": name, "redirect_uris": [self.callback]}
        client_id = self.server.request("POST", "/o/register", body).body["client_id"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
        return "/o/authorize?" + urlencode(
            {
                "response_type": "code",
                "client_id": client_id,
                "redirect_uri": self.callback,
                "state": "kept",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
                "resource": f"{self.address()}/mcp",
            }
        )

    def test_a_phone_without_javascript_signs_in_reads_and_allows(self):
        self.sign_up(username="alice-consent")
        page = self.open_page(self.open_context(java_script_enabled=False, viewport=PHONE))
        page.goto(self.question())
        page.fill("[name=username]", "alice-consent")
        page.fill("[name=password]", "seven green bottles")
        page.click("main .primary")
        expect(page.locator("h1")).to_have_text("Connect Claude?")
        expect(page.locator("main")).to_contain_text("alice-consent")
        expect(page.locator("main")).to_contain_text("this device")
        save_screenshot(page, "consent on a phone")
        page.click("button:has-text('Allow')")
        page.wait_for_url(f"{self.callback}**")
        heard = parse_qs(urlsplit(self.heard[0]).query)
        self.assertEqual((heard["state"], heard["iss"]), (["kept"], [f"{self.address()}/o"]))
        self.assertIn("code", heard)

    def test_it_is_accessible_fits_and_leads_back_with_a_no_in_both_themes(self):
        self.sign_up()
        self.page.set_viewport_size(PHONE)
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            self.page.goto(
                self.question("A program with a name that goes on and on and on until it is cut off at its end")
            )
            self.assert_accessible(f"consent, {theme}")
            save_screenshot(self.page, f"consent {theme}")
            self.assert_fits(f"consent, {theme}", self.page)
        self.page.click("button:has-text('Decline')")
        self.page.wait_for_url(f"{self.callback}**")
        self.assertIn("error=access_denied", self.heard[-1])

    def test_the_settings_list_the_program_and_end_it(self):
        self.sign_up()
        address = self.question("Claude on a laptop")
        self.page.goto(address)
        self.page.click("button:has-text('Allow')")
        self.page.wait_for_url(f"{self.callback}**")
        form = {
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(self.heard[-1]).query)["code"][0],
            "client_id": parse_qs(urlsplit(address).query)["client_id"][0],
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }
        answer = self.context.request.post("/o/token", form=form)
        self.assertEqual(answer.status, 200, answer.text())
        self.page.goto("/accounts/settings#connected-apps")
        section = self.page.locator("section[aria-labelledby=connected-apps]")
        expect(section).to_contain_text("Claude on a laptop")
        self.assert_accessible("settings with a connected app")
        save_screenshot(self.page, "connected apps")
        section.locator("button:has-text('Disconnect')").click()
        expect(self.page.locator("section[aria-labelledby=connected-apps]")).to_contain_text("None.")


class listening_program:  # noqa: N801 it is used as a function
    """A program of this machine that waits for the answer at its own address, and keeps what it heard."""

    def __init__(self, heard: list[str]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/callback"):
                    heard.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><html lang=en><title>Done</title><link rel=icon href=data:,><p>Done")

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}/callback"

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
