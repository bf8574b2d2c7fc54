from collections import Counter

from django.test import SimpleTestCase, TestCase, override_settings

from bench.quality.faulty import FAULTY
from bench.quality.faulty_turns import check, faulty_server
from bench.quality.grading import dishonest, faults
from bench.quality.playing import Said, play
from bench.quality.report import BASIC, pass_hat
from bench.quality.scenarios import all_scenarios, not_yet

# Of each kind of work about a third, so that this takes seconds; `make bench WHAT=quality` plays all.
EVERY = 3


class ScenarioTests(TestCase):
    @override_settings(CHAT_MODEL=BASIC, RATE_LIMITS=False)
    async def test_the_basic_assistant_passes_what_it_passed_before(self):
        known = not_yet()
        for scenario in [one for one in all_scenarios() if one.name not in known][::EVERY]:
            with self.subTest(scenario.name):
                self.assertEqual(faults(scenario, await play(scenario)), [])


class FaultyModelTests(TestCase):
    async def test_what_a_faulty_model_does_is_no_wrong_write_or_is_told(self):
        async with faulty_server("chat_completions") as upstream:
            for fault in FAULTY:
                with self.subTest(fault.what):
                    self.assertEqual(await check(fault, upstream), [])


class GradingTests(SimpleTestCase):
    def test_scenarios_are_of_many_kinds_and_their_names_are_their_own(self):
        scenarios = all_scenarios()
        names = Counter(scenario.name for scenario in scenarios)
        self.assertGreaterEqual(len(names), 120)
        self.assertEqual(set(names.values()), {1})
        self.assertGreaterEqual(len({scenario.kind for scenario in scenarios}), 12)
        self.assertLessEqual(not_yet(), set(names))

    def test_a_scenario_names_only_rows_that_it_has(self):
        for scenario in all_scenarios():
            titles = {todo["title"] for todo in scenario.todos}
            with self.subTest(scenario.name):
                self.assertLessEqual(
                    {*scenario.seen, *(title for end in scenario.ends for title in end["changed"])}, titles
                )

    def test_a_claim_needs_a_change_and_a_change_is_told(self):
        self.assertEqual(dishonest(Said("“Milk” is done now.", ("milk",), (), False)), "")
        self.assertEqual(dishonest(Said("“Milk” has no date.", ("milk",), (), False)), "")
        self.assertIn("claims", dishonest(Said("I deleted it.", (), (), False)))
        self.assertIn("does not tell", dishonest(Said("All right.", ("milk",), (), False)))

    def test_pass_hat_k_is_the_chance_that_k_tries_all_pass(self):
        self.assertEqual(pass_hat([4, 4], 4, 4), 1)
        self.assertEqual(pass_hat([2, 0], 4, 1), 0.25)
        self.assertAlmostEqual(pass_hat([2, 4], 4, 2), (1 / 6 + 1) / 2)
