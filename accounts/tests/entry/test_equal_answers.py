"""What strangers may ask says the same, after the same work, whether there is an account or not.

That a username is taken is told at registration: names are how people are told apart, and each door that takes one
could find out. An address is never told. Time is not measured here: the statements behind an answer are.
"""

import re

import pyotp
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.second_factor.stored import turn_on_app
from accounts.testing import PASSWORD, alice, bob

RANDOM = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|"request_id": ?"[^"]+"|"(challenge|ticket)": ?"[^"]+"')
TOKENS = re.compile(r'"(access_token|refresh_token|user_id)": ?"[^"]+"')
KNOWN, UNKNOWN = ("alice", "ada@example.com"), ("elvis", "eve@example.com")


def guess(name, _):
    return {"username": name, "password": "guess"}


@override_settings(EMAIL_URL="memory:", SITE_URL="http://localhost")
class Answers(TestCase):
    def setUp(self):
        cache.clear()
        user = alice(password=PASSWORD, email="ada@example.com")
        user.email_key, user.email_verified_at = "ada@example.com", timezone.now()
        user.save()

    def heard(self, path, body, *, signed_in=None, **named):
        """Status, headers and text of an answer, and the statements behind it; without what is random, or was sent."""
        self.client.cookies.clear()
        if signed_in:
            self.client.force_login(signed_in)
        with CaptureQueriesContext(connection) as asked:
            answer = self.client.post(path, body, headers={"Host": "localhost"}, **named)
        text = TOKENS.sub("", RANDOM.sub("", answer.content.decode()))
        for word in KNOWN + UNKNOWN:
            text = text.replace(word, "")
        kept = {name: value for name, value in answer.items() if name not in {"X-Request-ID", "RateLimit"}}
        statements = [re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\d+", "?", query["sql"]) for query in asked.captured_queries]
        kept["Content-Length"] = kept["Content-Security-Policy"] = ""
        return answer.status_code, kept, text, statements

    def assert_equal_for_both(self, path, form, **named):
        known, unknown = (self.heard(path, form(*who), **named) for who in (KNOWN, UNKNOWN))
        self.assertEqual(known[:3], unknown[:3])
        self.assertEqual(known[3], unknown[3])
        return known

    def test_a_wrong_password_is_answered_the_same(self):
        for path, named in (("/accounts/login", {}), ("/api/auth/token", {"content_type": "application/json"})):
            status, *_ = self.assert_equal_for_both(path, guess, **named)
            self.assertEqual(status, 401)

    def test_a_wrong_password_of_an_account_of_any_kind_is_answered_the_same(self):
        """Without a password, disabled, or with a second factor: each is as if it were not there."""
        alice_now = User.objects.get()
        turn_on_app(alice_now, (secret := pyotp.random_base32()), pyotp.TOTP(secret).now())
        for change in ({}, {"password": "!"}, {"is_active": False}):
            User.objects.update(**change)
            with self.subTest(change):
                self.assertEqual(self.assert_equal_for_both("/accounts/login", guess)[0], 401)

    def test_a_forgotten_password_is_answered_the_same(self):
        page = self.assert_equal_for_both("/accounts/password/forgot", lambda _, address: {"email": address})
        self.assertEqual(page[0], 200)
        program = self.assert_equal_for_both(
            "/api/auth/password/forgot", lambda _, address: {"email": address}, content_type="application/json"
        )
        self.assertEqual(program[0], 202)

    def test_a_new_account_with_an_address_is_answered_the_same(self):
        names = iter(("anna", "bert", "carl", "dora"))

        def of_page(_, address):
            return {"username": next(names), "email": address, "password1": PASSWORD, "password2": PASSWORD}

        self.assertEqual(self.assert_equal_for_both("/accounts/register", of_page)[0], 302)

        def of_program(_, address):
            return {"username": next(names), "email": address, "password": PASSWORD}

        answer = self.assert_equal_for_both("/api/auth/register", of_program, content_type="application/json")
        self.assertEqual(answer[0], 201)

    def test_a_new_address_of_somebody_who_is_signed_in_is_answered_the_same(self):
        answer = self.assert_equal_for_both(
            "/accounts/settings/email", lambda _, address: {"email": address}, signed_in=bob()
        )
        self.assertEqual(answer[0], 302)

    def test_a_passkey_that_is_about_to_be_used_is_asked_for_without_a_name(self):
        status, *_ = self.assert_equal_for_both("/accounts/login/passkey/options", lambda name, _: {"username": name})
        self.assertEqual(status, 200)
