import json

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from accounts.issuers import trusted_issuers

GOOD = {
    "issuer": "https://auth.example.com",
    "audience": "todo-chat",
    "jwks_url": "https://auth.example.com/api/auth/jwks",
    "algorithms": ["EdDSA"],
}


WITH_CLIENT = GOOD | {"name": "Work", "client_id": "todo-chat", "client_secret": "whisper"}


def read(*entries, loopback=False):
    return trusted_issuers(json.dumps(entries), own_issuers={"todo-chat", "local"}, loopback=loopback)


class TrustedIssuersTests(SimpleTestCase):
    def test_a_good_list_is_read_by_name(self):
        self.assertEqual(read(GOOD)["https://auth.example.com"].audience, "todo-chat")
        self.assertEqual(trusted_issuers("[]", own_issuers=set(), loopback=False), {})

    def test_a_bad_value_stops_the_program_and_says_what_is_wrong(self):
        for name, entries in {
            "no algorithm": [GOOD | {"algorithms": []}],
            "an algorithm with a secret": [GOOD | {"algorithms": ["HS256"]}],
            "an unsigned one": [GOOD | {"algorithms": ["none"]}],
            "an unknown field": [GOOD | {"audiences": "x"}],
            "no audience": [{key: GOOD[key] for key in GOOD if key != "audience"}],
            "an empty audience": [GOOD | {"audience": ""}],
            "a list of audiences": [GOOD | {"audience": ["a", "b"]}],
            "a name without a client": [GOOD | {"name": "Work"}],
            "a client without a name": [GOOD | {"client_id": "todo-chat"}],
            "two of the same name": [WITH_CLIENT, WITH_CLIENT | {"issuer": "https://other.example", "name": "work"}],
            "no text": [GOOD | {"issuer": 7}],
            "our own name": [GOOD | {"issuer": "todo-chat"}],
            "the name of local users": [GOOD | {"issuer": "local"}],
            "the same twice": [GOOD, GOOD],
            "plain http": [GOOD | {"jwks_url": "http://auth.example.com/jwks"}],
            "plain http on this machine": [GOOD | {"jwks_url": "http://localhost:3000/jwks"}],
            "a file": [GOOD | {"jwks_url": "file:///etc/passwd"}],
            "a password in the address": [GOOD | {"jwks_url": "https://me:secret@auth.example.com/jwks"}],
            "no address": [GOOD | {"jwks_url": "https://"}],
            "half an address": [GOOD | {"jwks_url": "https://[::1"}],
            "a port that is none": [GOOD | {"jwks_url": "https://auth.example.com:x/"}],
        }.items():
            with self.subTest(name), self.assertRaisesMessage(ImproperlyConfigured, "JWT_TRUSTED_ISSUERS: "):
                read(*entries)
        for text in ["", "{}", "yes", "[1]"]:
            with self.subTest(text), self.assertRaises(ImproperlyConfigured):
                trusted_issuers(text, own_issuers=set(), loopback=False)

    def test_people_may_sign_in_where_there_is_a_client_and_its_secret_stays_one(self):
        [issuer] = read(WITH_CLIENT).values()
        self.assertEqual((issuer.slug, issuer.client_id), ("work", "todo-chat"))
        self.assertEqual(issuer.client_secret.get_secret_value(), "whisper")
        self.assertNotIn("whisper", repr(issuer))
        with self.assertRaises(ImproperlyConfigured) as stopped:
            read(WITH_CLIENT | {"client_id": 7})
        self.assertNotIn("whisper", str(stopped.exception))

    def test_plain_http_stays_on_this_machine_and_in_development(self):
        for host in ["localhost:3000", "127.0.0.1", "[::1]:80"]:
            self.assertTrue(read(GOOD | {"jwks_url": f"http://{host}/jwks"}, loopback=True))
        with self.assertRaises(ImproperlyConfigured):
            read(GOOD | {"jwks_url": "http://localhost.example.com/jwks"}, loopback=True)
