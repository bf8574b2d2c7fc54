import csv
import datetime
import io
import json

from django.test import TestCase

from accounts.testing import alice, bearer, bob
from language.due import Due
from language.recurrence import Recurrence
from todos.fields.schedule import Schedule
from todos.testing import TodoFactory, make_many
from todos.transfer.export import PAGE_SIZE

EVENING = Due(datetime.date(2026, 3, 6), datetime.time(17), "America/New_York")
MONDAYS = Recurrence("FREQ=WEEKLY;BYDAY=MO")


def day(number):
    return Due(datetime.date(2026, 3, number))


class ExportTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(time_zone="America/New_York"), bob()
        self.todo("Buy milk", Schedule(day(6)), tags=["home", "food"], notes="oat\n2 l", priority=3)
        self.todo("Call Ann", Schedule(EVENING), priority=4)
        self.todo("Water", Schedule(day(11), MONDAYS, day(9)))
        self.todo("Swim", Schedule(EVENING, Recurrence("FREQ=DAILY;INTERVAL=3"), EVENING))
        self.todo("Done", done=True)
        self.todo("Gone", trashed=True)
        TodoFactory(owner=self.bob, title="Bobs plan")

    def todo(self, title, schedule=None, **fields):
        return TodoFactory(owner=self.alice, title=title, **(schedule.columns if schedule else {}), **fields)

    async def export(self, **query):
        headers = {"Authorization": bearer(self.alice)}
        address = f"/api/{self.alice.subject}/todos/export"
        response = await self.async_client.get(address, query_params=query, headers=headers)
        self.assertEqual(response.status_code, 200)
        return response, await self.text_of(response)

    async def text_of(self, response):
        return b"".join([part async for part in response.streaming_content]).decode()


class JsonTests(ExportTestCase):
    async def test_has_everything_that_is_mine_and_nothing_else(self):
        _, text = await self.export()
        file = json.loads(text)
        self.assertEqual(file["format"], "todo-chat")
        titles = [todo["title"] for todo in file["todos"]]
        self.assertEqual(titles, ["Buy milk", "Call Ann", "Water", "Swim", "Done", "Gone"])
        milk, ann, water, _, done, gone = file["todos"]
        self.assertEqual(milk["due"], {"date": "2026-03-06", "time": None, "zone": ""})
        self.assertEqual((milk["priority"], milk["tags"], milk["notes"]), ("high", ["food", "home"], "oat\n2 l"))
        self.assertEqual(ann["due"], {"date": "2026-03-06", "time": "17:00:00", "zone": "America/New_York"})
        self.assertEqual((water["recurrence"], water["due"]["date"]), ("FREQ=WEEKLY;BYDAY=MO", "2026-03-11"))
        self.assertEqual(water["recurs_from"]["date"], "2026-03-09")
        self.assertTrue(done["completed_at"] and gone["deleted_at"])

    async def test_comes_as_a_file(self):
        response, _ = await self.export(format="json")
        self.assertEqual(response["Content-Type"], "application/json")
        self.assertRegex(response["Content-Disposition"], r'^attachment; filename="todos-\d{4}-\d\d-\d\d\.json"$')
        self.assertEqual(response["Cache-Control"], "private, no-store")


class CsvTests(ExportTestCase):
    async def rows(self):
        response, text = await self.export(format="csv")
        self.assertEqual(response["Content-Type"], "text/csv; charset=utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    async def test_has_the_open_todos_in_the_columns_of_the_template(self):
        milk, ann, water, swim = await self.rows()
        template = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"
        self.assertEqual(list(milk), template.split(","))
        self.assertEqual(
            (milk["TYPE"], milk["CONTENT"], milk["DESCRIPTION"]), ("task", "Buy milk @food @home", "oat\n2 l")
        )
        self.assertEqual([row["PRIORITY"] for row in (milk, ann, water)], ["1", "1", "4"])
        self.assertEqual([row["TIMEZONE"] for row in (milk, ann)], ["", "America/New_York"])
        dates = [row["DATE"] for row in (milk, ann, water, swim)]
        self.assertEqual(
            dates,
            [
                "2026-03-06",
                "2026-03-06 17:00",
                "every Monday starting 2026-03-11",
                "every 3 days at 17:00 starting 2026-03-06",
            ],
        )


class FormulaTests(ExportTestCase):
    def setUp(self):
        super().setUp()
        for title in ("=1+1", "+1", "-1", "@home", "'=quoted", "a=b", "＝1+1", "＋1", "－1", "＠SUM(1)", "'＝1", "﹢1"):
            self.todo(title, notes="=cmd|' /C calc'!A0")

    async def test_no_cell_begins_like_a_formula(self):
        _, text = await self.export(format="csv")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        self.assertEqual([cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠﹢"))], [])
        for guarded in ("'=1+1", "'＝1+1", "''＝1"):
            self.assertIn(guarded, cells)
        self.assertIn("a=b", cells)


class DoorTests(ExportTestCase):
    async def test_only_their_owner_gets_them(self):
        address = f"/api/{self.alice.subject}/todos/export"
        stranger = await self.async_client.get(address)
        other = await self.async_client.get(address, headers={"Authorization": bearer(self.bob)})
        self.assertEqual((stranger.status_code, other.status_code), (401, 403))

    async def test_an_unknown_format_is_refused(self):
        headers = {"Authorization": bearer(self.alice)}
        address = f"/api/{self.alice.subject}/todos/export"
        response = await self.async_client.get(address, query_params={"format": "xml"}, headers=headers)
        self.assertEqual((response.status_code, list(response.json()["details"])), (422, ["format"]))

    async def test_the_settings_page_leads_to_the_file(self):
        await self.async_client.aforce_login(self.alice)
        self.assertContains(await self.async_client.get("/accounts/settings"), "/todos/export?format=csv")
        response = await self.async_client.get("/todos/export", query_params={"format": "csv"})
        self.assertIn("Buy milk", await self.text_of(response))
        await self.async_client.alogout()
        self.assertEqual((await self.async_client.get("/todos/export")).status_code, 302)

    async def test_the_documentation_shows_both_formats(self):
        paths = (await self.async_client.get("/api/openapi.json")).json()["paths"]
        exported = paths["/api/{user_id}/todos/export"]["get"]["responses"]["200"]["content"]
        imported = paths["/api/{user_id}/todos/import"]["post"]["requestBody"]["content"]
        self.assertEqual(set(exported), {"application/json", "text/csv"})
        self.assertEqual(set(imported), {"application/json", "text/csv"})
        self.assertIn("ExportFile", str(exported["application/json"]))


class LongListTests(ExportTestCase):
    def setUp(self):
        super().setUp()
        make_many(self.alice, 2 * PAGE_SIZE)

    async def test_pages_join_into_one_file(self):
        _, text = await self.export()
        todos = json.loads(text)["todos"]
        self.assertEqual(len({todo["id"] for todo in todos}), 2 * PAGE_SIZE + 6)
        _, text = await self.export(format="csv")
        self.assertEqual(len(list(csv.DictReader(io.StringIO(text)))), 2 * PAGE_SIZE + 4)
