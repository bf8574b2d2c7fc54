"""Work in rounds: what breaks a round off ends neither the work nor the patience of whoever reads the log."""

import asyncio

from django.db import OperationalError
from django.test import SimpleTestCase

from database.background import repeat

LOGGER = "database.background"


class Repeating(SimpleTestCase):
    async def run_rounds(self, *outcomes):
        """Each an error to raise, or None; the lines of the log, as level and sentence."""
        rounds, done = iter(outcomes), asyncio.Event()

        async def work():
            outcome = next(rounds, done)
            if outcome is done:
                done.set()
                await asyncio.Event().wait()
            if outcome is not None:
                raise outcome
            return 0

        with self.assertLogs(LOGGER, "INFO") as logs:
            task = asyncio.create_task(repeat("mails", work, after_fault=0))
            await done.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
        return [(record.levelname, record.getMessage()) for record in logs.records], logs.output

    async def test_an_outage_is_one_line_with_its_cause_however_long_it_lasts_and_one_when_it_is_over(self):
        gone = OperationalError("connection refused")
        lines, _ = await self.run_rounds(None, gone, gone, gone, None, None)
        out, back = "mails: database out of reach (connection refused)", "mails: goes on, after connection refused"
        self.assertEqual(lines, [("WARNING", out), ("INFO", back)])

    async def test_another_cause_is_another_line(self):
        lines, _ = await self.run_rounds(OperationalError("connection refused"), OperationalError("disk is full"))
        causes = [sentence.partition(" (")[2] for _, sentence in lines]
        self.assertEqual(causes, ["connection refused)", "OperationalError)"])

    async def test_a_fault_is_logged_whole_and_the_next_round_begins(self):
        lines, output = await self.run_rounds(KeyError("not ours"), None)
        self.assertEqual(lines[0], ("ERROR", "mails: a round failed"))
        self.assertIn("KeyError: 'not ours'", output[0])
