"""What is said of the outputs of tools."""

from chat.assistants.basic import BasicModel
from chat.assistants.interface import AssistantText, ModelRequest, TextDelta, ToolOutput, ToolRequest, UserText
from chat.tests.assistants.basic.case import (
    DENTIST,
    MILK,
    MOM,
    NOW,
    SHOWN,
    StepTestCase,
    became,
    exchange,
    listed,
    refused,
    row,
)


class AnswerTests(StepTestCase):
    async def test_an_added_todo_is_told_with_its_resolved_date(self):
        await self.assert_answers(
            *exchange("add dentist friday 3pm", "add_task", {"tasks": [{}]}, became("added", DENTIST, note="A note.")),
            text="Added “dentist”, due Friday 6 March, 15:00.\n\nA note.",
        )

    async def test_what_changed_is_what_the_tool_shows(self):
        updated = became("updated", row("id-1", "buy oat milk", priority="urgent", due="2026-03-06", due_text="Friday"))
        item = {"task": "milk", "title": "buy oat milk", "priority": "urgent", "due": "friday"}
        await self.assert_answers(
            *exchange("rename milk to buy oat milk", "update_task", {"updates": [item]}, updated),
            text="Renamed it to “buy oat milk”. It is now due Friday and is urgent now.",
        )

    async def test_what_is_new_of_several_is_said_once_where_it_is_the_same(self):
        milk, mom = (
            row(f"id-{at}", title, due="2026-03-06", due_text="Friday") for at, title in enumerate(("milk", "mom"))
        )
        for more, text in {
            "": "Each of the 2 todos is now due Friday:\n1. milk\n2. mom",
            "urgent": "“milk” is now due Friday.\n“mom” is now due Friday and is urgent now.",
        }.items():
            updates = [{"task": "milk", "due": "friday"}, {"task": "mom", "due": "friday", "priority": more}]
            updated = became("updated", milk, {**mom, "priority": more or "none"})
            with self.subTest(text):
                await self.assert_answers(
                    *exchange("move milk and mom to friday", "update_task", {"updates": updates}, updated), text=text
                )

    async def test_a_list_is_grouped_and_numbered_through(self):
        rows = (
            row("id-1", "send invoice", due="2026-03-02", due_text="Monday 2 March", overdue=True),
            row("id-2", "call mom", due="2026-03-04", due_text="today", priority="high"),
            row("id-3", "pay rent", due="2026-03-09", due_text="Monday 9 March", tags=["home"]),
            row("id-4", "buy milk"),
        )
        await self.assert_answers(
            *exchange("what's on my list", "list_tasks", {}, listed(*rows, total=9)),
            text=(
                "You have 9 open todos:\n\nOverdue:\n\n1. send invoice · Monday 2 March\n\n"
                "Today:\n\n2. call mom · today · high priority\n\nLater:\n\n3. pay rent · Monday 9 March · #home\n\n"
                "No date:\n\n4. buy milk\n\nAnd 5 more."
            ),
        )

    async def test_days_are_named_as_they_were_asked_for(self):
        for text, answer in {
            "what do i have to do tomorrow": "You have 1 open todo due tomorrow:\n\n1. a",
            "what did i finish yesterday": "You have 1 todo finished yesterday:\n\n1. a",
        }.items():
            with self.subTest(text):
                await self.assert_answers(*exchange(text, "list_tasks", {}, listed(row("id-1", "a"))), text=answer)

    async def test_a_repeat_is_told_and_listed(self):
        rent = row("id-1", "pay rent", due="2026-03-30", due_text="Monday 30 March", repeats="monthly on the 30th")
        await self.assert_answers(
            *exchange("add pay rent monthly on the 30th", "add_task", {"tasks": [{}]}, became("added", rent)),
            text="Added “pay rent”, due Monday 30 March, repeats monthly on the 30th.",
        )
        await self.assert_answers(
            *exchange("what's on my list", "list_tasks", {}, listed(rent)),
            text="You have 1 open todo:\n\n1. pay rent · Monday 30 March · repeats monthly on the 30th",
        )
        item = {"task": "rent", "stop_repeating": True}
        await self.assert_answers(
            *exchange("stop repeating rent", "update_task", {"updates": [item]}, became("updated", rent)),
            text="“pay rent” no longer repeats.",
        )

    async def test_what_no_tool_looks_for_is_picked_out_of_what_it_found(self):
        standup = row("id-1", "standup", repeats="every weekday", tags=["work"])
        milk = row("id-2", "buy milk", notes="oat, 2 litres")
        for text, told in (
            ("show all recurring", "You have 1 open todo with a repeat:\n\n1. standup · repeats every weekday · #work"),
            ("what's not tagged", "You have 1 open todo without tags:\n\n1. buy milk"),
            ("which ones have notes", "You have 1 open todo with notes:\n\n1. buy milk"),
        ):
            arguments = {"filter": "open", "limit": 100}
            await self.assert_answers(*exchange(text, "list_tasks", arguments, listed(standup, milk)), text=told)
        many = exchange("what's not tagged", "list_tasks", arguments, listed(standup, total=130))
        told = "You have no open todos without tags.\n\nI cannot list any more than that. "
        await self.assert_answers(*many, text=f"{told}Ask for a part, for example “what is due this week?”.")

    async def test_a_note_is_read_with_its_todo(self):
        milk = row("id-2", "buy milk", notes="oat, 2 litres")
        asked = exchange("what does the note on milk say", "list_tasks", {"filter": "all"}, listed(milk))
        await self.assert_answers(*asked, text="“buy milk” is open.\n\n“oat, 2 litres”")

    async def test_an_undo_is_told_in_the_sentences_of_the_tool(self):
        undone = became("undone", MILK, note="“buy milk” is off the list again.")
        for text, arguments, answer in (
            ("undo", {}, "Taken back: “buy milk” is off the list again."),
            ("redo", {"redo": True}, "Done again: “buy milk” is off the list again."),
        ):
            await self.assert_answers(*exchange(text, "undo", arguments, undone), text=answer)
        nothing = {"error": {"code": "nothing_to_undo", "message": "There is nothing to undo."}}
        await self.assert_answers(*exchange("undo", "undo", {}, nothing), text="There is nothing to undo.")

    async def test_questions_about_one_todo(self):
        for text, rows, answer in (
            ("is milk on my list", [MILK], "Yes: “buy milk”."),
            ("is soap on my list", [], "No, nothing on your list matches “soap”."),
            ("when is the dentist?", [DENTIST], "“dentist” is due Friday 6 March, 15:00."),
            ("how urgent is buy milk", [MILK], "“buy milk” has no priority and no due date."),
            ("how many tasks do i have", [MILK, MOM], "You have 2 open todos."),
        ):
            with self.subTest(text):
                await self.assert_answers(*exchange(text, "list_tasks", {}, listed(*rows)), text=answer)

    async def test_what_to_do_first_is_the_urgent_then_the_overdue(self):
        rows = (
            row("id-1", "send invoice", due="2026-03-02", due_text="Monday 2 March", overdue=True),
            row("id-2", "buy milk"),
            row("id-3", "call mom", priority="urgent"),
        )
        _, text = await self.step(*exchange("what should I do first?", "list_tasks", {}, listed(*rows)))
        self.assertTrue(text.startswith("Start with “call mom” (urgent). Then “send invoice”"), text)

    async def test_a_small_group_is_counted_and_asked_about(self):
        said = exchange("delete all completed tasks", "list_tasks", {}, listed(MILK, MOM))
        _, text = await self.step(*said)
        self.assertIn("That would delete 2 finished todos:", text)
        self.assertIn("Shall I delete them? Nothing is deleted yet.", text)
        for answered, picked in (
            ("yes please", ["id-1", "id-2"]),
            ("both", ["id-1", "id-2"]),
            ("only the second one", ["id-2"]),
            ("just 1", ["id-1"]),
            ("the milk one", ["id-1"]),
            ("all of them except the milk", ["id-2"]),
            ("yes, delete the milk", ["id-1"]),
            ("ok but not the milk one", ["id-2"]),
            ("yeah get rid of them", ["id-1", "id-2"]),
        ):
            with self.subTest(answered):
                requests, _ = await self.step(*said, AssistantText(text), UserText(answered))
                self.assertEqual(requests, [("delete_task", {"tasks": picked})])
        for answered in ("no", "did I pay the milk?", "what is due tomorrow?"):
            with self.subTest(answered):
                requests, _ = await self.step(*said, AssistantText(text), UserText(answered))
                self.assertNotIn("delete_task", [tool_name for tool_name, _ in requests])

    async def test_a_group_that_is_empty_is_not_told_by_the_rows_of_another(self):
        said = exchange("complete all my todos for today and delete all completed tasks", "list_tasks", {}, listed())
        others = exchange("", "list_tasks", {"filter": "done"}, listed(MILK, MOM))[1:]
        _, text = await self.step(*said, *others)
        self.assertIn("You have no todos due today, so there is nothing to complete.", text)
        self.assertEqual(text.count("1. buy milk"), 1)

    async def test_a_refusal_gives_its_reason_and_the_candidates(self):
        output = refused("todo_ambiguous", "milk", MILK, row("id-4", "buy oat milk"))
        await self.assert_answers(
            *exchange("delete milk", "delete_task", {"tasks": ["milk"]}, output),
            text="2 todos match “milk”. Which one do you mean?\n1. buy milk\n2. buy oat milk",
        )
        output = refused("validation_error", "x", reason="The title is too long.")
        await self.assert_answers(
            *exchange("add x", "add_task", {"tasks": [{}]}, output), text="The title is too long."
        )

    async def test_a_failed_call_is_never_told_as_done(self):
        output = {"error": {"code": "service_unavailable", "message": "The service is out of reach."}}
        _, text = await self.step(*exchange("add milk", "add_task", {"tasks": [{}]}, output))
        self.assertEqual(text, "That did not work: The service is out of reach.")

    async def test_strange_outputs_are_no_exception(self):
        for output in ("", "[]", "null", '{"results": [1, {"task": 2}], "tasks": "x", "total": "y"}'):
            with self.subTest(output):
                history = (UserText("add milk"), ToolRequest("1", "add_task", "{"), ToolOutput("1", output))
                requests, text = await self.step(*history)
                self.assertEqual(requests, [])
                self.assertTrue(text)
                self.assertNotIn("Added", text)

    async def test_an_answer_comes_in_lines(self):
        request = ModelRequest("", tuple(SHOWN[:3]), (), NOW, "America/New_York")
        parts = [output async for output in BasicModel().stream(request) if isinstance(output, TextDelta)]
        self.assertGreater(len(parts), 3)


class RestOfListTests(StepTestCase):
    def setUp(self):
        rows = [row(f"id-{number}", f"todo {number}") for number in range(1, 24)]
        arguments = {"filter": "open"}
        answer = "You have 23 open todos:\n\n" + "\n".join(f"{number}. todo {number}" for number in range(1, 21))
        self.first = exchange("my list", "list_tasks", arguments, listed(*rows[:20], total=23), answer)
        self.rest = exchange("show more", "list_tasks", arguments | {"limit": 100}, listed(*rows, total=23))
        self.answer = "Here are the next 3:\n\n21. todo 21\n22. todo 22\n23. todo 23"

    async def test_more_shows_what_did_not_fit(self):
        for text in ("show more", "show me the rest", "the rest please", "more"):
            with self.subTest(text):
                arguments = {"filter": "open", "limit": 100}
                await self.assert_asks(*self.first, UserText(text), tool_name="list_tasks", arguments=arguments)
        await self.assert_answers(*self.first, *self.rest, text=self.answer)

    async def test_numbers_count_through_both_lists(self):
        shown = (*self.first, *self.rest, AssistantText(self.answer))
        for text, todo_id in (("delete 22", "id-22"), ("delete 3", "id-3")):
            with self.subTest(text):
                await self.assert_asks(*shown, UserText(text), tool_name="delete_task", arguments={"tasks": [todo_id]})

    async def test_after_the_rest_nothing_is_left(self):
        shown = (*self.first, *self.rest, AssistantText(self.answer))
        await self.assert_answers(*shown, UserText("show more"), text="That is all of it.")
