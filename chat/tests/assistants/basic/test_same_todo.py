"""What is said of the todo, or the todos, that were just spoken of, without a name."""

from chat.assistants.interface import UserText
from chat.tests.assistants.basic.case import ADDED, MILK, MOM, StepTestCase, became, exchange, listed, row

UNDO = [("undo", {})]
REHEARSAL = row("id-5", "choir rehearsal", due="2026-03-11", due_text="Wednesday 11 March")
REHEARSED = exchange("add choir rehearsal wednesday", "add_task", {"tasks": []}, became("added", REHEARSAL), "Added.")
LAUNDRY, DRILL = row("id-6", "fold laundry"), row("id-7", "charge drill")
TWO = exchange("show my list", "list_tasks", {}, listed(LAUNDRY, DRILL), "2 todos:\n\n1. fold laundry\n2. charge drill")


def changed(outcome, *rows, text="done", tool="complete_task"):
    return exchange(text, tool, {"tasks": []}, became(outcome, *rows), "Done.")


class OfIt(StepTestCase):
    async def assert_updated(self, *history, text, **change):
        requests, _ = await self.step(*history, UserText(text))
        self.assertEqual([name for name, _ in requests], ["update_task"], text)
        (item,) = requests[0][1]["updates"]
        self.assertEqual({name: item[name] for name in change}, change, text)
        return item["task"]

    async def test_when_it_is_needs_no_word_for_it(self):
        for text, due in {
            "starts at 4:15 pm": "2026-03-11 at 4:15 pm",
            "begins at 6pm": "2026-03-11 at 6pm",
            "its at noon": "2026-03-11 at noon",
            "deadline is friday": "friday",
            "its due on the 16th": "due on the 16th",
            "friday at 5pm for it": "friday at 5pm",
            "it has to be done by friday": "friday",
        }.items():
            with self.subTest(text):
                self.assertEqual(await self.assert_updated(*REHEARSED, text=text, due=due), "id-5")

    async def test_what_comes_daily_begins_on_the_day_and_keeps_the_time(self):
        for text, due in {
            "make that a daily thing": "daily from 2026-03-06 at 15:00",
            "make it daily": "daily from 2026-03-06 at 15:00",
            "turn that into a weekly one": "weekly at 15:00",
            "it's a monthly thing": "monthly at 15:00",
            "only weekdays": "on weekdays at 15:00",
            "mondays only": "on mondays at 15:00",
        }.items():
            with self.subTest(text):
                self.assertEqual(await self.assert_updated(*ADDED, text=text, due=due), "id-9")

    async def test_a_distance_counts_from_the_date_that_it_had(self):
        for text in ("2 days before that", "the day before that", "the week after", "two days after that"):
            with self.subTest(text):
                await self.assert_updated(*ADDED, text=text, due=text)

    async def test_what_was_misspelt_is_put_right_in_the_title(self):
        added = changed("added", row("id-8", "tell brain the news"), text="add tell brain the news", tool="add_task")
        for text in ("*brian", "brian*", "typo, should be brian", "i meant brian"):
            with self.subTest(text):
                await self.assert_updated(*added, text=text, title="tell brian the news")

    async def test_all_that_were_added_are_meant_together(self):
        added = changed("added", MILK, MOM, text="add buy milk and call mom", tool="add_task")
        for text, change in {
            "all due monday": {"due": "monday"},
            "they are all for monday": {"due": "monday"},
            "all high priority": {"priority": "high"},
        }.items():
            with self.subTest(text):
                requests, _ = await self.step(*added, UserText(text))
                self.assertEqual(requests[0][1]["updates"], [{"task": each, **change} for each in ("id-1", "id-2")])


class TakenBack(StepTestCase):
    async def test_it_is_put_back_whatever_is_said_before_it(self):
        for outcome, text in (
            ("completed", "oh no it isn't, put it back"),
            ("completed", "oops, not yet, reopen it"),
            ("completed", "wait no it isnt"),
            ("deleted", "wait i need that, put it back"),
            ("deleted", "did i do that? put it back"),
        ):
            with self.subTest(text):
                self.assertEqual((await self.step(*changed(outcome, LAUNDRY), UserText(text)))[0], UNDO)

    async def test_what_is_to_be_kept_is_named(self):
        for text in ("no keep the laundry", "sorry, leave the laundry on there", "nope, keep fold laundry"):
            with self.subTest(text):
                self.assertEqual((await self.step(*changed("deleted", LAUNDRY), UserText(text)))[0], UNDO)
        requests, _ = await self.step(*changed("deleted", LAUNDRY), UserText("no keep the drill"))
        self.assertEqual(requests, [])

    async def test_another_deed_was_meant(self):
        for text in ("no i meant mark it as done", "i meant complete it", "no, i wanted to tick it off"):
            with self.subTest(text):
                requests, _ = await self.step(*changed("deleted", LAUNDRY), UserText(text))
                self.assertEqual([name for name, _ in requests], ["undo", "complete_task"])


class Others(StepTestCase):
    async def test_the_other_one_is_that_of_two_which_nothing_was_done_to(self):
        for text, tool in {
            "the other one is done": "complete_task",
            "other one can go": "delete_task",
            "the other one too": "complete_task",
        }.items():
            with self.subTest(text):
                history = (*TWO, *changed("completed", LAUNDRY, text="the first one is done"))
                await self.assert_asks(*history, UserText(text), tool_name=tool, arguments={"tasks": ["id-7"]})

    async def test_of_more_than_two_the_other_one_is_none(self):
        self.assertEqual((await self.step(*TWO, UserText("delete the other one")))[0], [])

    async def test_something_else_to_do_is_added_also_after_a_change(self):
        timed = changed("updated", REHEARSAL, text="starts at 5pm", tool="update_task")
        for text, todo in {
            "and pack the scores on tuesday": {"title": "pack the scores", "due": "on tuesday"},
            "also wash the shirt that day": {"title": "wash the shirt", "due": "2026-03-11"},
        }.items():
            with self.subTest(text):
                history = (*REHEARSED, *timed, UserText(text))
                await self.assert_asks(*history, tool_name="add_task", arguments={"tasks": [todo]})

    async def test_which_one_it_is_belongs_to_the_thing(self):
        for text in ("and jam, the strawberry one", "and jam, the cheap kind"):
            with self.subTest(text):
                requests, _ = await self.step(*changed("added", MILK, text="add buy milk"), UserText(text))
                self.assertEqual([todo["title"] for todo in requests[0][1]["tasks"]], [text.removeprefix("and ")])
