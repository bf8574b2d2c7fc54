import datetime
import json

from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.api.endpoints import REGISTRATIONS_PER_PERSON
from accounts.models import RefreshToken, User
from accounts.testing import PASSWORD, alice, bearer, refresh_token_of
from web.ratelimits import check_address

NO_CACHE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}


class CountingHasher(MD5PasswordHasher):
    """MD5 that counts how often it ran."""

    runs = 0

    def encode(self, password, salt):
        CountingHasher.runs += 1
        return super().encode(password, salt)


@override_settings(RATE_LIMITS=True)
class AuthApiTestCase(TestCase):
    def setUp(self):
        cache.clear()

    async def post(self, door: str, /, **body):
        return await self.async_client.post(f"/api/auth/{door}", body, content_type="application/json")

    async def me(self, access_token: str):
        return await self.async_client.get("/api/auth/me", headers={"Authorization": f"Bearer {access_token}"})

    def assert_refused(self, response, status: int, code: str) -> None:
        self.assertEqual((response.status_code, response.json()["error"]), (status, code), response.content)
        self.assertEqual(set(response.json()), {"error", "message", "details", "request_id"})
        self.assertNotIn(PASSWORD, response.text)

    def assert_field_refused(self, response, *fields: str) -> None:
        self.assert_refused(response, 422, "validation_error")
        self.assertEqual(set(response.json()["details"]), set(fields))


class RegisterTests(AuthApiTestCase):
    async def test_a_new_user_is_stored_and_signed_in(self):
        response = await self.post("register", username="alice", email="Alice@EXAMPLE.com", password=PASSWORD)
        self.assertEqual(response.status_code, 201)
        user = await User.objects.aget()
        self.assertEqual((user.username, user.email), ("alice", "Alice@example.com"))
        tokens = response.json()
        self.assertEqual(set(tokens), {"user_id", "access_token", "refresh_token", "token_type", "expires_in"})
        self.assertEqual((tokens["user_id"], tokens["token_type"]), (str(user.id), "Bearer"))
        self.assertEqual(tokens["expires_in"], settings.ACCESS_TOKEN_SECONDS)
        self.assertEqual(response["Cache-Control"], "no-store")
        self.assertEqual((await self.me(tokens["access_token"])).status_code, 200)

    async def test_an_email_address_is_optional(self):
        for number, body in enumerate([{}, {"email": None}, {"email": ""}]):
            response = await self.post("register", username=f"alice{number}", password=PASSWORD, **body)
            self.assertEqual(response.status_code, 201)

    async def test_a_taken_name_is_refused_also_in_another_case_or_width(self):
        await self.post("register", username="alice", password=PASSWORD)
        for username in ["alice", "ALICE", "ａｌｉｃｅ"]:
            with self.subTest(username):
                self.assert_field_refused(await self.post("register", username=username, password=PASSWORD), "username")
        self.assertEqual(await User.objects.acount(), 1)

    async def test_all_fields_are_refused_at_once(self):
        response = await self.post("register", username="a b", email="nowhere", password="123")
        self.assert_field_refused(response, "username", "email", "password")
        self.assertEqual(await User.objects.acount(), 0)

    async def test_names_that_are_no_names_are_refused(self):
        for username in ["", " ", "a" * 151, "al\x00ice", "al ice", "ﷺ" * 20, 7, None]:
            with self.subTest(username):
                self.assert_field_refused(await self.post("register", username=username, password=PASSWORD), "username")

    async def test_weak_passwords_are_refused(self):
        for password in ["", "short", "password", "9183746501", "alice-in-chains"]:
            with self.subTest(password):
                response = await self.post("register", username="alice-in-chains", password=password)
                self.assert_field_refused(response, "password")

    async def test_half_a_character_is_refused(self):
        body = json.dumps({"username": "alice\ud800", "password": PASSWORD})
        response = await self.async_client.post("/api/auth/register", body, content_type="application/json")
        self.assert_field_refused(response, "username")

    async def test_unknown_fields_are_refused(self):
        response = await self.post("register", username="alice", password=PASSWORD, is_staff=True)
        self.assert_field_refused(response, "is_staff")

    async def test_registrations_from_one_address_are_limited(self):
        allowed = int(REGISTRATIONS_PER_PERSON.removesuffix("/m")) * settings.PEOPLE_PER_ADDRESS
        for _ in range(allowed):
            await check_address("register", "127.0.0.1", REGISTRATIONS_PER_PERSON)
        response = await self.post("register", username="alice", password=PASSWORD)
        self.assert_refused(response, 429, "rate_limited")
        self.assertTrue(response["Retry-After"].isdigit())


class TokenTests(AuthApiTestCase):
    def setUp(self):
        super().setUp()
        self.user = alice(password=PASSWORD)

    async def test_the_right_password_signs_in(self):
        response = await self.post("token", username="alice", password=PASSWORD)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["user_id"], self.user.subject)
        self.assertEqual(response["Cache-Control"], "no-store")
        self.assertEqual((await self.me(response.json()["access_token"])).status_code, 200)
        await self.user.arefresh_from_db()
        self.assertIsNotNone(self.user.last_login)

    async def test_a_wrong_password_and_an_unknown_or_disabled_user_look_alike(self):
        wrong = await self.post("token", username="alice", password="wrong")
        unknown = await self.post("token", username="nobody", password=PASSWORD)
        await User.objects.aupdate(is_active=False)
        disabled = await self.post("token", username="alice", password=PASSWORD)
        for response in [wrong, unknown, disabled]:
            self.assert_refused(response, 401, "login_failed")
        self.assertEqual(len({response.json()["message"] for response in [wrong, unknown, disabled]}), 1)
        self.assertEqual(await RefreshToken.objects.acount(), 0)

    @override_settings(PASSWORD_HASHERS=["accounts.tests.tokens.test_api.CountingHasher"])
    async def test_an_unknown_user_costs_as_much_hashing_as_a_wrong_password(self):
        before = CountingHasher.runs
        await self.post("token", username="alice", password="wrong")
        between = CountingHasher.runs
        await self.post("token", username="nobody", password="wrong")
        self.assertEqual((between - before, CountingHasher.runs - between), (1, 1))

    async def test_a_user_without_a_password_cannot_sign_in(self):
        self.user.set_unusable_password()
        await self.user.asave()
        for password in [PASSWORD, self.user.password, "!"]:
            self.assert_refused(await self.post("token", username="alice", password=password), 401, "login_failed")

    async def test_a_login_without_name_or_password_is_incomplete(self):
        self.assert_field_refused(await self.post("token"), "username", "password")
        self.assert_field_refused(await self.post("token", username="alice", password=PASSWORD, user_id="x"), "user_id")

    @override_settings(FAILED_LOGINS_PER_MINUTE=1)
    def test_failures_close_the_account_to_their_address_and_to_no_other(self):
        def log_in(password: str, address: str):
            body = {"username": "alice", "password": password}
            return self.client.post("/api/auth/token", body, content_type="application/json", REMOTE_ADDR=address)

        log_in("wrong", "192.0.2.1")
        response = log_in(PASSWORD, "192.0.2.1")
        self.assert_refused(response, 429, "rate_limited")
        self.assertTrue(response["Retry-After"].isdigit())
        self.assertEqual(log_in(PASSWORD, "198.51.100.7").status_code, 200)

    @override_settings(FAILED_LOGINS_PER_MINUTE=1)
    async def test_successes_do_not_count(self):
        for _ in range(3):
            response = await self.post("token", username="alice", password=PASSWORD)
            self.assertEqual(response.status_code, 200)

    @override_settings(CACHES=NO_CACHE)
    async def test_without_a_cache_nobody_signs_in_with_a_password(self):
        response = await self.post("token", username="alice", password=PASSWORD)
        self.assert_refused(response, 503, "service_unavailable")
        self.assertTrue(response["Retry-After"].isdigit())


class RefreshTests(AuthApiTestCase):
    def setUp(self):
        super().setUp()
        self.user = alice()
        self.refresh_token = refresh_token_of(self.user)

    async def test_a_refresh_answers_with_new_tokens(self):
        response = await self.post("refresh", refresh_token=self.refresh_token)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["user_id"], self.user.subject)
        self.assertNotEqual(response.json()["refresh_token"], self.refresh_token)
        self.assertEqual((await self.me(response.json()["access_token"])).status_code, 200)

    async def test_a_reused_token_ends_its_family_for_good(self):
        successor = (await self.post("refresh", refresh_token=self.refresh_token)).json()["refresh_token"]
        long_ago = timezone.now() - datetime.timedelta(minutes=1)
        await RefreshToken.objects.filter(rotated_at__isnull=False).aupdate(rotated_at=long_ago)
        self.assert_refused(await self.post("refresh", refresh_token=self.refresh_token), 401, "token_invalid")
        self.assert_refused(await self.post("refresh", refresh_token=successor), 401, "token_invalid")

    async def test_two_tabs_that_refresh_at_once_both_go_on(self):
        for _ in range(2):
            response = await self.post("refresh", refresh_token=self.refresh_token)
            self.assertEqual((await self.me(response.json()["access_token"])).status_code, 200)

    async def test_unknown_and_malformed_tokens_are_refused(self):
        self.assert_refused(await self.post("refresh", refresh_token="unknown"), 401, "token_invalid")
        self.assert_refused(await self.post("refresh", refresh_token="ä" * 200), 401, "token_invalid")
        for token in ["", "x" * 201, None, 7, ["x"]]:
            with self.subTest(token):
                self.assert_field_refused(await self.post("refresh", refresh_token=token), "refresh_token")

    async def test_an_access_token_is_no_refresh_token(self):
        access_token = (await self.post("refresh", refresh_token=self.refresh_token)).json()["access_token"]
        self.assertGreaterEqual((await self.post("refresh", refresh_token=access_token)).status_code, 400)

    async def test_a_refresh_token_is_no_access_token(self):
        self.assert_refused(await self.me(self.refresh_token), 401, "token_invalid")

    async def test_refreshing_needs_no_cache(self):
        with override_settings(CACHES=NO_CACHE):
            response = await self.post("refresh", refresh_token=self.refresh_token)
        self.assertEqual(response.status_code, 200)


class RevokeTests(AuthApiTestCase):
    def setUp(self):
        super().setUp()
        self.refresh_token = refresh_token_of(alice())

    async def test_a_revoked_token_cannot_be_used(self):
        await self.post("revoke", refresh_token=self.refresh_token)
        self.assert_refused(await self.post("refresh", refresh_token=self.refresh_token), 401, "token_invalid")

    async def test_the_answer_is_the_same_whether_or_not_there_was_a_token(self):
        for token in [self.refresh_token, self.refresh_token, "unknown"]:
            response = await self.post("revoke", refresh_token=token)
            self.assertEqual((response.status_code, response.content), (204, b""))


class MeTests(AuthApiTestCase):
    def setUp(self):
        super().setUp()
        self.user = alice(time_zone="Europe/Berlin")

    async def test_it_says_who_i_am_and_what_i_may_ask_for(self):
        response = await self.async_client.get("/api/auth/me", headers={"Authorization": bearer(self.user)})
        self.assertEqual(response.status_code, 200)
        answer = response.json()
        self.assertEqual(answer["user_id"], self.user.subject)
        self.assertEqual((answer["username"], answer["time_zone"]), ("alice", "Europe/Berlin"))
        self.assertEqual(answer["limits"]["turns_per_minute"], settings.TURNS_PER_MINUTE)

    async def test_it_needs_a_token_and_takes_no_cookie(self):
        self.assert_refused(await self.async_client.get("/api/auth/me"), 401, "token_missing")
        await self.async_client.aforce_login(self.user)
        self.assert_refused(await self.async_client.get("/api/auth/me"), 401, "token_missing")

    async def test_an_invalid_token_is_answered_as_the_bearer_scheme_asks(self):
        response = await self.me("a.b.c")
        self.assert_refused(response, 401, "token_invalid")
        self.assertEqual(response["WWW-Authenticate"], 'Bearer error="invalid_token"')

    def test_an_outage_of_the_database_is_no_refusal(self):
        def unreachable(execute, sql, params, many, context):
            raise OperationalError("the database is out of reach")

        with connection.execute_wrapper(unreachable):
            response = self.client.get("/api/auth/me", headers={"Authorization": bearer(self.user)})
        self.assert_refused(response, 503, "service_unavailable")
        response = self.client.get("/api/auth/me", headers={"Authorization": bearer(self.user)})
        self.assertEqual(response.status_code, 200)


class HostsWithWrongClocks(AuthApiTestCase):
    async def test_who_signed_out_everywhere_at_a_host_that_is_ahead_can_sign_in_at_this_one_at_once(self):
        old = (await self.post("register", username="alice", password=PASSWORD)).json()
        ahead = timezone.now() + datetime.timedelta(seconds=25)
        await User.objects.aupdate(tokens_not_before=ahead)
        self.assert_refused(await self.me(old["access_token"]), 401, "token_invalid")
        new = (await self.post("token", username="alice", password=PASSWORD)).json()
        self.assertEqual((await self.me(new["access_token"])).status_code, 200)
        refreshed = await self.post("refresh", refresh_token=new["refresh_token"])
        self.assertEqual(refreshed.status_code, 200, refreshed.content)
        self.assertEqual((await self.me(refreshed.json()["access_token"])).status_code, 200)
