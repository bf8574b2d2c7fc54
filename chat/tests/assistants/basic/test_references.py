"""Which todo is meant by its place, its name or “it”."""

import json

from chat.assistants.interface import AssistantText, ToolOutput, ToolRequest, UserText
from chat.tests.assistants.basic.case import (
    ADDED,
    DENTIST,
    MILK,
    MOM,
    RENT,
    SHOWN,
    StepTestCase,
    became,
    exchange,
    listed,
    looked,
    row,
)


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

    async def test_it_is_the_todo_that_the_words_before_it_speak_of(self):
        moved = {"updates": [{"task": "id-3", "due": "monday"}]}
        for text in ("ugh, rent again. push it to monday", "The rent is killing me, so move it to monday"):
            with self.subTest(text):
                await self.assert_seeks(
                    *ADDED, UserText(text), found=(MILK, MOM, RENT), tool_name="update_task", arguments=moved
                )
        for text in ("Mom called me. Tick that off", "mom called me so you can tick that off"):
            with self.subTest(text):
                await self.assert_seeks(
                    *ADDED,
                    UserText(text),
                    found=(MILK, MOM, RENT),
                    tool_name="complete_task",
                    arguments={"tasks": ["id-2"]},
                )

    async def test_it_is_what_was_shown_where_the_words_before_it_speak_of_no_todo(self):
        text = UserText("The weather is awful. Make that 4pm")
        moved = {"updates": [{"task": "id-9", "due": "2026-03-06 4pm"}]}
        await self.assert_seeks(*ADDED, text, found=(MILK, DENTIST), tool_name="update_task", arguments=moved)
        question = "Which todo do you mean? Say a few words of its title."
        await self.assert_answers(UserText("The weather is awful. Push it to monday"), *looked(MILK), text=question)

    async def test_a_todo_that_was_only_spoken_of_is_not_deleted_without_asking(self):
        text = UserText("we still have lots of milk, take it off")
        await self.assert_answers(text, *looked(MILK, MOM), text="Shall I delete “buy milk”?")

    async def test_to_snooze_it_where_nothing_was_shown_is_to_snooze_what_reminded_last(self):
        for said in ("snooze it for an hour", "snooze that for 20 minutes"):
            for text in (said, f"That was loud. {said.capitalize()}"):
                with self.subTest(text):
                    (call,), _ = await self.step(UserText(text))
                    (item,) = call[1]["updates"]
                    self.assertEqual((call[0], item["task"]), ("update_task", "the last reminder"))
                    self.assertIn(said.partition(" for ")[2], item["remind"])


class MovedByNameTests(StepTestCase):
    async def test_a_time_of_day_stays_when_the_day_changes(self):
        arguments = {"filter": "open", "text": "dentist"}
        looked = exchange("move the dentist to monday", "list_tasks", arguments, listed(DENTIST))
        await self.assert_asks(
            *looked,
            tool_name="update_task",
            arguments={"updates": [{"task": "id-9", "due": "monday at 15:00"}]},
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
