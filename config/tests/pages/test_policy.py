"""The content security policy in a real browser: whatever it refused would be an error in the console."""

import subprocess
import sys

from django.conf import settings
from playwright.sync_api import expect

from accounts.testing import PASSWORD
from config.testing import environment
from config.tests.browser import BrowserCase

ADMIN = """
from accounts.models import User
from chat.testing import full_page
User.objects.create_superuser("root", password=PASSWORD)
full_page(User.objects.create_user("alice"), exchanges=4, todos=5, conversations=2)
"""
MODELS = ("accounts/user", "auth/group", "todos/todo", "chat/conversation", "chat/message", "chat/toolcall")


class PolicyTests(BrowserCase):
    def sign_in_to_admin(self):
        code = f"PASSWORD = {PASSWORD!r}\n{ADMIN}"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment(self.database), check=True, capture_output=True)
        self.sign_in(self.page, "root")
        self.page.goto("/admin/")
        expect(self.page.locator("#content")).to_be_visible()

    def test_every_kind_of_admin_page_works_under_it(self):
        self.ignored = ("Failed to load resource",)  # the admin has no icon
        self.sign_in_to_admin()
        visited = 0
        for model in MODELS:
            self.page.goto(f"/admin/{model}/")
            first = self.page.locator("#result_list tbody th a").first
            pages = [first.get_attribute("href")] if first.count() else []
            if self.page.locator(".object-tools .addlink").count():
                pages.append(f"/admin/{model}/add/")
            for address in pages:
                self.page.goto(address)
                expect(self.page.locator("#content")).to_be_visible()
            visited += 1 + len(pages)
        self.page.goto("/admin/chat/message/turns/")
        expect(self.page.locator("#content")).to_be_visible()
        self.assertGreater(visited, 12)

    def test_the_api_documentation_sends_a_request_under_it(self):
        self.page.goto("/api/docs")
        self.page.locator("#operations-Sign_in-signIn .opblock-summary").click()
        self.page.click("text=Try it out")
        self.page.click("text=Execute")
        self.ignored = ("Failed to load resource",)  # the name and the password are those of an example
        expect(self.page.locator(".live-responses-table tr.response .response-col_status").first).to_contain_text("401")

    def test_what_slipped_in_would_not_run(self):
        self.sign_up()
        self.ignored = ("Executing inline", "Applying inline", "Loading the", "Evaluating a string", "Refused")
        attempts = (
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))",
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')",
            "document.body.append(Object.assign(document.createElement('script'), {src: 'data:text/plain,ran=1'}))",
            "try { setTimeout('window.ran = 1') } catch {}",
        )
        for attempt in attempts:
            self.page.evaluate(attempt)
        self.wait_for(lambda: len(self.errors) >= len(attempts), "a refusal of each")
        self.assertIsNone(self.page.evaluate("window.ran ?? null"))
        self.ignored += ("Failed to load resource", "Connecting to")
