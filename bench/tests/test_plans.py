"""The bench of plans, small: it fills its database as the models are now, and explains what people ask most."""

import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import SimpleTestCase


@pytest.mark.once
class Plans(SimpleTestCase):
    def test_a_small_one_explains_thirty_statements_and_finds_no_large_table_read_whole(self):
        command = [sys.executable, "-m", "bench.plans", "--messages", "400", "--users", "10"]
        ran = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr[-2000:])
        self.assertEqual(len(re.findall(r"^ +\d+  (?:SELECT|INSERT|UPDATE|DELETE)", ran.stdout, re.MULTILINE)), 30)
        self.assertRegex(ran.stdout, r"\n\d+ statements, run \d+ times; 0 of them read a large table whole")
