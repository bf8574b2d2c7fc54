"""The reminders of a todo, as the API lists, adds, removes and puts them off."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from uuid_utils.compat import uuid7

from todos.models import Reminder
from todos.tests.api.case import TodoApiTestCase

TOKYO = ZoneInfo("Asia/Tokyo")
TOMORROW = (timezone.now().astimezone(TOKYO) + datetime.timedelta(days=1)).date()


class ReminderApi(TodoApiTestCase):
    async def dentist(self, **fields):
        todo = await self.ok("post", body={"title": "Dentist", "due": "tomorrow 3pm", **fields}, status=201)
        return todo, f"/{todo['id']}/reminders"

    def at(self, clock: str) -> str:
        return f"{TOMORROW}T{clock}:00+09:00"

    async def test_a_due_time_brings_one_and_more_are_added_beside_it(self):
        todo, path = await self.dentist()
        self.assertEqual(todo["reminds"], [self.at("15:00")])
        [only] = (await self.ok("get", path))["items"]
        self.assertEqual((only["at"], only["before_minutes"], only["state"]), (self.at("15:00"), 0, "waiting"))
        added = await self.ok("post", path, {"when": "30 minutes before"}, status=201)
        self.assertEqual([item["at"] for item in added["items"]], [self.at("14:30"), self.at("15:00")])
        added = await self.ok("post", path, {"when": self.at("08:00")}, status=201)
        self.assertEqual(added["items"][0]["at"], self.at("08:00"))
        self.assertEqual(len((await self.ok("get", f"/{todo['id']}"))["reminds"]), 3)

    async def test_a_todo_is_added_and_changed_with_its_reminders(self):
        todo, _ = await self.dentist(remind=["an hour before", "at noon"])
        self.assertEqual(todo["reminds"], [self.at("12:00"), self.at("14:00")])
        for said, reminds in (([], []), (["5 minutes before"], [self.at("14:55")]), (None, [self.at("15:00")])):
            todo = await self.ok("patch", f"/{todo['id']}", {"remind": said})
            self.assertEqual(todo["reminds"], reminds)
        todo = await self.ok("post", f"/{todo['id']}/complete")
        self.assertEqual(todo["reminds"], [])

    async def test_one_is_removed_and_the_others_stay(self):
        _, path = await self.dentist(remind=["an hour before", "at noon"])
        first, second = (await self.ok("get", path))["items"]
        await self.ok("delete", f"{path}/{first['id']}", status=204)
        self.assertEqual((await self.ok("get", path))["items"], [second])
        await self.ok("delete", f"{path}/{second['id']}", status=204)
        self.assertEqual((await self.ok("get", path))["items"], [])
        await self.refused(404, "reminder_not_found", "delete", f"{path}/{second['id']}")

    async def test_a_moment_of_seconds_is_the_next_whole_minute_and_never_over_before_it_is_stored(self):
        _, path = await self.dentist()
        soon = timezone.now() + datetime.timedelta(seconds=2)
        await self.ok("post", path, {"when": soon.isoformat()}, status=201)
        [automatic] = [item for item in (await self.ok("get", path))["items"] if item["before_minutes"] == 0]
        items = (await self.ok("post", f"{path}/{automatic['id']}/snooze", {"until": soon.isoformat()}))["items"]
        moments = [item for item in items if item["before_minutes"] is None]
        self.assertEqual([item["state"] for item in moments], ["waiting", "waiting"])
        for at in (datetime.datetime.fromisoformat(item["at"]) for item in moments):
            self.assertEqual(at.second, 0)
            self.assertLess(soon, at)

    async def test_one_that_was_sent_is_put_off_once(self):
        _, path = await self.dentist()
        await Reminder.objects.aupdate(state="sent", sent_for=timezone.now(), at=timezone.now())
        [sent] = (await self.ok("get", path))["items"]
        items = (await self.ok("post", f"{path}/{sent['id']}/snooze", {"until": "1 hour"}))["items"]
        states = {item["snoozed"]: item["state"] for item in items}
        self.assertEqual((len(items), states), (2, {False: "done", True: "waiting"}))
        [snoozed] = [item["at"] for item in items if item["snoozed"]]
        soon = datetime.datetime.fromisoformat(snoozed) - timezone.now()
        self.assertLess(abs(soon - datetime.timedelta(hours=1)), datetime.timedelta(minutes=2))

    async def test_bad_input_is_refused_and_loses_nothing(self):
        todo, path = await self.dentist()
        [only] = (await self.ok("get", path))["items"]
        for body, field in (
            ({"when": "every second"}, "remind"),
            ({"when": "yesterday"}, "remind"),
            ({"when": "in a while or so"}, "remind"),
        ):
            with self.subTest(body):
                refusal = await self.refused(422, "date_not_understood", "post", path, body)
                self.assertIn(field, refusal["details"])
        for body in ({}, {"when": ""}, {"when": "x" * 201}, {"when": "noon", "user": "bob"}, {"when": "n\x00on"}):
            with self.subTest(body):
                await self.refused(422, "validation_error", "post", path, body)
        await self.refused(422, "date_not_understood", "post", f"{path}/{only['id']}/snooze", {"until": "last week"})
        for number in range(1, 10):
            await self.ok("post", path, {"when": f"{number} minutes before"}, status=201)
        refusal = await self.refused(422, "date_not_understood", "post", path, {"when": "11 minutes before"})
        self.assertIn("at most 10", refusal["message"])
        for wrong in ("1", str(uuid7())):
            await self.refused(404, "reminder_not_found", "delete", f"{path}/{wrong}")
        self.assertEqual(len((await self.ok("get", f"/{todo['id']}"))["reminds"]), 10)

    async def test_a_list_that_was_seen_is_another_when_a_reminder_was_sent(self):
        await self.dentist()
        seen = (await self.request("get"))["ETag"]
        await Reminder.objects.aupdate(state="sent")
        self.assertNotEqual((await self.request("get"))["ETag"], seen)
