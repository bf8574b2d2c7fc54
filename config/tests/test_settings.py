import os
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from config.settings import envprices


class Prices(SimpleTestCase):
    def prices(self, text: str) -> dict[str, tuple[float, float]]:
        with mock.patch.dict(os.environ, {"MODEL_PRICES": text}):
            return envprices("MODEL_PRICES")

    def test_a_model_has_a_price_for_input_and_one_for_output(self):
        self.assertEqual(self.prices("gpt-5-mini=0.25:2.00, other=1:10"), {"gpt-5-mini": (0.25, 2), "other": (1, 10)})
        self.assertEqual(self.prices(""), {})

    def test_what_is_no_price_stops_the_program(self):
        for text in ("gpt", "gpt=", "gpt=1", "gpt=1:2:3", "gpt=a:b", "=1:2", "gpt=-1:2", "gpt=nan:2", "gpt=inf:1"):
            with self.subTest(text), self.assertRaisesMessage(ImproperlyConfigured, "MODEL_PRICES"):
                self.prices(text)
