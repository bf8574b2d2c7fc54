"""What a person puts right of the last act, in the many words that lead it, and what was talked in between."""

from chat.assistants.interface import AssistantText, UserText
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
    looked,
    row,
)


class PutRightTests(StepTestCase):
    async def assert_updates(self, history, texts, **change):
        for text in texts:
            with self.subTest(text):
                item = {"task": history[-1]} | change
                await self.assert_asks(
                    *history[:-1], UserText(text), tool_name="update_task", arguments={"updates": [item]}
                )

    async def test_another_day_whatever_leads_it(self):
        leads = ("scratch that, sunday", "friday won't work, sunday", "sunday's way better", "lol sorry, sunday haha")
        await self.assert_updates((*ADDED, DENTIST["id"]), leads, due="sunday at 15:00")
        await self.assert_updates((*ADDED, DENTIST["id"]), ("should be the 9th",), due="the 9th at 15:00")

    async def test_a_length_of_time_is_no_title(self):
        [(_, arguments)], _ = await self.step(*ADDED, UserText("oh, make it two days later"))
        self.assertEqual(arguments, {"updates": [{"task": DENTIST["id"], "due": "two days later"}]})

    async def test_another_hour_of_the_same_day(self):
        for text, due in {
            "correction: 16:30": "2026-03-06 at 16:30",
            "4 in the afternoon i mean": "2026-03-06 at 4 in the afternoon",
            "let's do 4": "2026-03-06 at 4pm",
            "am": "2026-03-06 at 3:00 am",
        }.items():
            await self.assert_updates((*ADDED, DENTIST["id"]), (text,), due=due)
        [(_, arguments)], _ = await self.step(*ADDED, UserText("no wait, keep friday but at 5pm"))
        self.assertEqual(arguments["updates"][0]["due"].split(), ["friday", "5pm"])

    async def test_a_part_of_the_day_is_one_of_the_day_that_the_todo_has(self):
        added = exchange("add call mom friday", "add_task", {"tasks": []}, became("added", MOM), "Added “call mom”.")
        await self.assert_updates((*added, MOM["id"]), ("in the evening please",), due="2026-03-06 in the evening")

    async def test_the_one_of_several_that_the_words_are_about(self):
        several = [row("id-5", "buy rolls"), row("id-6", "buy paint")]
        added = exchange("add rolls and paint", "add_task", {"tasks": []}, became("added", *several), "Added.")
        await self.assert_updates(
            (*added, "id-6"), ("white paint i mean", "oops, not paint, white paint"), title="buy white paint"
        )

    async def test_of_a_whole_title_only_what_is_meant_is_changed(self):
        cake = row("id-5", "order a cake for Rosa")
        added = exchange("add a cake", "add_task", {"tasks": []}, became("added", cake), "Added.")
        await self.assert_updates(
            (*added, "id-5"), ("for Flora i mean", "for Flora, not Rosa"), title="order a cake for Flora"
        )
        await self.assert_updates((*added, "id-5"), ("change the title to bake a cake",), title="bake a cake")

    async def test_what_was_not_wanted_or_not_true_is_taken_back(self):
        done = exchange("milk is done", "complete_task", {"tasks": ["milk"]}, became("completed", MILK), "Done.")
        for history, text in (
            (done, "my bad, it's not done yet"),
            (done, "sorry, didn't mean to do that"),
            (ADDED, "never mind, i had it already"),
        ):
            with self.subTest(text):
                requests, _ = await self.step(*history, UserText(text))
                self.assertEqual(requests, [("undo", {})])

    async def test_talk_alone_is_not_added_for_what_leads_it(self):
        asked = exchange(*("delete it", *LOOK), listed(MILK, MOM), "2 todos match “m”. Which one do you mean?\n1. a")
        requests, _ = await self.step(*asked, UserText("hm never mind"))
        self.assertEqual(requests, [])

    async def test_both_are_those_before_and_after_a_word_of_thanks(self):
        first = exchange("add the rent", "add_task", {"tasks": []}, became("added", RENT), "Added.")
        thanks = (UserText("perfect"), AssistantText("You are welcome."))
        second = exchange("add milk", "add_task", {"tasks": []}, became("added", MILK), "Added.")
        [(_, arguments)], _ = await self.step(*first, *thanks, *second, UserText("both on monday"))
        self.assertEqual({item["task"] for item in arguments["updates"]}, {"id-1", "id-3"})

    async def test_another_todo_gets_a_priority_of_its_own(self):
        ranked = exchange(
            "make milk urgent",
            "update_task",
            {"updates": [{"task": "milk", "priority": "urgent"}]},
            became("updated", MILK),
            "“buy milk” is urgent now.",
        )
        await self.assert_seeks(
            *ranked,
            UserText("and the rent low"),
            found=[RENT],
            tool_name="update_task",
            arguments={"updates": [{"task": "id-3", "priority": "low"}]},
        )

    async def test_it_is_done_already(self):
        for text in ("oh wait, i already did that", "already done"):
            with self.subTest(text):
                requests, _ = await self.step(*ADDED, UserText(text))
                self.assertEqual(requests, [("complete_task", {"tasks": ["id-9"]})])

    async def test_two_pieces_of_news_are_of_a_todo_each(self):
        text = "the milk is done and the rent can wait till monday"
        requests, _ = await self.step(UserText(text))
        self.assertEqual(requests, [LOOK, LOOK])
        requests, _ = await self.step(UserText(text), *looked(MILK, RENT), *looked(MILK, RENT))
        self.assertEqual({name for name, _ in requests}, {"complete_task", "update_task"})
