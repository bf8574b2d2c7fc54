"""Session fixation: whichever way somebody comes in, the session that stood in the browser before is not theirs."""

import pyotp
from django.core.cache import cache
from django.test import Client, TestCase

from accounts.entry.password_links import FIRST_SIGN_IN, RESET
from accounts.models import SignIn, User
from accounts.second_factor.stored import turn_on_app
from accounts.testing import PASSWORD, alice

NEW_PASSWORD = "nine white swans"
CHOSEN = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}


class Entering(TestCase):
    def setUp(self):
        cache.clear()
        self.alice = alice(password=PASSWORD)

    def planted(self) -> Client:
        """A browser into which somebody put a session that they know."""
        browser = Client()
        session = browser.session
        session["planted"] = True
        session.save()
        return browser

    def doors(self):
        named = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD}
        yield "/accounts/login", {"username": "alice", "password": PASSWORD}, "pwd"
        yield "/accounts/register", named, "pwd"
        yield f"/accounts/password/reset?key={RESET.key_of(User.objects.get(pk=self.alice.pk))}", CHOSEN, "pwd"
        yield f"/accounts/first-sign-in?key={FIRST_SIGN_IN.key_of(User.objects.get(pk=self.alice.pk))}", CHOSEN, "pwd"

    def test_each_door_gives_a_new_session_and_says_in_the_list_how_they_came(self):
        for address, form, how in self.doors():
            with self.subTest(address.partition("?")[0]):
                browser = self.planted()
                before = browser.session.session_key
                self.assertEqual(browser.post(address, form).status_code, 302)
                after = browser.session
                self.assertNotEqual(after.session_key, before)
                self.assertFalse(type(after)(before).exists(before))
                sign_in = SignIn.objects.get(session_key=after.session_key)
                self.assertEqual((sign_in.amr, sign_in.how), (how, "by password"))

    def test_whoever_knew_the_session_of_before_is_not_let_in_by_it(self):
        victim, thief = self.planted(), Client()
        thief.cookies["sessionid"] = victim.cookies["sessionid"].value
        victim.post("/accounts/login", {"username": "alice", "password": PASSWORD})
        self.assertEqual(victim.get("/accounts/settings").status_code, 200)
        self.assertEqual(thief.get("/accounts/settings").status_code, 302)

    def test_a_link_of_a_mail_does_not_pass_the_second_factor(self):
        secret = pyotp.random_base32()
        turn_on_app(self.alice, secret, pyotp.TOTP(secret).now())
        for links, address in ((RESET, "/accounts/password/reset"), (FIRST_SIGN_IN, "/accounts/first-sign-in")):
            browser = Client()
            key = links.key_of(User.objects.get(pk=self.alice.pk))
            answer = browser.post(f"{address}?key={key}", CHOSEN)
            self.assertTrue(answer.url.startswith("/accounts/login/second-factor"), answer.url)
            self.assertEqual(browser.get("/accounts/settings").status_code, 302)
