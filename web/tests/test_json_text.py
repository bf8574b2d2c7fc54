import json

from django.test import SimpleTestCase

from web.requests.json_text import DEPTH_MAX, INVALID, TOO_DEEP, read_json


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


class ReadJson(SimpleTestCase):
    def refusal_of(self, body: bytes) -> str:
        with self.assertRaises(ValueError) as refusal:
            read_json(body)
        return str(refusal.exception)

    def test_what_is_deep_enough_is_read_and_what_is_deeper_is_not(self):
        self.assertEqual(json.dumps(read_json(nested(DEPTH_MAX))).encode(), nested(DEPTH_MAX))
        for body in (nested(DEPTH_MAX + 1), b"[" * 60_000, b'{"a":' * 10_000, b"[{" * 15 + b'"'):
            with self.subTest(body[:20]):
                self.assertEqual(self.refusal_of(body), TOO_DEEP % {"number": DEPTH_MAX})

    def test_brackets_in_texts_and_side_by_side_do_not_count(self):
        for value in ("[" * 5_000, '\\"[[[[' * 1_000, [[]] * 1_000, {str(number): {} for number in range(1_000)}):
            with self.subTest(str(value)[:20]):
                self.assertEqual(read_json(json.dumps(value).encode()), value)

    def test_what_is_no_json_in_utf_8_is_refused(self):
        for body in (
            b"",
            b"hello",
            b"{",
            b"\xff\xfe{",
            '{"a": 1}'.encode("utf-16"),
            b"9" * 10_000,
            b'"' + b"\\" * 50_001,
        ):
            with self.subTest(body[:20]):
                self.assertEqual(self.refusal_of(body), INVALID)
