"""An app that is open while a new version is deployed."""

import shutil
import signal
import tempfile
from pathlib import Path

from django.conf import settings

from config.testing import running_server
from config.tests.browser import exclusive, expect
from config.tests.pages.app.case import KEPT, AppCase


class ANewVersion(AppCase):
    """Two deployments at one address, one after the other; the second has another script and another style."""

    def deploy(self, port=None):
        variables = {"RATE_LIMITS": "off", "DJANGO_SETTINGS_MODULE": "config.tests.pages.app.moved_settings"}
        return running_server(self.database, "uvicorn", port=port, **variables, STATIC_FOLDER=str(self.folder))

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()), "static")
        shutil.copytree(settings.STATIC_ROOT, self.folder)
        with exclusive(settings.STATIC_ROOT):
            self.first = self.enterContext(self.deploy())
        super().setUp()

    def address(self, server=None):
        return super().address(server or self.first)

    def sign_up(self, *args, **options):
        self.server, server = self.first, self.server
        super().sign_up(*args, **options)
        self.server = server

    def change_files(self):
        with (self.folder / "scripts/page.js").open("a") as script:
            script.write("document.documentElement.dataset.deployed = 'second';\n")
        with (self.folder / "app.css").open("a") as style:
            style.write("@layer installed { #todo-list { outline: 3px solid red } }\n")

    def test_takes_over_without_a_stale_page(self):
        self.sign_up()
        self.wait_for_worker()
        self.see("/todos")
        second_tab = self.open_page()
        second_tab.goto("/todos?filter=done")
        self.first.stop(signal.SIGKILL)
        self.change_files()
        self.enterContext(self.deploy(self.first.port))
        self.page.goto("/todos")
        # The page that is asked for is of the second at once, with its files.
        self.assertEqual(self.page.evaluate("document.documentElement.dataset.deployed"), "second")
        self.assertIn("3px", self.page.evaluate("getComputedStyle(document.querySelector('#todo-list')).outline"))
        # One that was open says so, and is of it after a click.
        expect(second_tab.locator(".notice", has_text="There is a new version.")).to_be_visible()
        second_tab.locator("[data-reload]").click()
        expect(second_tab.locator("html[data-deployed=second]")).to_be_attached()
        self.wait_until("caches.keys().then((names) => names.length === 2)")
        self.wait_until(KEPT, "/todos")
        # And without a network: the same page with the same files, none of the first.
        self.go_offline()
        self.page.goto("/todos")
        expect(self.strip()).to_contain_text("You are offline.")
        self.assertEqual(self.page.evaluate("document.documentElement.dataset.deployed"), "second")
        self.assertIn("3px", self.page.evaluate("getComputedStyle(document.querySelector('#todo-list')).outline"))
