"""What the next message means after a question, and after a change that was not meant so."""

from chat.assistants.interface import AssistantText, UserText
from chat.tests.assistants.basic.case import (
    ADDED,
    DENTIST,
    LOOK,
    MILK,
    MOM,
    RENT,
    SHOWN,
    StepTestCase,
    became,
    exchange,
    listed,
    looked,
    refused,
    row,
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

    async def test_the_words_around_an_answer_do_not_hide_it(self):
        added = exchange("add milk", "add_task", {"tasks": []}, became("added", MILK), "Added.")
        for text, change in {
            "too late, friday": {"due": "friday"},
            "ok friday then": {"due": "friday"},
            "drop the date": {"due": "none"},
        }.items():
            with self.subTest(text):
                item = {"task": MILK["id"]} | change
                await self.assert_asks(*added, UserText(text), tool_name="update_task", arguments={"updates": [item]})

    async def test_what_stays_unclear_behind_such_words_is_not_added(self):
        added = exchange("add milk", "add_task", {"tasks": []}, became("added", MILK), "Added.")
        for text in ("ok tomorrow then, move it", "hm no friday or actually"):
            with self.subTest(text):
                requests, _ = await self.step(*added, UserText(text))
                self.assertEqual(requests, [])

    async def test_everything_that_was_added_is_got(self):
        added = exchange("add milk and the rent", "add_task", {"tasks": []}, became("added", MILK, RENT), "Added.")
        for text in ("got everything", "got it all", "got all of them"):
            with self.subTest(text):
                await self.assert_asks(
                    *added,
                    UserText(text),
                    tool_name="complete_task",
                    arguments={"tasks": [MILK["id"], RENT["id"]]},
                )

    async def test_what_was_not_found_is_named_again(self):
        asked = exchange("delete the bank thing", "delete_task", {"tasks": ["bank"]}, refused("todo_not_found", "bank"))
        await self.assert_asks(*asked, UserText("the rent one"), tool_name=LOOK[0], arguments=LOOK[1])

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
            tool_name=LOOK[0],
            arguments=LOOK[1],
        )

    async def test_yes_adds_what_was_offered(self):
        await self.assert_answers(UserText("milk"), *looked(MOM), text="Shall I add “milk” to your list?")
        offered = (UserText("milk"), AssistantText("Shall I add “milk” to your list?"))
        await self.assert_asks(
            *offered, UserText("yes please"), tool_name="add_task", arguments={"tasks": [{"title": "milk"}]}
        )

    async def test_yes_and_no_without_a_question_change_nothing(self):
        for text in ("yes", "no"):
            requests, _ = await self.step(*ADDED, UserText(text))
            self.assertEqual(requests, [])


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
                before = await self.assert_seeks(
                    *self.deleted,
                    UserText(text),
                    found=[MILK, RENT],
                    tool_name="delete_task",
                    arguments={"tasks": ["rent"]},
                )
                self.assertEqual(before, ["undo"])

    async def test_the_other_of_two_is_done_instead(self):
        shown = exchange("list", "list_tasks", {}, listed(MILK, RENT), "1. buy milk\n2. pay rent")
        requests, _ = await self.step(*shown, *self.deleted, UserText("no, the other one"))
        self.assertEqual(requests, [("undo", {}), ("delete_task", {"tasks": ["id-3"]})])

    async def test_what_was_not_wanted_is_taken_back(self):
        for text in (
            "leave it",
            "don't do that",
            "i changed my mind",
            "no, don't",
            "wait no",
            "oh no, i didn't",
            "nah forget it",
        ):
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
        await self.assert_seeks(
            *self.moved,
            UserText("and the rent too"),
            found=[MILK, RENT],
            tool_name="update_task",
            arguments={"updates": [{"task": "id-3", "due": "friday"}]},
        )

    async def test_the_same_is_done_to_another_whose_title_is_a_verb(self):
        swim = row("id-6", "swim")
        for text in ("do the same with swim", "so is swim"):
            await self.assert_seeks(
                *self.moved,
                UserText(text),
                found=[MILK, swim],
                tool_name="update_task",
                arguments={"updates": [{"task": "id-6", "due": "friday"}]},
            )

    async def test_what_was_declined_is_not_done_by_a_later_yes(self):
        dentist = row("id-3", "dentist")
        offered = exchange("cancel the dentist", "list_tasks", {}, listed(dentist), "Shall I delete “dentist”?")
        declined = (UserText("no"), AssistantText("All right, I leave everything as it is."))
        for between in (declined, (*declined, UserText("thanks"), AssistantText("You are welcome."))):
            requests, _ = await self.step(*offered, *between, UserText("yes"))
            self.assertEqual(requests, [])
        for text in ("yes", "ok", "okay.", "fine"):
            with self.subTest(text):
                requests, _ = await self.step(*offered, UserText(text))
                self.assertEqual(requests, [("delete_task", {"tasks": ["id-3"]})])

    async def test_thanks_do_not_hide_what_was_done_before_them(self):
        thanked = (*self.deleted, UserText("thanks"), AssistantText("You are welcome."))
        for text in ("put it back please", "oh wait, I still need it", "leave it"):
            with self.subTest(text):
                requests, _ = await self.step(*thanked, UserText(text))
                self.assertEqual(requests, [("undo", {})])

    async def test_the_first_of_two_that_were_added_one_by_one(self):
        towels = exchange("add towels", "add_task", {}, became("added", row("id-7", "towels")), "Added “towels”.")
        soap = exchange("add soap", "add_task", {}, became("added", row("id-6", "soap")), "Added “soap”.")
        requests, _ = await self.step(*soap, *towels, UserText("delete the first one"))
        self.assertEqual(requests, [("delete_task", {"tasks": ["id-6"]})])

    async def test_the_same_again_on_another_day_is_added_and_the_first_stays(self):
        requests, _ = await self.step(*ADDED, UserText("also on sunday"))
        self.assertEqual(requests, [("add_task", {"tasks": [{"title": "dentist", "due": "on sunday"}]})])

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
        for text, before in {"so is the rent": [], "no the rent": ["undo"]}.items():
            undone = await self.assert_seeks(
                *done, UserText(text), found=[RENT], tool_name="complete_task", arguments={"tasks": ["rent"]}
            )
            self.assertEqual(undone, before)
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
        self.assertEqual(requests, [LOOK])

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
