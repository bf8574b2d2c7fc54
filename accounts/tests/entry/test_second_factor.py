"""The second factor: set up, asked for at every door where a password lets in, and guessed in vain."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock
from urllib.parse import urlencode

import pyotp
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase, override_settings

from accounts.models import Passkey, RecoveryCode, SecondFactor, SecurityEvent, SignIn, User
from accounts.second_factor.codes import RECOVERY_CODES
from accounts.second_factor.stored import turn_on_app
from accounts.testing import PASSWORD, alice, bob

ASKED, SETTINGS = "/accounts/login/second-factor", "/accounts/settings/second-factor"
APP = f"{SETTINGS}/app"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME, ATTACKER = "198.51.100.7", "203.0.113.66"
QUARTER = 16 * 60


def code_of(secret: str = SECRET, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time(), counter_offset=steps)


def wrong_code(secret: str = SECRET) -> str:
    near = {code_of(secret, steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def later(seconds: float):
    return mock.patch("time.time", return_value=time.time() + seconds)


def turn_on(user: User) -> list[str]:
    """With an app whose last code was used long ago; returns the recovery codes."""
    codes = turn_on_app(user, SECRET, code_of())
    SecondFactor.objects.update(last_step=0)
    return codes


class SecondFactorCase(TestCase):
    def setUp(self):
        cache.clear()
        self.alice = alice(password=PASSWORD)

    def by_page(self, client: Client | None = None, **fields):
        client = client or self.client
        form = {"username": "alice", "password": PASSWORD, "next": "/todos", **fields}
        return client.post("/accounts/login", form)

    def by_api(self, otp: str | None = None, address: str = HOME):
        body = {"username": "alice", "password": PASSWORD} | ({"otp": otp} if otp is not None else {})
        return Client(REMOTE_ADDR=address).post("/api/auth/token", body, content_type="application/json")

    def give(self, client: Client | None = None, **fields):
        return (client or self.client).post(ASKED, {"next": "/todos", **fields})

    def assert_outside(self, client: Client | None = None):
        self.assertEqual((client or self.client).get("/accounts/settings").status_code, 302)


class SetUpTests(SecondFactorCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.alice)

    def open_page(self) -> tuple[str, str]:
        page = self.client.get(APP).content.decode()
        return re.search(r'id="app-secret">(\w+)', page)[1], re.search(r'name="ticket" value="([^"]+)"', page)[1]

    def test_an_app_is_on_after_its_first_code_and_recovery_codes_are_shown_once(self):
        secret, ticket = self.open_page()
        self.assertFalse(SecondFactor.objects.exists())
        page = self.client.post(APP, {"ticket": ticket, "code": code_of(secret)})
        shown = re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page.content.decode())
        self.assertEqual(len(set(shown)), RECOVERY_CODES)
        self.assertIn("no-store", page["Cache-Control"])
        self.assertTrue(SecurityEvent.objects.filter(kind="second_factor_on", user=self.alice).exists())
        self.assertContains(self.client.get("/accounts/settings"), "10 recovery codes left")
        stored = str(list(SecondFactor.objects.values()) + list(RecoveryCode.objects.values()))
        self.assertFalse([word for word in [secret, *shown] if word in stored or word.replace("-", "") in stored])

    def test_the_picture_has_the_key_and_the_name(self):
        page = self.client.get(APP)
        self.assertContains(page, 'src="data:image/svg+xml')

    def test_a_wrong_code_turns_nothing_on_and_the_key_stays(self):
        secret, ticket = self.open_page()
        page = self.client.post(APP, {"ticket": ticket, "code": wrong_code(secret)})
        self.assertContains(page, "This code is not right.", status_code=422)
        self.assertContains(page, secret, status_code=422)
        self.assertFalse(SecondFactor.objects.exists())
        self.assertEqual(self.client.post(APP, {"ticket": ticket, "code": code_of(secret)}).status_code, 200)

    def test_the_page_of_another_person_or_browser_is_of_no_use(self):
        secret, ticket = self.open_page()
        other = Client()
        other.force_login(bob())
        with_cookie = Client()
        with_cookie.force_login(User.objects.get(username="bob"))
        with_cookie.cookies["browser"] = self.client.cookies["browser"].value
        for client in (other, with_cookie):
            self.assertRedirects(client.post(APP, {"ticket": ticket, "code": code_of(secret)}), APP)
        self.assertFalse(SecondFactor.objects.exists())

    def test_an_open_page_that_somebody_finds_asks_for_the_password(self):
        with later(QUARTER):
            secret, ticket = self.open_page()
            form = {"ticket": ticket, "code": code_of(secret)}
            self.assertContains(self.client.post(APP, form), "Is it you?")
            form = {"waiting": urlencode(form)}
            self.assertContains(self.client.post(APP, form | {"password": "guess"}), "Is it you?", status_code=422)
            self.assertFalse(SecondFactor.objects.exists())
            self.assertContains(self.client.post(APP, form | {"password": PASSWORD}), "Keep these codes")

    def test_it_is_turned_off_and_renewed_by_who_confirms(self):
        first = turn_on(self.alice)
        self.client.force_login(self.alice)
        for act in ("codes", "end"):
            with later(QUARTER):
                refused = self.client.post(f"{SETTINGS}/{act}", {"password": "guess", "waiting": ""})
                self.assertContains(refused, "This is not your password.", status_code=422)
        renewed = self.client.post(f"{SETTINGS}/codes")
        self.assertContains(renewed, "Keep these codes")
        self.assertEqual(RecoveryCode.objects.count(), RECOVERY_CODES)
        self.client.logout()
        self.by_page()
        self.assertEqual(self.give(recovery_code=first[0]).status_code, 422)
        self.give(code=code_of())
        self.assertRedirects(self.client.post(f"{SETTINGS}/end"), "/accounts/settings")
        self.assertFalse(SecondFactor.objects.exists() or RecoveryCode.objects.exists())
        kinds = list(SecurityEvent.objects.filter(user=self.alice).exclude(kind__startswith="signed").order_by("id"))
        self.assertEqual([event.kind for event in kinds], ["recovery_codes_made", "second_factor_off"])
        self.client.logout()
        self.assertRedirects(self.by_page(), "/todos", fetch_redirect_response=False)

    def test_there_are_no_recovery_codes_without_a_second_factor(self):
        self.assertContains(self.client.post(f"{SETTINGS}/codes"), "Your second factor is off", status_code=422)
        self.assertFalse(RecoveryCode.objects.exists())

    @override_settings(SITE_URL="https://todo.example")
    def test_a_passkey_can_be_the_second_factor_but_only_one_that_there_is(self):
        self.assertContains(self.client.post(f"{SETTINGS}/passkey"), "Add a passkey first.", status_code=422)
        Passkey.objects.create(user=self.alice, name="phone", credential_id="phone", public_key="")
        self.assertContains(self.client.post(f"{SETTINGS}/passkey"), "Keep these codes")
        only = Passkey.objects.get()
        removed = self.client.post(f"/accounts/settings/passkeys/{only.pk}/remove")
        self.assertContains(removed, "Turn the second factor off first", status_code=422)
        self.client.logout()
        self.by_page()
        page = self.client.get(ASKED)
        self.assertContains(page, "Sign in with a passkey")
        self.assertNotContains(page, "one-time-code")


class AskedTests(SecondFactorCase):
    def setUp(self):
        super().setUp()
        self.recovery_codes = turn_on(self.alice)

    def test_a_password_alone_lets_nobody_in(self):
        self.assertRedirects(self.by_page(), f"{ASKED}?next=%2Ftodos")
        self.assert_outside()
        self.assertRedirects(self.give(code=code_of()), "/todos", fetch_redirect_response=False)
        self.assertContains(self.client.get("/accounts/settings"), "by password and code from an app")
        self.assertEqual(SignIn.objects.latest("created_at").amr, "pwd otp")

    def test_a_lost_phone_is_replaced_by_a_recovery_code_once(self):
        shown = "-".join(re.findall(".{4}", self.recovery_codes[0])).upper()
        for status in (302, 422):
            client = Client()
            self.by_page(client)
            self.assertEqual(self.give(client, recovery_code=f" {shown} ").status_code, status)
        self.assertEqual(SignIn.objects.latest("created_at").amr, "pwd rec")
        self.assertEqual(SecurityEvent.objects.filter(kind="recovery_code_used").count(), 1)
        self.assertEqual(RecoveryCode.objects.filter(used_at=None).count(), RECOVERY_CODES - 1)

    def test_a_code_works_once_and_no_older_one_after_it(self):
        for code, status in ((code_of(), 302), (code_of(), 422), (code_of(steps=-1), 422), (code_of(steps=1), 302)):
            client = Client()
            self.by_page(client)
            self.assertEqual(self.give(client, code=code).status_code, status)

    def test_codes_are_read_however_they_are_typed(self):
        wide = "".join(chr(0xFEE0 + ord(digit)) for digit in code_of())
        for typed in (f"{code_of()[:3]} {code_of()[3:]}", wide):
            SecondFactor.objects.update(last_step=0)
            client = Client()
            self.by_page(client)
            self.assertEqual(self.give(client, code=typed).status_code, 302)

    def test_what_is_no_code_is_refused_beside_the_field(self):
        self.by_page()
        for code in ("1", "abcdef", "1" * 40, "\x00", "²²²²²²", wrong_code(), code_of(steps=-2), code_of(steps=3)):
            with self.subTest(code):
                cache.clear()
                answer = self.give(code=code)
                self.assertEqual(answer.status_code, 422)
                self.assertTrue(answer.context["form"].errors["code"])
        self.assertEqual(self.give().status_code, 422)
        self.assert_outside()

    def test_nobody_is_asked_who_gave_no_password_here(self):
        self.assertRedirects(self.client.get(ASKED), "/accounts/login")
        self.assertContains(self.give(code=code_of()), "That took too long", status_code=422)
        self.by_page()
        thief = Client()
        thief.cookies["pending_sign_in"] = self.client.cookies["pending_sign_in"].value
        self.assertContains(self.give(thief, code=code_of()), "That took too long", status_code=422)
        self.assert_outside(thief)

    def test_the_step_in_between_ends_with_time_a_new_password_and_the_account(self):
        def password_changed():
            self.alice.set_password("nine red kettles")
            self.alice.save()

        def disabled():
            User.objects.update(is_active=False)

        self.by_page()
        with later(601):
            self.assertEqual(self.give(code=code_of()).status_code, 422)
        for act in (password_changed, disabled):
            act()
            self.assertContains(self.give(code=code_of()), "That took too long", status_code=422)
        self.assert_outside()

    def test_the_session_gets_a_new_id_and_is_nobodys_before(self):
        planted = self.client.session
        planted["planted"] = True
        planted.save()
        self.by_page()
        self.assertNotIn("_auth_user_id", self.client.session)
        self.give(code=code_of())
        self.assertNotEqual(self.client.session.session_key, planted.session_key)

    def test_in_the_dialog_of_a_page_too(self):
        live = {"HX-Request": "true"}
        form = {"username": "alice", "password": PASSWORD}
        step = self.client.post("/accounts/login", form, headers=live, follow=True)
        self.assertContains(step, "One more step")
        self.assertNotContains(step, "<html")
        wrong = self.client.post(ASKED, {"code": wrong_code()}, headers=live)
        self.assertContains(wrong, "This code is not right.", status_code=422)
        self.assertEqual(self.client.post(ASKED, {"code": code_of()}, headers=live).status_code, 204)

    def test_the_api_makes_refresh_tokens_with_the_code_only(self):
        asked = self.by_api()
        self.assertEqual((asked.status_code, asked.json()["error"]), (401, "second_factor_required"))
        self.assertEqual(asked.json()["details"]["methods"], ["totp", "recovery_code"])
        for otp, error in ((wrong_code(), "second_factor_failed"), ("", "second_factor_required")):
            self.assertEqual(self.by_api(otp).json()["error"], error)
        self.assertEqual(self.by_api(code_of()).status_code, 200)
        self.assertEqual(SignIn.objects.latest("created_at").amr, "pwd otp")
        self.assertEqual(self.by_api(code_of()).json()["error"], "second_factor_failed")
        self.assertEqual(self.by_api(self.recovery_codes[3]).status_code, 200)
        self.assertEqual(self.by_api(self.recovery_codes[3]).status_code, 401)

    def test_a_wrong_password_says_nothing_of_a_second_factor(self):
        body = {"username": "alice", "password": "guess", "otp": code_of()}
        answer = self.client.post("/api/auth/token", body, content_type="application/json")
        self.assertEqual(answer.json()["error"], "login_failed")
        self.assertContains(self.by_page(password="guess"), "The username or the password is wrong", status_code=401)

    def test_an_account_without_one_needs_no_code_and_takes_none_amiss(self):
        SecondFactor.objects.all().delete()
        self.assertEqual([self.by_api(otp).status_code for otp in (None, "123456")], [200, 200])

    def test_a_key_change_keeps_the_app_while_the_old_key_is_a_fallback(self):
        with self.settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[]):
            self.assertEqual(self.by_api(code_of()).json()["error"], "second_factor_failed")
        from django.conf import settings  # noqa: PLC0415

        with self.settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            self.assertEqual(self.by_api(code_of()).status_code, 200)
        SecondFactor.objects.update(last_step=0)
        with self.settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[]):
            self.assertEqual(self.by_api(code_of()).status_code, 200, "it was not sealed anew")


@override_settings(RATE_LIMITS=True)
class GuessingTests(SecondFactorCase):
    """By a thief of the password."""

    def setUp(self):
        super().setUp()
        self.recovery_codes = turn_on(self.alice)

    def test_guesses_at_one_address_end_in_429_and_the_owner_signs_in_elsewhere(self):
        statuses = [self.by_api(wrong_code(), ATTACKER).status_code for _ in range(7)]
        self.assertEqual(statuses, [401] * 5 + [429] * 2)
        self.assertEqual(self.by_api(code_of(), ATTACKER).status_code, 429)
        self.assertEqual(self.by_api(code_of(), HOME).status_code, 200)

    def test_guesses_from_a_thousand_addresses_end_too_but_not_where_the_owner_was_before(self):
        self.assertEqual(self.by_api(code_of(), HOME).status_code, 200)
        SecondFactor.objects.update(last_step=0)
        statuses = [self.by_api(wrong_code(), f"203.0.113.{number}").status_code for number in range(30)]
        self.assertEqual((statuses.count(401), statuses[-1]), (19, 429))
        self.assertEqual(self.by_api(code_of(), "192.0.2.1").status_code, 429)
        self.assertEqual(self.by_api(code_of(), HOME).status_code, 200)

    def test_the_page_counts_with_the_api_and_says_when_it_works_again(self):
        client = Client(REMOTE_ADDR=ATTACKER)
        self.by_page(client)
        for _ in range(5):
            self.give(client, code=wrong_code())
        answer = self.give(client, code=code_of())
        self.assertContains(answer, "It works again in", status_code=429)
        self.assertEqual(self.by_api(code_of(), ATTACKER).status_code, 429)

    def test_others_of_the_same_address_are_not_kept_out(self):
        for _ in range(7):
            self.by_api(wrong_code(), ATTACKER)
        bob(password=PASSWORD)
        body = {"username": "bob", "password": PASSWORD}
        client = Client(REMOTE_ADDR=ATTACKER)
        self.assertEqual(client.post("/api/auth/token", body, content_type="application/json").status_code, 200)


@override_settings(RATE_LIMITS=False)
class AtOnceTests(TransactionTestCase):
    """One code, sent several times side by side, lets in once."""

    def test_one_of_them_counts(self):
        cache.clear()
        recovery_codes = turn_on(alice(password=PASSWORD))
        for code in (code_of(), recovery_codes[0]):
            with ThreadPoolExecutor(3) as threads:
                statuses = list(threads.map(token_with, [code] * 3))
            self.assertEqual(sorted(statuses), [200, 401, 401])


def token_with(otp: str) -> int:
    body = {"username": "alice", "password": PASSWORD, "otp": otp}
    try:
        return Client().post("/api/auth/token", body, content_type="application/json").status_code
    finally:
        connection.close()
