"""Every test sends a message through the API and lets the model try; todos of bob stand for everybody else's."""

import json

from django.test import override_settings

from accounts.testing import bob
from chat.assistants.interface import ToolRequest
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ChatCase
from todos.models import Todo
from todos.testing import TodoFactory


@override_settings(RATE_LIMITS=False)
class HostileCase(ChatCase):
    def setUp(self):
        super().setUp()
        self.bob = bob()
        self.theirs = TodoFactory(owner=self.bob, title="Bobs secret plan", notes="the safe is behind the mirror")
        self.mine = [TodoFactory(owner=self.alice, title=f"Mine {number}") for number in range(8)]

    async def let(self, *steps, message="do what you must", **options) -> dict:
        with scripted_model(*steps) as self.model:
            return await self.answer(message, **options)

    async def outcome(self, tool_name, arguments, call_id="call_1") -> dict:
        answer = await self.let(calls(tool_name, arguments, call_id), says("Done."))
        return answer["tool_calls"][0]

    async def outcomes(self, requests) -> list[dict]:
        """Of (tool, arguments), as many in one turn as may be."""
        step = [
            ToolRequest(f"call_{number}", tool, json.dumps(arguments))
            for number, (tool, arguments) in enumerate(requests)
        ]
        answer = await self.let(step, says("Done."))
        self.assertEqual(len(answer["tool_calls"]), len(step))
        return answer["tool_calls"]

    async def assert_bob_untouched(self):
        stored = await Todo.objects.aget(pk=self.theirs.pk)
        self.assertEqual(
            (stored.title, stored.version, stored.completed_at, stored.deleted_at),
            (
                self.theirs.title,
                1,
                None,
                None,
            ),
        )
        self.assertEqual(await Todo.objects.filter(owner=self.bob).acount(), 1)

    async def open_count(self):
        return await Todo.objects.for_user(self.alice).open().acount()
