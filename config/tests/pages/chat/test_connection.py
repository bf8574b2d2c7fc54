"""Logins, tokens and connections that end while somebody writes: the text is never lost and is sent once."""

from accounts.testing import PASSWORD
from bench.surroundings.answers import says
from config.tests.browser import ModelCase, expect


class SignInTests(ModelCase):
    variables = {"ACCESS_TOKEN_SECONDS": "1"}

    def wait_for_expired_tokens(self, username):
        """Until a token that is issued now is refused, as are those from before."""
        self.page.wait_for_load_state("networkidle")
        answer = self.server.request("POST", "/api/auth/token", {"username": username, "password": PASSWORD})
        token = answer.body["access_token"]
        self.wait_for(lambda: self.server.request("GET", "/api/auth/me", token=token).status == 401, "an expired token")

    def test_an_expired_token_is_refreshed_silently_and_the_message_goes_once(self):
        self.ignored = ("Failed to load resource",)
        username = self.sign_up()
        asked = []
        self.page.on("request", lambda request: asked.append(request.url) if "/accounts/token" in request.url else None)
        self.wait_for_expired_tokens(username)
        self.upstream.script([says("Here.")])
        self.say("hello")
        self.wait_for_answer("Here.")
        self.assertGreaterEqual(len(asked), 1)
        expect(self.page.locator(".message")).to_have_count(2)

    def test_a_login_that_has_run_out_is_renewed_in_place_and_the_message_goes_by_itself(self):
        self.ignored = ("Failed to load resource",)
        username = self.sign_up()
        self.page.fill("#composer-text", "a long thought")
        self.wait_for_expired_tokens(username)
        self.context.clear_cookies(name="sessionid")
        self.upstream.script([says("Here.")])
        self.page.press("#composer-text", "Enter")
        dialog = self.page.locator("#sign-in")
        expect(dialog).to_contain_text("What you wrote is kept")
        self.assert_accessible("the sign-in dialog")
        dialog.locator("[name=username]").fill(username)
        dialog.locator("[name=password]").fill("wrong")
        dialog.locator(".primary").click()
        expect(dialog).to_contain_text("wrong")
        self.assertEqual(self.page.input_value("#composer-text"), "a long thought")
        dialog.locator("[name=username]").fill(username)
        dialog.locator("[name=password]").fill("seven green bottles")
        dialog.locator(".primary").click()
        self.wait_for_answer("Here.")
        expect(self.page.locator(".message-user")).to_have_count(1)
        expect(self.page.locator("#composer-text")).to_have_value("")

    def test_signing_out_leads_other_tabs_to_the_sign_in_page_and_back(self):
        self.ignored = ("Failed to load resource", "htmx: htmx:", "WebSocket connection")
        username = self.sign_up()
        other = self.open_page()
        # The socket is open once it made the page ask for its own view.
        with other.expect_request(lambda request: "catch-up" in request.headers.get("hx-source", "")):
            other.goto("/todos")
        self.page.click("[aria-label='Sign out']")
        expect(other.locator("h1")).to_have_text("Sign in")
        other.fill("[name=username]", username)
        other.fill("[name=password]", "seven green bottles")
        other.click(".primary")
        other.wait_for_url("**/todos")

    def test_who_signs_out_elsewhere_keeps_the_page_and_the_draft(self):
        self.ignored = ("Failed to load resource", "WebSocket connection")
        username = self.sign_up()
        self.wait_for_socket(self.page)
        self.page.fill("#composer-text", "a long thought")
        other = self.open_page()
        other.goto("/todos")
        other.click("[aria-label='Sign out']")
        dialog = self.page.locator("#sign-in")
        dialog.locator("[name=username]").fill(username)
        dialog.locator("[name=password]").fill("seven green bottles")
        dialog.locator(".primary").click()
        expect(dialog).to_be_hidden()
        self.assertEqual(self.page.input_value("#composer-text"), "a long thought")
        self.upstream.script([says("Here.")])
        self.page.press("#composer-text", "Enter")
        self.wait_for_answer("Here.")

    def test_a_message_goes_by_itself_when_the_server_is_back(self):
        self.ignored = ("Failed to load resource", "htmx: htmx:", "WebSocket connection")
        self.sign_up()
        self.wait_for_socket(self.page)
        self.page.route("**/c/send", lambda route: route.abort())
        self.say("are you there?")
        expect(self.page.locator("#composer-problem")).to_contain_text("Your text is kept")
        self.page.unroute("**/c/send")
        self.upstream.script([says("Here.")])
        self.page.evaluate("document.querySelector('#live')._htmx.ws.connection.socket.close()")
        self.wait_for_answer("Here.")
        expect(self.page.locator(".message")).to_have_count(2)
        expect(self.page.locator("#composer-text")).to_have_value("")

    def test_what_could_not_be_sent_goes_by_itself_once_the_connection_is_back(self):
        self.ignored = ("Failed to load resource", "htmx: htmx:", "WebSocket connection")
        self.sign_up()
        self.upstream.script([says("Here.")])
        self.context.set_offline(True)
        self.say("are you there?")
        expect(self.page.locator("#composer-problem")).to_contain_text("Your text is kept")
        self.assertEqual(self.page.input_value("#composer-text"), "are you there?")
        self.context.set_offline(False)
        self.wait_for_answer("Here.")
        expect(self.page.locator(".message")).to_have_count(2)

    def test_a_word_that_is_being_composed_is_not_sent(self):
        self.sign_up()
        self.page.fill("#composer-text", "にほ")
        composing = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})"
        self.page.evaluate(f"document.getElementById('composer-text').dispatchEvent({composing})")
        self.page.press("#composer-text", "Shift+Enter")
        self.assertEqual(self.page.input_value("#composer-text"), "にほ\n")
        expect(self.page.locator(".message")).to_have_count(0)
