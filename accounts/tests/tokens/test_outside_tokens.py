import time

from asgiref.sync import sync_to_async
from django.test import TestCase, override_settings

from accounts.issuers import LOCAL_ISSUER
from accounts.models import User
from accounts.testing import alice, bearer, outside_issuer
from accounts.tokens.access import verify_access_token
from web.errors import TokenExpired, TokenInvalid


class OutsideIssuerCase(TestCase):
    algorithm = "ES256"

    def setUp(self):
        self.issuer = self.enterContext(outside_issuer(self.algorithm))
        self.enterContext(override_settings(JWT_TRUSTED_ISSUERS={self.issuer.name: self.issuer.trusted}))


class OutsideTokenTests(OutsideIssuerCase):
    """What an outside issuer may say in a token; what nobody may say is in the attacks on every door."""

    async def verify(self, claims=None, **asked):
        return await verify_access_token(self.issuer.token(claims, **asked))

    async def test_a_token_names_its_user_by_issuer_and_subject(self):
        claims = await self.verify()
        self.assertEqual((claims.issuer, claims.subject, claims.sign_in_id), (self.issuer.name, "outsider", None))

    async def test_clocks_may_differ_by_half_a_minute(self):
        now = int(time.time())
        for claims in [{"exp": now - 20}, {"nbf": now + 20}, {"iat": now + 20}]:
            with self.subTest(claims):
                await self.verify(claims)
        with self.assertRaises(TokenExpired):
            await self.verify({"exp": now - 40})
        for claims in [{"nbf": now + 40}, {"iat": now + 40}]:
            with self.subTest(claims), self.assertRaises(TokenInvalid):
                await self.verify(claims)

    async def test_an_audience_may_be_one_of_several(self):
        await self.verify({"aud": ["somebody else", "todo-chat"]})
        with self.assertRaises(TokenInvalid):
            await self.verify({"aud": ["somebody else"]})

    async def test_a_type_may_be_named_or_not(self):
        for headers in [{"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": "application/at+jwt"}, {"typ": None}]:
            with self.subTest(headers):
                await self.verify(headers=headers)

    async def test_claims_of_others_are_nobody_s_business(self):
        await self.verify({"sid": 7, "name": "Outsider", "scope": ["a"], "nonce": None})

    async def test_without_trusted_issuers_nobody_is_trusted(self):
        with override_settings(JWT_TRUSTED_ISSUERS={}), self.assertRaises(TokenInvalid):
            await self.verify()


class EdDSATokenTests(OutsideTokenTests):
    algorithm = "EdDSA"


class RS256TokenTests(OutsideTokenTests):
    algorithm = "RS256"


class OutsideUserTests(OutsideIssuerCase):
    def me(self, claims=None):
        headers = {"Authorization": f"Bearer {self.issuer.token(claims)}"}
        return self.client.get("/api/auth/me", headers=headers)

    def test_somebody_is_there_from_the_first_request_on(self):
        self.assertEqual(self.me().json()["user_id"], "outsider")
        user = User.objects.get()
        self.assertEqual((user.issuer, user.subject, user.username), (self.issuer.name, "outsider", str(user.pk)))
        self.assertFalse(user.has_usable_password())
        self.assertFalse(user.is_staff or user.is_superuser)
        self.assertEqual(self.me().status_code, 200)
        self.assertEqual(User.objects.count(), 1)

    def test_the_subject_of_a_local_person_is_somebody_else(self):
        local = alice()
        self.me({"sub": local.subject})
        outside = User.objects.exclude(pk=local.pk).get()
        self.assertEqual((outside.subject, outside.issuer == LOCAL_ISSUER), (local.subject, False))
        mine = self.client.get("/api/auth/me", headers={"Authorization": bearer(local)})
        self.assertEqual(mine.json()["username"], "alice")

    def test_a_changed_key_is_accepted_at_once(self):
        self.me()
        self.issuer.rotate("second")
        self.assertEqual(self.me().status_code, 200)

    def test_a_disabled_person_stays_out(self):
        self.me()
        User.objects.update(is_active=False)
        self.assertEqual(self.me().status_code, 401)

    def test_a_token_that_is_refused_leaves_nobody_behind(self):
        self.me({"aud": "somebody else"})
        self.assertFalse(User.objects.exists())

    async def test_while_the_keys_are_out_of_reach_every_door_says_so(self):
        self.issuer.answer = (500, {}, b"")
        headers = {"Authorization": f"Bearer {self.issuer.token()}"}
        with self.assertLogs("accounts.tokens.jwks", "WARNING"):
            for path in ["/api/auth/me", "/api/outsider/todos", "/todos", "/"]:
                with self.subTest(path):
                    response = await self.async_client.get(path, headers=headers)
                    self.assertEqual((response.status_code, response.json()["error"]), (503, "service_unavailable"))
                    self.assertTrue(response["Retry-After"].isdigit())
        self.assertEqual(await sync_to_async(User.objects.count)(), 0)
