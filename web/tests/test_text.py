from typing import Annotated

from django.test import SimpleTestCase
from pydantic import StringConstraints, TypeAdapter, ValidationError

from web.text import StorableText, is_blank, storable, unstorable_reason

NUL = "a\x00b"
LONE_SURROGATE = "a\ud800b"


class StorableTextTests(SimpleTestCase):
    def test_ordinary_text_of_every_language_passes(self):
        for text in ["", "Milk & bread", "Grüße 東京 🍞", "two\nlines"]:
            self.assertEqual(TypeAdapter(StorableText).validate_python(text), text)

    def test_nul_and_lone_surrogates_are_refused(self):
        for text in [NUL, LONE_SURROGATE]:
            with self.assertRaises(ValidationError):
                TypeAdapter(StorableText).validate_python(text)

    def test_what_is_no_text_is_refused(self):
        for value in [1, None, ["a"], {"a": 1}]:
            with self.subTest(value), self.assertRaises(ValidationError):
                TypeAdapter(StorableText).validate_python(value)

    def test_trimming_comes_before_counting(self):
        title = TypeAdapter(Annotated[StorableText, StringConstraints(strip_whitespace=True, max_length=3)])
        self.assertEqual(title.validate_python("   abc   "), "abc")

    def test_a_limit_says_that_it_counts_characters(self):
        title = TypeAdapter(Annotated[StorableText, StringConstraints(max_length=3)])
        with self.assertRaisesMessage(ValidationError, "at most 3 characters"):
            title.validate_python("abcd")


class StorableTests(SimpleTestCase):
    def test_a_reason_names_what_cannot_be_stored(self):
        self.assertIn("NUL", unstorable_reason(NUL))
        self.assertIn("surrogate", unstorable_reason(LONE_SURROGATE))
        self.assertEqual(unstorable_reason("Grüße 🍞"), "")

    def test_what_cannot_be_stored_becomes_a_replacement_character(self):
        self.assertEqual(storable(NUL), "a\ufffdb")
        self.assertEqual(storable(LONE_SURROGATE), "a\ufffdb")

    def test_the_halves_of_a_character_are_joined(self):
        self.assertEqual(storable("\ud83c\udf5e"), "🍞")


class Blank(SimpleTestCase):
    def test_what_is_drawn_as_nothing_is_blank(self):
        for text in (
            "",
            " ",
            "\u3164",
            "\u2800\u2800",
            "\uffa0 \u115f",
            "\u1160",
            "\U0001d159",
            "\u200b",
            "\ufe0f",
            "\u034f\u2063",
        ):
            with self.subTest(ascii(text)):
                self.assertTrue(is_blank(text))

    def test_whatever_has_a_shape_is_not(self):
        for text in ("a", "٣", "!", "\u3164a", "💡", "ก็", "€"):
            with self.subTest(text):
                self.assertFalse(is_blank(text))
