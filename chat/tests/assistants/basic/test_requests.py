"""The step: histories in, tool requests or answers out."""

import datetime
import json

from django.test import SimpleTestCase

from chat.assistants.basic import BasicModel
from chat.assistants.interface import AssistantText, ModelRequest, StepEnd, TextDelta, ToolOutput, ToolRequest, UserText

NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00")


def row(todo_id, title, **fields):
    shown = {
        "notes": "",
        "priority": "none",
        "due": None,
        "due_text": None,
        "repeats": None,
        "overdue": False,
        "tags": [],
        "done": False,
    }
    return {"id": todo_id, "title": title} | shown | fields


def listed(*rows, total=None):
    return {"tasks": list(rows), "total": len(rows) if total is None else total, "more": 0}


def became(outcome, *rows, note=""):
    return {"results": [{"outcome": outcome, "task": each, "note": note} for each in rows]}


def refused(code, reference, *candidates, reason="It was refused."):
    item = {
        "outcome": "refused",
        "code": code,
        "reason": reason,
        "reference": reference,
        "candidates": list(candidates),
    }
    return {"error": {"code": code, "message": reason}, "results": [item]}


def exchange(text, tool_name, arguments, output, answer=""):
    """The history of a turn with one call; without an answer it is the turn that goes on."""
    call_id = f"call-{text}"
    items = [
        UserText(text),
        ToolRequest(call_id, tool_name, json.dumps(arguments)),
        ToolOutput(call_id, json.dumps(output)),
    ]
    return [*items, AssistantText(answer)] if answer else items


MILK, MOM, RENT = row("id-1", "buy milk"), row("id-2", "call mom", due="2026-03-06"), row("id-3", "pay rent")
SHOWN = exchange(
    "what's on my list?",
    "list_tasks",
    {"filter": "open"},
    listed(MILK, MOM, RENT),
    "You have 3 open todos:\n\nLater:\n\n1. call mom · Friday 6 March\n\nNo date:\n\n2. buy milk\n3. pay rent",
)
DENTIST = row("id-9", "dentist", due="2026-03-06T15:00:00-05:00", due_text="Friday 6 March, 15:00")
ADDED = exchange("add dentist friday 3pm", "add_task", {"tasks": []}, became("added", DENTIST), "Added “dentist”.")


class StepTestCase(SimpleTestCase):
    async def step(self, *history):
        """The requests of a step as (name, arguments), and its text."""
        request = ModelRequest("", history, (), NOW, "America/New_York")
        outputs = [output async for output in BasicModel().stream(request)]
        self.assertEqual([output for output in outputs if isinstance(output, StepEnd)], [outputs[-1]])
        requests = [output for output in outputs if isinstance(output, ToolRequest)]
        self.assertEqual(len({request.call_id for request in requests}), len(requests))
        text = "".join(output.text for output in outputs if isinstance(output, TextDelta))
        return [(request.tool_name, json.loads(request.arguments)) for request in requests], text

    async def assert_asks(self, *history, tool_name, arguments):
        self.assertEqual(await self.step(*history), ([(tool_name, arguments)], ""))

    async def assert_answers(self, *history, text):
        self.assertEqual(await self.step(*history), ([], text))


class RequestTests(StepTestCase):
    async def test_adds_of_one_message_are_one_batch(self):
        await self.assert_asks(
            UserText("add milk for tomorrow to my list; remind me to call mom p1 #family"),
            tool_name="add_task",
            arguments={
                "tasks": [
                    {"title": "milk", "due": "for tomorrow"},
                    {"title": "call mom", "priority": "high", "tags": ["family"]},
                ]
            },
        )

    async def test_batches_hold_25_items_at_most(self):
        requests, _ = await self.step(UserText("\n".join(f"add thing {number}" for number in range(60))))
        self.assertEqual([len(arguments["tasks"]) for _, arguments in requests], [25, 25, 10])

    async def test_several_kinds_are_several_calls_in_order(self):
        requests, _ = await self.step(UserText("mark buy milk as done and delete the rent task"))
        self.assertEqual(requests, [("complete_task", {"tasks": ["buy milk"]}), ("delete_task", {"tasks": ["rent"]})])

    async def test_a_group_is_looked_at_before_anything_is_changed(self):
        await self.assert_asks(
            UserText("delete all completed tasks"), tool_name="list_tasks", arguments={"filter": "done", "limit": 100}
        )

    async def test_undo_and_redo_are_calls_as_many_as_were_asked_for(self):
        for text, arguments in {"undo that": {}, "redo": {"redo": True}, "undo the undo": {"redo": True}}.items():
            with self.subTest(text):
                await self.assert_asks(*ADDED, UserText(text), tool_name="undo", arguments=arguments)
        requests, _ = await self.step(*ADDED, UserText("undo the last two changes"))
        self.assertEqual(requests, [("undo", {}), ("undo", {})])

    async def test_a_repeat_is_ended_without_its_date(self):
        await self.assert_asks(
            UserText("stop repeating the standup"),
            tool_name="update_task",
            arguments={"updates": [{"task": "standup", "stop_repeating": True}]},
        )

    async def test_days_are_narrowed_by_the_tool(self):
        for text, arguments in {
            "what do i have to do tomorrow": {"filter": "open", "start": "2026-03-05", "end": "2026-03-05"},
            "what's due this week": {"filter": "open", "start": "2026-03-04", "end": "2026-03-08"},
            "what did I finish this week": {"filter": "done", "start": "2026-03-02", "end": "2026-03-08"},
            "what did I finish yesterday": {"filter": "done", "start": "2026-03-03", "end": "2026-03-03"},
        }.items():
            with self.subTest(text):
                await self.assert_asks(UserText(text), tool_name="list_tasks", arguments=arguments)


class ReferenceTests(StepTestCase):
    async def test_places_mean_the_list_as_it_was_shown(self):
        for text, tasks in {
            "complete the first one": ["id-2"],
            "complete item 3": ["id-3"],
            "complete the last one": ["id-3"],
            "complete 1 and 2": ["id-2", "id-1"],
            "complete the first two": ["id-2", "id-1"],
        }.items():
            with self.subTest(text):
                await self.assert_asks(*SHOWN, UserText(text), tool_name="complete_task", arguments={"tasks": tasks})

    async def test_a_place_outside_the_list_is_asked_about(self):
        _, text = await self.step(*SHOWN, UserText("delete item 4"))
        self.assertEqual(text, "The last list has 3 todos. Which number do you mean?")

    async def test_it_means_the_todo_that_was_just_changed(self):
        await self.assert_asks(
            *SHOWN,
            *ADDED,
            UserText("make it urgent"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "priority": "urgent"}]},
        )

    async def test_a_new_time_keeps_the_day_and_a_new_day_keeps_the_time(self):
        for text, due in {
            "change it to 4pm instead": "2026-03-06 4pm",
            "no, I said Thursday": "Thursday at 15:00",
            "thursday": "thursday at 15:00",
            "move it to monday 9am": "monday 9am",
        }.items():
            with self.subTest(text):
                await self.assert_asks(
                    *ADDED,
                    UserText(text),
                    tool_name="update_task",
                    arguments={"updates": [{"task": "id-9", "due": due}]},
                )

    async def test_an_hour_alone_is_one_of_the_half_of_the_day_that_the_todo_has(self):
        await self.assert_asks(
            *ADDED,
            UserText("let's make it 7"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "due": "2026-03-06 at 7pm"}]},
        )
        requests, _ = await self.step(*SHOWN, UserText("add milk"), AssistantText(""), UserText("let's make it 7"))
        self.assertEqual(requests, [])

    async def test_it_without_an_antecedent_is_asked_about(self):
        await self.assert_answers(
            UserText("mark it done"), text="Which todo do you mean? Say a few words of its title."
        )

    async def test_it_after_several_is_asked_about_and_the_choice_does_the_act(self):
        question = "Which one do you mean?\n1. buy milk\n2. call mom\n3. pay rent"
        await self.assert_answers(*SHOWN, UserText("delete it"), text=question)
        await self.assert_asks(
            *SHOWN,
            UserText("delete it"),
            AssistantText(question),
            UserText("the second one"),
            tool_name="delete_task",
            arguments={"tasks": ["id-2"]},
        )

    async def test_how_urgent_that_is_looks_the_todo_up(self):
        await self.assert_asks(
            *ADDED,
            UserText("How urgent is that task?"),
            tool_name="list_tasks",
            arguments={"filter": "all", "text": "dentist"},
        )


class FollowUpTests(StepTestCase):
    async def test_the_next_text_is_the_title_that_was_asked_for(self):
        asked = (UserText("set a reminder for tomorrow at 4am #cat"), AssistantText("What should I call it?"))
        await self.assert_asks(
            *asked,
            UserText("feed the cat"),
            tool_name="add_task",
            arguments={"tasks": [{"title": "feed the cat", "due": "tomorrow at 4am", "tags": ["cat"]}]},
        )
        await self.assert_answers(*asked, UserText("never mind"), text="All right, I leave everything as it is.")
        await self.assert_asks(
            *asked, UserText("what's on my list?"), tool_name="list_tasks", arguments={"filter": "open"}
        )

    async def test_a_date_between_is_kept_for_the_title(self):
        await self.assert_asks(
            UserText("remind me"),
            AssistantText("What should I call it?"),
            UserText("tomorrow"),
            AssistantText("What should I call it?"),
            UserText("feed the cat at 5pm"),
            tool_name="add_task",
            arguments={"tasks": [{"title": "feed the cat", "due": "tomorrow at 5pm"}]},
        )

    async def test_a_choice_among_candidates_does_what_was_refused(self):
        output = refused("todo_ambiguous", "milk", row("id-1", "buy milk"), row("id-4", "buy oat milk"))
        asked = exchange(
            "move milk to friday",
            "update_task",
            {"updates": [{"task": "milk", "due": "friday"}]},
            output,
            "2 todos match “milk”. Which one do you mean?\n1. buy milk\n2. buy oat milk",
        )
        for text in ("the second one", "2", "oat milk", "the oat one"):
            with self.subTest(text):
                await self.assert_asks(
                    *asked,
                    UserText(text),
                    tool_name="update_task",
                    arguments={"updates": [{"task": "id-4", "due": "friday"}]},
                )
        await self.assert_asks(
            *asked, UserText("buy bread"), tool_name="add_task", arguments={"tasks": [{"title": "buy bread"}]}
        )

    async def test_yes_takes_the_one_near_miss(self):
        asked = exchange(
            "complete mlik",
            "complete_task",
            {"tasks": ["mlik"]},
            refused("todo_not_found", "mlik", MILK),
            "No todo matches “mlik”. Did you mean “buy milk”?",
        )
        await self.assert_asks(*asked, UserText("yes"), tool_name="complete_task", arguments={"tasks": ["id-1"]})
        await self.assert_answers(*asked, UserText("no"), text="All right, I leave everything as it is.")

    async def test_a_moment_to_come_takes_the_place_of_one_that_is_over(self):
        for asked in (
            "remind me yesterday at 5pm to call mom",
            "remind me to call mom three fortnights ago",
            "add call mom yesterday at 5pm",
            "call mom the night before last",
        ):
            requests, said = await self.step(UserText(asked))
            self.assertEqual((requests, "is over already" in said), ([], True))
            requests, _ = await self.step(UserText(asked), AssistantText(said), UserText("tomorrow at 9am"))
            [(name, arguments)] = requests
            self.assertEqual(name, "add_task")
            self.assertEqual(arguments["tasks"], [{"title": "call mom", "due": "tomorrow at 9am"}])

    async def test_a_time_to_remind_alone_is_of_the_todo_whose_reminders_were_spoken_of(self):
        for first in ("remind me of the dentist 30 minutes before", "dentist friday 3pm, remind me 30 minutes before"):
            adds = first.startswith("dentist")
            name, items = ("add_task", "tasks") if adds else ("update_task", "updates")
            arguments = {items: [{"title": "dentist", "remind": "30 minutes before"}]}
            said = exchange(first, name, arguments, became("added" if adds else "updated", DENTIST), "Done.")
            for text in ("an hour earlier", "also the evening before"):
                [(tool, given)], _ = await self.step(*said, UserText(text))
                self.assertEqual((tool, given), ("update_task", {"updates": [{"task": "id-9", "remind": text}]}))

    async def test_a_readable_date_takes_the_place_of_an_unreadable_one(self):
        await self.assert_asks(
            UserText("move the rent to the 31st of february"),
            AssistantText("There is no 31 February. Which date do you mean?"),
            UserText("march 1"),
            tool_name="list_tasks",
            arguments={"filter": "open", "text": "rent"},
        )

    async def test_yes_adds_what_was_offered(self):
        await self.assert_answers(UserText("milk"), text="Shall I add “milk” to your list?")
        offered = (UserText("milk"), AssistantText("Shall I add “milk” to your list?"))
        await self.assert_asks(
            *offered, UserText("yes please"), tool_name="add_task", arguments={"tasks": [{"title": "milk"}]}
        )

    async def test_yes_and_no_without_a_question_change_nothing(self):
        for text in ("yes", "no"):
            requests, _ = await self.step(*ADDED, UserText(text))
            self.assertEqual(requests, [])


class SecondStepTests(StepTestCase):
    async def test_a_note_goes_behind_the_notes_that_are_there(self):
        look = exchange(
            "add a note to the dentist: bring the card",
            "list_tasks",
            {"filter": "open", "text": "dentist"},
            listed(DENTIST | {"notes": "Be early."}),
        )
        await self.assert_asks(
            *look,
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "notes": "Be early.\nbring the card"}]},
        )

    async def test_a_note_for_several_is_not_written(self):
        look = exchange("add a note to mom: hi", "list_tasks", {}, listed(MOM, row("id-5", "email mom")))
        requests, text = await self.step(*look)
        self.assertEqual(requests, [])
        self.assertIn("2 todos match “mom”. Which one do you mean?", text)

    async def test_a_group_is_changed_where_the_server_is_sure_to_ask_the_person(self):
        many = [row(f"id-{number}", f"todo {number}") for number in range(30)]
        for text, rows, tool_name, sizes in (
            ("delete everything", [MILK, MOM], "delete_task", [2]),
            ("mark everything as done", many, "complete_task", [25, 5]),
            ("delete all completed tasks", many[:4], "delete_task", [4]),
        ):
            with self.subTest(text):
                requests, _ = await self.step(*exchange(text, "list_tasks", {}, listed(*rows)))
                self.assertEqual([name for name, _ in requests], [tool_name] * len(sizes))
                self.assertEqual([len(arguments["tasks"]) for _, arguments in requests], sizes)

    async def test_a_group_is_moved_in_one_batch_and_each_keeps_its_time(self):
        rows = [row("id-1", "call mom", due="2026-03-04T17:00:00-05:00"), row("id-2", "buy milk", due="2026-03-04")]
        requests, _ = await self.step(
            *exchange("move everything due today to friday", "list_tasks", {"filter": "today"}, listed(*rows))
        )
        updates = [{"task": "id-1", "due": "friday at 17:00"}, {"task": "id-2", "due": "friday"}]
        self.assertEqual(requests, [("update_task", {"updates": updates})])

    async def test_a_group_is_moved_by_its_tag_else_by_whole_words_of_its_titles(self):
        text, by_tag = "push all work todos to friday", {"filter": "open", "tag": "work", "limit": 100}
        by_words = {"filter": "open", "text": "work", "limit": 100}
        await self.assert_asks(UserText(text), tool_name="list_tasks", arguments=by_tag)
        none = exchange(text, "list_tasks", by_tag, listed())
        await self.assert_asks(*none, tool_name="list_tasks", arguments=by_words)
        rows = listed(row("id-1", "workout"), row("id-2", "tidy the work desk"))
        found = [ToolRequest("second", "list_tasks", json.dumps(by_words)), ToolOutput("second", json.dumps(rows))]
        requests, _ = await self.step(*none, *found)
        self.assertEqual(requests, [("update_task", {"updates": [{"task": "id-2", "due": "friday"}]})])

    async def test_a_group_is_not_moved_without_a_day_into_a_repeat_or_when_it_is_all_there_is(self):
        many = [row(f"id-{number}", f"todo {number}") for number in range(26)]
        for text, rows in (
            ("postpone everything due today", [MILK, MOM]),
            ("move everything to friday", [MILK, MOM]),
            ("move everything due today to friday", many),
            ("move everything due today to every friday", [MILK, MOM]),
        ):
            with self.subTest(text):
                requests, answer = await self.step(*exchange(text, "list_tasks", {}, listed(*rows)))
                self.assertEqual(requests, [])
                self.assertIn("nothing is changed", answer)

    async def test_a_group_that_was_not_found_at_once_is_said_to_be_larger(self):
        first = [row(f"id-{number}", f"todo {number}") for number in range(100)]
        requests, text = await self.step(
            *exchange("delete everything", "list_tasks", {"limit": 100}, listed(*first, total=150))
        )
        self.assertEqual(len(requests), 4)
        self.assertIn("150 open todos", text)
        self.assertIn("the first 100; say it again for the rest", text)

    async def test_a_question_that_finds_nothing_is_looked_up_by_fewer_words(self):
        look = exchange(
            "is getting a light bulb on my list",
            "list_tasks",
            {"filter": "all", "text": "getting a light bulb"},
            listed(),
        )
        await self.assert_asks(*look, tool_name="list_tasks", arguments={"filter": "all", "text": "a light bulb"})


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

    async def test_a_small_group_is_counted_and_left_alone(self):
        _, text = await self.step(*exchange("delete all completed tasks", "list_tasks", {}, listed(MILK, MOM)))
        self.assertIn("That would delete 2 finished todos:", text)
        self.assertIn("nothing is changed", text)

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


class MovedByNameTests(StepTestCase):
    async def test_a_time_of_day_stays_when_the_day_changes(self):
        arguments = {"filter": "open", "text": "dentist"}
        looked = exchange("move the dentist to monday", "list_tasks", arguments, listed(DENTIST))
        await self.assert_asks(
            *looked,
            tool_name="update_task",
            arguments={"updates": [{"task": "dentist", "due": "monday at 15:00"}]},
        )

    async def test_the_latest_look_at_a_todo_counts(self):
        moved = row("id-9", "dentist", due="2026-03-09T15:00:00-05:00", due_text="Monday 9 March, 15:00")
        history = [
            *exchange("move the dentist to monday", "list_tasks", {"text": "dentist"}, listed(DENTIST)),
            ToolRequest("call-2", "update_task", "{}"),
            ToolOutput("call-2", json.dumps(became("updated", moved))),
            AssistantText("“dentist” is now due Monday 9 March, 15:00."),
        ]
        await self.assert_asks(
            *history,
            UserText("make it 2pm"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "due": "2026-03-09 2pm"}]},
        )


class SupposedTests(StepTestCase):
    async def test_news_of_a_date_looks_first_and_moves_what_it_finds(self):
        text, arguments = "the call with mom is on sunday", {"filter": "open", "text": "call with mom"}
        await self.assert_asks(UserText(text), tool_name="list_tasks", arguments=arguments)
        await self.assert_asks(
            *exchange(text, "list_tasks", arguments, listed(MOM)),
            tool_name="update_task",
            arguments={"updates": [{"task": "call with mom", "due": "sunday"}]},
        )

    async def test_news_of_what_is_not_on_the_list_adds_it(self):
        text, arguments = "the car is due friday", {"filter": "open", "text": "car"}
        await self.assert_asks(
            *exchange(text, "list_tasks", arguments, listed()),
            tool_name="add_task",
            arguments={"tasks": [{"title": "car", "due": "friday"}]},
        )

    async def test_a_todo_is_deleted_on_the_yes_to_an_offer(self):
        looked = exchange("cancel the rent", "list_tasks", {"filter": "open", "text": "rent"}, listed(RENT))
        await self.assert_answers(*looked, text="Shall I delete “pay rent”?")
        await self.assert_asks(
            *looked,
            AssistantText("Shall I delete “pay rent”?"),
            UserText("yes"),
            tool_name="delete_task",
            arguments={"tasks": ["id-3"]},
        )

    async def test_a_title_is_put_right_by_the_words_that_differ(self):
        almonds = row("id-7", "buy almond milk")
        added = exchange("buy almond milk", "add_task", {"tasks": []}, became("added", almonds), "Added.")
        for text in (
            "sorry, oat milk",
            'and call it "buy oat milk"',
            "not almond, oat",
            "actually make it oat milk",
            "I meant oat milk",
        ):
            with self.subTest(text):
                await self.assert_asks(
                    *added,
                    UserText(text),
                    tool_name="update_task",
                    arguments={"updates": [{"task": "id-7", "title": "buy oat milk"}]},
                )


class CorrectionTests(StepTestCase):
    """The last act is put right in the same turn."""

    def setUp(self):
        self.moved = exchange(
            "move mom to friday",
            "update_task",
            {"updates": [{"task": "mom", "due": "friday"}]},
            became("updated", MOM),
            "“call mom” is now due Friday 6 March.",
        )
        self.deleted = exchange(
            "delete milk", "delete_task", {"tasks": ["milk"]}, became("deleted", MILK), "Moved “buy milk” to the trash."
        )

    async def test_another_todo_was_meant(self):
        for text in ("no, not that one, the rent", "sorry, i meant the rent", "not that, the rent"):
            with self.subTest(text):
                requests, _ = await self.step(*self.deleted, UserText(text))
                self.assertEqual(requests, [("undo", {}), ("delete_task", {"tasks": ["rent"]})])

    async def test_the_other_of_two_is_done_instead(self):
        shown = exchange("list", "list_tasks", {}, listed(MILK, RENT), "1. buy milk\n2. pay rent")
        requests, _ = await self.step(*shown, *self.deleted, UserText("no, the other one"))
        self.assertEqual(requests, [("undo", {}), ("delete_task", {"tasks": ["id-3"]})])

    async def test_what_was_not_wanted_is_taken_back(self):
        for text in ("leave it", "don't do that", "i changed my mind", "no, don't", "wait no", "oh no, i didn't"):
            with self.subTest(text):
                requests, _ = await self.step(*self.deleted, UserText(text))
                self.assertEqual(requests, [("undo", {})])

    async def test_a_mere_no_after_a_change_asks_and_yes_takes_it_back(self):
        question = "That is done already. Shall I take it back?"
        await self.assert_answers(*self.deleted, UserText("no"), text=question)
        await self.assert_asks(
            *self.deleted,
            UserText("no"),
            AssistantText(question),
            UserText("yes"),
            tool_name="undo",
            arguments={},
        )

    async def test_another_todo_moves_to_the_same_day(self):
        await self.assert_asks(
            *self.moved,
            UserText("and the rent too"),
            tool_name="list_tasks",
            arguments={"filter": "open", "text": "rent"},
        )

    async def test_the_day_stays_when_the_half_of_the_day_is_said(self):
        await self.assert_asks(
            *self.moved,
            UserText("at 8 in the morning"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-2", "due": "2026-03-06 at 8 in the morning"}]},
        )

    async def test_praise_before_a_deed_names_no_todo(self):
        requests, _ = await self.step(*self.moved, UserText("got it, it's done"))
        self.assertEqual(requests, [("complete_task", {"tasks": ["id-2"]})])

    async def test_so_is_another_and_no_the_other(self):
        done = exchange("milk is done", "complete_task", {"tasks": ["milk"]}, became("completed", MILK), "Done.")
        await self.assert_asks(
            *done, UserText("so is the rent"), tool_name="complete_task", arguments={"tasks": ["rent"]}
        )
        requests, _ = await self.step(*done, UserText("no the rent"))
        self.assertEqual(requests, [("undo", {}), ("complete_task", {"tasks": ["rent"]})])
        requests, _ = await self.step(*done, UserText("actually it isn't"))
        self.assertEqual(requests, [("undo", {})])

    async def test_an_hour_alone_is_on_the_day_of_the_todo_before_it(self):
        await self.assert_asks(
            *ADDED,
            UserText("and piano at 6"),
            tool_name="add_task",
            arguments={"tasks": [{"title": "piano", "due": "2026-03-06 at 6"}]},
        )

    async def test_a_thing_right_after_another_is_offered_to_be_added(self):
        await self.assert_answers(*ADDED, UserText("eggs"), text="Shall I add “eggs” to your list?")

    async def test_the_same_on_another_day_is_one_more(self):
        added = exchange("add yoga monday", "add_task", {"tasks": []}, became("added", row("id-8", "yoga")), "Added.")
        await self.assert_asks(
            *added,
            UserText("same on thursday"),
            tool_name="add_task",
            arguments={"tasks": [{"title": "yoga", "due": "on thursday"}]},
        )

    async def test_another_todo_moves_to_a_day_of_its_own(self):
        requests, _ = await self.step(*self.moved, UserText("and the rent to monday"))
        self.assertEqual(requests, [("list_tasks", {"filter": "open", "text": "rent"})])

    async def test_a_correction_of_what_was_refused_reaches_no_older_todo(self):
        refusal = exchange(
            "move lisa to monday",
            "update_task",
            {"updates": [{"task": "lisa", "due": "monday"}]},
            refused("todo_not_found", "lisa", RENT),
            "No todo matches “lisa”. Did you mean “pay rent”?",
        )
        requests, _ = await self.step(*self.moved, *refusal, UserText("no, friday"))
        self.assertEqual(requests, [])

    async def test_all_but_one_are_meant(self):
        await self.assert_asks(
            *SHOWN,
            UserText("complete all of them except the first"),
            tool_name="complete_task",
            arguments={"tasks": ["id-1", "id-3"]},
        )

    async def test_what_is_left_out_is_known_for_sure_before_anything_is_done(self):
        await self.assert_asks(
            *SHOWN,
            UserText("complete everything except the milk"),
            tool_name="complete_task",
            arguments={"tasks": ["id-2", "id-3"]},
        )
        requests, _ = await self.step(*SHOWN, UserText("delete all but the car"))
        self.assertEqual(requests, [])

    async def test_a_priority_alone_is_that_of_what_was_just_moved(self):
        await self.assert_asks(
            *self.moved,
            UserText("high priority"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-2", "priority": "high"}]},
        )


class LookFirstTests(StepTestCase):
    async def test_a_name_with_a_day_is_looked_for_and_changed_by_its_id(self):
        await self.assert_asks(
            UserText("delete the call on friday"), tool_name="list_tasks", arguments={"filter": "open", "limit": 100}
        )
        looked = exchange("delete the call on friday", "list_tasks", {}, listed(MILK, MOM, RENT))
        await self.assert_asks(*looked, tool_name="delete_task", arguments={"tasks": ["id-2"]})

    async def test_what_almost_fits_is_asked_about_with_the_deed(self):
        looked = exchange("delete the call on monday", "list_tasks", {}, listed(MILK, MOM, RENT))
        await self.assert_answers(*looked, text="Shall I delete “call mom”?")
        await self.assert_asks(
            *looked,
            AssistantText("Shall I delete “call mom”?"),
            UserText("yes"),
            tool_name="delete_task",
            arguments={"tasks": ["id-2"]},
        )

    async def test_several_that_are_named_together_are_found_one_by_one(self):
        suit = row("id-5", "pick up dry cleaning")
        requests, _ = await self.step(
            *exchange("mark rent and dry cleaning as done", "list_tasks", {}, listed(MILK, suit, RENT))
        )
        self.assertEqual(requests, [("complete_task", {"tasks": ["id-3", "id-5"]})])

    async def test_a_group_of_one_is_asked_about_as_that_todo(self):
        looked = exchange("complete everything due friday", "list_tasks", {}, listed(MOM))
        await self.assert_answers(*looked, text="Shall I complete “call mom”?")
        await self.assert_asks(
            *looked,
            AssistantText("Shall I complete “call mom”?"),
            UserText("yes"),
            tool_name="complete_task",
            arguments={"tasks": ["id-2"]},
        )

    async def test_a_part_of_a_todo_does_not_complete_it(self):
        fruit = row("id-6", "buy apples, pears and plums")
        looked = exchange("i bought the apples and the pears", "list_tasks", {}, listed(fruit, MILK))
        await self.assert_answers(*looked, text="Shall I complete “buy apples, pears and plums”?")
