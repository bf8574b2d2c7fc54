"""The way of a key: the old one, the new one beside the old, the new one alone; each a process on one database."""

import http.cookiejar
import re
import urllib.parse
import urllib.request

import jwt
import pytest

from config.testing import empty_database, running_server
from config.tests.servers import ServerCase

OLD, NEW = "o" * 50, "n" * 50
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Cookies without a port, as browsers keep them."""

    def __init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def open(self, server, path, **form) -> str:
        address = f"http://127.0.0.1:{server.port}{path}"
        posted = urllib.parse.urlencode(form).encode() if form else None
        with self.opener.open(address, posted, timeout=30) as answer:
            return answer.read().decode()

    def sign_in(self, server) -> None:
        token = FORM_TOKEN.search(self.open(server, "/accounts/login"))
        form = {"username": "alice", "password": "seven green bottles", "csrfmiddlewaretoken": token[1]}
        self.open(server, "/accounts/login", **form)

    def is_in(self, server) -> bool:
        return "Where you are signed in" in self.open(server, "/accounts/settings")


@pytest.mark.once
class Rotation(ServerCase):
    def test_a_new_key_signs_nobody_out_while_the_old_one_is_a_fallback_and_then_ends_what_it_made(self):
        busy, away = Browser(), Browser()
        with empty_database() as database:
            with running_server(database, "uvicorn", SECRET_KEY=OLD) as server:
                user = self.sign_up(server)
                for browser in (busy, away):
                    browser.sign_in(server)
                    self.assertTrue(browser.is_in(server))
            with running_server(database, "uvicorn", SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=OLD) as server:
                self.assertEqual(self.status(server, *user), 200)
                self.assertTrue(busy.is_in(server))
                newer = self.token(server)
                self.assertEqual(self.status(server, user[0], newer), 200)
            with running_server(database, "uvicorn", SECRET_KEY=NEW) as server:
                self.assertEqual([self.status(server, user[0], token) for token in (user[1], newer)], [401, 200])
                self.assertEqual([browser.is_in(server) for browser in (busy, away)], [True, False])
        named = [jwt.get_unverified_header(token)["kid"] for token in (user[1], newer)]
        self.assertNotEqual(*named)

    def status(self, server, user_id, token):
        return server.request("GET", f"/api/{user_id}/todos", token=token).status

    def token(self, server):
        credentials = {"username": "alice", "password": "seven green bottles"}
        return server.request("POST", "/api/auth/token", credentials).body["access_token"]
