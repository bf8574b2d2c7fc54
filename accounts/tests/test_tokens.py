import base64
import datetime
import json
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection, transaction
from django.test import SimpleTestCase, TestCase, TransactionTestCase, skipUnlessDBFeature
from django.utils import timezone

from accounts.errors import TokenExpired, TokenInvalid
from accounts.models import RefreshToken, User
from accounts.testing import UserFactory, alice, bob, forge_token
from accounts.tokens import (
    TOKEN_MAX_LENGTH,
    digest_of,
    issue_access_token,
    issue_refresh_token,
    revoke_refresh_token,
    rotate_refresh_token,
    sign_out_everywhere,
    verify_access_token,
)


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
        self.assertEqual(jwt.get_unverified_header(token), {"alg": "HS256", "typ": "at+jwt"})

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
            with self.subTest(subject):
                self.assert_refused(forge_token({"sub": subject}))

    def test_another_issuer_or_audience_is_refused(self):
        for claims in [{"iss": "https://elsewhere.example"}, {"aud": "another-api"}, {"aud": [settings.JWT_AUDIENCE]}]:
            with self.subTest(claims):
                self.assert_refused(forge_token(claims))

    def test_another_key_is_refused(self):
        self.assert_refused(forge_token(key="another key that is long enough for HMAC"))

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


class RefreshTokenTests(TestCase):
    def setUp(self):
        self.user = alice()

    def test_only_a_hash_is_stored(self):
        token = issue_refresh_token(self.user)
        stored = RefreshToken.objects.get()
        self.assertEqual(stored.digest, digest_of(token))
        self.assertNotIn(token, [str(value) for value in vars(stored).values()])

    def test_rotation_gives_a_successor_of_the_same_family(self):
        first = issue_refresh_token(self.user)
        user, second = rotate_refresh_token(first)
        self.assertEqual(user, self.user)
        self.assertNotEqual(first, second)
        self.assertEqual(RefreshToken.objects.values("family").distinct().count(), 1)
        self.assertIsNotNone(rotate_refresh_token(second))

    def test_using_a_rotated_token_again_ends_its_family(self):
        first = issue_refresh_token(self.user)
        _, second = rotate_refresh_token(first)
        self.assertIsNone(rotate_refresh_token(first))
        self.assertIsNone(rotate_refresh_token(second))

    def test_the_end_of_a_family_leaves_other_sign_ins_alone(self):
        elsewhere = issue_refresh_token(self.user)
        first = issue_refresh_token(self.user)
        rotate_refresh_token(first)
        rotate_refresh_token(first)
        self.assertIsNotNone(rotate_refresh_token(elsewhere))

    def test_a_successor_stored_while_its_family_ended_is_dead_too(self):
        first = issue_refresh_token(self.user)
        family = RefreshToken.objects.get().family
        revoke_refresh_token(first)
        self.assertIsNone(rotate_refresh_token(issue_refresh_token(self.user, family)))

    def test_an_unknown_token_is_refused(self):
        self.assertIsNone(rotate_refresh_token("unknown"))

    def test_an_expired_token_is_refused(self):
        token = issue_refresh_token(self.user)
        RefreshToken.objects.update(expires_at=timezone.now())
        self.assertIsNone(rotate_refresh_token(token))

    def test_a_disabled_user_cannot_refresh(self):
        token = issue_refresh_token(self.user)
        User.objects.update(is_active=False)
        self.assertIsNone(rotate_refresh_token(token))

    def test_revoking_is_idempotent_and_silent(self):
        token = issue_refresh_token(self.user)
        revoke_refresh_token(token)
        revoked_at = RefreshToken.objects.get().revoked_at
        revoke_refresh_token(token)
        revoke_refresh_token("unknown")
        self.assertEqual(RefreshToken.objects.get().revoked_at, revoked_at)
        self.assertIsNone(rotate_refresh_token(token))

    def test_revoking_any_token_ends_its_successors(self):
        first = issue_refresh_token(self.user)
        _, second = rotate_refresh_token(first)
        revoke_refresh_token(first)
        self.assertIsNone(rotate_refresh_token(second))

    def test_signing_out_everywhere_ends_what_was_issued_and_nothing_later(self):
        earlier = issue_refresh_token(self.user)
        others = issue_refresh_token(bob())
        sign_out_everywhere(self.user)
        later = issue_refresh_token(self.user)
        self.assertIsNone(rotate_refresh_token(earlier))
        self.assertIsNotNone(rotate_refresh_token(later))
        self.assertIsNotNone(rotate_refresh_token(others))

    def test_rows_are_deleted_when_they_can_matter_to_nobody(self):
        issue_refresh_token(self.user)
        lifetime = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
        RefreshToken.objects.update(expires_at=timezone.now() - lifetime - datetime.timedelta(seconds=1))
        issue_refresh_token(self.user)
        self.assertEqual(RefreshToken.objects.count(), 1)


class ConcurrentRotationTests(TransactionTestCase):
    @skipUnlessDBFeature("has_select_for_update")
    def test_of_two_rotations_at_once_one_wins_and_the_family_ends(self):
        user = alice()
        token = issue_refresh_token(user)
        together = threading.Barrier(2)
        rotations = []

        def rotate():
            together.wait()
            try:
                with transaction.atomic():
                    rotations.append(rotate_refresh_token(token))
            finally:
                connection.close()

        threads = [threading.Thread(target=rotate) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [(_, successor)] = [rotation for rotation in rotations if rotation]
        self.assertEqual(len(rotations), 2)
        with transaction.atomic():
            self.assertIsNone(rotate_refresh_token(successor))
