from unittest import TestCase

from packaging.version import Version

from bench.pins import FILES, NODE_FILE, ROOT, newest, node_pins, pins, versions_of


class Pins(TestCase):
    def test_every_requirement_is_pinned_exactly(self):
        for name in FILES:
            lines = [
                line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))
            ]
            self.assertEqual(len(pins("\n".join(lines))), len(lines), name)
        self.assertEqual(pins("psycopg[binary,pool]==3.3.9  # why\n"), {"psycopg": Version("3.3.9")})

    def test_the_newest_of_a_series_is_no_other_series_and_no_trial(self):
        released = list(map(Version, ("6.0.1", "5.2.20", "5.2.19", "5.2.21rc1", "4.2.30")))
        self.assertEqual(newest(Version("5.2.19"), released), Version("5.2.20"))
        self.assertEqual(newest(Version("5.2.21a1"), released), Version("5.2.21rc1"))
        self.assertIsNone(newest(Version("5.1.1"), released))

    def test_programs_of_others_that_the_tests_run_are_pinned_as_well(self):
        self.assertIn("better-auth", node_pins((ROOT / NODE_FILE).read_text()))
        self.assertEqual(
            versions_of(["1.7.25", "1.8.0-beta.1", "canary-7f3a"]), [Version("1.7.25"), Version("1.8.0b1")]
        )
