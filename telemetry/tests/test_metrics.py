"""Figures for Prometheus: of one process, and of several that share a directory, one of which was killed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase
from prometheus_client.parser import text_string_to_metric_families

from telemetry.folding import fold_dead_processes, locked

# Counts, says so, and waits to be killed.
PROCESS = """
import sys, django
django.setup()
from telemetry import metrics
metrics.turns.labels("completed", "").inc()
metrics.turn_seconds.observe(0.2)
metrics.sockets.inc(3)
print(metrics.exposition("")[0].decode(), flush=True)
print("# EOF", flush=True)
sys.stdin.read()
"""


def samples(text: str) -> dict[str, float]:
    return {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}


class SeveralProcesses(SimpleTestCase):
    def start(self, folder: str) -> subprocess.Popen:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "PROMETHEUS_MULTIPROC_DIR": folder}
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.__exit__, None, None, None)
        self.addCleanup(process.kill)
        return process

    def figures(self, process: subprocess.Popen) -> dict[str, float]:
        return samples("".join(iter(process.stdout.readline, "# EOF\n")))

    def test_any_process_answers_for_all_and_one_that_was_killed_holds_nothing(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        first = self.start(folder)
        self.figures(first)
        second = self.figures(self.start(folder))
        shown = ("todo_chat_turns_total", "todo_chat_turn_seconds_count", "todo_chat_websockets")
        self.assertEqual([second[name] for name in shown], [2, 2, 6])
        first.send_signal(signal.SIGKILL)
        first.wait()
        third = self.figures(self.start(folder))
        self.assertEqual([third[name] for name in shown], [3, 3, 6])
        self.assertFalse(list(Path(folder).glob(f"gauge_livesum_{first.pid}.db")))

    def test_the_files_of_processes_that_are_gone_become_one_and_no_count_is_lost(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for number in range(1, 4):
            ended = self.start(folder)
            self.figures(ended)
            ended.kill()
            ended.wait()
            if number < 3:
                self.assertEqual(fold_dead_processes(Path(folder)), 2)  # its counter and its histogram
        running = self.start(folder)
        before = self.figures(running)
        self.assertEqual(fold_dead_processes(Path(folder)), 2)
        self.assertEqual(len(list(Path(folder).glob("counter_*.db"))), 2)
        after = self.figures(self.start(folder))
        shown = ("todo_chat_turns_total", "todo_chat_turn_seconds_count", "todo_chat_turn_seconds_sum")
        self.assertEqual([before[name] for name in shown], [4, 4, 0.8])
        self.assertEqual([after[name] for name in shown], [5, 5, 1.0])

    def test_nothing_is_folded_while_somebody_reads(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "counter_999999999.db").write_bytes(b"")
        with locked(folder):
            self.assertEqual(fold_dead_processes(folder), 0)
