"""Several todos in one message, and what is said beside a title: how urgent it is, its tag, a promise to add it."""

from language.acts import AddTodo
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


class ListsAndMarksTests(UnderstandingTestCase):
    def test_how_many_things_there_are_or_that_more_are_needed_leads_a_list(self):
        for head in ("we also need: milk", "shopping: milk"):
            self.assert_means({f"{head}\npaper towels\ntea": [*map(AddTodo, ("milk", "paper towels", "tea"))]})
        self.assert_means(
            {
                "three things I have to do this weekend are mow the lawn, fix the fence and clean the grill": [
                    AddTodo("mow the lawn", "this weekend"),
                    AddTodo("fix the fence", "this weekend"),
                    AddTodo("clean the grill", "this weekend"),
                ],
                "task: buy milk, eggs, bread": [AddTodo("buy milk"), AddTodo("buy eggs"), AddTodo("buy bread")],
                "put avocados n limes on the grocery list": [AddTodo("avocados"), AddTodo("limes")],
                "add salt n vinegar chips": AddTodo("salt n vinegar chips"),
            }
        )

    def test_how_urgent_it_is_may_be_shouted_before_it(self):
        for shout in ("URGENT!!!", "urgent!", "ASAP!!"):
            self.assert_means({f"{shout} pay rent": AddTodo("pay rent", priority="urgent")})

    def test_a_tag_may_be_named_behind_a_date_or_a_comma(self):
        for text in ("add call dana friday, tag sales", "add call dana, tag it sales, friday"):
            self.assertEqual(understand(text, CLOCK)[0].title, "call dana", text)
        self.assert_means(
            {
                "add follow up with dana 3/16 tag sales": AddTodo("follow up with dana", "3/16", tags=("sales",)),
                "add todo with tag #travel": AddTodo("", tags=("travel",)),
            }
        )

    def test_a_promise_to_add_names_nothing(self):
        for text in ("assistant: sure, i will add it", "i'll add it", "we can add that"):
            self.assert_means({text: AddTodo("")})
