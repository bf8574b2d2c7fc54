"""What a model writes, in whatever pieces it comes."""

import json
import random

from django.test import SimpleTestCase

from chat.assistants.openai.answers.text.for_person import AnswerText
from chat.tests.assistants.openai.oddities.texts import text_call_cases, thought_cases

NAMES = ("add_task", "list_tasks", "complete_task", "update_task", "delete_task", "undo")
PLAIN = (
    "Hello there.\n\n- [ ] milk\n- [x] bread\n\na < b, 3<5, [a link](https://a.example) and `code`, {x}",
    "Added “fix <think> tags” and “<tool_call>”.",
    "undoing is easy, and add_task is a word.",
    "Look:\n```python\nx = {1}\n```\nDone.",
    "~~milk~~ <s>bread</s> <b>eggs</b>",
)


def text_of(reply) -> str:
    """The words of a scripted stream."""
    events = [json.loads(piece[6:]) for piece in reply.pieces if piece.startswith(b"data: {")]
    deltas = [choice.get("delta") or {} for event in events for choice in event.get("choices") or ()]
    return "".join(delta["content"] for delta in deltas if isinstance(delta.get("content"), str))


def read(text, cuts):
    """(what is shown in the end, the calls) of a text that comes in pieces."""
    answer, shown = AnswerText(NAMES), ""
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        piece = answer.feed(text[start:end])
        shown = piece if answer.retracted else shown + piece
        answer.retracted = False
    return shown + answer.end(), answer.calls


class Pieces(SimpleTestCase):
    def test_a_text_comes_to_the_same_in_whatever_pieces(self):
        cases = (*text_call_cases(), *thought_cases())
        written = {text_of(case.answers[0]) for case in cases}
        chance = random.Random(7)
        for text in (*PLAIN, *filter(None, written)):
            whole = read(text, [])
            with self.subTest(text[:60]):
                self.assertEqual(read(text, list(range(1, len(text)))), whole)
                for _ in range(10):
                    cuts = sorted(chance.sample(range(len(text)), min(3, len(text))))
                    self.assertEqual(read(text, cuts), whole)

    def test_plain_text_is_shown_as_it_is(self):
        for text in PLAIN:
            self.assertEqual(read(text, []), (text, []))

    def test_plain_words_are_shown_as_they_come(self):
        answer = AnswerText(NAMES)
        words = ["Hello ", "there, ", "alice."]
        self.assertEqual([answer.feed(word) for word in words], words)
