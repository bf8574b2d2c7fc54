import os
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings


class Operation(SimpleTestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.backup = self.folder / "todo-chat.dump"
        self.backup.touch()
        self.enterContext(
            self.settings(BACKUP_FOLDER=self.folder, PROCESSES=1, SECURE_SSL_REDIRECT=True, EMAIL_URL="x")
        )

    def found(self):
        return [message.id for message in run_checks(tags=["operation"], include_deployment_checks=True)]

    def test_a_service_that_is_set_up_has_nothing_to_be_said_of(self):
        self.assertEqual(self.found(), [])

    def test_proxies_that_are_everybody_or_nobody(self):
        with override_settings(TRUSTED_PROXIES=[ip_network("0.0.0.0/0")]):
            self.assertEqual(self.found(), ["operation.E001"])
        with override_settings(TRUSTED_PROXIES=[]):
            self.assertEqual(self.found(), ["operation.W001"])

    @override_settings(PROCESSES=2, REDIS_URL="")
    def test_several_processes_without_redis(self):
        self.assertEqual(self.found(), ["operation.W002"])

    @override_settings(EMAIL_URL="smtp://mail.example", EMAIL_HOST="mail.example")
    def test_mail_in_the_clear_through_a_network(self):
        self.assertEqual(self.found(), ["operation.W006"])

    @override_settings(EMAIL_URL="")
    def test_no_way_to_send_mail(self):
        self.assertEqual(self.found(), ["operation.W003"])

    def test_backups_that_are_missing_or_old(self):
        two_days_ago = time.time() - 48 * 3600
        os.utime(self.backup, (two_days_ago, two_days_ago))
        self.assertEqual(self.found(), ["operation.W005"])
        self.backup.unlink()
        self.assertEqual(self.found(), ["operation.W004"])
