import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.test import SimpleTestCase

import bench
from bench.contention import Crowd, Outcome, contend
from config.testing import empty_database

BENCHES = Path(bench.__file__).parent


class Contending(SimpleTestCase):
    databases = {"default"}

    def test_clients_at_two_processes_share_conversations_without_a_gap_or_a_lost_answer(self):
        crowd = Crowd(clients=12, turns=3, conversations=3, burst=100)
        with tempfile.TemporaryDirectory() as folder, empty_database() as database:
            outcome = contend(database, Path(folder), crowd)
        self.assertEqual(outcome.faults, [], outcome)
        self.assertEqual(outcome.statuses[200], 12 * 3 + 3 + 1)
        self.assertGreaterEqual(outcome.burst[200], 1)
        self.assertEqual(sum(outcome.burst.values()), 100)

    def test_what_is_wrong_is_found(self):
        outcome = Outcome()
        outcome.statuses.update([200, 500])
        with empty_database() as database:
            outcome.check(database)
        self.assertEqual(len(outcome.faults), 2, outcome.faults)


@pytest.mark.once
class Starting(SimpleTestCase):
    def test_each_bench_starts_by_itself_and_says_what_it_takes(self):
        benches = [path.stem for path in BENCHES.glob("*.py") if "argparse" in path.read_text()]
        self.assertIn("contention", benches)
        for name in benches:
            with self.subTest(name):
                command = [sys.executable, "-m", f"bench.{name}", "--help"]
                answer = subprocess.run(command, check=False, capture_output=True, text=True)
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                self.assertIn(f"python -m bench.{name}", answer.stdout)
