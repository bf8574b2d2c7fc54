"""Logs have neither the keys of the installation nor a browser's address."""

from asgiref.sync import async_to_sync
from django.test import TestCase, override_settings
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import alice
from notices.channel import Item, Notice
from notices.channels.push import PushChannel
from notices.models import InstallationKey
from notices.push.subscriptions import subscribe
from notices.push.testing import Browser, PushService

from .test_logs import all_lines


class NothingOfAPushIsLogged(TestCase):
    def test_no_line_has_keys_addresses_or_words(self):
        with all_lines() as lines, PushService() as service, override_settings(CALLS_TO_LOOPBACK=True):
            user, browser = alice(), Browser(service)
            row = subscribe(user, browser.endpoint, **browser.keys)
            item = Item(uuid7(), "Call Ann", "", "/todos", timezone.now())
            async_to_sync(PushChannel().send)(Notice(uuid7(), "reminder", user, str(row.pk), (item,)))
        self.assertEqual(len(service.pushes), 1)
        for secret in (InstallationKey.objects.get().secret, browser.path, *browser.keys.values(), "Call Ann"):
            self.assertNotIn(secret, lines.getvalue())
