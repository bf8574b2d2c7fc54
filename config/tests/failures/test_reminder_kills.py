"""A process is killed at each step of a delivery: no reminder is lost, and what comes twice replaces the first."""

import contextlib
import signal
import subprocess
import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from bench.reminders.sink import Sink, running_sink
from bench.reminders.stand import count_of, end_claims, seed, sending, variables
from config.testing import empty_database, running_server
from config.tests.servers import wait_for

CLAIMING, SETTLING = 'UPDATE "notices_delivery" SET .*"attempts"', 'UPDATE "notices_delivery" SET .*"sent_at"'
# Name, where it is held, and how often each reminder arrives in the end.
MOMENTS = (
    ("in the transaction that hands it over", 'after INSERT (OR IGNORE )?INTO "notices_delivery"', 1),
    ("when it is handed over", 'committed UPDATE "todos_reminder"', 1),
    ("in the transaction of the claim", f"after {CLAIMING}", 1),
    ("when it is claimed", f"committed {CLAIMING}", 1),
    ("when the other side has accepted, before our row says so", f"before {SETTLING}", 2),
    ("in the transaction that writes it down", f"after {SETTLING}", 2),
    ("when it is written down", f"committed {SETTLING}", 1),
)
AT_ONCE = 60


class Kills(SimpleTestCase):
    databases = {"default"}

    def test_at_each_step_of_a_delivery(self):
        for name, hold_at, times in MOMENTS:
            with self.subTest(name), empty_database() as database, running_sink() as sink:
                seed(database, 1)
                self.kill_at(database, sink, hold_at)
                self.go_on(database, sink)
                self.assertEqual(len(sink.arrived["Todo 0"]), times)
                self.assertTrue(sink.are_doubles_replaced)
                self.assertEqual(count_of(database, "notices_delivery WHERE state = 'sent'"), 1)

    def test_while_the_other_side_is_silent(self):
        with empty_database() as database, running_sink() as sink:
            seed(database, 1)
            sink.is_silent = True
            process = sending(database, sink, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            claimed = "notices_delivery WHERE state = 'claimed'"
            wait_for(lambda: count_of(database, claimed), "a claim")
            process.kill()
            process.wait()
            sink.is_silent = False
            self.go_on(database, sink)
            self.assertEqual(len(sink.arrived["Todo 0"]), 1)

    def test_again_and_again_under_two_servers(self):
        with empty_database() as database, running_sink() as sink, contextlib.ExitStack() as stack:
            seed(database, AT_ONCE)
            for _ in range(2):
                server = stack.enter_context(running_server(database, **variables(sink)))
                wait_for(lambda: sink.arrived, "the first to arrive")
                server.stop(signal.SIGKILL)
            self.go_on(database, sink)
            self.assertEqual(len(sink.arrived), AT_ONCE, "none is lost")
            self.assertTrue(sink.are_doubles_replaced)
            self.assertEqual(count_of(database, "notices_delivery WHERE state = 'sent'"), AT_ONCE)
            self.assertEqual(count_of(database, "todos_reminder WHERE state = 'sent'"), AT_ONCE)

    def kill_at(self, database: str, sink: Sink, hold_at: str) -> None:
        with tempfile.NamedTemporaryFile() as log:
            process = sending(database, sink, hold_at, stdout=log, stderr=log)
            try:
                wait_for(lambda: "held\n" in Path(log.name).read_text(), hold_at)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def go_on(self, database: str, sink: Sink) -> None:
        """Another process, when the claims of the one that died are over."""
        end_claims(database)
        process = sending(database, sink, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, said)
