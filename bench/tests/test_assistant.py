import json

from django.test import SimpleTestCase

from bench.surroundings.assistant import FORTY_WORDS, built_in_answer
from chat.assistants.interface import AssistantText, ToolOutput, ToolRequest, UserText

GROCERIES = {"title": "Buy groceries", "priority": "high", "due_text": "tomorrow, 17:00", "done": False}


class BuiltInAssistantTests(SimpleTestCase):
    def setUp(self):
        self.history = []

    def say(self, sentence: str, output: dict) -> tuple[str, dict, str]:
        """One turn with this output of its one tool call: (tool, arguments, reply)."""
        self.history.append(UserText(sentence))
        (made,) = built_in_answer(self.history).calls
        self.history.append(ToolRequest(made.call_id, made.tool_name, made.arguments))
        self.history.append(ToolOutput(made.call_id, json.dumps(output)))
        reply = built_in_answer(self.history)
        self.assertEqual(reply.calls, ())
        self.history.append(AssistantText(reply.text))
        return made.tool_name, json.loads(made.arguments), reply.text

    def test_a_conversation_about_groceries_goes_from_creation_to_urgency(self):
        self.assertEqual(
            self.say("Create a todo: Buy groceries", {"results": [{"outcome": "added", "task": GROCERIES}]}),
            ("add_task", {"tasks": [{"title": "Buy groceries"}]}, "I added “Buy groceries”."),
        )
        self.assertEqual(
            self.say("What are my pending tasks?", {"tasks": [GROCERIES], "total": 1, "more": 0}),
            ("list_tasks", {"filter": "open"}, "Your pending tasks: Buy groceries."),
        )
        self.assertEqual(
            self.say("Complete the grocery shopping task", {"results": [{"outcome": "completed", "task": GROCERIES}]}),
            ("complete_task", {"tasks": ["groceries"]}, "I completed “Buy groceries”."),
        )
        self.assertEqual(
            self.say("How urgent is that task?", {"tasks": [GROCERIES], "total": 1, "more": 0}),
            (
                "list_tasks",
                {"text": "groceries", "filter": "all"},
                "“Buy groceries” has priority high and is due tomorrow, 17:00.",
            ),
        )

    def test_a_refusal_of_a_tool_is_told(self):
        refused = {"results": [{"outcome": "refused", "code": "todo_not_found", "reason": "No todo matches."}]}
        self.assertEqual(self.say("Complete the grocery shopping task", refused)[2], "No todo matches.")
        failed = {"error": {"code": "validation_error", "message": "That title is too long."}}
        self.assertEqual(self.say("Create a todo: x", failed)[2], "That title is too long.")

    def test_a_turn_of_the_bench_is_one_tool_call_and_forty_words(self):
        self.assertEqual(self.say("Bench turn 17", {"tasks": []})[::2], ("list_tasks", FORTY_WORDS))
        self.assertEqual(len(FORTY_WORDS.split()), 40)

    def test_any_other_sentence_gets_plain_words(self):
        answer = built_in_answer([UserText("Good morning")])
        self.assertEqual(answer.calls, ())
        self.assertTrue(answer.text)
