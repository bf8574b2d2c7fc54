"""The middlewares that run in the event loop do what Django's own do, whose names the deployment checks look for."""

import django.test
from django.test import override_settings


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


class CsrfTests(django.test.TestCase):
    async def test_a_form_without_its_token_is_refused(self):
        client = django.test.AsyncClient(enforce_csrf_checks=True)
        response = await client.post("/accounts/login", {"username": "alice", "password": "wrong"})
        self.assertEqual(response.status_code, 403)
