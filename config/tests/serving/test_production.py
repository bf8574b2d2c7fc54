"""The program as it stands in production: a real server with DEBUG off, behind a proxy that speaks HTTPS."""

import http.client
import os
import secrets
import subprocess
import sys
from unittest import TestCase as PlainTestCase

from django.conf import settings
from django.test import Client, TestCase, override_settings

from accounts.testing import PASSWORD, alice
from chat.testing import belongings
from config.settings import DEVELOPMENT_KEY
from config.testing import empty_database, running_server
from config.tests.privacy.isolation import address, filled
from config.tests.privacy.isolation_case import SAMPLES
from config.tests.privacy.isolation_of_api import API
from config.tests.privacy.isolation_of_pages import PAGES

KEY = secrets.token_urlsafe(64)
PRODUCTION = {"DEBUG": "off", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "todo.example"}
PROXIED = {"Host": "todo.example", "X-Forwarded-Proto": "https"}


class ServerTests(PlainTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.enterClassContext(empty_database())
        cls.servers = [
            cls.enterClassContext(running_server(database, name, **PRODUCTION)) for name in ("daphne", "uvicorn")
        ]

    def ask(self, path, *, method="GET", body=None, server=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", (server or self.servers[0]).port, timeout=30)
        self.addCleanup(connection.close)
        connection.request(
            method, path, body, PROXIED | {name.replace("_", "-"): text for name, text in headers.items()}
        )
        response = connection.getresponse()
        response.body = response.read()
        return response

    def test_every_kind_of_answer_says_what_browsers_may_do_with_it(self):
        for path in ("/accounts/login", "/admin/login/", "/api/docs", "/api/auth/me", "/nowhere", "/mcp"):
            with self.subTest(path):
                headers = self.ask(path).headers
                self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000; includeSubDomains; preload")
                self.assertIn("script-src 'self'; style-src 'self';", headers["Content-Security-Policy"])
                self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
                self.assertNotIn("unsafe", headers["Content-Security-Policy"])
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "same-origin")

    def test_files_are_taken_for_nothing_but_what_they_are(self):
        self.assertEqual(self.ask("/static/nowhere.js").headers["X-Content-Type-Options"], "nosniff")

    def test_cookies_go_over_https_alone_and_no_script_reads_the_login(self):
        page = self.ask("/accounts/register")
        [csrf] = page.headers.get_all("Set-Cookie")
        token = csrf.partition(";")[0].partition("=")[2]
        self.assertIn("Secure", csrf)
        self.assertIn("SameSite=Lax", csrf)
        form = f"username=alice&password1={PASSWORD}&password2={PASSWORD}&csrfmiddlewaretoken={token}".replace(" ", "+")
        signed_up = self.ask(
            "/accounts/register?next=//evil.example/",
            method="POST",
            body=form,
            Cookie=f"csrftoken={token}",
            Referer="https://todo.example/accounts/register",
            Content_Type="application/x-www-form-urlencoded",
        )
        self.assertEqual((signed_up.status, signed_up.headers["Location"]), (302, "/"), signed_up.body)
        [session] = [cookie for cookie in signed_up.headers.get_all("Set-Cookie") if cookie.startswith("sessionid=")]
        for flag in ("Secure", "HttpOnly", "SameSite=Lax"):
            self.assertIn(flag, session)

    def test_http_leads_to_https_and_other_hosts_nowhere(self):
        plain = self.ask("/accounts/login", X_Forwarded_Proto="http")
        self.assertEqual((plain.status, plain.headers["Location"]), (301, "https://todo.example/accounts/login"))
        for host in ("evil.example", "todo.example.evil.example", "127.0.0.1", "todo.example:80@evil.example"):
            with self.subTest(host):
                answer = self.ask("/accounts/login", Host=host)
                self.assertEqual(answer.status, 400)
                self.assertNotIn(host.encode(), answer.body)

    def test_headers_that_are_too_large_end_at_either_server(self):
        for server in self.servers:
            for name, headers in {
                "many": {f"X-{number}": "1" for number in range(150)},
                "large": {"X-Large": "x" * 15_000, "X-More": "x" * 5_000},
                "huge": {"X-Huge": "x" * 200_000},
            }.items():
                with self.subTest(name, server=server.process.args[2]):
                    # The server's own bound answers 400 or hangs up; ours answers 431.
                    try:
                        status = self.ask("/api/auth/me", server=server, **headers).status
                    except (ConnectionError, http.client.HTTPException):
                        status = 0
                    self.assertIn(status, {0, 400, 431})
            self.assertEqual(self.ask("/api/auth/me", server=server).status, 401)

    def test_bodies_that_are_too_large_end_at_either_server(self):
        for server in self.servers:
            answer = self.ask(
                "/api/auth/token", method="POST", body="x" * 100_000, server=server, Content_Type="application/json"
            )
            self.assertEqual(answer.status, 413)


class StartTests(PlainTestCase):
    def start(self, **variables: str) -> subprocess.CompletedProcess:
        variables = {"PATH": os.environ["PATH"], "DEBUG": "off", "ALLOWED_HOSTS": "todo.example", **variables}
        command = [sys.executable, "-c", "import config.asgi"]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False
        )

    def test_without_a_key_of_its_own_the_program_does_not_start(self):
        for key in ("", DEVELOPMENT_KEY, "changeme", "x" * 31):
            with self.subTest(key):
                started = self.start(SECRET_KEY=key)
                self.assertNotEqual(started.returncode, 0)
                self.assertIn("SECRET_KEY", started.stderr)
        self.assertEqual(self.start(SECRET_KEY=KEY).returncode, 0)

    def test_without_limits_or_hosts_it_does_not_serve(self):
        self.assertIn("RATE_LIMITS", self.start(SECRET_KEY=KEY, RATE_LIMITS="off").stderr)


# What these say is signed, or comes from a program: a cookie is nothing there.
WITHOUT_COOKIE = {"o/token", "o/register", "o/revoke", "r/<str:button>", "notices/stop/<str:token>"}


@override_settings(RATE_LIMITS=False)
class CookiePathTests(TestCase):
    """Where a cookie is enough, a page of ours must have sent the request; elsewhere a cookie is nothing."""

    def setUp(self):
        self.alice = alice()
        self.ids = belongings(self.alice, "words")
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.client.force_login(self.alice)

    def test_no_form_is_taken_without_its_token(self):
        posts = [
            (route, door)
            for route, doors in PAGES.items()
            for name, door in doors.items()
            if name == "POST" and route not in WITHOUT_COOKIE
        ]
        for route, door in posts:
            with self.subTest(route):
                refused = self.client.post(address(route, self.ids, SAMPLES), filled(door.body or {}, self.ids))
                self.assertEqual(refused.status_code, 403)
        self.assertGreater(len(posts), 30)
        for path in ("/admin/login/", "/admin/logout/", "/admin/todos/todo/add/"):
            self.assertEqual(self.client.post(path, {}).status_code, 403)

    def test_the_api_takes_no_cookie(self):
        doors = [
            (route, name.split()[0], door)
            for route, doors in API.items()
            for name, door in doors.items()
            if door.unknown != "own"
        ]
        for route, method, door in doors:
            with self.subTest(f"{method} {route}"):
                body = filled(door.body or {}, self.ids)
                path = address(route, self.ids, {})
                answer = self.client.generic(method, path, str(body).replace("'", '"'), "application/json")
                self.assertEqual((answer.status_code, answer.json()["error"]), (401, "token_missing"))
        self.assertGreater(len(doors), 30)

    def test_no_form_leads_away_from_the_program(self):
        client = Client()
        client.force_login(self.alice)
        away = (
            "https://evil.example/",
            "//evil.example",
            r"\\evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "http:/x",
        )
        for next_address in away:
            for path in ("/accounts/login", "/todos/add", f"/todos/{self.ids['todo_id']}/complete"):
                with self.subTest(next_address, path=path):
                    body = {"next": next_address, "text": "x", "username": "alice", "password": PASSWORD}
                    location = client.post(path, body).headers.get("Location", "/")
                    self.assertRegex(location, r"^/($|[a-z])")
