import uuid

from django.test import TestCase

from accounts.testing import alice, bob
from todos.errors import ReferenceAmbiguous, ReferenceNotFound
from todos.finding.references import References
from todos.models import Todo
from todos.testing import NOW, TodoFactory, make_many


class ReferenceTestCase(TestCase):
    def setUp(self):
        self.alice = alice()

    def titled(self, *titles, **fields):
        return [TodoFactory(owner=self.alice, title=title, **fields) for title in titles]

    def find(self, reference):
        """The title found among open todos, then done ones."""
        mine = Todo.objects.for_user(self.alice)
        return Todo.objects.get(pk=References(mine.open(), mine.done()).find(reference)).title

    def candidates(self, reference):
        with self.assertRaises(ReferenceAmbiguous) as question:
            self.find(reference)
        return {candidate["title"] for candidate in question.exception.details["candidates"]}

    def near(self, reference):
        with self.assertRaises(ReferenceNotFound) as question:
            self.find(reference)
        return [candidate["title"] for candidate in question.exception.details["near"]]


class OneMatchTests(ReferenceTestCase):
    def setUp(self):
        super().setUp()
        self.titled(
            "Buy groceries",
            "Call dentist",
            "Call the bank about the card",
            "File taxes",
            "Pay rent",
            "Take out recycling",
            "Email Priya",
            "Mom's birthday",
            "Book flights",
            "Dishes",
            "Schedule a 1:1 with Sam",
            "Fix the bike",
            "买牛奶",
            "🎉",
            "Q3 budget",
        )

    def test_people_name_todos_in_their_own_words(self):
        for reference, title in {
            "Buy groceries": "Buy groceries",
            "buy GROCERIES!": "Buy groceries",
            "“buy groceries”": "Buy groceries",
            "the groceries task": "Buy groceries",
            "grocery shopping": "Buy groceries",
            "bought the groceries": "Buy groceries",
            "picked up groceries": "Buy groceries",
            "called the dentist": "Call dentist",
            "I called the dentist": "Call dentist",
            "phone the dentist": "Call dentist",
            "my dentist thing": "Call dentist",
            "the bank one": "Call the bank about the card",
            "bank card": "Call the bank about the card",
            "taxes": "File taxes",
            "the tax todo": "File taxes",
            "filing my taxes": "File taxes",
            "paid the rent": "Pay rent",
            "paying rent": "Pay rent",
            "taking out my recycling": "Take out recycling",
            "recycling": "Take out recycling",
            "e-mail to Priya": "Email Priya",
            "sent the email to priya": "Email Priya",
            "moms birthday": "Mom's birthday",
            "mother’s birthday": "Mom's birthday",
            "booking the flight": "Book flights",
            "reserve flights": "Book flights",
            "do the dishes": "Dishes",
            "finished the dishes": "Dishes",
            "1:1 with Sam": "Schedule a 1:1 with Sam",
            "repair my bicycle": "Fix the bike",
            "牛奶": "买牛奶",
            "🎉": "🎉",
            "q3": "Q3 budget",
        }.items():
            with self.subTest(reference):
                self.assertEqual(self.find(reference), title)

    def test_an_id_is_taken_as_it_is(self):
        todo = Todo.objects.get(title="Pay rent")
        self.assertEqual(References(Todo.objects.for_user(self.alice)).find(str(todo.id)), todo.id)
        self.assertEqual(References(Todo.objects.for_user(self.alice)).find(str(todo.id).upper()), todo.id)

    def test_another_spelling_of_an_id_is_words(self):
        todo = Todo.objects.get(title="Pay rent")
        self.assertEqual(self.near(todo.id.hex), [])


class NoGuessTests(ReferenceTestCase):
    def test_several_matches_are_a_question(self):
        self.titled("Call dentist", "Pay dentist", "Buy milk")
        self.assertEqual(self.candidates("the dentist"), {"Call dentist", "Pay dentist"})

    def test_equal_titles_are_a_question(self):
        self.titled("Buy milk", "Buy milk")
        with self.assertRaises(ReferenceAmbiguous) as question:
            self.find("buy milk")
        self.assertEqual(len({candidate["id"] for candidate in question.exception.details["candidates"]}), 2)

    def test_many_matches_are_counted_and_ten_shown(self):
        self.titled(*(f"Read chapter no{number}" for number in range(12)))
        with self.assertRaises(ReferenceAmbiguous) as question:
            self.find("chapter")
        self.assertEqual(len(question.exception.details["candidates"]), 10)
        self.assertEqual(question.exception.details["total"], 12)
        self.assertIn("and 2 more", question.exception.sentence)

    def test_the_whole_title_wins_over_a_part_of_another(self):
        self.titled("Milk", "Buy milk", "Buy milk chocolate")
        self.assertEqual(self.find("milk"), "Milk")
        self.assertEqual(self.find("the milk task"), "Milk")
        self.assertEqual(self.find("buy milk"), "Buy milk")
        self.assertEqual(self.find("bought the milk"), "Buy milk")

    def test_a_reference_with_more_than_the_title_is_no_match(self):
        self.titled("Buy milk")
        self.assertEqual(self.near("buy milk chocolate"), ["Buy milk"])

    def test_a_verb_alone_is_not_taken_for_another_verb(self):
        self.titled("Phone case", "Buy bread")
        with self.assertRaises(ReferenceNotFound):
            self.find("call")
        with self.assertRaises(ReferenceNotFound):
            self.find("shopping")

    def test_a_light_verb_is_dropped_only_for_a_whole_title(self):
        self.titled("Buy recycling bags")
        self.assertEqual(self.near("take out the recycling"), ["Buy recycling bags"])

    def test_a_typo_is_near_and_not_done(self):
        self.titled("Buy groceries", "Call dentist", "Read book")
        self.assertEqual(self.near("grocreies"), ["Buy groceries"])
        self.assertEqual(self.near("call the dentits"), ["Call dentist"])

    def test_words_that_name_nothing_are_asked_back(self):
        self.titled("Buy milk", "All hands meeting")
        for reference in ("it", "that one", "everything", "the task", "", "  ", "all my todos", "!!!"):
            with self.subTest(reference):
                self.assertEqual(self.near(reference), [])

    def test_a_number_is_no_word_of_a_title(self):
        self.titled("Buy 4 eggs")
        for reference in ("4", "item 4", "task #4"):
            with self.subTest(reference):
                self.assertEqual(self.near(reference), [])

    def test_a_title_that_is_filler_or_a_number_is_found_by_itself(self):
        self.titled("1984", "The list")
        self.assertEqual(self.find("1984"), "1984")
        self.assertEqual(self.find("the list"), "The list")

    def test_other_users_todos_are_neither_found_nor_near(self):
        TodoFactory(owner=bob(), title="Buy milk")
        self.assertEqual(self.near("buy milk"), [])

    def test_strange_text_is_answered_in_one_plain_line(self):
        for reference in ("\x00\ud800\n", "x" * 5_000, "%_' OR 1=1 --"):
            with self.subTest(ascii(reference[:20])), self.assertRaises(ReferenceNotFound) as question:
                self.find(reference)
            question.exception.sentence.encode()
            self.assertLess(len(question.exception.sentence), 200)


class PlacesTests(ReferenceTestCase):
    def test_a_done_todo_counts_when_no_open_one_fits(self):
        self.titled("Buy milk", completed_at=NOW)
        self.assertEqual(self.find("milk"), "Buy milk")

    def test_an_open_todo_is_meant_before_a_done_one(self):
        self.titled("Buy milk", completed_at=NOW)
        self.titled("Buy oat milk")
        self.assertEqual(self.find("buy milk"), "Buy oat milk")

    def test_of_done_todos_with_one_title_the_latest_is_meant(self):
        for days in (3, 1, 2):
            self.titled("Buy milk", completed_at=NOW.replace(day=days))
        found = References(Todo.objects.for_user(self.alice).done()).find("milk")
        self.assertEqual(Todo.objects.get(pk=found).completed_at.day, 3)

    def test_near_misses_come_from_all_places(self):
        self.titled("Buy milk")
        self.titled("Buy bread", completed_at=NOW)
        self.assertCountEqual(self.near("buy cheese"), ["Buy milk", "Buy bread"])


class CostTests(ReferenceTestCase):
    def test_each_place_is_read_once_whatever_its_size(self):
        make_many(self.alice, 1_000)
        mine = Todo.objects.for_user(self.alice)
        references = References(mine.open(), mine.done())
        with self.assertNumQueries(1):
            references.find("window no0x0")
            references.find("garden no1x110")
        with self.assertNumQueries(1), self.assertRaises(ReferenceNotFound):
            references.find("buy zebra")
        with self.assertNumQueries(0), self.assertRaises(ReferenceNotFound):
            references.find("buy giraffe")

    def test_an_id_costs_no_query(self):
        with self.assertNumQueries(0):
            References(Todo.objects.for_user(self.alice)).find(str(uuid.uuid4()))
