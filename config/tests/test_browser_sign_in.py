"""Getting in, in a real browser with a virtual authenticator: passkeys, a second factor, and without a script."""

from config.tests.browser import BrowserCase, expect, save_screenshot

WINDOWS = ((360, "dark"), (360, "light"), (1440, "dark"), (1440, "light"))
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class SignInCase(BrowserCase):
    """At localhost: an address without a name has no passkeys."""

    def address(self, server=None):
        return f"http://localhost:{(server or self.server).port}"

    def device(self, context=None):
        """A page on a device that can keep passkeys; how to ask its authenticator, and its id."""
        page = self.open_page(context or self.open_context())
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable", {"enableUI": False})
        authenticator = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        return page, session, authenticator["authenticatorId"]

    def assert_looks_right(self, name, address, context=None):
        state = (context or self.context).storage_state()
        for width, theme in WINDOWS:
            size = {"width": width, "height": 900}
            page = self.open_page(self.open_context(viewport=size, color_scheme=theme, storage_state=state))
            page.goto(address)
            self.assert_fits(name, page)
            self.assert_accessible(name, page)
            save_screenshot(page, f"{name}-{width}-{theme}")


class PasskeyStories(SignInCase):
    def test_a_passkey_is_added_on_one_device_and_lets_in_on_another(self):
        laptop, session, authenticator = self.device()
        self.sign_up(laptop)
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        [credential] = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
        self.assertEqual(credential["rpId"], "localhost")
        self.assert_looks_right("passkeys", "/accounts/settings#passkeys", laptop.context)

        phone, phones, keeper = self.device()
        phones.send("WebAuthn.addCredential", {"authenticatorId": keeper, "credential": credential})
        # Else the authenticator answers what stands behind the username field before anything can be pressed.
        presence = {"authenticatorId": keeper, "enabled": False}
        phones.send("WebAuthn.setAutomaticPresenceSimulation", presence)
        phone.goto("/accounts/login?next=/todos")
        phone.click("text=Sign in with a passkey")
        phones.send("WebAuthn.setAutomaticPresenceSimulation", presence | {"enabled": True})
        phone.wait_for_url(f"{self.address()}/todos")
        phone.goto("/accounts/settings")
        expect(phone.locator(".sign-in", has_text="This one")).to_contain_text("by passkey")

    def test_the_username_field_offers_it_without_a_press(self):
        laptop, _, _ = self.device()
        self.sign_up(laptop)
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        laptop.context.clear_cookies()
        laptop.goto("/accounts/login")
        laptop.wait_for_url("**/")

    def test_a_device_that_has_one_makes_no_second(self):
        laptop, _, _ = self.device()
        self.sign_up(laptop)
        for _ in range(2):
            laptop.goto("/accounts/settings")
            laptop.click("text=Add a passkey")
            laptop.wait_for_load_state("networkidle")
        expect(laptop.locator("[data-problem]")).to_have_text("This device has a passkey for your account already.")
        self.assertEqual(laptop.locator("section:has(#passkeys) .sign-in").count(), 1)

    def test_a_passkey_that_nobody_confirms_leaves_the_page_as_it_was(self):
        laptop, session, authenticator = self.device()
        self.sign_up(laptop)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("[data-problem]")).to_contain_text("Nothing was chosen")
        expect(laptop.locator("section:has(#passkeys) .sign-in")).to_have_count(0)
