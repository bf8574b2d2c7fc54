"""A real browser for tests, on a real server of the program with a scripted upstream."""

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import sys
import time
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import SimpleTestCase
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from accounts.testing import PASSWORD
from bench.surroundings.upstream import ScriptedUpstream
from config.testing import RunningServer, empty_database, running_server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
AXE_SCRIPT = Axe().axe_script
# A page is judged when what fades or moves has come to rest: on its way a text has too little contrast. What lasts
# longer, as a notice that leaves by itself, is not waited for.
RUN_AXE = """async (options) => {
  const isShort = ({ effect }) => effect.getComputedTiming().endTime <= 2000;
  const running = document.getAnimations().filter((each) => each.playState === "running" && isShort(each));
  await Promise.all(running.map(({ finished }) => finished.catch(() => undefined)));
  return axe.run(document, options);
}"""
# A wait ends when what it is for is there: this is only how long a loaded machine may take.
PATIENCE_MS = 15_000


if not shutil.which(CHROMIUM):
    raise unittest.SkipTest(f"there is no Chromium at {CHROMIUM}; “make test” installs it")


@pytest.mark.once
class BrowserCase(SimpleTestCase):
    """Each test has a browser profile of its own, and fails on any error in the console, which a refused CSP is too."""

    databases = {"default"}
    variables: ClassVar[dict[str, str]] = {}
    stack: ClassVar[contextlib.ExitStack]
    upstream: ClassVar[ScriptedUpstream]
    server: ClassVar[RunningServer]
    database: ClassVar[str]
    browser: ClassVar[Any]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.database = cls.stack.enter_context(empty_database())
        collect_static_files()
        cls.upstream = cls.stack.enter_context(ScriptedUpstream())
        cls.server = cls.start_server()
        # Last in and first out: its event loop, which runs in this thread, must not outlive the rest.
        playwright = cls.stack.enter_context(sync_playwright())
        cls.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        cls.stack.callback(cls.browser.close)
        expect.set_options(timeout=PATIENCE_MS)

    @classmethod
    def start_server(cls, name: str = "uvicorn", **variables: str) -> RunningServer:
        variables = {"RATE_LIMITS": "off", "TURNS_AT_ONCE": "50", **cls.variables, **variables}
        return cls.stack.enter_context(running_server(cls.database, name, **variables))

    def setUp(self) -> None:
        self.errors: list[str] = []
        self.ignored: tuple[str, ...] = ()
        self.said = 0
        self.upstream.first_token_seconds = self.upstream.token_seconds = 0
        self.context = self.open_context()
        self.page = self.open_page()

    def tearDown(self) -> None:
        self.assertEqual([error for error in self.errors if not error.startswith(self.ignored or "\0")], [])

    def open_context(self, **options: Any) -> BrowserContext:
        # A service worker asks for everything anew, where a test cannot answer in the server's place.
        plain = {"base_url": self.address(), "viewport": {"width": 1440, "height": 900}, "service_workers": "block"}
        options = {**plain, **options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        self.addCleanup(context.close)
        return context

    def open_page(self, context: BrowserContext | None = None) -> Page:
        page = (context or self.context).new_page()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def address(self, server: RunningServer | None = None) -> str:
        return f"http://127.0.0.1:{(server or self.server).port}"

    # What people do

    def sign_up(self, page: Page | None = None, username: str = "") -> str:
        """A new person, signed in on the page. Returns their name."""
        page, username = page or self.page, username or f"alice-{self.id().rsplit('.')[-1]}"[:100]
        answer = self.server.request("POST", "/api/auth/register", {"username": username, "password": PASSWORD})
        self.assertEqual(answer.status, 201, answer.body)
        self.user_id, self.token = answer.body["user_id"], answer.body["access_token"]
        self.sign_in(page, username)
        return username

    def sign_in(self, page: Page, username: str) -> None:
        page.goto("/accounts/login")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("form:has([name=password]) .primary")
        page.wait_for_url("**/")

    def say(self, text: str, page: Page | None = None) -> None:
        page = page or self.page
        self.said = page.locator(".message-user").count()
        page.fill("#composer-text", text)
        page.press("#composer-text", "Enter")

    def wait_for_answer(self, text: str = "", page: Page | None = None) -> None:
        page = page or self.page
        expect(page.locator(f".message-user >> nth={self.said}")).to_be_attached()
        answer = page.locator(".message-assistant").last
        expect(answer.locator(".message-foot")).to_be_visible()
        expect(answer).to_contain_text(text)
        expect(answer.locator(".working")).to_have_count(0)

    def wait_for_socket(self, page: Page) -> None:
        """Until the page has caught up after its socket was opened."""
        page.wait_for_selector("#catch-up[hx-get]", state="attached")
        page.wait_for_load_state("networkidle")

    def wait_until(self, script: str, argument: Any = None, page: Page | None = None) -> None:
        """Until the script says something true.

        The browser's own wait needs the eval that our policy refuses, and takes a promise for something true.
        """
        self.wait_for(lambda: (page or self.page).evaluate(script, argument), script)

    def wait_for(self, happened: Callable[[], Any], what: str) -> None:
        """Until it happened; meanwhile the browser goes on, and is heard."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not happened():
            self.assertLess(time.monotonic(), deadline, f"this did not happen in time: {what}")
            self.page.wait_for_timeout(20)

    def add_todo(self, title: str) -> str:
        answer = self.server.request("POST", f"/api/{self.user_id}/todos", {"title": title}, token=self.token)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.body["id"]

    # What must hold

    def assert_same_after_reload(self, page: Page | None = None) -> None:
        page = page or self.page
        streamed = page.evaluate(TREE)
        page.reload()
        self.assertEqual(streamed, page.evaluate(TREE))

    def assert_accessible(self, name: str, page: Page | None = None, rules: list[str] | None = None) -> None:
        """By all rules of axe that stand for WCAG 2.2 AA and good practice, or by these alone."""
        page = page or self.page
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found = page.evaluate(RUN_AXE, {"runOnly": rules or AXE_TAGS, "resultTypes": ["violations"]})["violations"]
        problems = [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]
        self.assertEqual(problems, [], f"{name} at {page.url}")

    def assert_fits(self, name: str, page: Page) -> None:
        wider = "document.documentElement.scrollWidth > innerWidth"
        self.assertFalse(page.evaluate(wider), f"{name} is wider than the window")


class ModelCase(BrowserCase):
    """With a model of which each test says what it answers."""

    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        return super().start_server(name, OPENAI_BASE_URL=cls.upstream.url, OPENAI_API="chat_completions", **variables)


def save_screenshot(page: Page, name: str) -> None:
    """For people to look at, where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name.replace(' ', '-')}.png")


@functools.cache
def collect_static_files() -> None:
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    with exclusive(settings.STATIC_ROOT):
        subprocess.run(collect, check=True, cwd=settings.BASE_DIR, env={**os.environ, "LOG_LEVEL": "WARNING"})


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """One process of the run at a time."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# The messages as markup, without the white space between elements.
TREE = """() => {
  const copy = document.getElementById("messages").cloneNode(true);
  copy.querySelectorAll("[data-htmx-powered]").forEach((element) => element.removeAttribute("data-htmx-powered"));
  return copy.innerHTML.replace(/\\s+/g, " ").replace(/> </g, "><");
}"""
