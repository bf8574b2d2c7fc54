from django.test import SimpleTestCase

from chat.pages.claims import claims_change


class ClaimTests(SimpleTestCase):
    def test_a_change_that_is_reported_as_done_is_a_claim(self):
        for text in (
            "I added milk.",
            "Done – I’ve moved it to Friday.",
            "Completed “rent”.",
            "OK. Deleted both.",
            "I have just updated it",
        ):
            with self.subTest(text):
                self.assertTrue(claims_change(text))

    def test_other_talk_is_none(self):
        for text in (
            "I added nothing.",
            "You added it on Monday.",
            "What should be added?",
            "I can add it.",
            "No todo was changed.",
        ):
            with self.subTest(text):
                self.assertFalse(claims_change(text))
