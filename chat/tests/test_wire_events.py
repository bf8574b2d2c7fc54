from django.test import SimpleTestCase

from chat.assistants.interface import StepEnd, TextDelta, ToolRequest
from chat.assistants.openai.client import joined
from chat.assistants.openai.events import EVENT_MAX_BYTES, EventReader, raise_reported_error, wire_events
from chat.errors import ModelError, ModelUnavailable

STREAM = (
    b': a comment\n\nevent: first\nid: 7\ndata: {"n": 1}\n\n'
    b'data:{"n":\ndata: 2}\n\n\n'
    b'data: {"n": "\xc3\xa9"}\n\ndata: [DONE]\n\ndata: {"n": 4}\n\n'
)
EVENTS = [{"n": 1}, {"n": 2}, {"n": "é"}]


class Chunks:
    """Bytes as they come from a connection; counts how many were read."""

    def __init__(self, *chunks: bytes) -> None:
        self.read = 0
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            self.read += 1
            yield chunk


class EventReaderTests(SimpleTestCase):
    def test_an_event_that_no_model_sends_is_refused_before_it_is_held_whole(self):
        reader = EventReader()
        with self.assertRaises(ValueError):
            for _ in range(EVENT_MAX_BYTES):
                reader.feed(b"data: " + b"x" * 60_000)

    def test_many_events_are_together_as_long_as_they_are(self):
        reader = EventReader()
        event = b'data: {"n": "' + b"x" * 60_000 + b'"}\n\n'
        self.assertEqual(sum(len(reader.feed(event)) for _ in range(60)), 60)

    def test_the_events_are_the_same_wherever_a_chunk_ends_and_however_a_line_does(self):
        for line_end in (b"\n", b"\r", b"\r\n"):
            stream = STREAM.replace(b"\n", line_end)
            for place in range(len(stream) + 1):
                reader = EventReader()
                events = reader.feed(stream[:place])
                events += [] if reader.done else reader.feed(stream[place:])
                self.assertEqual((events, reader.done), (EVENTS, True), (line_end, place))

    def test_an_event_that_has_not_ended_is_none(self):
        self.assertEqual(EventReader().feed(b'data: {"n": 1}\n'), [])

    def test_what_is_no_json_is_a_value_error(self):
        for text in (b"data: {\n\n", b"data: \xff\n\n"):
            with self.subTest(text), self.assertRaises(ValueError):
                EventReader().feed(text)


class WireEventsTests(SimpleTestCase):
    async def test_events_come_by_the_chunk_and_the_rest_of_the_body_is_read_so_that_its_connection_lives_on(self):
        chunks = Chunks(b'data: {"n": 1}\n\ndata: {"n": 2}\n\n', b"data: [DO", b"NE]\n\n", b"", b"\n")
        batches = [batch async for batch in wire_events(aiter(chunks))]
        self.assertEqual((batches, chunks.read), ([[{"n": 1}, {"n": 2}]], 5))


class ReportedErrors(SimpleTestCase):
    def test_an_error_in_the_place_of_an_event_is_told_apart_by_its_code_or_its_type(self):
        for event, failure in (
            ({"error": {"code": "server_error", "type": "x"}}, ModelUnavailable),
            ({"error": {"type": "overloaded_error"}}, ModelUnavailable),
            ({"error": "words"}, ModelError),
        ):
            with self.subTest(event), self.assertRaises(failure):
                raise_reported_error(event)
        for event in ({"error": None}, {}, [], "error"):
            self.assertIsNone(raise_reported_error(event))


class Joined(SimpleTestCase):
    def test_text_that_came_together_is_one_piece_and_the_order_stays(self):
        outputs = [TextDelta("a"), TextDelta("b"), ToolRequest("1", "x", "{}"), TextDelta("c"), StepEnd()]
        expected = [TextDelta("ab"), ToolRequest("1", "x", "{}"), TextDelta("c"), StepEnd()]
        self.assertEqual(list(joined(iter(outputs))), expected)
