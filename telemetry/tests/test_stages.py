"""Where the time of a turn goes: stages that do not count the same time twice."""

from django.test import SimpleTestCase

from telemetry.stages import STAGES, StageClock


class Clock(SimpleTestCase):
    def test_a_stage_counts_its_units_of_database_work_but_not_their_waiting(self):
        clock = StageClock()
        with clock.stage("tools"):
            clock.begin_unit(waited_ms=-1_000)  # a wait that cannot be mistaken for time that has passed
            clock.end_unit(took_ms=500)
        self.assertGreaterEqual(clock.ms["tools"], 1_000)
        self.assertEqual((clock.ms["queue"], clock.ms["database"]), (-1_000, 0))

    def test_a_unit_outside_of_all_stages_is_database_work(self):
        clock = StageClock()
        clock.begin_unit(waited_ms=3)
        clock.end_unit(took_ms=500)
        self.assertEqual(clock.rounded(), {"queue": 3, "database": 500})

    def test_a_stage_inside_another_is_not_counted_there_too(self):
        clock = StageClock()
        with clock.stage("context", within="database"):
            pass
        self.assertEqual(clock.ms["database"], -clock.ms["context"])
        self.assertGreater(clock.ms["context"], 0)

    def test_a_stage_that_is_still_open_counts_so_far(self):
        clock = StageClock()
        with clock.stage("commit"):
            while not clock.rounded():
                pass
            self.assertEqual(list(clock.rounded()), ["commit"])

    def test_stages_stand_in_their_order(self):
        clock = StageClock()
        for name in reversed(STAGES):
            clock.ms[name] = 1
        self.assertEqual(tuple(clock.rounded()), STAGES)
