"""Arguments that say too much, too little or nothing."""

from asgiref.sync import sync_to_async

from todos.fields.priority import Priority
from todos.models import Todo
from todos.testing import TodoFactory
from todos.tests.mcp.case import ToolTestCase
from todos.tools import tool_definitions


class BadInputTests(ToolTestCase):
    """One wrong item is told by its words and its field, and the others are done."""

    def setUp(self):
        super().setUp()
        self.titled("Buy milk", tags=["home"])
        self.titled("Call mom")

    async def told(self, name, batch, wrong, right):
        output = await self.done_by(name, **{batch: [right, wrong]})
        done, refused = output["results"]
        self.assertEqual((done["outcome"] == "refused", refused["outcome"]), (False, "refused"))
        return refused

    async def test_a_new_todo_is_refused_with_the_reason(self):
        for fields, told in (
            ({"title": ""}, "“”, title: A todo needs a title."),
            ({"title": "x" * 201}, f"“{'x' * 80}…”, title: A title has at most 200 characters; this one has 201."),
            ({"title": "Nap\x07"}, "“Nap”, title: This text holds a character that cannot be stored."),
            ({"title": "Nap", "notes": "a\x00b"}, "“Nap”, notes: This text holds a character that cannot be stored."),
            ({"title": "Nap", "priority": "p9"}, "“Nap”, priority: A priority is none, low, medium, high or urgent."),
            ({"title": "Nap", "tags": ["a b"]}, "“Nap”, tags: A tag has 1 to 50 letters, digits, “-” or “_”."),
            ({"title": "Nap", "due": "every second"}, "“Nap”, due: A todo can repeat daily, weekly, monthly or yearly"),
            ({"title": "Nap", "due": "1 january 9999"}, "“Nap”, due: That is too far away for a date."),
            ({"title": "Nap", "due": "31st of february"}, "“Nap”, due: "),
        ):
            with self.subTest(told):
                refused = await self.told("add_task", "tasks", fields, {"title": "🎉"})
                self.assertTrue(refused["reason"].startswith(told), refused["reason"])
        self.assertEqual(await Todo.objects.filter(title="🎉").acount(), 9)

    async def test_a_change_is_refused_with_the_reason(self):
        right = {"task": "mom", "priority": "high"}
        for fields, told in (
            ({"remove_tags": ["wrok"]}, "“milk”, remove_tags: It has no tag #wrok; its tags are #home."),
            ({"due": "every second"}, "“milk”, due: "),
            ({"due": "9999-01-01"}, "“milk”, due: That is too far away for a date."),
            ({"title": "x" * 201}, "“milk”, title: A title has at most 200 characters"),
        ):
            with self.subTest(told):
                refused = await self.told("update_task", "updates", {"task": "milk", **fields}, right)
                self.assertTrue(refused["reason"].startswith(told), refused["reason"])
        milk = await Todo.objects.aget(title="Buy milk")
        self.assertEqual(milk.version, 1)
        refused = await self.told("update_task", "updates", {"task": str(milk.pk), "remove_tags": ["wrok"]}, right)
        self.assertTrue(refused["reason"].startswith("“Buy milk”, remove_tags: "), refused["reason"])

    async def test_of_twenty_six_items_the_last_is_refused_and_the_others_are_done(self):
        titles = [f"Todo {number}" for number in range(26)]
        results = (await self.done_by("add_task", tasks=[{"title": title} for title in titles]))["results"]
        self.assertEqual([item["outcome"] for item in results], ["added"] * 25 + ["refused"])
        self.assertEqual((results[25]["code"], results[25]["reference"]), ("too_many_items", "Todo 25"))
        self.assertEqual(await Todo.objects.filter(title__startswith="Todo ").acount(), 25)


class NothingSaidTests(ToolTestCase):
    """Models fill in what they have nothing to say about, each in its own way."""

    WORDS = (None, "", " ", "null", "NULL", "None", "n/a", "N/A", "undefined", "nil")

    async def test_an_optional_argument_that_says_nothing_is_not_given(self):
        await sync_to_async(TodoFactory)(owner=self.alice, title="Buy milk", priority=Priority.HIGH)
        for word in self.WORDS:
            with self.subTest(word):
                names = ("filter", "text", "tag", "priority", "start", "end", "sort", "limit")
                if word == "None":
                    names = tuple(name for name in names if name != "priority")
                output = await self.done_by("list_tasks", **dict.fromkeys(names, word))
                self.assertEqual([row["title"] for row in output["tasks"]], ["Buy milk"])

    async def test_a_field_of_an_item_that_says_nothing_stays_as_it_is(self):
        todo = await sync_to_async(TodoFactory)(owner=self.alice, title="Buy milk", notes="2 litres")
        for word in self.WORDS:
            fields = dict.fromkeys(("title", "add_tags", "remove_tags", "stop_repeating"), word)
            if word != "None":
                fields |= dict.fromkeys(("notes", "due", "priority"), word)
            with self.subTest(word):
                output = await self.done_by("update_task", updates=[{"task": str(todo.pk), **fields}])
                self.assertEqual(output["results"][0]["outcome"], "unchanged")
        await todo.arefresh_from_db()
        self.assertEqual((todo.title, todo.notes), ("Buy milk", "2 litres"))

    async def test_words_for_nothing_among_tags_are_no_tags(self):
        await self.done_by("add_task", tasks=[{"title": "Buy milk", "tags": ["none", "home", None], "due": "n/a"}])
        todo = await Todo.objects.with_tags().aget()
        self.assertEqual((list(todo.tags), todo.due), (["home"], None))

    async def test_what_must_be_said_is_not_left_out(self):
        await self.done_by("add_task", tasks=[{"title": "None"}])
        self.assertEqual((await Todo.objects.aget()).title, "None")

    async def test_the_words_of_a_search_have_a_length(self):
        output = await self.refused_by("list_tasks", text="milk " * 60)
        self.assertEqual(output["error"]["code"], "validation_error")
        (tool,) = [tool for tool in await tool_definitions() if tool.name == "list_tasks"]
        self.assertEqual(tool.input_schema["properties"]["text"]["maxLength"], 200)
