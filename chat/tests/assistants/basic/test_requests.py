"""Which tools are called for a message, at once or after a look."""

import json

from chat.assistants.interface import AssistantText, ToolOutput, ToolRequest, UserText
from chat.tests.assistants.basic.case import (
    ADDED,
    DENTIST,
    LOOK,
    MILK,
    MOM,
    RENT,
    StepTestCase,
    became,
    exchange,
    listed,
    row,
)


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
        self.assertEqual(requests, [LOOK, LOOK])
        requests, _ = await self.step(UserText("delete the rent task and add oat milk"))
        self.assertEqual(requests, [LOOK, ("add_task", {"tasks": [{"title": "oat milk"}]})])

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
        await self.assert_seeks(
            UserText("stop repeating the standup"),
            found=[],
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


class SoughtTests(StepTestCase):
    async def test_what_names_only_a_part_of_a_list_is_asked_about_in_any_language(self):
        shop = row("id-5", "buy eggs, flour and sugar")
        for text, question in {
            "flour is bought": "Shall I complete “buy eggs, flour and sugar”?",
            "delete sugar": "Shall I delete “buy eggs, flour and sugar”?",
            "lösche flour": "Shall I delete “buy eggs, flour and sugar”?",
            "supprime sugar": "Shall I delete “buy eggs, flour and sugar”?",
            "rename flour to rice": "Shall I rename “buy eggs, flour and sugar” to “rice”?",
        }.items():
            with self.subTest(text):
                await self.assert_answers(*exchange(text, *LOOK, listed(MILK, shop)), text=question)

    async def test_words_for_handling_what_is_there_add_nothing_where_a_todo_is_called_so(self):
        gate = row("id-5", "fix the garden gate")
        for text in (
            "share the garden gate on saturday",
            "the gate on saturday",
            "shove the gate to friday",
            "put the gate after the dentist",
            "assign the gate to Ben",
            "merge the gate and the milk",
        ):
            with self.subTest(text):
                requests, said = await self.step(*exchange(text, *LOOK, listed(MILK, gate)))
                self.assertEqual(requests, [])
                self.assertIn("fix the garden gate", said)
        await self.assert_seeks(
            UserText("move the sofa on saturday"),
            found=[MILK, gate],
            tool_name="add_task",
            arguments={"tasks": [{"title": "move the sofa", "due": "on saturday"}]},
        )

    async def test_what_is_cancelled_goes_and_what_was_to_be_cancelled_is_done(self):
        for text, title, tool_name in (
            ("the gym membership has been cancelled", "cancel gym membership", "complete_task"),
            ("the trip is called off", "call off the trip", "complete_task"),
            ("the team meeting is cancelled", "team meeting", "delete_task"),
            ("delete the gym membership", "cancel gym membership", "delete_task"),
        ):
            with self.subTest(text):
                [(asked, _)], _ = await self.step(*exchange(text, *LOOK, listed(MILK, row("id-5", title))))
                self.assertEqual(asked, tool_name)

    async def test_the_same_name_on_another_day_is_another_todo(self):
        gym = row("id-5", "gym", due="2026-03-05")
        await self.assert_seeks(
            UserText("gym friday"),
            found=[gym],
            tool_name="add_task",
            arguments={"tasks": [{"title": "gym", "due": "friday"}]},
        )
        requests, said = await self.step(*exchange("gym friday", *LOOK, listed(row("id-5", "gym"))))
        self.assertEqual((requests, "“gym”" in said), ([], True))

    async def test_a_todo_with_a_time_moves_by_a_length_of_time_from_there(self):
        await self.assert_seeks(
            UserText("move the dentist a week later"),
            found=[DENTIST],
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "due": "a week later"}]},
        )

    async def test_a_reminder_that_is_removed_from_a_todo_leaves_the_todo(self):
        await self.assert_seeks(
            UserText("remove the reminder from dentist"),
            found=[DENTIST],
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "remind": "none"}]},
        )

    async def test_a_todo_is_selected_by_its_priority_or_by_being_late(self):
        late, high = row("id-5", "library books", overdue=True), row("id-6", "book train", priority="high")
        for text, todo_id in {"delete the overdue one": "id-5", "delete the high priority one": "id-6"}.items():
            await self.assert_seeks(
                UserText(text), found=[MILK, late, high], tool_name="delete_task", arguments={"tasks": [todo_id]}
            )

    async def test_a_verb_that_stands_for_another_names_no_todo_by_itself(self):
        requests, _ = await self.step(*exchange("rename the shopping list to food", *LOOK, listed(MILK)))
        self.assertNotIn("id-1", str(requests))

    async def test_news_of_a_date_looks_first_and_moves_what_it_finds(self):
        await self.assert_seeks(
            UserText("the call with mom is on sunday"),
            found=[MOM],
            tool_name="update_task",
            arguments={"updates": [{"task": "id-2", "due": "sunday"}]},
        )

    async def test_news_of_what_is_not_on_the_list_adds_it(self):
        text, arguments = "the car is due friday", {"filter": "open", "text": "car"}
        await self.assert_asks(
            *exchange(text, "list_tasks", arguments, listed()),
            tool_name="add_task",
            arguments={"tasks": [{"title": "car", "due": "friday"}]},
        )

    async def test_what_is_wanted_unless_it_is_there_is_added_where_nothing_was_found(self):
        text, arguments = "add rent to my list if it's not on there", {"filter": "open", "text": "rent"}
        await self.assert_asks(UserText(text), tool_name="list_tasks", arguments=arguments)
        await self.assert_asks(
            *exchange(text, "list_tasks", arguments, listed()),
            tool_name="add_task",
            arguments={"tasks": [{"title": "rent"}]},
        )
        await self.assert_answers(*exchange(text, "list_tasks", arguments, listed(RENT)), text="Yes: “pay rent”.")

    async def test_a_todo_is_kept_in_a_list_that_nobody_knows(self):
        text = "remove pay rent from my travel plans"
        await self.assert_asks(
            *exchange(text, "list_tasks", {"filter": "open", "limit": 100}, listed(RENT, MOM)),
            tool_name="delete_task",
            arguments={"tasks": ["id-3"]},
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
        requests, _ = await self.step(*added, UserText("no, 5 of them"))
        self.assertEqual(requests, [])
        await self.assert_asks(
            *added,
            UserText("sorry, half 6"),
            tool_name="update_task",
            arguments={"updates": [{"task": "id-7", "due": "half 6"}]},
        )

    async def test_a_part_of_a_title_is_put_right_by_what_is_like_it(self):
        for title, text, meant in (
            ("run 8k", "change it to 10k", "run 10k"),
            ("call Bo about the trip", "Al, not Bo", "call Al about the trip"),
            ("call Bo about the trip", "I meant Al", "call Al about the trip"),
            ("email Bo", "not Bo, Al", "email Al"),
            ("gym", "should be swim", "swim"),
            ("gym", "typo, gim", "gim"),
        ):
            with self.subTest(text):
                added = exchange(title, "add_task", {"tasks": []}, became("added", row("id-7", title)), "Added.")
                item = {"task": "id-7", "title": meant}
                await self.assert_asks(*added, UserText(text), tool_name="update_task", arguments={"updates": [item]})


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
