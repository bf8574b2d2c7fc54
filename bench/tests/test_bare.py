"""The bare client, against which a turn is measured."""

import asyncio
import json
from unittest import TestCase

import httpx2

from bench.surroundings.answers import call, calls, says
from bench.surroundings.bare import bare_client
from bench.surroundings.upstream import ScriptedUpstream


def message(role, content, **more):
    return {"role": role, "content": content, **more}


class BareClientTests(TestCase):
    def test_it_makes_the_requests_of_the_newest_turn_word_by_word(self):
        asked = message("user", "Bench turn 7")
        made = {"id": "call_1", "type": "function", "function": {"name": "list_tasks", "arguments": "{}"}}
        first = {"model": "bench", "messages": [asked], "stream": True}
        heard = [asked, message("assistant", None, tool_calls=[made]), message("tool", "{}", tool_call_id="call_1")]
        second = {**first, "messages": heard}
        with ScriptedUpstream() as upstream:
            upstream.script([calls(call("list_tasks", {})), says("Two.")] * 1_000)
            for body in (first, second):
                httpx2.post(f"{upstream.url}/chat/completions", content=json.dumps(body), trust_env=False)
            with bare_client(upstream.url) as bare:
                figures = asyncio.run(bare.take_turns(at_once=1, seconds=0))

        self.assertEqual(figures.turns, 1)
        self.assertGreater(figures.cpu_ms, 0)
        self.assertEqual(list(upstream.requests)[-2:], [first, second])
