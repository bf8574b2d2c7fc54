"""From the bytes of an answer to its events."""

import json

from django.test import SimpleTestCase

from chat.assistants.openai.answers.events import (
    ANSWER_MAX_BYTES,
    EVENT_MAX_BYTES,
    AnswerTooLarge,
    EventReader,
    NotAnAnswer,
)

STREAM = (
    b': a comment\n\nevent: first\nid: 7\ndata: {"n": 1, "type": "own"}\n\n'
    b'data:{"n":\ndata: 2}\n\n\n'
    b'data: {"n": "\xc3\xa9"}\n\ndata: [DONE]\n\ndata: {"n": 4}\n\n'
)
EVENTS = [{"n": 1, "type": "own"}, {"n": 2}, {"n": "é"}]


def events_of(*chunks: bytes) -> list:
    reader = EventReader()
    events = [event for chunk in chunks if not reader.done for event in reader.feed(chunk)]
    events += [] if reader.done else reader.end()
    if reader.fault:
        raise reader.fault
    return events


class Streams(SimpleTestCase):
    def test_the_events_are_the_same_wherever_a_chunk_ends_and_however_a_line_does(self):
        for line_end in (b"\n", b"\r", b"\r\n"):
            stream = STREAM.replace(b"\n", line_end)
            for place in range(len(stream) + 1):
                self.assertEqual(events_of(stream[:place], stream[place:]), EVENTS, (line_end, place))

    def test_marks_and_ends_that_servers_leave_out_or_write_in_their_own_way(self):
        for name, stream in {
            "a byte order mark": b'\xef\xbb\xbfdata: {"n": 1}\n\n',
            "no empty line between events": b'data: {"n": 1}\ndata: [DONE]\n',
            "no line end at the end": b'data: {"n": 1}',
            "a small done": b'data: {"n": 1}\n\ndata: [done]\n\n',
            "empty data": b'data:\n\ndata: {"n": 1}\n\ndata: \n\n',
            "a word to stay connected": b'data: ping\n\ndata: {"n": 1}\n\n: ping\n\n',
            "values that are no object": b'data: null\n\ndata: 17\n\ndata: {"n": 1}\n\n',
            "a list of one": b'data: [{"n": 1}]\n\n',
            "nothing but the object": b'{"n": 1}',
            "an object on several lines": b'{\n  "n":\n  1\n}\n',
            "an object a line": b'{"n": 1}\n\n',
        }.items():
            with self.subTest(name):
                self.assertEqual(events_of(stream), [{"n": 1}])

    def test_an_event_is_called_as_its_line_says_where_its_json_does_not(self):
        self.assertEqual(events_of(b'event: error\ndata: {"n": 1}\n\n'), [{"n": 1, "type": "error"}])

    def test_bytes_that_are_no_text_are_replaced(self):
        self.assertEqual(events_of(b'data: {"n": "a\xff"}\n\n'), [{"n": "a\ufffd"}])


class Faults(SimpleTestCase):
    def test_what_came_before_a_fault_is_read(self):
        reader = EventReader()
        self.assertEqual(reader.feed(b'data: {"n": 1}\n\ndata: {"n": \n\n'), [{"n": 1}])
        self.assertIsInstance(reader.fault, ValueError)

    def test_nesting_without_end_is_a_fault(self):
        reader = EventReader()
        reader.feed(b"data: " + b"[" * 100_000 + b"\n\n")
        self.assertIsInstance(reader.fault, RecursionError)

    def test_a_page_is_no_answer(self):
        with self.assertRaises(NotAnAnswer):
            events_of(b"  <html>")

    def test_words_are_no_answer(self):
        with self.assertRaises(ValueError):
            events_of(b"upstream connect error")

    def test_an_answer_without_end_is_read_to_a_limit_and_held_to_a_smaller_one(self):
        event = b"data: " + json.dumps({"x": "y" * 100_000}).encode() + b"\n\n"
        line = b"data: " + b"x" * 100_000
        for chunk, limit in ((event, ANSWER_MAX_BYTES), (line, EVENT_MAX_BYTES)):
            reader, read = EventReader(), 0
            while reader.fault is None:
                reader.feed(chunk)
                read += len(chunk)
            self.assertIsInstance(reader.fault, AnswerTooLarge)
            self.assertLess(read, limit + 2 * len(chunk))
