"""What tests of the tools share."""

from django.test import TestCase

from accounts.testing import alice
from todos.testing import TodoFactory, use_tool


class ToolTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")

    def titled(self, *titles, **fields):
        return [TodoFactory(owner=self.alice, title=title, **fields) for title in titles]

    async def done_by(self, name, /, **arguments):
        """The output of a call that succeeds."""
        outcome = await use_tool(self.alice, name, **arguments)
        self.assertEqual(outcome.status, "success", outcome.output)
        return outcome.output

    async def refused_by(self, name, /, **arguments):
        """The error of a call that does nothing."""
        outcome = await use_tool(self.alice, name, **arguments)
        self.assertEqual(outcome.status, "error", outcome.output)
        return outcome.output
