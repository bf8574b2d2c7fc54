"""Dates and times for people are written in habits/wording.py alone."""

import re
from pathlib import Path

from django.test import SimpleTestCase

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Pages for operators are in UTC, in one form for all of them; 'c' is for scripts.
OWN_FORMAT = re.compile(r"""\|(?:date|time)(?!:'c')\b""")


class OneHome(SimpleTestCase):
    def test_no_page_for_people_has_a_format_of_its_own(self):
        pages = [path for path in TEMPLATES.rglob("*.html") if "admin" not in path.parts]
        self.assertGreater(len(pages), 100)
        self.assertEqual([path.name for path in pages if OWN_FORMAT.search(path.read_text())], [])
