"""The shipped nginx in both shapes: TLS ends in it, or at a proxy before it. Everybody has their own address."""

import contextlib
import http.client
import json
import secrets
import ssl
from unittest import TestCase, skipUnless

import pytest

from accounts.testing import PASSWORD
from bench.surroundings.proxy import NGINX, running_nginx, running_tls_nginx
from config.testing import empty_database, running_server

OFFICE, STRANGER, FRONT = "127.0.0.8", "127.0.0.9", "127.0.0.7"
PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "todo.example",
    "FAILED_LOGINS_PER_MINUTE": "1",
    "TRUSTED_PROXIES": "127.0.0.1",  # nginx alone: tests have the other addresses of this machine
}
PEOPLE = 12


@skipUnless(NGINX, "nginx is not installed")
@pytest.mark.once
class BehindNginx(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(empty_database())
        cls.server = cls.enterClassContext(running_server(cls.database, **PRODUCTION))

    def ask(self, connection, path, body=None, **headers):
        """The status, and the body where it is JSON."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"Host": "todo.example"}
        sent = json.dumps(body) if body else None
        method, kind = ("POST", {"Content-Type": "application/json"}) if body else ("GET", {})
        with contextlib.closing(connection):
            connection.request(method, path, sent, headers | kind)
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text

    def sign_in(self, connection, username, password=PASSWORD, **headers):
        return self.ask(connection, "/api/auth/token", {"username": username, "password": password}, **headers)[0]

    def register(self, connection, username, **headers):
        person = {"username": username, "password": PASSWORD}
        status, body = self.ask(connection, "/api/auth/register", person, **headers)
        self.assertEqual(status, 201, body)

    def test_where_tls_ends_in_nginx_nobody_can_borrow_an_address(self):
        with running_tls_nginx(self.server.port) as (port, certificate):
            trust = ssl.create_default_context(cafile=certificate)

            def at(address):
                source = (address, 0)
                return http.client.HTTPSConnection("localhost", port, timeout=30, context=trust, source_address=source)

            self.register(at(OFFICE), "carol")
            refused = []
            for address in ("198.51.100.1", OFFICE, "127.0.0.1"):
                self.sign_in(at(STRANGER), "carol", "wrong", X_Forwarded_For=address)
                refused.append(self.sign_in(at(STRANGER), "carol", X_Forwarded_For=f"{address}, {OFFICE}"))
            self.assertGreaterEqual(refused.count(429), 2)  # a minute may end between the two
            self.assertEqual(self.sign_in(at(OFFICE), "carol"), 200)

    def test_behind_another_proxy_the_failures_of_a_stranger_reach_nobody_of_an_office(self):
        with running_nginx(self.server.port) as port:

            def through_front(address):
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(FRONT, 0))
                return client, {"X_Forwarded_For": f"{OFFICE}, {address}", "X_Forwarded_Proto": "https"}

            def sign_in(address, username, password=PASSWORD):
                connection, headers = through_front(address)
                return self.sign_in(connection, username, password, **headers)

            office, stranger = "198.51.100.1", "203.0.113.66"
            for number in range(PEOPLE):
                connection, headers = through_front(f"198.51.100.{number + 10}")
                self.register(connection, f"person{number}", **headers)
            answers = [sign_in(stranger, f"person{number % PEOPLE}", "wrong") for number in range(2 * PEOPLE)]
            self.assertIn(429, answers)
            self.assertEqual({sign_in(office, f"person{number}") for number in range(PEOPLE)}, {200})

    def test_who_does_not_come_through_the_front_cannot_say_that_it_did(self):
        with running_nginx(self.server.port) as port:

            def status(**headers):
                return self.ask(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "/api/auth/me", **headers)[0]

            self.assertEqual(status(), 301)
            self.assertEqual(status(X_Forwarded_Proto="https"), 401)
            direct = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30, source_address=(STRANGER, 0))
            self.assertEqual(self.ask(direct, "/api/auth/me", X_Forwarded_Proto="https")[0], 301)
