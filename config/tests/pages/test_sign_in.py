"""Getting in, in a real browser with a virtual authenticator: passkeys, a second factor, and without a script."""

import json
import subprocess
import sys
import time

import pyotp
from django.conf import settings

from accounts.outside.testing import open_id_provider
from accounts.testing import PASSWORD
from config.testing import environment
from config.tests.browser import BrowserCase, expect, save_screenshot

WINDOWS = ((360, "dark"), (1440, "light"))
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


# As if a quarter of an hour had gone by for everybody who is signed in.
MAKE_STALE = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for key in Session.objects.values_list("session_key", flat=True):
    session = SessionStore(key)
    session["signed_in_at"] = 0
    session.save()
"""


def make_stale(database):
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_STALE]
    subprocess.run(command, check=True, cwd=settings.BASE_DIR, env=environment(database))


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

    def forget(self, page):
        """Who is signed in; from a page whose socket would not miss them."""
        page.goto("about:blank")
        page.context.clear_cookies()

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
    def register(self, page, username):
        page.goto("/accounts/register?next=/accounts/settings")
        page.fill("[name=username]", username)
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url("**/accounts/settings")

    def test_a_new_person_adds_a_passkey_and_comes_in_by_it_on_a_second_device(self):
        laptop, session, authenticator = self.device()
        self.register(laptop, "passkey-person")
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
        phone.wait_for_load_state("networkidle")
        phones.send("WebAuthn.setAutomaticPresenceSimulation", presence | {"enabled": True})
        phone.click("text=Sign in with a passkey")
        phone.wait_for_url(f"{self.address()}/todos")
        phone.goto("/accounts/settings")
        expect(phone.locator(".sign-in", has_text="This one")).to_contain_text("by passkey")

    def test_a_new_person_needs_no_password_at_all(self):
        laptop, session, authenticator = self.device()
        laptop.goto("/accounts/register?next=/accounts/settings")
        laptop.click("text=With a passkey, without a password")
        self.assert_looks_right("sign up by passkey", laptop.url, laptop.context)
        laptop.fill("[name=username]", "keyholder")
        laptop.click("main button.primary")
        laptop.wait_for_url("**/accounts/settings")
        expect(laptop.locator(".sign-in", has_text="This one")).to_contain_text("by passkey")
        expect(laptop.locator("section:has(#password)")).to_contain_text("Choose a password")
        [credential] = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]

        taken = self.open_page(laptop.context)
        self.ignored = ("Failed to load resource: the server responded with a status of 422",)
        taken.goto("/accounts/register/passkey")
        taken.fill("[name=username]", "KeyHolder")
        taken.click("main button.primary")
        expect(taken.locator("[data-problem]")).to_contain_text("already exists")

        phone, phones, keeper = self.device()
        phones.send("WebAuthn.addCredential", {"authenticatorId": keeper, "credential": credential})
        phone.goto("/accounts/login?next=/accounts/settings")
        phone.wait_for_url("**/accounts/settings")

    def test_the_username_field_offers_it_without_a_press(self):
        laptop, _, _ = self.device()
        self.sign_up(laptop)
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        self.forget(laptop)
        laptop.goto("/accounts/login")
        laptop.wait_for_url("**/")

    def test_a_page_that_was_left_open_asks_who_is_there_and_a_passkey_answers(self):
        laptop, _, _ = self.device()
        username = self.sign_up(laptop)
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        make_stale(self.database)
        laptop.click("section:has(#passkeys) >> text=Remove")
        expect(laptop.locator("h1")).to_have_text("Is it you?")
        for width, theme in WINDOWS:
            laptop.set_viewport_size({"width": width, "height": 900})
            laptop.emulate_media(color_scheme=theme)
            self.assert_fits("is it you", laptop)
            self.assert_accessible("is it you", laptop)
            save_screenshot(laptop, f"is it you-{width}-{theme}")
        self.assertEqual(laptop.locator("input[autocomplete=username]").input_value(), username)
        laptop.click("text=Use a passkey")
        expect(laptop.locator("#notices")).to_contain_text("lets nobody in any more")

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


class EntranceStories(SignInCase):
    """The page that strangers see first."""

    def test_it_says_what_this_is_and_what_is_wrong_beside_the_field(self):
        self.ignored = ("Failed to load resource",)  # the wrong password
        for path in ("/accounts/login", "/accounts/register"):
            self.assert_looks_right(path.rpartition("/")[2], path)
        self.page.goto("/accounts/login")
        expect(self.page.locator(".tagline")).to_contain_text("A todo list")
        expect(self.page.locator("[name=username]")).to_be_focused()
        self.page.fill("[name=username]", "nobody")
        self.page.fill("[name=password]", "not it")
        self.page.press("[name=password]", "Enter")
        expect(self.page.locator(".field:has([name=password]) .field-problem")).to_contain_text("is wrong")
        password = self.page.locator("[name=password]")
        expect(password).to_have_attribute("aria-invalid", "true")
        expect(password).to_be_focused()
        self.assertIn("id_password_error", password.get_attribute("aria-describedby"))
        expect(self.page.locator("[name=username]")).to_have_value("nobody")
        self.assert_accessible("a wrong password")
        save_screenshot(self.page, "wrong password")

    def test_a_password_can_be_looked_at_and_is_sent_as_one(self):
        username = self.sign_up()
        page = self.open_page(self.open_context())
        page.goto("/accounts/login")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("text=Show")
        expect(page.locator("[name=password]")).to_have_attribute("type", "text")
        save_screenshot(page, "password shown")
        page.click("text=Show")
        expect(page.locator("[name=password]")).to_have_attribute("type", "password")
        page.click("text=Show")
        page.evaluate(
            "addEventListener('submit', () => (document.title = document.querySelector('#id_password').type))"
        )
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")

    def test_the_passkey_stands_first_on_a_device_that_has_used_one(self):
        laptop, session, authenticator = self.device()
        self.sign_up(laptop)
        laptop.goto("/accounts/login")
        buttons = laptop.locator("main button.wide")
        self.assertEqual(buttons.all_inner_texts(), ["Sign in", "Sign in with a passkey"])
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        presence = {"authenticatorId": authenticator, "enabled": False}
        session.send("WebAuthn.setAutomaticPresenceSimulation", presence)
        self.forget(laptop)
        laptop.goto("/accounts/login")
        self.assertEqual(buttons.all_inner_texts(), ["Sign in with a passkey", "Sign in"])
        self.assert_accessible("passkey first", laptop)
        save_screenshot(laptop, "passkey first")


class SecondFactorStories(SignInCase):
    def give_password(self, page, username):
        page.goto("/accounts/login?next=/accounts/settings")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")

    def set_up_app(self, page) -> tuple[str, list[str]]:
        """The secret of the app, and the recovery codes."""
        page.goto("/accounts/settings")
        page.click("text=Set up an app that makes codes")
        secret = page.locator("#app-secret").inner_text()
        self.assertTrue(page.evaluate("document.querySelector('.qr-code').naturalWidth > 0"))
        page.fill("[name=code]", pyotp.TOTP(secret).now())
        page.click("text=Turn it on")
        return secret, page.locator("#recovery-codes").inner_text().split()

    def test_a_lost_phone_is_answered_by_a_recovery_code(self):
        self.ignored = ("Failed to load resource",)  # the wrong code
        username = self.sign_up()
        secret, codes = self.set_up_app(self.page)
        self.assertEqual(len(set(codes)), 10)
        self.page.click("text=I have kept them")
        expect(self.page.locator("section:has(#second-factor)")).to_contain_text("10 recovery codes left")
        self.assert_looks_right("second factor on", "/accounts/settings#second-factor")
        self.assert_looks_right("set up an app", "/accounts/settings/second-factor/app")

        laptop = self.open_page(self.open_context())
        self.give_password(laptop, username)
        expect(laptop.locator("[name=code]")).to_be_focused()
        self.assert_looks_right("second factor asked", "/accounts/login/second-factor", laptop.context)
        laptop.fill("[name=code]", "000 000")
        laptop.press("[name=code]", "Enter")
        expect(laptop.locator(".field-problem")).to_contain_text("This code is not right")
        laptop.click("text=Lost your phone?")
        laptop.fill("[name=recovery_code]", codes[0])
        laptop.press("[name=recovery_code]", "Enter")
        laptop.wait_for_url("**/accounts/settings")
        expect(laptop.locator(".sign-in", has_text="This one")).to_contain_text("by password and recovery code")
        expect(laptop.locator("section:has(#second-factor)")).to_contain_text("9 recovery codes left")

        with_phone = self.open_page(self.open_context())
        self.give_password(with_phone, username)
        with_phone.fill("[name=code]", pyotp.TOTP(secret).at(time.time(), counter_offset=1))
        with_phone.press("[name=code]", "Enter")
        with_phone.wait_for_url("**/accounts/settings")

    def test_it_works_without_a_script(self):
        username = self.sign_up()
        secret, _ = self.set_up_app(self.page)
        plain = self.open_page(self.open_context(java_script_enabled=False))
        self.give_password(plain, username)
        plain.fill("[name=code]", pyotp.TOTP(secret).at(time.time(), counter_offset=1))
        plain.press("[name=code]", "Enter")
        plain.wait_for_url("**/accounts/settings")
        expect(plain.locator("[data-no-passkeys]")).to_be_visible()

    def test_a_passkey_stands_in_for_the_code(self):
        laptop, _, _ = self.device()
        username = self.sign_up(laptop)
        laptop.goto("/accounts/settings")
        laptop.click("text=Add a passkey")
        expect(laptop.locator("#notices")).to_contain_text("Your passkey is added")
        laptop.click("text=Ask for my passkey")
        expect(laptop.locator("#recovery-codes")).to_be_visible()

        thief = self.open_page(self.open_context())
        self.give_password(thief, username)
        thief.wait_for_url("**/second-factor**")
        expect(thief.locator("[name=code]")).to_have_count(0)

        self.forget(laptop)
        laptop.goto("/accounts/login/second-factor")
        laptop.wait_for_url("**/")


class OutsideStories(SignInCase):
    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        cls.provider = cls.stack.enter_context(open_id_provider())
        return super().start_server(name, JWT_TRUSTED_ISSUERS=json.dumps([cls.provider.setting]), **variables)

    def test_an_account_elsewhere_is_linked_and_lets_in_on_another_device(self):
        self.provider.person = {"sub": "anne", "email": "anne@work.example"}
        self.sign_up()
        self.page.goto("/accounts/settings")
        self.page.click("text=Link Work")
        expect(self.page.locator("#notices")).to_contain_text("Work lets you in from now on.")
        self.assert_looks_right("linked account", "/accounts/settings#outside")

        phone = self.open_page(self.open_context(java_script_enabled=False))
        phone.goto("/accounts/login?next=/accounts/settings")
        phone.click("text=Sign in with Work")
        phone.wait_for_url(f"{self.address()}/accounts/settings")
        expect(phone.locator(".sign-in", has_text="This one")).to_contain_text("by an outside account")

    def test_a_stranger_gets_an_account_of_their_own(self):
        self.provider.person = {"sub": "stranger"}
        self.assert_looks_right("sign in with a provider", "/accounts/login")
        self.page.goto("/accounts/login")
        self.page.click("text=Sign in with Work")
        self.page.wait_for_url("**/")
        expect(self.page.locator("#composer-text")).to_be_visible()
