import re

import pyotp
from django.core.cache import cache
from django.test import Client, TestCase, override_settings

from accounts.models import User
from accounts.second_factor.codes import new_secret
from accounts.second_factor.stored import turn_on_app
from accounts.testing import PASSWORD, UserFactory, alice, bearer


class AccountPageTestCase(TestCase):
    def setUp(self):
        cache.clear()


class SignInTests(AccountPageTestCase):
    def sign_in(self, password=PASSWORD, **fields):
        return self.client.post("/accounts/login", {"username": "alice", "password": password, **fields})

    def test_a_page_leads_to_sign_in_and_back(self):
        alice(password=PASSWORD)
        response = self.client.get("/todos?filter=today")
        self.assertRedirects(response, "/accounts/login?next=/todos%3Ffilter%3Dtoday")
        self.assertContains(self.client.get(response.url), 'value="/todos?filter=today"')
        self.assertRedirects(self.sign_in(next="/todos?filter=today"), "/todos?filter=today")

    def test_sign_in_never_leads_to_another_site(self):
        alice(password=PASSWORD)
        for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
            with self.subTest(address):
                self.assertEqual(self.sign_in(next=address).url, "/")

    def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(self):
        alice(password=PASSWORD)
        wrong = self.sign_in("not it")
        unknown = self.client.post("/accounts/login", {"username": "nobody", "password": "not it"})
        for response in (wrong, unknown):
            self.assertContains(response, "The username or the password is wrong.", status_code=401)
        self.assertNotContains(wrong, "not it", status_code=401)

    @override_settings(RATE_LIMITS=True, FAILED_LOGINS_PER_MINUTE=2)
    def test_guessing_is_slowed_down_even_for_the_right_password(self):
        alice(password=PASSWORD)
        for _ in range(2):
            self.assertEqual(self.sign_in("guess").status_code, 401)
        self.assertContains(self.sign_in(), "It works again in", status_code=429)

    def test_an_empty_form_says_what_is_missing_beside_the_field(self):
        response = self.client.post("/accounts/login", {})
        self.assertContains(response, "This field is required.", count=2, status_code=422)

    def test_signing_out_needs_a_post_and_ends_the_login(self):
        self.client.force_login(alice())
        self.assertEqual(self.client.get("/accounts/logout").status_code, 405)
        self.assertRedirects(self.client.post("/accounts/logout"), "/accounts/login")
        self.assertEqual(self.client.get("/").status_code, 302)

    def test_a_token_that_is_not_valid_is_refused_as_in_the_api(self):
        response = self.client.get("/", headers={"Authorization": "Bearer nonsense"})
        self.assertEqual((response.status_code, response.json()["error"]), (401, "token_invalid"))

    def test_the_password_of_a_proxy_is_no_token(self):
        response = self.client.get("/", headers={"Authorization": "Basic YWxpY2U6cHc="})
        self.assertRedirects(response, "/accounts/login?next=/")

    def test_a_disabled_person_is_signed_out(self):
        user = alice()
        self.client.force_login(user)
        User.objects.update(is_active=False)
        self.assertRedirects(self.client.get("/"), "/accounts/login?next=/")


class RegisterTests(AccountPageTestCase):
    def register(self, **fields):
        form = {"username": "alice", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "Europe/Berlin"}
        return self.client.post("/accounts/register", form | fields)

    def test_a_new_person_is_signed_in_with_the_time_zone_of_the_browser(self):
        self.assertRedirects(self.register(), "/")
        user = User.objects.get()
        self.assertEqual((user.time_zone, user.subject), ("Europe/Berlin", str(user.pk)))
        self.assertContains(self.client.get("/"), ", alice</h1>")

    def test_an_unknown_time_zone_counts_as_utc(self):
        self.register(time_zone="Mars/Base")
        self.assertEqual(User.objects.get().time_zone, "UTC")

    def test_the_rules_for_passwords_hold(self):
        response = self.register(password1="12345678", password2="12345678")
        self.assertEqual(list(response.context["form"].errors), ["password1"])
        self.assertContains(response, "This password is too common.", status_code=422)
        self.assertFalse(User.objects.exists())

    def test_a_name_is_taken_whatever_its_case(self):
        alice()
        self.assertContains(self.register(username="ALICE"), "already exists", status_code=422)


class AutocompleteTests(AccountPageTestCase):
    """Password managers fill in and keep what they are told by these words (HTML’s autofill tokens)."""

    def tokens_of(self, address: str) -> dict[str, str]:
        fields = re.findall(r"<input[^>]*>", self.client.get(address).content.decode().partition("<main")[2])
        attributes = [dict(re.findall(r'([\w-]+)="([^"]*)"', field)) for field in fields]
        return {field["name"]: field.get("autocomplete", "") for field in attributes if field.get("type") != "hidden"}

    def test_the_sign_in_page(self):
        expected = {"username": "username webauthn", "password": "current-password"}
        self.assertEqual(self.tokens_of("/accounts/login"), expected)

    def test_the_page_of_a_new_account(self):
        expected = {"username": "username", "email": "email"}
        expected |= {"password1": "new-password", "password2": "new-password"}
        self.assertEqual(self.tokens_of("/accounts/register"), expected)

    def test_the_page_of_a_second_factor(self):
        turn_on_app(alice(password=PASSWORD), secret := new_secret(), pyotp.TOTP(secret).now())
        self.client.post("/accounts/login", {"username": "alice", "password": PASSWORD})
        expected = {"code": "one-time-code", "recovery_code": "off"}
        self.assertEqual(self.tokens_of("/accounts/login/second-factor"), expected)


class SettingsTests(AccountPageTestCase):
    def setUp(self):
        super().setUp()
        self.alice = alice(password=PASSWORD)
        self.client.force_login(self.alice)

    def test_the_theme_is_kept_in_a_cookie_and_drawn_by_the_server(self):
        self.assertContains(self.client.get("/"), 'data-theme="system"')
        self.assertRedirects(self.client.post("/accounts/settings/theme", {"theme": "dark"}), "/accounts/settings")
        self.assertContains(self.client.get("/"), 'data-theme="dark"')

    def test_a_theme_that_does_not_exist_changes_nothing(self):
        self.client.post("/accounts/settings/theme", {"theme": "neon"})
        self.assertNotIn("theme", self.client.cookies)

    def test_a_forged_theme_cookie_stays_text(self):
        self.client.cookies["theme"] = "x><script>"
        self.assertNotContains(self.client.get("/accounts/settings"), "<script>")

    def test_the_time_zone_is_saved(self):
        response = self.client.post("/accounts/settings/time-zone", {"time_zone": "Asia/Tokyo"}, follow=True)
        self.assertContains(response, "Your time zone is saved.")
        self.alice.refresh_from_db()
        self.assertEqual(self.alice.time_zone, "Asia/Tokyo")

    def test_an_unknown_time_zone_is_refused_beside_the_field(self):
        response = self.client.post("/accounts/settings/time-zone", {"time_zone": "Mars/Base"})
        self.assertContains(response, "not one of the available choices", status_code=422)
        self.alice.refresh_from_db()
        self.assertEqual(self.alice.time_zone, "UTC")

    def test_a_new_password_keeps_this_login_and_ends_all_tokens(self):
        passwords = {"old_password": PASSWORD, "new_password1": "nine red kettles", "new_password2": "nine red kettles"}
        response = self.client.post("/accounts/settings/password", passwords, follow=True)
        self.assertContains(response, "Your password is saved.")
        self.alice.refresh_from_db()
        self.assertTrue(self.alice.check_password("nine red kettles"))
        self.assertIsNotNone(self.alice.tokens_not_before)

    def test_the_old_password_is_asked_for(self):
        passwords = {"old_password": "wrong", "new_password1": "nine red kettles", "new_password2": "nine red kettles"}
        response = self.client.post("/accounts/settings/password", passwords)
        self.assertContains(response, "Your old password was entered incorrectly", status_code=422)


class ErrorPageTests(AccountPageTestCase):
    def test_an_unknown_address_gets_a_friendly_page(self):
        response = self.client.get("/nowhere")
        self.assertContains(response, "There is nothing here", status_code=404)

    def test_a_form_that_was_open_too_long_says_what_to_do(self):
        client = self.client_class(enforce_csrf_checks=True)
        response = client.post("/accounts/login", {"username": "alice", "password": PASSWORD})
        self.assertContains(response, "This page was open for too long", status_code=403)


class TokenForScriptTests(TestCase):
    """The script of a page gets its access token from the login, and from nothing else."""

    def setUp(self):
        self.alice = alice()

    def test_the_login_gives_a_token_that_the_api_takes(self):
        self.client.force_login(self.alice)
        response = self.client.post("/accounts/token")
        token, user_id = response.json()["access_token"], response.json()["user_id"]
        self.assertIn("no-store", response["Cache-Control"])
        me = self.client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(me.json()["user_id"], user_id)

    def test_a_token_does_not_renew_itself(self):
        response = self.client.post("/accounts/token", headers={"Authorization": bearer(self.alice)})
        self.assertEqual(response.status_code, 401)

    def test_a_foreign_page_gets_none(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.alice)
        self.assertEqual(client.post("/accounts/token").status_code, 403)

    def test_signing_in_on_a_page_leaves_the_page_where_it_is(self):
        carol = {"username": "carol", "password": PASSWORD}
        UserFactory(username="carol", password=PASSWORD)
        live = {"HX-Request": "true"}
        form = self.client.get("/accounts/login", headers=live)
        self.assertContains(form, "What you wrote is kept")
        self.assertNotContains(form, "<html")
        wrong = self.client.post("/accounts/login", {"username": "carol", "password": "no"}, headers=live)
        self.assertContains(wrong, "password is wrong", status_code=401)
        self.assertEqual(self.client.post("/accounts/login", carol, headers=live).status_code, 204)

    def test_the_script_of_a_page_without_a_login_is_told_so(self):
        self.assertEqual(self.client.get("/", headers={"HX-Request": "true"}).status_code, 401)
