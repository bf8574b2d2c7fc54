from django.test import SimpleTestCase

from chat.pages.text.passages import ITEMS_MAX, Passage, passages_of, shown_titles

TITLES = {"1": "Buy milk", "2": "Call Ann", "3": "Buy milk and eggs"}


def drawn(text, titles=TITLES, written=()):
    """Text as it is, lists as the ids of their todos with their numbers."""
    return [
        [(item.todo_id, item.number) for item in passage.listed] or passage.text.strip()
        for passage in passages_of(text, titles, written)
    ]


class PassageTests(SimpleTestCase):
    def test_a_list_of_todos_becomes_the_todos_however_it_is_written(self):
        for text in (
            "Here:\n\n1. Buy milk\n2. Call Ann",
            "Here:\n1. **Buy milk** – due tomorrow at 17:00, #home\n2. *call ann* (high priority)",
            "Here:\n\n1) [ ] Buy milk\n\n2) [x] “Call Ann”",
        ):
            with self.subTest(text):
                self.assertEqual(drawn(text), ["Here:", [("1", 1), ("2", 2)]])
        self.assertEqual(drawn("- Call Ann\n* Buy milk\n\nThat is all."), [[("2", None), ("1", None)], "That is all."])

    def test_groups_keep_their_headings_and_numbers(self):
        text = "You have 2:\n\nOverdue:\n\n1. Call Ann\n\nNo date:\n\n2. Buy milk"
        self.assertEqual(drawn(text), ["You have 2:\n\nOverdue:", [("2", 1)], "No date:", [("1", 2)]])

    def test_what_stands_beside_a_title_may_be_in_any_language(self):
        item = "4. Call Ann · mercredi 2 décembre, 09:00 · se répète\u00a0: chaque 2e lundi · priorité basse · #maison"
        self.assertEqual(drawn(f"Plus tard\u00a0:\n\n{item}"), ["Plus tard\u00a0:", [("2", 4)]])
        self.assertEqual(drawn("Ajouté\u00a0:\n1. Buy milk", written=("1",)), ["Ajouté."])

    def test_the_longest_title_is_meant_and_each_todo_once(self):
        self.assertEqual(drawn("- Buy milk and eggs\n- Buy milk"), [[("3", None), ("1", None)]])
        self.assertEqual(drawn("- Buy milk\n- Buy milk"), ["- Buy milk\n- Buy milk"])

    def test_what_stands_beside_the_text_is_not_said_again(self):
        self.assertEqual(drawn("Added 2 todos:\n1. Buy milk\n2. Call Ann", written=("1", "2")), ["Added 2 todos."])
        self.assertEqual(drawn("- Buy milk\n- Call Ann", written=("1", "2")), [])
        some_are_new = drawn("- Buy milk\n- Call Ann", written=("1",))
        self.assertEqual(some_are_new, [[("1", None), ("2", None)]])

    def test_what_says_more_than_the_todos_stays_text(self):
        advice = "because the shop closes early on fridays and there is none left for breakfast"
        for text in (
            f"1. Buy milk {advice}\n2. Call Ann",
            "1. Buy milk\n2. Something else",
            "1. Buy milk\n   at the corner\n2. Call Ann",
            "```\n1. Buy milk\n```",
            "Buy milk and Call Ann are open.",
            "> 1. Buy milk",
            "\n".join(f"- Buy milk {number}" for number in range(ITEMS_MAX + 1)),
        ):
            with self.subTest(text[:40]):
                self.assertEqual(drawn(text), [text.strip()])

    def test_without_todos_text_is_untouched(self):
        self.assertEqual(passages_of("1. Buy milk\n", {}, ()), [Passage("1. Buy milk\n")])

    def test_titles_are_found_in_outputs_of_any_shape(self):
        task = {"id": "1", "title": "Buy milk"}
        outputs = [
            {"tasks": [task, 3, {"id": 4}]},
            {"results": [{"task": task}, {"task": 3}, 5]},
            None,
            "x",
            {"tasks": 3},
        ]
        self.assertEqual(shown_titles(outputs), {"1": "Buy milk"})
