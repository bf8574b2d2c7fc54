"""The middlewares that run in the event loop do what Django's own do, whose names the deployment checks look for."""

import gzip

import django.test
from django.test import override_settings

from accounts.testing import alice
from chat.testing import ConversationFactory


class HeaderTests(django.test.TestCase):
    async def test_every_answer_tells_browsers_what_they_may_do_with_it(self):
        for path in ("/accounts/login", "/api/auth/me", "/nowhere"):
            with self.subTest(path):
                headers = (await self.async_client.get(path)).headers
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "same-origin")
                self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin")

    async def test_a_page_over_https_is_asked_for_over_https_from_then_on(self):
        with override_settings(SECURE_HSTS_SECONDS=60, SECURE_SSL_REDIRECT=True):
            client = django.test.AsyncClient()  # the middleware reads its settings when it is made
            plain = await client.get("/accounts/login")
            secure = await client.get("/accounts/login", secure=True)
        self.assertEqual((plain.status_code, plain.headers["Location"]), (301, "https://testserver/accounts/login"))
        self.assertEqual(secure.headers["Strict-Transport-Security"], "max-age=60")

    async def test_an_unknown_host_is_refused(self):
        response = await self.async_client.get("/accounts/login", headers={"host": "evil.example"})
        self.assertEqual(response.status_code, 400)


class CompressionTests(django.test.TestCase):
    def setUp(self):
        self.alice = alice()
        self.client.force_login(self.alice)

    def answer(self, path, **options):
        return self.client.get(path, headers={"accept-encoding": "gzip, br"}, **options)

    def test_lists_and_chats_are_sent_compressed_to_who_takes_it_so(self):
        conversation = ConversationFactory(owner=self.alice)
        for path in ("/", "/todos", f"/c/{conversation.pk}"):
            with self.subTest(path):
                answer, plain = self.answer(path), self.client.get(path)
                self.assertEqual(answer.headers["Content-Encoding"], "gzip")
                self.assertLess(len(answer.content) * 3, len(gzip.decompress(answer.content)))
                self.assertIn("Accept-Encoding", plain.headers["Vary"])
                self.assertNotIn("Content-Encoding", plain.headers)

    def test_nothing_beside_a_secret_is_and_no_answer_of_the_api(self):
        for path in ("/accounts/settings", f"/api/{self.alice.subject}/todos"):
            with self.subTest(path):
                self.assertNotIn("Content-Encoding", self.answer(path).headers)

    def test_two_answers_with_the_same_words_have_no_length_in_common_to_learn_from(self):
        self.assertGreater(len({len(self.answer("/todos").content) for _ in range(12)}), 2)


class CsrfTests(django.test.TestCase):
    async def test_a_form_without_its_token_is_refused(self):
        client = django.test.AsyncClient(enforce_csrf_checks=True)
        response = await client.post("/accounts/login", {"username": "alice", "password": "wrong"})
        self.assertEqual(response.status_code, 403)
