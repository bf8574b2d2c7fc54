import base64
import json
import time

import jwt
from asgiref.sync import async_to_sync
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import SimpleTestCase

from accounts.testing import UserFactory, forge_token
from accounts.tokens.access import issue_access_token
from accounts.tokens.access import verify_access_token as verify_awaited
from accounts.tokens.claims import TOKEN_MAX_LENGTH
from web.errors import TokenExpired, TokenInvalid

verify_access_token = async_to_sync(verify_awaited)


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class AccessTokenTests(SimpleTestCase):
    def assert_refused(self, token: str) -> None:
        with self.assertRaises(TokenInvalid):
            verify_access_token(token)

    def test_an_issued_token_says_whose_it_is_and_nothing_more(self):
        user = UserFactory.build(subject="alice")
        token = issue_access_token(user)
        self.assertEqual(verify_access_token(token).subject, "alice")
        claims = jwt.decode(token, options={"verify_signature": False})
        self.assertEqual(set(claims), {"iss", "aud", "sub", "iat", "exp"})
        header = jwt.get_unverified_header(token)
        self.assertRegex(header.pop("kid"), r"^[0-9a-f]{16}$")
        self.assertEqual(header, {"alg": "HS256", "typ": "at+jwt"})

    def test_a_token_of_our_own_making_is_accepted(self):
        self.assertEqual(verify_access_token(forge_token()).subject, "alice")

    def test_an_expired_token_is_named_as_such(self):
        with self.assertRaises(TokenExpired):
            verify_access_token(forge_token({"exp": int(time.time()) - 1}))

    def test_a_token_needs_every_claim(self):
        for claim in ["iss", "aud", "sub", "iat", "exp"]:
            with self.subTest(claim):
                self.assert_refused(forge_token(without=[claim]))

    def test_a_subject_is_visible_ascii_text(self):
        for subject in [7, True, ["alice"], {"id": "alice"}, "", "a\x00", "ä", "a\ud800", "a" * 256]:
            with self.subTest(ascii(subject)):
                self.assert_refused(forge_token({"sub": subject}))

    def test_another_issuer_or_audience_is_refused(self):
        for claims in [{"iss": "https://elsewhere.example"}, {"aud": "another-api"}, {"aud": [settings.JWT_AUDIENCE]}]:
            with self.subTest(claims):
                self.assert_refused(forge_token(claims))

    def test_another_key_is_refused(self):
        self.assert_refused(forge_token(key="another key that is long enough for HMAC"))

    def test_a_key_that_was_replaced_counts_as_long_as_it_is_named(self):
        issued = issue_access_token(UserFactory.build(subject="alice"))
        old, new = settings.JWT_SECRET, "a new secret that is long enough for it"
        with self.settings(JWT_SECRET=new, JWT_SECRET_FALLBACKS=["yet another secret of other days", old]):
            self.assertEqual(verify_access_token(issued).subject, "alice")
            self.assertEqual(verify_access_token(issue_access_token(UserFactory.build(subject="bob"))).subject, "bob")
            self.assert_refused(forge_token(key="another key that is long enough for HMAC"))
            self.assert_refused(issued[:-2])
        with self.settings(JWT_SECRET=new):
            self.assert_refused(issued)

    def test_a_token_names_its_key_and_counts_with_that_one_alone(self):
        old, new = settings.JWT_SECRET, "a new secret that is long enough for it"
        issued = issue_access_token(UserFactory.build(subject="alice"))
        named = jwt.get_unverified_header(issued)["kid"]
        self.assertNotIn(named, old)
        with self.settings(JWT_SECRET=new, JWT_SECRET_FALLBACKS=[old]):
            newer = jwt.get_unverified_header(issue_access_token(UserFactory.build(subject="alice")))["kid"]
            self.assertNotEqual(named, newer)
            self.assertEqual(verify_access_token(issued).subject, "alice")
            self.assertEqual(verify_access_token(forge_token(key=new, headers={"kid": newer})).subject, "alice")
            for key, key_id in ((new, named), (old, newer), (new, "unknown"), (new, "")):
                self.assert_refused(forge_token(key=key, headers={"kid": key_id}))
        self.assertEqual(verify_access_token(forge_token()).subject, "alice", "one from before keys had ids")

    def test_another_algorithm_is_refused_even_with_the_right_key(self):
        self.assert_refused(forge_token(key=settings.JWT_SECRET * 2, algorithm="HS512"))
        self.assert_refused(forge_token(key=rsa.generate_private_key(65537, 2048), algorithm="RS256"))

    def test_an_unsigned_token_is_refused(self):
        claims = jwt.decode(forge_token(), options={"verify_signature": False})
        for algorithm in ["none", "None", "nOnE", "", None]:
            header = encoded({"alg": algorithm, "typ": "at+jwt"})
            self.assert_refused(f"{header}.{encoded(claims)}.")
        self.assert_refused(f"{encoded({'typ': 'at+jwt'})}.{encoded(claims)}.")

    def test_a_changed_claim_breaks_the_signature(self):
        header, _, signature = forge_token().split(".")
        claims = jwt.decode(forge_token(), options={"verify_signature": False}) | {"sub": "bob"}
        self.assert_refused(f"{header}.{encoded(claims)}.{signature}")

    def test_another_type_of_token_is_refused(self):
        for token_type in ["JWT", "id+jwt", "AT+JWT ", None]:
            with self.subTest(token_type):
                self.assert_refused(forge_token(headers={"typ": token_type}))

    def test_an_unknown_critical_header_is_refused(self):
        self.assert_refused(forge_token(headers={"crit": ["x"], "x": 1}))

    def test_a_clock_may_be_half_a_minute_ahead_and_no_more(self):
        verify_access_token(forge_token({"iat": time.time() + 20}))
        self.assert_refused(forge_token({"iat": time.time() + 60}))

    def test_an_issue_time_is_a_number(self):
        for issued_at in ["0", True, [0], float("nan"), float("inf")]:
            with self.subTest(issued_at):
                self.assert_refused(forge_token({"iat": issued_at}))

    def test_broken_tokens_are_refused(self):
        whole = forge_token()
        for token in [
            "",
            ".",
            "..",
            "a.b.c",
            whole[:-5],
            whole.rsplit(".", 1)[0],
            whole + ".x",
            f"Bearer {whole}",
            "ä.ö.ü",
        ]:
            with self.subTest(token):
                self.assert_refused(token)

    def test_a_long_token_is_refused_even_when_it_is_signed(self):
        self.assert_refused(forge_token({"padding": "x" * 20_000}))
        self.assert_refused("a" * (TOKEN_MAX_LENGTH + 1))
