"""Todos from CSV files as people have them: of several programs, in any encoding, with the damage that files take."""

import codecs
import csv
import io
from typing import ClassVar

from django.test import SimpleTestCase, override_settings
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from todos.fields.rules import NOTES_MAX, TAGS_MAX
from todos.models import Todo
from todos.testing import NOW
from todos.tests.transfer.test_importing import HEADER, ImportTestCase
from todos.transfer.importing import MEDIA_TYPES, read_file
from todos.transfer.schema import IMPORT_MAX, ImportedRow
from web.errors import ValidationFailed

LONG_HEADER = f"{HEADER},DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG"
TICKTICK = (
    '"Date: 2026-09-25+0000"\n"Version: 7.1"\n"Status: \n0 Normal\n1 Completed\n2 Archived"\n'
    '"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date","Reminder",'
    '"Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day","View Mode"\n'
)


@override_settings(RATE_LIMITS=False)
class CsvCase(ImportTestCase):
    async def import_csv(self, *lines, header=HEADER):
        return await self.report("\r\n".join([header, *lines]), "text/csv; charset=utf-8")

    async def row_and_todo(self, *lines, header=HEADER):
        report = await self.import_csv(*lines, header=header)
        row = next(row for row in report["rows"] if row["outcome"] == "added")
        return row, await Todo.objects.prefetch_related("todo_tags").aget(pk=row["id"])

    async def todo(self, *lines, header=HEADER):
        return (await self.row_and_todo(*lines, header=header))[1]


class TodoistTests(CsvCase):
    async def test_a_task_of_the_template_becomes_a_todo(self):
        todo = await self.todo('task,"Call Ann, soon @Phone @home",about x,2,1,me,,2030-03-06 17:00,en,Europe/Berlin')
        self.assertEqual((todo.title, todo.notes, todo.priority), ("Call Ann, soon", "about x", 2))
        self.assertEqual((todo.due, todo.tags), ("2030-03-06T17:00:00+01:00", ["home", "phone"]))

    async def test_priorities_are_those_of_quick_add(self):
        for number, priority in {"1": 3, "2": 2, "3": 1, "4": 0, "": 0, "p1": 3, "High": 3}.items():
            with self.subTest(number):
                self.assertEqual((await self.todo(f"task,a,,{number},,,,,,")).priority, priority)

    async def test_dates_in_words_repeat_in_the_zone_of_the_row_or_of_the_person(self):
        for zone, expected in {"": "America/New_York", "Asia/Tokyo": "Asia/Tokyo", "GMT +2:00": "Etc/GMT-2"}.items():
            with self.subTest(zone):
                todo = await self.todo(f"task,a,,,,,,every monday at 9:30,en,{zone}")
                self.assertEqual((todo.recurrence, todo.due_zone), ("FREQ=WEEKLY;BYDAY=MO", expected))

    async def test_a_date_that_is_not_understood_keeps_the_todo_and_goes_into_its_notes(self):
        for phrase in ("whenever the moon is full", "31 february", "every 2 hours", "xyz " * 100):
            with self.subTest(phrase):
                row, todo = await self.row_and_todo(f"task,Water ferns,with care,1,,,,{phrase},xx,")
                self.assertEqual((todo.title, todo.priority, todo.due), ("Water ferns", 3, None))
                self.assertEqual(todo.notes, f"with care\n\nDATE: {phrase.strip()}")
                self.assertIn("was not understood as a date and is in the notes", row["reason"])
                self.assertIn(phrase[:50], row["reason"])

    async def test_whatever_has_no_place_in_a_todo_is_in_its_notes_and_said(self):
        for cells, header, kept in (
            ("task,a,,4,1,,,,en,,30,minute,,", LONG_HEADER, "DURATION: 30 minute"),
            ("task,a,,4,1,,,2030-01-01,en,,,,Oct 9 2030,en", LONG_HEADER, "DEADLINE: Oct 9 2030"),
            ("task,a,,4,1,,Kim (1),,en,", HEADER, "RESPONSIBLE: Kim (1)"),
            ("task,a,,9,1,,,,en,", HEADER, "PRIORITY: 9"),
            ("task,a,,4,1,,,tomorrow 9am,en,Mars/Base", HEADER, "TIMEZONE: Mars/Base"),
            ("task,a,,4,1,,,,en,,one,more", HEADER, "Without a column: one, more"),
            ("task,a,,4,1,,,,en,,blue", f"{HEADER},Mood", "Mood: blue"),
        ):
            with self.subTest(kept):
                row, todo = await self.row_and_todo(cells, header=header)
                self.assertEqual(todo.notes, kept)
                self.assertEqual(row["reason"], f"Kept in the notes: {kept.partition(':')[0]}.")

    async def test_a_deadline_is_the_date_where_there_is_no_other(self):
        todo = await self.todo("task,a,,4,1,,,,en,,,,2030-10-09,en", header=LONG_HEADER)
        self.assertEqual((todo.due, todo.notes), ("2030-10-09", ""))

    async def test_authors_are_kept_where_there_is_more_than_one(self):
        await self.import_csv("task,a,,,,Kim,,,,", "task,b,,,,Jo,,,,")
        self.assertEqual(
            [todo.notes async for todo in Todo.objects.order_by("title")][1:], ["AUTHOR: Kim", "AUTHOR: Jo"]
        )
        self.assertEqual((await self.todo("task,c,,,,Kim,,,,")).notes, "")

    async def test_sections_subtasks_and_comments_are_in_the_notes_of_their_todos(self):
        report = await self.import_csv(
            *("meta,view_style=list,,,,,,,,", "note,alone,,,,,,,,", "section,Home,,,,,,,,", ",,,,,,,,,"),
            *("task,Paint,,,1,,,,,", "task,Buy primer,,,2,,,,,", "note,the grey one,,,,,,,,", "task,Ask,,,3,,,,,"),
            *("task,Sweep,,,1,,,,,", "", "poem,x,,,,,,,,", ",y,,,,,,,,"),
        )
        outcomes = {row["row"]: row["outcome"] for row in report["rows"]}
        self.assertEqual([number for number, outcome in outcomes.items() if outcome == "added"], [6, 7, 9, 10])
        self.assertEqual((outcomes[3], outcomes[8], outcomes[12], outcomes[13]), ("refused", *3 * ["skipped"]))
        self.assertIn("goes with row 7", report["rows"][5]["reason"])
        notes = {todo.title: todo.notes async for todo in Todo.objects.for_user(self.alice)}
        self.assertEqual(
            notes,
            {
                "Paint": "Section: Home",
                "Buy primer": "Section: Home\nPart of: Paint\n\nComment: the grey one",
                "Ask": "Section: Home\nPart of: Buy primer",
                "Sweep": "Section: Home",
            },
        )

    async def test_a_title_that_is_too_long_is_cut_between_words_and_stands_whole_in_the_notes(self):
        for title in ("word " * 60, "x" * 300):
            with self.subTest(title[:5]):
                row, todo = await self.row_and_todo(f"task,{title} @home,and more,,,,,,,")
                self.assertTrue(todo.title.endswith(("word…", "x…")) and len(todo.title) <= 200, todo.title)
                self.assertEqual((todo.notes, todo.tags), (f"and more\n\n{title.strip()}", ["home"]))
                self.assertIn("all of it is in the notes", row["reason"])

    async def test_more_tags_than_a_todo_has_are_in_its_notes(self):
        todo = await self.todo(f"task,a {' '.join(f'@t{number:02}' for number in range(TAGS_MAX + 2))},,,,,,,,")
        self.assertEqual((len(todo.tags), todo.notes), (TAGS_MAX, f"Tags: t{TAGS_MAX}, t{TAGS_MAX + 1}"))

    async def test_labels_alone_are_a_title(self):
        todo = await self.todo("task,@home @garden,,,,,,,,")
        self.assertEqual((todo.title, todo.tags), ("@home @garden", ["garden", "home"]))

    async def test_a_row_that_cannot_be_a_todo_is_refused_with_its_number_and_the_others_come_in(self):
        wrong = {
            "A todo needs a title": "task,,about,1,,,,2030-01-01,,",
            "cannot be stored": "task,mi\x00lk,,,,,,,,",
            "Notes have at most": f"task,a,{'x' * (NOTES_MAX + 1)},,,,,,,",
        }
        report = await self.import_csv(*wrong.values(), "task,right,,,,,,,,")
        for number, (words, row) in enumerate(zip(wrong, report["rows"], strict=False), start=2):
            with self.subTest(words):
                self.assertEqual((row["row"], row["outcome"]), (number, "refused"))
                self.assertIn(words, row["reason"])
        self.assertEqual(await self.titles(), ["right"])

    async def test_a_comment_for_which_there_is_no_room_is_refused_and_its_task_stays(self):
        report = await self.import_csv(f"task,a,{'x' * (NOTES_MAX - 5)},,,,,,,", "note,much to say,,,,,,,,")
        self.assertEqual([row["outcome"] for row in report["rows"]], ["added", "refused"])

    async def test_the_apostrophe_of_an_export_is_taken_away_again(self):
        self.assertEqual((await self.todo("task,'=1+1,'-x,,,,,,,")).title, "=1+1")
        self.assertEqual((await self.todo("task,''=1,,,,,,,,")).title, "'=1")
        self.assertEqual((await self.todo("task,'＝1,,,,,,,,")).title, "＝1")
        self.assertEqual((await self.todo("task,'quoted',,,,,,,,")).title, "'quoted'")

    async def test_the_same_file_twice_adds_nothing_and_equal_rows_of_one_file_are_two_todos(self):
        lines = ("section,S,,,,,,,,", "task,milk,,,,,,tomorrow,,", "task,milk,,,,,,tomorrow,,", "task,eggs,,,,,,,,")
        first, second = await self.import_csv(*lines), await self.import_csv(*lines)
        self.assertEqual((first["added"], second["added"], second["skipped"]), (3, 0, 4))
        self.assertEqual([row["id"] for row in second["rows"]], [row["id"] for row in first["rows"]])
        third = await self.import_csv(*(line.replace(",", ";") for line in lines), header=HEADER.replace(",", ";"))
        self.assertEqual(third["added"], 0, "the same rows from another program")
        self.assertEqual(
            (await self.import_csv("task,eggs,brown,,,,,,,"))["added"], 1, "a row that says more is another"
        )

    async def test_todos_in_the_trash_do_not_come_back_by_the_file_that_they_came_from(self):
        todo = await self.todo("task,milk,,,,,,,,")
        await Todo.objects.filter(pk=todo.pk).aupdate(deleted_at=NOW)
        self.assertEqual((await self.import_csv("task,milk,,,,,,,,"))["skipped"], 1)


class OtherTableTests(CsvCase):
    async def test_a_table_needs_a_column_for_titles_and_no_more(self):
        for header, line, title in (
            ("Title,Due,Priority", "milk,2030-01-05,high", "milk"),
            ("TASK NAME;DUE_DATE", "milk;2030-01-05", "milk"),
            ("due-date\ttask", "2030-01-05\tmilk", "milk"),
            ("Subject|Due Date", "milk|5 jan 2030", "milk"),
            ("title", "milk", "milk"),
            ('"Titel","Notes"', '"Milch","2 l"', "Milch"),
        ):
            with self.subTest(header):
                todo = await self.todo(line, header=header)
                self.assertEqual(todo.title, title)
                if "du" in header.lower():
                    self.assertEqual(todo.due, "2030-01-05")

    async def test_date_and_time_may_stand_apart(self):
        todo = await self.todo("milk,2030-01-05,5pm", header="Title,Due,Time")
        self.assertEqual(todo.due, "2030-01-05T17:00:00-05:00")

    async def test_what_is_done_is_done(self):
        for header, cells, done in (
            ("Title,Status", "a,Completed", True),
            ("Title,Status", "b,open", False),
            ("Title,Done", "c,1", True),
            ("Title,Done,Due", "d,x,every day", True),
            ("Title,Done", "e,", False),
            ("Title,Completed At", "f,2026-01-02T03:04:05Z", True),
            ("Title,Completed At", "g,yesterday", True),
        ):
            with self.subTest(cells):
                todo = await self.todo(cells, header=header)
                self.assertEqual((bool(todo.completed_at), todo.recurrence), (done, ""))
        row, todo = await self.row_and_todo("h,waiting", header="Title,Status")
        self.assertEqual((todo.completed_at, todo.notes), (None, "Status: waiting"))
        self.assertIn("Status", row["reason"])

    async def test_an_export_of_ticktick_comes_in(self):
        report = await self.import_csv(
            '"","Inbox","milk","TEXT","food, cold","2 l","N","","2030-01-04T23:00:00+0000","","RRULE:FREQ=WEEKLY","5",'
            '"0","","","-1099","Europe/Berlin","true","list"',
            '"","Inbox","call","TEXT","","","N","","2030-01-05T08:30:00+0000","","ERULE:X","3","0","","","-1","Asia/Tokyo",'
            '"false","list"',
            '"","Inbox","old","TEXT","","","N","","","","","1","2","","2026-02-01T00:00:00+0000","0","","",""',
            header=TICKTICK,
        )
        self.assertEqual([row["outcome"] for row in report["rows"]], [*4 * ["skipped"], *3 * ["added"]])
        self.assertIn("Kind, Is Check list, Order, View Mode", report["rows"][3]["reason"])
        milk, call, old = [todo async for todo in Todo.objects.for_user(self.alice).with_tags().order_by("pk")]
        self.assertEqual((milk.due, milk.recurrence, milk.priority), ("2030-01-05", "FREQ=WEEKLY", 3))
        self.assertEqual((milk.tags, milk.notes), (["cold", "food"], "2 l\n\nList Name: Inbox"))
        self.assertEqual((call.due, call.priority), ("2030-01-05T17:30:00+09:00", 2))
        self.assertIn("Repeat: ERULE:X", call.notes)
        self.assertEqual(old.completed_at.isoformat(), "2026-02-01T00:00:00+00:00")

    async def test_without_a_line_that_names_a_title_the_file_is_refused(self):
        for content in ("\n", "a,b\n1,2", "\x00\x01", "sep=;", "\n" * 40 + "title\na"):
            with self.subTest(content):
                self.assertIn("names its columns", await self.reason(422, content, "text/csv"))

    async def test_too_many_rows_are_refused_whole(self):
        content = "title\n" + "a\n" * (IMPORT_MAX + 1)
        self.assertIn(f"this one has {IMPORT_MAX + 1}", await self.reason(422, content, "text/csv"))


class DamageTests(CsvCase):
    """One table in all the ways in which it arrives; each says the same."""

    rows: ClassVar = [["TYPE", "CONTENT", "DESCRIPTION"], ["task", "Müsli", "two"], ["task", "milk", ""]]

    def text(self, delimiter=",", end="\n", **how):
        lines = io.StringIO()
        csv.writer(lines, delimiter=delimiter, lineterminator=end, **how).writerows(self.rows)
        return lines.getvalue()

    async def test_encodings_delimiters_and_line_ends_make_no_difference(self):
        text, quoted = self.text(), self.text(quoting=csv.QUOTE_ALL)
        for kind, content in {
            "plain": text.encode(),
            "marked": codecs.BOM_UTF8 + text.encode(),
            "UTF-16": text.encode("utf-16"),
            "UTF-16, big end first": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
            "UTF-16 without a mark": text.encode("utf-16-le"),
            "UTF-32": text.encode("utf-32"),
            "Windows-1252": text.encode("cp1252"),
            "semicolons": self.text(";").encode(),
            "tabs": self.text("\t").encode(),
            "bars": self.text("|").encode(),
            "a separator that is named": b"sep=^\r\n" + self.text("^").encode(),
            "a separator in quotes": b'"sep=;"\n' + self.text(";").encode(),
            "old Mac": self.text(end="\r").encode(),
            "Windows": self.text(end="\r\n").encode(),
            "quoted": quoted.encode(),
            "blank lines before": b"\r\n\r\n" + text.encode(),
            "lines of commas between": text.replace("\ntask", "\n,,\ntask").encode(),
            "no last line end": text.rstrip("\n").encode(),
            "a line before": b"My list, printed today\n" + text.encode(),
            "spaces after quotes": quoted.replace('",', '" ,').encode(),
        }.items():
            with self.subTest(kind):
                await Todo.objects.for_user(self.alice).adelete()
                report = await self.report(content, "text/csv")
                self.assertEqual((report["added"], report["refused"]), (2, 0))
                self.assertEqual(await self.titles(), ["Müsli", "milk"])
                guessed = [row["row"] for row in report["rows"] if "not UTF-8" in row["reason"]]
                self.assertEqual(guessed, [2] if kind == "Windows-1252" else [])

    async def test_quotes_where_none_should_be_cost_no_row_and_no_word(self):
        for line, title in {
            'task,Buy 5" screws,': 'Buy 5" screws',
            'task,"Buy "cheap" screws",': 'Buy "cheap" screws',
            'task,"Buy ""dear"" screws",': 'Buy "dear" screws',
            'task,"never closed,': '"never closed',
            'task,""quoted"" twice,': '""quoted"" twice',
            'task,say "hi,': 'say "hi',
            'task,"two\nlines",': "two lines",
        }.items():
            for following in ("task,after,", 'task,"after",""', 'task,"after","1, 2"'):
                with self.subTest(line, following=following):
                    await Todo.objects.for_user(self.alice).adelete()
                    await self.import_csv(line, following, header="TYPE,CONTENT,DESCRIPTION")
                    self.assertEqual(await self.titles(), [title, "after"])

    async def test_rows_may_be_too_short(self):
        report = await self.import_csv("task,a", "task", "task,b,,", header=LONG_HEADER)
        self.assertEqual([row["outcome"] for row in report["rows"]], ["added", "refused", "added"])

    async def test_many_open_quotes_take_little_time(self):
        for line in ('task,"a,\n', 'task,"a"b,\n', '"\n', '"" "\n'):
            with self.subTest(line):
                content = ("TYPE,CONTENT,DESCRIPTION\n" + line * (60_000 // len(line)))[:60_000]
                self.assertIn((await self.send(content, "text/csv")).status_code, {200, 422})


class AnyBytes(SimpleTestCase):
    """Whatever comes in, the file is refused with a reason, or each of its rows has an outcome."""

    cells = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
        ["task", "note", "section", "=1", '"', "9"]
    )

    def rows_of(self, content):
        rows = read_file(content, MEDIA_TYPES["csv"], self.alice, NOW)
        self.assertEqual(len({row.row for row in rows}), len(rows))
        return rows

    alice = User(username="alice", time_zone="Asia/Tokyo")

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=200), st.sampled_from([b"", b"title\n", b"TYPE,CONTENT,DATE\n", b"\xff\xfe", b"sep=;\n"]))
    @example(b"\xff\xfe\x00\xd8", b"")
    def test_any_bytes_are_read_or_refused(self, content, beginning):
        try:
            self.rows_of(beginning + content)
        except ValidationFailed as refusal:
            self.assertTrue(refusal.details["body"])

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.lists(cells, max_size=8), max_size=6))
    def test_well_formed_tables_lose_no_row_and_no_cell(self, table):
        lines = io.StringIO()
        csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([["title", "notes", "due", "mood"], *table])
        filled = [row for row in table if any(cell.strip() for cell in row)]
        rows = self.rows_of(lines.getvalue().encode())
        self.assertEqual(len(rows), len(filled))
        for row, cells in zip(rows, filled, strict=True):
            if isinstance(row, ImportedRow):
                self.assertTrue(row.reason)
            elif mood := "".join(cells[3:4]).strip().removeprefix("'"):
                self.assertIn(mood, row.fields["notes"])
