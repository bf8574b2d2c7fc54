"""What makes the pages an app, as a browser asks for it."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.test import TestCase

from accounts.testing import alice
from config.tests.browser import collect_static_files


class AppTests(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        collect_static_files()

    def manifest(self):
        return json.loads(self.client.get("/manifest.webmanifest").content)

    def test_the_manifest_names_pages_and_icons_that_are_there(self):
        manifest = self.manifest()
        self.client.force_login(alice())
        pages = [
            manifest["start_url"],
            manifest["share_target"]["action"],
            *(each["url"] for each in manifest["shortcuts"]),
        ]
        for page in pages:
            self.assertEqual(self.client.get(page).status_code, 200, page)
        icons = [*manifest["icons"], *(icon for each in manifest["shortcuts"] for icon in each["icons"])]
        for icon in icons:
            file = Path(settings.BASE_DIR, icon["src"].removeprefix("/"))
            width = int.from_bytes(file.read_bytes()[16:20])
            self.assertEqual("any" if file.suffix == ".svg" else f"{width}x{width}", icon["sizes"])
        self.assertEqual({icon.get("purpose") for icon in manifest["icons"]}, {"any", "maskable", "monochrome"})

    def test_the_worker_names_files_that_are_there(self):
        worker = self.client.get("/worker.js")
        self.assertEqual(worker["Content-Type"], "text/javascript")
        addresses = json.loads(re.search(r"begin\((.*)\);", worker.content.decode())[1])["addresses"]
        for address in addresses:
            if address.startswith("/static/"):
                self.assertTrue(Path(settings.STATIC_ROOT, address.removeprefix("/static/")).is_file(), address)
            else:
                self.assertEqual(self.client.get(address).status_code, 200, address)
        self.assertLessEqual({"/offline", "/static/app.css", "/static/worker/queue.js"}, set(addresses))

    def test_only_pages_of_lists_and_of_the_chat_may_be_kept_and_only_for_their_owner(self):
        user = alice()
        self.client.force_login(user)
        for page in ("/", "/todos", "/todos?filter=today", "/todos/new"):
            self.assertEqual(self.client.get(page).headers.get("X-Kept-For"), user.pk.hex, page)
        for page in ("/accounts/settings", "/todos/import", "/accounts/login", "/offline", "/nothing"):
            self.assertNotIn("X-Kept-For", self.client.get(page), page)
        refused = self.client.post("/todos/add", {"text": ""})
        self.assertEqual((refused.status_code, refused.headers.get("X-Kept-For")), (422, None))

    def test_a_shared_page_fills_a_form_and_adds_nothing(self):
        user = alice()
        self.client.force_login(user)
        for shared, line, notes in (
            ({"title": "Plan friday", "link": "https://a.example/"}, "Plan friday", "https://a.example/"),
            ({"text": "Look at this https://a.example/"}, "Look at this https://a.example/", ""),
            ({"title": "A", "text": "B https://a.example/", "link": "https://a.example/"}, "A", "B https://a.example/"),
            ({"link": "https://a.example/"}, "https://a.example/", ""),
            ({"title": "x" * 300}, "x" * 199 + "…", "x" * 300),
            ({"title": '"><script>alert(1)</script>'}, '"><script>alert(1)</script>', ""),
            ({"title": "a\x00b"}, "a�b", ""),
            ({}, None, None),
        ):
            with self.subTest(shared):
                page = self.client.get("/todos/new", shared)
                form = page.context["form"]
                self.assertEqual((form["text"].value(), form["notes"].value()), (line, notes))
                self.assertNotContains(page, "<script>alert")
        self.assertFalse(user.todos.exists())
        self.assertEqual(self.client.post("/todos/new", {"text": "nap"}).status_code, 405)

    def test_what_is_taken_word_for_word_has_no_date(self):
        user = alice()
        self.client.force_login(user)
        self.client.post("/todos/add", {"text": "Plan friday #home", "notes": "https://a.example/", "plain": "on"})
        self.client.post("/todos/add", {"text": "Plan friday #home", "notes": ""})
        plain, read = user.todos.order_by("id")
        self.assertEqual((plain.title, plain.due_date, plain.notes), ("Plan friday #home", None, "https://a.example/"))
        self.assertEqual((read.title, read.tags), ("Plan", ["home"]))
