"""A call that comes twice does nothing more, however similar the todos beside the one that was meant are."""

import datetime

from asgiref.sync import sync_to_async
from django.test import TestCase

from accounts.testing import alice, bearer
from todos.changing.changes import Origin
from todos.changing.undo import undo_todo
from todos.commands import add_todo, complete_todo, delete_todo, restore_todo, update_todo
from todos.models import Door, Todo
from todos.testing import BY_PAGE, NEW_YORK, NOW, no_fence
from todos.tools import call_tool

SIMILAR = (
    ("banana", "banana bread"),
    ("milk", "milk frother"),
    ("Call the bank", "Call the bank manager"),
    ("report", "Read the report of May"),
    ("牛乳", "牛乳パック"),
)
BY_MCP = Origin(Door.MCP)


class SaidTwiceCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="America/New_York")
        self.now = NOW

    def add(self, title, **fields):
        return add_todo(self.alice, now=self.now, by=BY_PAGE, title=title, **fields).todo

    async def call(self, name, /, by=BY_MCP, **arguments):
        outcome = await call_tool(name, arguments, user=self.alice, by=by, fence=no_fence, now=self.now)
        return outcome.output

    async def outcome(self, name, /, **arguments):
        [item] = (await self.call(name, **arguments))["results"]
        return item["outcome"], (item.get("task") or {}).get("title")

    async def changed(self, function, todo, **fields):
        by, now = BY_PAGE, self.now
        return await sync_to_async(function)(self.alice, todo.pk, now=now, by=by, **fields)


class MovedBesides(SaidTwiceCase):
    def test_what_moved_nothing_does_not_count_as_a_move(self):
        """An hour after the first move the same words mean another one, whatever was said in between."""
        todo = self.add("Nap", due="2026-05-04")
        minutes = (0, 50, 70)
        dues = [
            update_todo(
                self.alice,
                todo.pk,
                now=NOW + datetime.timedelta(minutes=m),
                by=BY_PAGE,
                due="2 days later",
                notes=f"{m}",
            ).todo.due
            for m in minutes
        ]
        self.assertEqual(dues, ["2026-05-06", "2026-05-06", "2026-05-08"])


class SimilarTodos(SaidTwiceCase):
    async def test_completing_twice_leaves_the_similar_one_open(self):
        for title, similar in SIMILAR:
            with self.subTest(title):
                await sync_to_async(self.add)(title)
                other = await sync_to_async(self.add)(similar)
                self.assertEqual(await self.outcome("complete_task", tasks=[title]), ("completed", title))
                for words in (title, f"the {title} one", title.upper()):
                    self.assertEqual(await self.outcome("complete_task", tasks=[words]), ("unchanged", title))
                await other.arefresh_from_db()
                self.assertIsNone(other.completed_at)

    async def test_deleting_twice_leaves_the_similar_one_where_it_is(self):
        for title, similar in SIMILAR:
            with self.subTest(title):
                await sync_to_async(self.add)(title)
                other = await sync_to_async(self.add)(similar)
                self.assertEqual(await self.outcome("delete_task", tasks=[title]), ("deleted", title))
                self.assertEqual(await self.outcome("delete_task", tasks=[title]), ("unchanged", title))
                await other.arefresh_from_db()
                self.assertIsNone(other.deleted_at)

    async def test_reopening_twice_leaves_the_similar_one_done(self):
        for title, similar in SIMILAR:
            with self.subTest(title):
                for each in (title, similar):
                    await self.changed(complete_todo, await sync_to_async(self.add)(each))
                self.assertEqual(await self.outcome("complete_task", tasks=[title], reopen=True), ("reopened", title))
                again = await self.outcome("complete_task", tasks=[title], reopen=True)
                self.assertEqual(again, ("unchanged", title))

    async def test_renaming_twice_leaves_the_similar_one_its_name(self):
        await sync_to_async(self.add)("milk")
        await sync_to_async(self.add)("milk frother")
        rename = [{"task": "milk", "title": "oat drink"}]
        self.assertEqual(await self.outcome("update_task", updates=rename), ("updated", "oat drink"))
        self.assertEqual(await self.outcome("update_task", updates=rename), ("unchanged", "oat drink"))
        self.assertTrue(await Todo.objects.filter(title="milk frother").aexists())

    async def test_changing_what_was_just_completed_changes_no_similar_one(self):
        await sync_to_async(self.add)("banana")
        other = await sync_to_async(self.add)("banana bread")
        await self.call("complete_task", tasks=["banana"])
        output = await self.call("update_task", updates=[{"task": "banana", "notes": "ripe"}])
        self.assertEqual(output["error"]["code"], "todo_not_found")
        self.assertIn("“banana” (done)", output["error"]["message"])
        await other.arefresh_from_db()
        self.assertEqual((other.notes, other.version), ("", 1))

    async def test_what_was_completed_under_another_name_is_found_by_the_one_it_had(self):
        todo = await sync_to_async(self.add)("banana")
        await sync_to_async(self.add)("banana bread")
        await self.call("complete_task", tasks=["banana"])
        await self.changed(update_todo, todo, title="plantain")
        self.assertEqual(await self.outcome("complete_task", tasks=["banana"]), ("unchanged", "plantain"))

    async def test_a_repeat_after_the_similar_one_was_renamed_undone_or_restored(self):
        await sync_to_async(self.add)("milk")
        similar = await sync_to_async(self.add)("milk frother")
        await self.call("delete_task", tasks=["milk"])
        await self.changed(update_todo, similar, title="milk foamer")
        self.assertEqual(await self.outcome("delete_task", tasks=["milk"]), ("unchanged", "milk"))
        await self.changed(delete_todo, similar)
        await self.changed(restore_todo, similar)
        self.assertEqual(await self.outcome("delete_task", tasks=["milk"]), ("unchanged", "milk"))
        await self.changed(undo_todo, similar)
        self.assertEqual(await self.outcome("delete_task", tasks=["milk"]), ("unchanged", "milk"))
        await similar.arefresh_from_db()
        self.assertEqual(similar.title, "milk foamer")

    async def test_after_it_was_undone_or_restored_itself_it_is_meant_again(self):
        todo = await sync_to_async(self.add)("milk")
        await sync_to_async(self.add)("milk frother")
        await self.call("delete_task", tasks=["milk"])
        await self.changed(restore_todo, todo)
        self.assertEqual(await self.outcome("delete_task", tasks=["milk"]), ("deleted", "milk"))
        await self.call("undo", task="milk")
        self.assertEqual(await self.outcome("complete_task", tasks=["milk"]), ("completed", "milk"))
        await self.call("undo", task="milk")
        self.assertEqual(await self.outcome("complete_task", tasks=["milk"]), ("completed", "milk"))

    async def test_an_open_one_of_the_same_name_is_meant_before_the_one_that_is_done(self):
        await sync_to_async(self.add)("milk")
        await self.call("complete_task", tasks=["milk"])
        new = await sync_to_async(self.add)("milk")
        self.assertEqual(await self.outcome("complete_task", tasks=["milk"]), ("completed", "milk"))
        await new.arefresh_from_db()
        self.assertIsNotNone(new.completed_at)

    async def test_after_a_day_words_of_a_title_mean_the_todo_that_is_open(self):
        await sync_to_async(self.add)("banana")
        await sync_to_async(self.add)("banana bread")
        await self.call("complete_task", tasks=["banana"])
        self.now += datetime.timedelta(hours=25)
        self.assertEqual(await self.outcome("complete_task", tasks=["banana"]), ("completed", "banana bread"))


class MovedTwice(SaidTwiceCase):
    def setUp(self):
        super().setUp()
        self.todo = self.add("Call dentist", due="2026-03-06")

    async def move(self, due, /, **arguments):
        [item] = (await self.call("update_task", updates=[{"task": "dentist", "due": due, **arguments}]))["results"]
        return item["outcome"], item["task"]["due"], item["note"]

    async def test_a_distance_counts_once_and_says_how_it_counts_again(self):
        for words, day, once_more in (
            ("2 days later", "2026-03-08", "2 more days later"),
            ("a week earlier", "2026-03-01", "another week earlier"),
            ("by a couple of days later", "2026-03-03", "couple more days later"),
        ):
            with self.subTest(words):
                self.assertEqual((await self.move(words))[:2], ("updated", day))
                for again in (words, words.upper(), f" {words} "):
                    outcome, due, note = await self.move(again)
                    self.assertEqual((outcome, due), ("unchanged", day))
                    self.assertIn(f"say “{once_more}”", note)

    async def test_saying_again_or_another_moves_it_once_more(self):
        await self.move("2 days later")
        for words, day in (
            ("2 days later again", "2026-03-10"),
            ("another 2 days later", "2026-03-12"),
            ("2 more days later", "2026-03-14"),
            ("another day later", "2026-03-15"),
        ):
            with self.subTest(words):
                self.assertEqual((await self.move(words))[:2], ("updated", day))

    async def test_after_an_undo_or_another_date_it_counts_from_there(self):
        await self.move("2 days later")
        await self.call("undo", task="dentist")
        self.assertEqual((await self.move("2 days later"))[:2], ("updated", "2026-03-08"))
        await self.move("2026-04-01")
        self.assertEqual((await self.move("2 days later"))[:2], ("updated", "2026-04-03"))

    async def test_what_else_changed_in_between_makes_no_second_move(self):
        await self.move("2 days later")
        await self.changed(update_todo, self.todo, title="Call Dr. Lee, the dentist", priority="high")
        await self.changed(complete_todo, self.todo)
        await self.changed(undo_todo, self.todo)
        self.assertEqual((await self.move("2 days later"))[:2], ("unchanged", "2026-03-08"))

    async def test_what_else_a_repeat_asks_for_is_done(self):
        await self.move("2 days later")
        self.assertEqual((await self.move("2 days later", priority="high"))[:2], ("updated", "2026-03-08"))

    async def test_another_time_the_same_words_are_another_wish(self):
        await self.move("2 days later")
        self.now += datetime.timedelta(hours=2)
        self.assertEqual((await self.move("2 days later"))[:2], ("updated", "2026-03-10"))

    async def test_hours_count_once_too(self):
        await self.changed(update_todo, self.todo, due="2026-03-06 15:00")
        self.assertEqual((await self.move("half an hour later"))[1], "2026-03-06T15:30:00-05:00")
        self.assertEqual((await self.move("half an hour later"))[0], "unchanged")

    async def test_through_any_door_it_is_the_same_person_who_says_it(self):
        await self.move("2 days later")
        chat = {"by": Origin(Door.CHAT), "updates": [{"task": "dentist", "due": "2 days later"}]}
        self.assertEqual((await self.call("update_task", **chat))["results"][0]["outcome"], "unchanged")


class MovedTwiceByRest(SaidTwiceCase):
    async def patch(self, **headers):
        address = f"/api/{self.alice.subject}/todos/{self.todo.pk}"
        headers = {"Authorization": bearer(self.alice)} | headers
        body = {"due": "2 days later"}
        return await self.async_client.patch(address, body, content_type="application/json", headers=headers)

    async def test_once_unless_the_version_says_that_the_first_move_was_seen(self):
        self.now = datetime.datetime.now(NEW_YORK)
        self.todo = await sync_to_async(self.add)("Call dentist", due="2036-03-06")
        first, second = await self.patch(), await self.patch()
        self.assertEqual([answer.json()["due"] for answer in (first, second)], ["2036-03-08", "2036-03-08"])
        self.assertEqual(first["ETag"], second["ETag"])
        third = await self.patch(**{"If-Match": second["ETag"]})
        self.assertEqual(third.json()["due"], "2036-03-10")
        self.assertEqual((await self.patch(**{"If-Match": second["ETag"]})).status_code, 409)
