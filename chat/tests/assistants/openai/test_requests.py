"""Whatever happened in a conversation, the next request pleases every strict reader."""

import datetime
import json

from django.conf import settings as django_settings
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
)
from chat.assistants.openai.client import encoded
from chat.assistants.openai.requests import chat_completions, responses
from chat.assistants.openai.requests.conversation import short_id
from chat.tests.assistants.openai.strict_readers import check_request

TOOL = ToolDefinition(
    "add_task",
    "Add todos.",
    {
        "type": "object",
        "$defs": {"Item": {"type": "object", "properties": {"title": {"type": "string"}}}},
        "properties": {"tasks": {"type": "array", "items": {"$ref": "#/$defs/Item"}}},
    },
)
texts = st.text(st.characters(codec="utf-8"), max_size=12)
call_ids = st.sampled_from(["call_1", "call_2", "ä" * 70, "7", "call_3"])
servers = st.sampled_from(["mine", "another", ""])


@st.composite
def parts(draw):
    server = draw(servers)
    given_id = draw(st.sampled_from(["", "call_0", "x" * 100]))
    extra = {"id": given_id, "call": {"extra_content": {"a": 1}}, "message": {"reasoning_content": "…"}}
    return {"server": server, **extra} if server else None


items = st.one_of(
    st.builds(UserText, texts),
    st.builds(AssistantText, texts, parts()),
    st.builds(ToolRequest, call_ids, st.just("add_task"), st.sampled_from(["{}", '{"a": 1}', "", "x"]), parts()),
    st.builds(ToolOutput, call_ids, st.sampled_from(["{}", ""])),
)
histories = st.builds(
    lambda summary, asked, rest: (*([Summary(summary)] if summary else []), UserText(asked), *rest),
    texts,
    texts.filter(str.strip),
    st.lists(items, max_size=12),
)
lefts_out = st.frozensets(st.sampled_from(["foreign calls", "stream_options", "max_completion_tokens", "include"]))


def bodies_of(history, without=frozenset()):
    request = ModelRequest("Be brief.", tuple(history), (TOOL,), datetime.datetime.now(datetime.UTC), "UTC", 100)
    for wire in (chat_completions, responses):
        body = wire.request_body("m", request, "mine", without)
        yield json.loads(encoded(body, request.tools, wire.tool_entry, without))


class AnyHistory(SimpleTestCase):
    @settings(
        max_examples=1_000 if getattr(django_settings, "LONG_TESTS", False) else 150,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(histories, lefts_out)
    def test_any_order_of_items_is_a_request_that_every_reader_takes(self, history, without):
        for body in bodies_of(history, without):
            check_request(body)

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_what_another_server_gave_is_not_sent(self, history):
        for body in bodies_of(history):
            own = sum(1 for item in history if getattr(item, "parts", None) and item.parts["server"] == "mine")
            self.assertLessEqual(json.dumps(body).count("reasoning_content"), own)
        foreign = [item for item in history if not getattr(item, "parts", None)]
        for body in bodies_of(foreign):
            check_request(body, own_ids=False)


class Ids(SimpleTestCase):
    def test_an_id_is_nine_letters_and_digits_and_the_same_each_time(self):
        made = {short_id(f"call_{number}") for number in range(1_000)}
        self.assertEqual(len(made), 1_000)
        self.assertTrue(all(len(one) == 9 and one.isalnum() and one.isascii() for one in made))
        self.assertEqual(short_id("call_1"), short_id("call_1"))
