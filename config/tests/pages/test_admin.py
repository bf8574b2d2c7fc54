"""The admin on a tablet and on a desk: no page is wider than the window, and nothing stands beyond its edge."""

import subprocess
import sys

from django.conf import settings

from accounts.testing import PASSWORD
from config.testing import environment
from config.tests.browser import BrowserCase, save_screenshot

WIDTHS = (768, 1440)
# Everything as long as it may be, without a place to break.
PEOPLE = """
from django.db import transaction
from accounts.models import User
from accounts.testing import UserFactory
from chat.models import Conversation, Message, ToolCall
from chat.testing import belongings
from todos.models import Todo
User.objects.create_superuser("root", password=PASSWORD)
with transaction.atomic():
    ids = belongings(UserFactory(username="a" * 150), "w" * 40)
noted = {"request_id": "0" * 64, "stages_ms": {"database": 9, "model": 900}}
answers = Message.objects.filter(role="assistant")
answers.update(error_code="model_unavailable", model="m" * 100, total_ms=2_000_000, metadata=noted)
ToolCall.objects.update(input={"tasks": [{"title": "t" * 300}]}, output={"results": ["r" * 300]}, status="error")
Conversation.objects.update(title="c" * 200)
Todo.objects.update(title="w" * 200)
print(ids["message_id"], ids["conversation_id"])
"""
MODELS = (
    *("chat/conversation", "chat/message", "chat/toolcall", "chat/approval", "todos/todo", "todos/todochange"),
    *("accounts/user", "accounts/signin", "accounts/reading", "auth/group"),
)
# What a reader cannot reach: it stands beyond the window, and nothing around it scrolls there.
BEYOND = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height || box.right <= innerWidth + 1) return false;
  for (let around = element.parentElement; around; around = around.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(around).overflowX)) return false;
  }
  return !element.closest("#nav-sidebar, .visually-hidden, svg");
}).map((element) => `${element.tagName}.${element.className} ${Math.round(element.getBoundingClientRect().right)}`)"""


class AdminTests(BrowserCase):
    def sign_in_to_admin(self):
        code = f"PASSWORD = {PASSWORD!r}\n{PEOPLE}"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        made = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment(self.database), check=True, capture_output=True, text=True
        )
        self.sign_in(self.page, "root")
        return made.stdout.split()[-2:]

    def test_no_page_is_wider_than_the_window(self):
        message_id, conversation_id = self.sign_in_to_admin()
        self.look("turns", "/admin/chat/message/turns/?window=month")
        self.look("turn", f"/admin/chat/message/turns/{message_id}/")
        self.look("index", "/admin/")
        self.look("found", f"/admin/chat/message/?q={'0' * 8}&status__exact=failed")
        self.look("conversation history", f"/admin/chat/conversation/{conversation_id}/history/")
        for model in MODELS:
            self.look(f"list {model}", f"/admin/{model}/")
            first = self.page.locator("#result_list tbody th a").first
            if first.count():
                self.look(f"one {model}", first.get_attribute("href"))

    def look(self, name, address):
        self.page.goto(address)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            with self.subTest(name, width=width):
                self.assert_fits(name, self.page)
                self.assertEqual(self.page.evaluate(BEYOND), [])
                save_screenshot(self.page, f"admin-{name.replace('/', '-')}-{width}")
