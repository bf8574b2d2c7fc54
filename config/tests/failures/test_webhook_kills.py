"""A process is killed while it tells a webhook: the event arrives, and what comes twice comes under the same id."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from bench.reminders.stand import count_of, end_claims
from bench.surroundings.stored import stored
from config.testing import empty_database, environment
from config.tests.servers import wait_for
from notices.webhooks.testing import Receiver

HEALTH = 'UPDATE "notices_webhook" SET .*"last_success_at"'
# Name, and where it is held; the other moments are those of any notice (test_reminder_kills.py).
MOMENTS = (
    ("when its server has accepted, before anything says so", f"before {HEALTH}"),
    ("when only the webhook says so", f"committed {HEALTH}"),
)
SEED = """
from django.db import transaction
from django.utils import timezone
from accounts.testing import alice
from notices.webhooks.acts import add_webhook
from todos.commands import add_todo
from todos.testing import BY_CHAT
owner = alice()
with transaction.atomic():
    add_webhook(owner, None, "{url}", "", ["*"])
    add_todo(owner, now=timezone.now(), by=BY_CHAT, title="Call Ann")
"""


class Kills(SimpleTestCase):
    databases = {"default"}

    def test_between_what_is_sent_and_what_is_written_down(self):
        for name, hold_at in MOMENTS:
            with self.subTest(name), empty_database() as database, Receiver() as receiver:
                self.run_command(database, "shell", "-c", SEED.format(url=receiver.url))
                self.kill_at(database, hold_at)
                end_claims(database)
                self.run_command(database, "send_reminders")
                self.assertEqual(len(receiver.calls), 2)
                self.assertEqual(len({(call.id, call.body) for call in receiver.calls}), 1)
                self.assertEqual(count_of(database, "notices_delivery WHERE state = 'sent'"), 1)
                [(failures,)] = stored(database, "SELECT failures FROM notices_webhook")
                self.assertEqual(failures, 0)

    def run_command(self, database: str, *command: str) -> None:
        run = [sys.executable, "manage.py", *command]
        done = subprocess.run(
            run, cwd=settings.BASE_DIR, env=environment(database), capture_output=True, timeout=60, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def kill_at(self, database: str, hold_at: str) -> None:
        env = environment(database, DJANGO_SETTINGS_MODULE="config.tests.failures.held_settings", HOLD_AT=hold_at)
        command = [sys.executable, "manage.py", "send_reminders"]
        with tempfile.NamedTemporaryFile() as log:
            process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log)
            try:
                wait_for(lambda: "held\n" in Path(log.name).read_text(), hold_at)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
