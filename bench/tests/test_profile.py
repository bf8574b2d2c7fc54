"""The profile: what its samples are read as, and its picture."""

from collections import Counter
from unittest import TestCase
from xml.etree import ElementTree as ET

import pytest

from bench.load import ROOT
from bench.profile.__main__ import SUBJECTS, stacks_of, subject_of
from bench.profile.flame import drawn

SITE = "/opt/venv/lib/python3.11/site-packages"
RECORDED = f"""\
run ({ROOT}/chat/running.py:40);run_turn ({ROOT}/chat/turn.py:220);_send ({SITE}/openai/_client.py:7) 30
run ({ROOT}/chat/running.py:40);execute ({SITE}/psycopg/cursor.py:99) 50
run ({ROOT}/chat/running.py:40);run_turn ({ROOT}/chat/turn.py:228) 20
"""


@pytest.mark.once
class ProfileTests(TestCase):
    def test_a_sample_counts_for_the_innermost_subject_of_its_stack(self):
        subjects = Counter[str]()
        for stack, samples in stacks_of(RECORDED).items():
            subjects[subject_of(stack)] += samples

        self.assertEqual(subjects, {"request to the model": 30, "database driver": 50, "the turn itself": 20})

    def test_each_package_of_the_program_has_a_subject(self):
        for place in (
            "chat/turn.py",
            "todos/commands.py",
            "accounts/bearer.py",
            "web/errors.py",
            "telemetry/stages.py",
        ):
            self.assertIn(subject_of((f"function ({place}:1)",)), SUBJECTS, place)

    def test_the_flame_graph_is_a_picture_with_the_share_of_each_function(self):
        picture = ET.fromstring(drawn(stacks_of(RECORDED)))

        shares = {title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")}
        self.assertIn("run (chat/running.py): 100.0%", shares)
        self.assertIn("run_turn (chat/turn.py): 50.0%", shares)
        self.assertIn("execute (psycopg/cursor.py): 50.0%", shares)
