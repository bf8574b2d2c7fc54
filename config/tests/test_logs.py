import io
import logging

from django.conf import settings
from django.test import TestCase
from django.utils.module_loading import import_string


class LogTests(TestCase):
    def test_no_calendar_secret_is_in_a_line(self):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        for name in settings.LOGGING["handlers"]["stderr"]["filters"]:
            handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
        logger = logging.getLogger("django.request")
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        self.client.get("/calendar/ThisIsTheSecretOfAlice.ics")
        self.assertEqual(stream.getvalue(), "Not Found: /calendar/….ics\n")
