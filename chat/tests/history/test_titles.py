"""Titles by rule: the same for the same words, and six words at most."""

from types import SimpleNamespace

from django.test import SimpleTestCase

from chat.history.titles import title_after, title_from, title_of_model


def added(*titles):
    results = [{"outcome": "added", "task": {"title": title}} for title in titles]
    return SimpleNamespace(tool_name="add_task", output={"results": results})


class TitleRules(SimpleTestCase):
    def test_courtesies_and_the_words_of_adding_are_left_out(self):
        for said, title in {
            "please can you add a todo: buy groceries": "Buy groceries",
            "hey, could you please help me to plan my week": "Plan my week",
            "I need to finish the report": "Finish the report",
            "what is due this week?": "What is due this week?",
            "hi": "Hi",
            "hi there": "Hi there",
            "hello again, what is next?": "What is next?",
            "add": "Add",
            "# Heading\nand more": "Heading",
            "well-being": "Well-being",
        }.items():
            self.assertEqual(title_from(said), title)

    def test_it_is_cut_after_a_word_and_says_that_there_was_more(self):
        self.assertEqual(title_from("one two three four five six seven"), "One two three four five six…")
        self.assertEqual(title_from("x" * 100), "X" + "x" * 58 + "…")
        self.assertEqual(title_from("牛" * 100), "牛" * 29 + "…")
        self.assertEqual(title_from("..."), "...")

    def test_a_first_turn_that_added_todos_is_named_after_them(self):
        self.assertEqual(title_after("add milk", [added("Buy milk")]), "Buy milk")
        self.assertEqual(title_after("add both", [added("Buy milk", "call the bank")]), "Buy milk, call the bank")
        self.assertEqual(title_after("add all", [added("milk", "eggs"), added("a b c d e f")]), "Milk, eggs…")
        self.assertEqual(title_after("add all", [added("a b c d e f g"), added("Call the bank")]), "A b c d e f…")

    def test_outputs_of_any_shape_leave_what_was_asked(self):
        odd = [
            None,
            [],
            {},
            {"results": None},
            {"results": [{"outcome": "added", "task": None}, {"outcome": "refused"}]},
        ]
        calls = [SimpleNamespace(tool_name="add_task", output=output) for output in odd]
        self.assertEqual(title_after("add milk", calls), "Add milk")

    def test_what_a_model_writes_is_tidied(self):
        for written, title in {
            '"Plan the week"': "Plan the week",
            "**Title:** Plan": "Plan",
            "Title: x.\nMore": "x",
            "  ": "",
            "«Semaine»": "Semaine",
            "one two three four five six seven": "one two three four five six…",
        }.items():
            self.assertEqual(title_of_model(written), title)
