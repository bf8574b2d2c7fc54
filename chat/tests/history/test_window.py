"""What is sent of a history: valid for both wire formats, within the budget, and as much of it as fits."""

import json
import os
from types import SimpleNamespace

import pytest
from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.assistants.interface import (
    AssistantText,
    ModelRequest,
    Summary,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
    json_text,
)
from chat.assistants.openai.requests import chat_completions as wire_chat_completions
from chat.assistants.openai.requests import responses as wire_responses
from chat.history.context import INTERRUPTED_OUTPUT, message_items
from chat.history.shortening import SHORTENED
from chat.history.window import (
    CUT_JSON,
    estimated_tokens,
    fitted,
    is_crowded,
    measured_ratio,
    parted,
    turns_to_summarise,
)

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "200"))


def turn(number, text="word " * 20, output=None):
    items = [UserText(f"question {number}")]
    if output is not None:
        items += [ToolRequest(f"call_{number}", "list_tasks", "{}"), ToolOutput(f"call_{number}", json_text(output))]
    return [*items, AssistantText(text)]


def listed(count):
    rows = [{"id": f"id-{n}", "title": f"Todo {n}", "notes": "long " * 20, "tags": []} for n in range(count)]
    return {"tasks": rows, "total": count}


def history_of(*turns):
    return [item for items in turns for item in items]


class Fitting(SimpleTestCase):
    def test_a_history_that_fits_is_sent_as_it_is(self):
        history = [Summary("Before."), *history_of(*(turn(n) for n in range(20))), UserText("now")]
        self.assertEqual(fitted(history, estimated_tokens(history)), history)

    def test_old_tool_outputs_are_shortened_first_and_no_turn_is_left_out(self):
        history = history_of(*(turn(n, output=listed(20)) for n in range(8)), [UserText("now")])
        sent = fitted(history, estimated_tokens(history) - 1)
        self.assertEqual(
            [item for item in sent if not isinstance(item, ToolOutput)],
            [item for item in history if not isinstance(item, ToolOutput)],
        )
        outputs = [item.output for item in sent if isinstance(item, ToolOutput)]
        self.assertEqual([SHORTENED in output for output in outputs], [True] * 6 + [False] * 2)

    def test_a_short_output_keeps_how_many_there_were_and_ids_and_titles(self):
        history = history_of(*(turn(n, output=listed(20)) for n in range(8)), [UserText("now")])
        short = json.loads(next(item.output for item in fitted(history, 5_000) if isinstance(item, ToolOutput)))
        self.assertEqual((short["total"], len(short["tasks"]), short["more_tasks"]), (20, 8, 12))
        self.assertEqual(short["tasks"][0], {"id": "id-0", "title": "Todo 0"})

    def test_then_the_oldest_turns_are_told_in_a_digest_behind_the_summary(self):
        added = {"results": [{"outcome": "added", "task": {"id": "1", "title": "Buy milk"}}]}
        history = [
            Summary("They like tea."),
            *turn(0, output=added),
            *history_of(*(turn(n, "word " * 200) for n in range(1, 20))),
        ]
        sent = fitted([*history, UserText("now")], 4_000)
        self.assertIn("They like tea.\n- “question 0”: added “Buy milk”\n- “question 1”: answered “word", sent[0].text)
        self.assertEqual(sent[-1], UserText("now"))
        self.assertEqual(sent[-2], history[-1])
        self.assertLessEqual(estimated_tokens(sent), 4_000)

    def test_what_the_model_counts_corrects_the_estimate(self):
        request = SimpleNamespace(server_parts=None, history=turn(1), instructions="rules " * 70, tools=())
        estimate = estimated_tokens(turn(1)) + 120
        self.assertAlmostEqual(measured_ratio(request, estimate * 2), 2.0)
        self.assertEqual(measured_ratio(request, estimate * 100), 4.0)
        history = history_of(*(turn(n) for n in range(40)), [UserText("now")])
        self.assertLess(len(fitted(history, 1_000, ratio=2.0)), len(fitted(history, 1_000, ratio=1.0)))

    def test_a_newest_turn_that_alone_is_too_much_is_sent_with_its_outputs_in_short(self):
        steps = [UserText("now"), ToolRequest("a", "list_tasks", "{}"), ToolOutput("a", json_text(listed(40)))]
        sent = fitted([*turn(1), *steps], 150)
        self.assertEqual(sent[-3:-1], steps[:2])
        self.assertIn(SHORTENED, sent[-1].output)

    def test_a_history_is_crowded_when_in_short_it_fills_half_of_the_budget_or_more(self):
        listing = history_of(*(turn(n, "Here.", output=listed(20)) for n in range(10)), [UserText("now")])
        talking = history_of(*(turn(n) for n in range(200)))
        for expected, history, budget in ((False, talking, 50_000), (False, listing, 6_000), (True, talking, 5_000)):
            self.assertEqual(is_crowded(history, fitted(history, budget), budget, 1.0), expected)

    def test_what_is_left_after_a_summary_fills_a_third_of_the_budget_and_two_turns_at_least(self):
        turns = [turn(n) for n in range(100)]
        left = turns[turns_to_summarise(turns, 5_000, 1.0) :]
        self.assertTrue(1_500 < estimated_tokens(history_of(*left)) <= 1_750)
        self.assertEqual(turns_to_summarise(turns, 1, 1.0), 98)


texts = st.one_of(st.text(max_size=40), st.builds(str.__mul__, st.text(min_size=1, max_size=4), st.integers(1, 2_000)))
rows = st.fixed_dictionaries(
    {"id": st.text(max_size=8), "title": texts}, optional={"notes": texts, "done": st.booleans()}
)
outputs = st.one_of(
    st.none(),
    st.just(INTERRUPTED_OUTPUT),
    st.builds(lambda found: {"tasks": found, "total": len(found)}, st.lists(rows, max_size=12)),
    st.builds(
        lambda done: {"results": [{"outcome": outcome, "task": row} for outcome, row in done]},
        st.lists(st.tuples(st.sampled_from(["added", "completed", "refused", "deleted"]), rows), max_size=6),
    ),
    st.dictionaries(st.text(max_size=5), st.one_of(texts, st.integers(), st.lists(texts, max_size=2)), max_size=3),
)
statuses = st.sampled_from(["pending", "success", "error", "denied", "undone"])
calls = st.lists(st.tuples(st.integers(1, 3), statuses, texts, outputs), max_size=4)
stored_turns = st.lists(st.tuples(texts.filter(str.strip), texts, calls), min_size=1, max_size=12)


@st.composite
def histories(draw):
    """As stored rows give them: any turn may have failed, been stopped or wait; the newest may be under way."""
    items = [Summary(draw(texts))] if draw(st.booleans()) else []
    for number, (asked, answered, made) in enumerate(draw(stored_turns)):
        items += message_items("user", asked, [])
        rows = [
            SimpleNamespace(
                server_parts=None,
                step=step, status=status, call_id=f"call_{number}_{place}", tool_name="list_tasks",
                input={"text": said}, output=output,
            )
            for place, (step, status, said, output) in enumerate(made)
        ]  # fmt: skip
        items += message_items("assistant", answered, rows)
    newest = message_items("user", draw(texts.filter(str.strip)), [])
    if draw(st.booleans()):
        newest += [ToolRequest("call_now", "add_task", "{}"), ToolOutput("call_now", json_text(draw(outputs)))]
    return [*items, *newest]


WIRES = (wire_responses, wire_chat_completions)


@pytest.mark.once
class AnyHistory(SimpleTestCase):
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories(), st.integers(50, 20_000), st.floats(0.5, 4.0))
    def test_what_is_sent_is_valid_within_the_budget_and_the_same_each_time(self, history, max_tokens, ratio):
        sent = fitted(history, max_tokens, ratio)
        self.check_order(history, sent)
        self.check_responses(wire_responses.request_body("m", request_of(sent), "s", frozenset())["input"])
        self.check_chat_completions(
            wire_chat_completions.request_body("m", request_of(sent), "s", frozenset())["messages"][1:]
        )
        _, turns = parted(sent)
        alone = len(turns) == 1 and not isinstance(sent[0], Summary)
        self.assertTrue(estimated_tokens(sent) <= int(max_tokens / ratio) or alone)
        self.assertEqual(fitted(history, max_tokens, ratio), sent)
        self.assertEqual(fitted(sent, max_tokens, ratio), sent)

    def check_order(self, history, sent):
        """It begins with the summary or a question, and ends with the newest turn, whose question is whole."""
        self.assertIsInstance(sent[0], Summary | UserText)
        self.assertFalse(any(isinstance(item, Summary) for item in sent[1:]))
        newest = max(place for place, item in enumerate(history) if isinstance(item, UserText))
        mine = sent[-(len(history) - newest) :]
        for before, after in zip(history[newest:], mine, strict=True):
            self.assertEqual(type(before), type(after))
            if isinstance(before, ToolOutput):
                self.assertEqual(before.call_id, after.call_id)
            elif isinstance(before, AssistantText):
                self.assertTrue(before == after or before.text.startswith(after.text.removesuffix("…")))
            elif isinstance(before, ToolRequest):
                self.assertEqual((before.call_id, before.tool_name), (after.call_id, after.tool_name))
                self.assertIn(after.arguments, (before.arguments, CUT_JSON))
            else:
                self.assertEqual(before, after)

    def check_responses(self, items):
        """Every call has its output later on, every output its call before."""
        open_calls = set()
        for item in items:
            if item["type"] == "function_call":
                open_calls.add(item["call_id"])
            elif item["type"] == "function_call_output":
                self.assertIn(item["call_id"], open_calls)
                open_calls.remove(item["call_id"])
            else:
                self.assertEqual(open_calls, set())
        self.assertEqual(open_calls, set())

    def check_chat_completions(self, messages):
        """Behind a message with tool calls come the tool messages for exactly these."""
        self.assertEqual(messages[0]["role"], "user")
        expected = []
        for message in messages:
            if message["role"] == "tool":
                self.assertIn(message["tool_call_id"], expected)
                expected.remove(message["tool_call_id"])
            else:
                self.assertEqual(expected, [])
                expected = [call["id"] for call in message.get("tool_calls", ())]
                self.assertTrue(message["content"] or expected)
        self.assertEqual(expected, [])


def request_of(history):
    tool = ToolDefinition("list_tasks", "", {"type": "object"})
    return ModelRequest("", tuple(history), (tool,), None, "UTC")


class ServerPartsTests(SimpleTestCase):
    """What a server added to its calls takes room as well, and goes first where there is none."""

    def turns(self, count):
        parts = {"server": "x", "extra": {"thought_signature": "s" * 7_000}}
        return [
            item
            for number in range(count)
            for item in (
                UserText(f"question {number}"),
                ToolRequest(f"call_{number}", "list_tasks", "{}", parts),
                ToolOutput(f"call_{number}", "{}"),
                AssistantText("Done.", parts),
            )
        ]

    def test_they_count(self):
        self.assertGreater(estimated_tokens(self.turns(1)), 2 * 7_000 / 3.5)

    def test_they_are_left_out_of_old_turns_before_a_word_is(self):
        history = self.turns(6)
        sent = fitted(history, 16_000, 1.0)
        self.assertLessEqual(estimated_tokens(sent), 16_000)
        self.assertEqual(
            [item for item in sent if isinstance(item, UserText)], [f for f in history if isinstance(f, UserText)]
        )
        self.assertEqual(
            [bool(item.parts) for item in sent if isinstance(item, AssistantText)], [False] * 3 + [True] * 3
        )
