import asyncio
import json
import socket
from unittest import mock

from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import SimpleTestCase

from accounts.testing import NEW_KEY, outside_issuer, public_jwk
from accounts.tokens.jwks import (
    DOCUMENT_MAX_BYTES,
    FETCH_INTERVAL_SECONDS,
    FRESH_SECONDS,
    KEPT_SECONDS,
    OUTAGE_RETRY_SECONDS,
    KeySet,
    keys_of,
)
from web.errors import ServiceUnavailable


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class KeySetTests(SimpleTestCase):
    def setUp(self):
        self.issuer = self.enterContext(outside_issuer("ES256"))
        self.clock = Clock()
        self.keys = KeySet(self.issuer.trusted, self.clock)

    async def find(self, key_id: str = "first"):
        return await self.keys.find(key_id, "ES256")

    def break_down(self, status: int = 500) -> None:
        self.issuer.answer = (status, {}, b"")

    async def test_keys_are_fetched_once_and_kept(self):
        self.assertIsNotNone(await self.find())
        self.assertIsNotNone(await self.find())
        self.assertEqual(self.issuer.asked, 1)

    async def test_requests_that_come_together_ask_once(self):
        found = await asyncio.gather(*[self.find() for _ in range(20)])
        self.assertNotIn(None, found)
        self.assertEqual(self.issuer.asked, 1)

    async def test_a_rotated_key_is_found_at_once_and_the_withdrawn_one_is_gone(self):
        await self.find()
        self.issuer.rotate("second")
        self.clock.now += FETCH_INTERVAL_SECONDS
        self.assertIsNotNone(await self.find("second"))
        self.assertNotIn(("first", "ES256"), self.keys.keys)

    async def test_a_rotated_key_waits_out_the_interval_rather_than_being_refused(self):
        await self.find()
        await self.find_later("made up")
        self.issuer.rotate("second")
        self.assertIsNotNone(await self.find_later("second"))

    async def find_later(self, key_id: str):
        """In the real second that the interval takes, the clock of the test goes on as well."""
        self.clock.now += 0.01
        return await self.find(key_id)

    async def test_made_up_key_ids_ask_once_in_an_interval_however_many_come(self):
        await self.find()
        self.clock.now += FETCH_INTERVAL_SECONDS
        found = await asyncio.gather(*[self.find(f"made up {number}") for number in range(50)])
        self.assertEqual(set(found), {None})
        self.assertEqual(self.issuer.asked, 2)

    async def test_old_keys_are_refreshed(self):
        await self.find()
        self.clock.now += FRESH_SECONDS + 1
        await self.find()
        self.assertEqual(self.issuer.asked, 2)

    async def test_while_one_request_refreshes_the_others_go_on_with_the_old_keys(self):
        await self.find()
        self.clock.now += FRESH_SECONDS + 1
        async with self.keys.asking:
            self.assertIsNotNone(await self.find())
        self.assertEqual(self.issuer.asked, 1)

    async def test_known_keys_outlast_an_outage_and_not_for_ever(self):
        await self.find()
        self.break_down()
        self.clock.now += KEPT_SECONDS - 1
        with self.assertLogs("accounts.tokens.jwks", "WARNING") as logged:
            self.assertIsNotNone(await self.find())
        self.assertIn("500", logged.output[0])
        self.clock.now += 2
        with self.assertRaises(ServiceUnavailable):
            await self.find()

    async def test_in_an_outage_nobody_is_told_that_a_key_is_unknown(self):
        self.break_down()
        with self.assertLogs("accounts.tokens.jwks", "WARNING"), self.assertRaises(ServiceUnavailable) as refusal:
            await self.find()
        self.assertEqual(refusal.exception.retry_after_seconds, OUTAGE_RETRY_SECONDS)

    async def test_an_outage_is_not_asked_again_at_once_and_heals(self):
        self.break_down()
        with self.assertLogs("accounts.tokens.jwks", "WARNING"):
            for _ in range(3):
                with self.assertRaises(ServiceUnavailable):
                    await self.find()
        self.assertEqual(self.issuer.asked, 1)
        self.issuer.answer = None
        self.clock.now += OUTAGE_RETRY_SECONDS
        self.assertIsNotNone(await self.find())

    async def test_whatever_is_no_key_set_counts_as_an_outage(self):
        whole = json.dumps(self.issuer.key_set).encode()
        elsewhere = self.enterContext(outside_issuer("ES256"))
        for name, answer in {
            "a redirect to a good one": (302, {"Location": f"{elsewhere.name}/jwks"}, b""),
            "an answer without end": (200, {}, whole + b" " * DOCUMENT_MAX_BYTES),
            "a compressed one": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08"),
            "no JSON": (200, {}, b"<html>"),
            "deep JSON": (200, {}, b"[" * 60_000),
            "no object": (200, {}, b"[]"),
            "no list": (200, {}, b'{"keys": {}}'),
            "no keys": (200, {}, b'{"keys": []}'),
            "odd keys": (200, {}, b'{"keys": [1, null, {}, {"kty": "EC", "crv": "P-256", "kid": "first", "x": 1}]}'),
        }.items():
            with self.subTest(name):
                self.issuer.answer = answer
                self.keys = KeySet(self.issuer.trusted, self.clock)
                with self.assertLogs("accounts.tokens.jwks", "WARNING"), self.assertRaises(ServiceUnavailable):
                    await self.find()

    async def test_an_issuer_that_is_not_there_or_never_answers_is_an_outage(self):
        silent = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        for port in [1, silent.getsockname()[1]]:
            trusted = self.issuer.trusted.model_copy(update={"jwks_url": f"http://127.0.0.1:{port}/"})
            self.keys = KeySet(trusted, self.clock)
            with (
                self.subTest(port),
                mock.patch("accounts.tokens.jwks.FETCH_TIMEOUT_SECONDS", 0.2),
                self.assertLogs("accounts.tokens.jwks", "WARNING"),
                self.assertRaises(ServiceUnavailable),
            ):
                await self.find()


class KeysOfTests(SimpleTestCase):
    """Which keys of a document count."""

    def setUp(self):
        self.issuer = self.enterContext(outside_issuer("RS256")).trusted.model_copy(
            update={"algorithms": ("EdDSA", "ES256", "RS256")}
        )
        self.good = public_jwk(NEW_KEY["EdDSA"](), "EdDSA", "good")

    def kept(self, *jwks) -> set:
        return {key_id for key_id, _ in keys_of({"keys": [self.good, *jwks]}, self.issuer)} - {"good"}

    def test_keys_of_all_three_kinds_are_read(self):
        jwks = [public_jwk(new(), algorithm, algorithm) for algorithm, new in NEW_KEY.items()]
        self.assertEqual(self.kept(*jwks), set(NEW_KEY))

    def test_a_key_may_leave_out_what_it_is_for(self):
        jwk = public_jwk(NEW_KEY["ES256"](), "ES256", "plain")
        del jwk["alg"], jwk["use"]
        self.assertEqual(self.kept(jwk), {"plain"})

    def test_keys_that_are_for_something_else_are_passed_over(self):
        jwk = public_jwk(NEW_KEY["ES256"](), "ES256", "other")
        for change in [{"use": "enc"}, {"alg": "ES384"}, {"crv": "P-384"}, {"kty": "oct"}, {"kid": 7}, {"x": "!"}]:
            with self.subTest(change):
                self.assertEqual(self.kept(jwk | change), set())

    def test_short_and_symmetric_keys_are_passed_over(self):
        short = rsa.generate_private_key(65537, 1024)
        symmetric = {"kty": "oct", "kid": "symmetric", "k": "c2VjcmV0", "alg": "HS256"}
        self.assertEqual(self.kept(public_jwk(short, "RS256", "short"), symmetric), set())

    def test_an_issuer_that_publishes_its_private_key_is_read_as_one_that_did_not(self):
        jwk = public_jwk(NEW_KEY["EdDSA"](), "EdDSA", "leaked") | {"d": "AA"}
        self.assertEqual(self.kept(jwk), {"leaked"})
