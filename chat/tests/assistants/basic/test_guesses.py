"""What asks for nothing surely may be about a todo that is there: one look tells, and a question does the rest."""

from chat.assistants.interface import UserText
from chat.tests.assistants.basic.case import LOOK, MILK, MOM, RENT, StepTestCase, listed, looked, row
from chat.tests.assistants.basic.case import exchange as turn

BOOKS, ESSAY, PASSPORT = (
    row("id-6", "return library books"),
    row("id-7", "hand in essay"),
    row("id-8", "renew passport", due="2026-03-20", due_text="Friday 20 March"),
)
OUTSIDE = "I am the basic assistant and can only help with your todos: add, find, change, finish and delete them."
WHAT_WITH = "What should I do with “%s”? For example “complete it”, “delete it” or “move it to friday”."


class GuessTests(StepTestCase):
    async def assert_told(self, text, answer, *rows):
        self.assertEqual(await self.step(UserText(text)), ([LOOK], ""))
        await self.assert_answers(UserText(text), *looked(*rows), text=answer)

    async def test_news_of_a_todo_is_asked_about_by_the_deed_that_they_tell_of(self):
        for text in ("essay given over to mr hill", "i handed the essay over to mr hill at last"):
            with self.subTest(text):
                await self.assert_told(text, "Shall I complete “hand in essay”?", BOOKS, ESSAY)
        await self.assert_told(
            "the passport would be good by end of march",
            "Shall I change “renew passport”, due Friday 20 March? Its new date would be: by end of march.",
            BOOKS,
            PASSPORT,
        )

    async def test_a_deed_that_is_surely_that_of_the_one_todo_is_done(self):
        photos, visa = row("id-10", "mail the photos to grandpa"), row("id-11", "collect visa documents")
        for text in (
            "sorted the visa",
            "visa done and dusted",
            "photos mailed to grandpa",
            "returned the library books last night",
        ):
            with self.subTest(text):
                requests, _ = await self.step(UserText(text), *looked(photos, visa, BOOKS))
                self.assertEqual([name for name, _ in requests], ["complete_task"])

    async def test_a_todo_of_one_day_that_is_told_to_move_to_another_is_asked_about_wherever_the_verb_stands(self):
        for text in ("passport move to march 30", "PASSPORT PUSH TO MARCH 30", "passport shift to march 30"):
            with self.subTest(text):
                answer = "Shall I change “renew passport”, due Friday 20 March? Its new date would be: march 30."
                told = await self.step(UserText(text), *looked(BOOKS, PASSPORT))
                self.assertEqual((told[0], told[1].lower()), ([], answer.lower()))

    async def test_what_others_did_and_a_part_is_no_deed_of_the_todo(self):
        for text in (
            "grandpa mailed the photos",
            "returned two of the library books",
            "grandpa's library books are returned",
            "the library books were not returned",
            "half the library books are returned",
        ):
            with self.subTest(text):
                photos = row("id-10", "mail the photos to grandpa")
                requests, _ = await self.step(UserText(text), *looked(photos, BOOKS))
                self.assertEqual(requests, [])

    async def test_a_change_that_no_list_may_be_asked_for_is_made_where_the_list_has_its_todo(self):
        stove = row("id-10", "clean the stove")
        text = "set the stove to low"
        updates = {"updates": [{"task": "id-10", "priority": "low"}]}
        await self.assert_seeks(UserText(text), found=[stove], tool_name="update_task", arguments=updates)
        await self.assert_told(text, OUTSIDE, MILK)

    async def test_what_would_be_added_is_asked_about_where_it_is_rather_told_of_a_todo(self):
        gate = row("id-10", "oil the garden gate")
        for text, about in {
            "garden gate saturday": "Shall I change",
            "leave the garden gate until after the holidays": "“oil the garden gate”",
            "garden gate gets its oil on saturday": "Shall I change",
        }.items():
            with self.subTest(text):
                requests, answer = await self.step(UserText(text), *looked(gate, MILK))
                self.assertEqual(requests, [])
                self.assertIn(about, answer)
        for text in ("paint the gate on saturday", "garden party saturday"):
            with self.subTest(text):
                requests, _ = await self.step(UserText(text), *looked(gate, MILK))
                self.assertEqual([name for name, _ in requests], ["add_task"])

    async def test_a_word_that_nobody_knows_is_one_of_a_title(self):
        licence = row("id-10", "renew fishing license")
        for text in ("move the fishng license to friday", "move the fishing licnse to friday"):
            with self.subTest(text):
                updates = {"updates": [{"task": "id-10", "due": "friday"}]}
                await self.assert_seeks(
                    UserText(text), found=[licence, MILK], tool_name="update_task", arguments=updates
                )

    async def test_another_name_is_no_slip_of_the_one_in_a_title(self):
        calls = row("id-10", "call Martina"), row("id-11", "text Annabel"), row("id-12", "visit Diana")
        for text in ("i called martin", "i texted anna", "visited dana", "delete the call to martin"):
            with self.subTest(text):
                requests, _ = await self.step(UserText(text), *looked(*calls))
                changed = [each for _, given in requests for each in given["tasks"]]
                self.assertNotIn("id-1", "".join(changed))

    async def test_what_tells_of_no_deed_leaves_it_open(self):
        for text in ("library books are so heavy", "i forgot those library books", "still have these library books"):
            with self.subTest(text):
                await self.assert_told(text, WHAT_WITH % "return library books", BOOKS, ESSAY)

    async def test_a_yes_makes_the_change_and_a_deed_may_be_named_instead(self):
        moved = turn(
            "the passport would be good by end of march",
            *LOOK,
            listed(BOOKS, PASSPORT),
            "Shall I change “renew passport”, due Friday 20 March? Its new date would be: by end of march.",
        )
        updates = {"updates": [{"task": "id-8", "due": "by end of march"}]}
        await self.assert_asks(*moved, UserText("yes"), tool_name="update_task", arguments=updates)
        books = turn("library books are so heavy", *LOOK, listed(BOOKS, ESSAY), WHAT_WITH % "return library books")
        await self.assert_asks(*books, UserText("delete it"), tool_name="delete_task", arguments={"tasks": ["id-6"]})

    async def test_a_question_is_answered_with_the_todo_that_it_is_about(self):
        for text in ("when does the passport have to be sorted", "does the passport take long"):
            with self.subTest(text):
                await self.assert_told(text, "“renew passport” is open, due Friday 20 March.", BOOKS, PASSPORT)

    async def test_where_none_or_several_may_be_meant_nothing_is_said_of_them(self):
        for text, rows in {
            "the neighbours moved away": (MILK, MOM),
            "how tall is the tower of pisa": (MILK, RENT),
            "mom is so funny": (MOM, row("id-9", "visit mom")),
        }.items():
            with self.subTest(text):
                await self.assert_told(text, OUTSIDE, *rows)

    async def test_a_title_without_a_word_is_asked_about_as_any_other(self):
        sign = row("id-9", "'", due="2026-03-06")
        _, text = await self.step(UserText("complete the next one"), *looked(sign))
        self.assertIn("Shall I complete", text)

    async def test_what_is_said_to_a_lamp_needs_no_look(self):
        await self.assert_answers(UserText("turn the lights off"), text=OUTSIDE)
