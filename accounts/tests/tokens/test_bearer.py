import time

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import AsyncRequestFactory, SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext

from accounts.bearer import authenticate, check_subject, user_of_token
from accounts.entry.sign_ins import begin_sign_in, sign_out_everywhere
from accounts.models import User
from accounts.testing import UserFactory, alice, bearer, bob, forge_token
from accounts.tokens.access import issue_access_token
from web.errors import TokenExpired, TokenInvalid, TokenMissing, UserMismatch


def request_with(authorization: str | None, path: str = "/api/auth/me") -> HttpRequest:
    headers = {} if authorization is None else {"Authorization": authorization}
    request = AsyncRequestFactory().get(path, headers=headers)
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def unreachable(execute, sql, params, many, context):
    raise OperationalError("the database is out of reach")


class BearerTokenTests(TestCase):
    def setUp(self):
        self.user = alice()

    async def assert_refused(self, authorization: str | None, refusal=TokenInvalid) -> None:
        with self.assertRaises(refusal):
            await authenticate(request_with(authorization))

    async def test_a_token_leads_to_its_user(self):
        stranger = await sync_to_async(bob)()
        self.assertEqual(await authenticate(request_with(bearer(self.user))), self.user)
        self.assertEqual(await authenticate(request_with(bearer(stranger))), stranger)

    async def test_the_word_bearer_may_be_spelled_in_any_case(self):
        self.assertEqual(await authenticate(request_with(f"bEARER {issue_access_token(self.user)}")), self.user)

    def test_one_query_answers_and_a_second_call_costs_nothing(self):
        token = issue_access_token(self.user, begin_sign_in(self.user).pk)
        request = request_with(f"Bearer {token}")
        with CaptureQueriesContext(connection) as queries:
            async_to_sync(authenticate)(request)
            async_to_sync(authenticate)(request)
        self.assertEqual(len([query for query in queries if query["sql"].startswith("SELECT")]), 1)
        self.assertEqual(request.acting_user, self.user)

    async def test_a_request_without_a_bearer_token_has_a_refusal_of_its_own(self):
        for authorization in [None, "", "Bearer", "Bearer ", "Basic YWxpY2U6cHc=", issue_access_token(self.user)]:
            with self.subTest(authorization):
                await self.assert_refused(authorization, TokenMissing)

    async def test_malformed_headers_are_refused(self):
        valid = bearer(self.user)
        for authorization in [
            f"Bearer {valid}",
            f"{valid},{valid}",
            f"{valid} x",
            "Bearer a.b.c",
            f"Bearer {'x' * 20_000}",
        ]:
            with self.subTest(authorization[:60]):
                await self.assert_refused(authorization)

    async def test_an_expired_token_is_named_as_such(self):
        token = forge_token({"sub": self.user.subject, "exp": int(time.time()) - 1})
        await self.assert_refused(f"Bearer {token}", TokenExpired)

    async def test_a_deleted_user_is_refused(self):
        authorization = bearer(self.user)
        await self.user.adelete()
        await self.assert_refused(authorization)

    async def test_a_disabled_user_is_refused(self):
        await User.objects.aupdate(is_active=False)
        await self.assert_refused(bearer(self.user))

    async def test_the_same_subject_of_another_issuer_is_somebody_else(self):
        await User.objects.aupdate(issuer="https://elsewhere.example")
        await self.assert_refused(bearer(self.user))

    async def test_a_subject_counts_as_it_is_spelled(self):
        for subject in [self.user.subject.upper(), f" {self.user.subject}", self.user.subject.replace("-", "")]:
            with self.subTest(subject):
                await self.assert_refused(f"Bearer {forge_token({'sub': subject})}")

    async def test_a_sign_out_everywhere_ends_earlier_tokens_and_no_later_ones(self):
        earlier = bearer(self.user)
        await sync_to_async(sign_out_everywhere)(self.user)
        await self.assert_refused(earlier)
        self.assertEqual(await authenticate(request_with(bearer(self.user))), self.user)

    def test_an_outage_of_the_database_is_not_a_refusal(self):
        request = request_with(bearer(self.user))
        with connection.execute_wrapper(unreachable), self.assertRaises(OperationalError):
            async_to_sync(authenticate)(request)

    async def test_a_door_without_requests_asks_with_the_token_alone(self):
        self.assertEqual(await user_of_token(issue_access_token(self.user)), self.user)


class LoginCookieTests(TestCase):
    def setUp(self):
        self.user = alice()

    def logged_in(self, path: str, authorization: str | None = None) -> HttpRequest:
        request = request_with(authorization, path)
        login(request, self.user)
        request.user = AnonymousUser()
        return request

    async def test_the_cookie_counts_on_pages(self):
        request = await sync_to_async(self.logged_in)("/todos")
        self.assertEqual(await authenticate(request), self.user)
        self.assertEqual(request.user, self.user)

    async def test_the_cookie_counts_for_nothing_in_the_api(self):
        request = await sync_to_async(self.logged_in)("/api/auth/me")
        with self.assertRaises(TokenMissing):
            await authenticate(request)

    async def test_a_token_goes_before_the_cookie(self):
        stranger = await sync_to_async(bob)()
        request = await sync_to_async(self.logged_in)("/todos", bearer(stranger))
        self.assertEqual(await authenticate(request), stranger)

    async def test_an_invalid_token_is_refused_whatever_the_cookie_says(self):
        request = await sync_to_async(self.logged_in)("/todos", "Bearer a.b.c")
        with self.assertRaises(TokenInvalid):
            await authenticate(request)

    async def test_a_page_without_cookie_or_token_asks_for_a_sign_in(self):
        with self.assertRaises(TokenMissing):
            await authenticate(request_with(None, "/todos"))

    async def test_the_cookie_of_a_disabled_user_counts_for_nothing(self):
        request = await sync_to_async(self.logged_in)("/todos")
        await User.objects.aupdate(is_active=False)
        with self.assertRaises(TokenMissing):
            await authenticate(request)


class CheckSubjectTests(SimpleTestCase):
    def test_only_the_exact_spelling_is_the_user(self):
        user = UserFactory.build(subject="0199c3f2-7a4e-7d10-8f6c-2b1f8a3c9e55")
        check_subject(user, user.subject)
        for user_id in ["", f" {user.subject}", user.subject.upper(), user.subject.replace("-", ""), "bob"]:
            with self.subTest(user_id), self.assertRaises(UserMismatch):
                check_subject(user, user_id)
