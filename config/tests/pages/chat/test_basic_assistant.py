"""The pages as a person meets them, in Chromium: by hand, by keyboard, without a script."""

from accounts.testing import PASSWORD
from config.tests.browser import BrowserCase, expect

FOUR_SENTENCES = {
    "Create a todo: Buy groceries": "Buy groceries",
    "What are my pending tasks?": "Buy groceries",
    "Complete the grocery shopping task": "Buy groceries",
    "How urgent is that task?": "priority",
}

# So long letters are no shortcuts after one was typed into the box.
LETTERS_MS = 2_000


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
        page.goto("/accounts/register")
        for field, text in {"username": "noscript", "password1": PASSWORD, "password2": PASSWORD}.items():
            page.fill(f"[name={field}]", text)
        page.click("main .primary")
        page.fill("#composer-text", "Create a todo: Buy groceries")
        page.click("text=Send")
        expect(page.locator(".message-assistant")).to_contain_text("Added 1 todo")
        page.fill("#quick-add", "water plants #home")
        page.click("[aria-label=Add]")
        expect(page.locator("#todo-list")).to_contain_text("water plants")
        page.click("[aria-label='Complete water plants']")
        expect(page.locator("#notices")).to_contain_text("Completed")
        page.click(".notice button")
        expect(page.locator("#notices")).to_contain_text("is open again")
        page.fill("#todo-search", "groceries")
        page.click("[aria-label=Search]")
        expect(page.locator("#todo-list .todo")).to_have_count(1)
        page.click("a.todo-title")
        page.fill("#edit-title", "Buy all groceries")
        page.click(".edit-save >> text=Save")
        expect(page.locator("#notices")).to_contain_text("Saved “Buy all groceries”.")
        page.hover("#todo-list .todo")
        page.click("[aria-label='Delete Buy all groceries']")
        page.goto("/todos?filter=trash")
        page.click("text=Restore")
        expect(page.locator("#notices")).to_contain_text("is back")
        page.goto("/accounts/settings")
        page.check("[name=theme][value=dark]")
        page.click("text=Use this theme")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.select_option("#id_time_zone", "Asia/Tokyo")
        page.click("text=Save time zone")
        expect(page.locator("#notices")).to_contain_text("time zone is saved")
        page.click("[aria-label='Sign out']")
        expect(page).to_have_title("Sign in · Todo Chat")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def test_by_keyboard_alone(self):
        self.page.clock.install()
        self.sign_up()
        keyboard, rows, done = self.page.keyboard, self.page.locator(".todo-list .todo"), ".todo-list .todo-done"
        self.press("Tab", "Escape", "q")
        expect(self.page.locator("#quick-add")).to_be_focused()
        for number, title in enumerate(("jokes", "next"), 1):
            keyboard.type(title)  # none of these letters is a shortcut here
            keyboard.press("Enter")
            expect(rows).to_have_count(number)
            expect(self.page.locator("#quick-add")).to_have_value("")
        keyboard.press("Tab")
        self.press("j", "j", "k", "x")
        expect(self.page.locator(done)).to_contain_text("jokes")
        expect(self.page.locator(".notice button")).to_be_attached()  # the socket may bring the row before it
        keyboard.press("z")
        expect(self.page.locator(done)).to_have_count(0)
        self.press("k", "k", "Delete")
        expect(self.page.locator("#notices")).to_contain_text("to the trash")
        expect(rows).to_have_count(1)
        keyboard.press("z")
        expect(rows).to_have_count(2)
        self.press("j", "e")
        expect(self.page.locator("#edit-title")).to_be_focused()
        keyboard.type("!")
        keyboard.press("Escape")
        expect(self.page.locator("#todo-list")).to_contain_text("!")
        expect(self.page.locator("#todo-editor")).to_be_hidden()
        self.page.locator("h1").click(position={"x": 4, "y": 4})
        keyboard.press("?")
        expect(self.page.locator("#shortcuts")).to_be_visible()
        keyboard.press("Escape")
        keyboard.press("/")
        expect(self.page.locator("#composer-text")).to_be_focused()
        keyboard.type("what is on my list?")
        keyboard.press("Enter")
        self.wait_for_answer("next")
        self.page.clock.fast_forward(LETTERS_MS)
        keyboard.press("Control+k")
        expect(self.page.locator("[name=find]")).to_be_focused()
        keyboard.type("on my list")
        expect(self.page.locator(".hit mark").first).to_be_visible()
        self.page.locator("h1").click(position={"x": 4, "y": 4})
        for keys, path in (("gt", "/todos"), ("gc", "/"), ("gt", "/todos"), ("n", "/")):
            self.press(*keys)
            self.page.wait_for_url(f"**{path}")
            self.page.locator("body").click(position={"x": 700, "y": 20})

    def test_shortcuts_can_be_switched_off(self):
        self.sign_up()
        self.page.goto("/accounts/settings")
        self.page.uncheck("#shortcuts-on")
        for key in ("?", "n", "g", "t", "Control+k"):
            self.page.keyboard.press(key)
        expect(self.page.locator("#shortcuts")).to_be_hidden()
        expect(self.page.locator("[name=find]")).not_to_be_focused()
        self.page.reload()
        self.assertTrue(self.page.url.endswith("/accounts/settings"))
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
        self.wait_for_answer()
        direction = "(element) => getComputedStyle(element).direction"
        self.say("مرحبا hello")
        expect(self.page.locator(".message-user")).to_have_count(2)
        self.assertEqual(self.page.locator(".bubble").last.evaluate(direction), "rtl")

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

    def test_the_menu_of_a_row_moves_edits_and_deletes_it(self):
        self.sign_up()
        for title in ("Water plants", "Call Ann"):
            self.add_todo(title)
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        menu, row = self.page.locator("#todo-menu"), self.page.locator(".todo", has_text="Call Ann")
        row.hover()
        self.page.click("[aria-label='Change Call Ann']")
        expect(menu).to_be_visible()
        self.assert_accessible("the menu of a row")
        menu.locator("text=Tomorrow").click()
        expect(menu).to_be_hidden()
        expect(self.page.locator("#notices")).to_contain_text("Moved “Call Ann” to tomorrow.")
        expect(self.page.locator(".todo-group", has_text="Tomorrow")).to_contain_text("Call Ann")
        self.page.click(".notice button")
        expect(row).not_to_contain_text("tomorrow")
        row.locator(".todo-more").focus()
        self.page.keyboard.press("Enter")
        for key in ("Tab", "Enter"):
            self.page.keyboard.press(key)
        expect(self.page.locator("#edit-title")).to_be_focused()
        self.page.hover(".todo:has-text('Water plants')")
        self.page.click("[aria-label='Change Water plants']")
        menu.locator("text=Move to the trash").click()
        expect(self.page.locator("#todo-list")).not_to_contain_text("Water plants")

    def test_the_api_documentation_and_the_admin_work_under_the_policy(self):
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

    def test_a_token_is_made_and_copied_and_what_its_program_does_is_seen_at_once(self):
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.sign_up()
        settings = self.open_page()
        settings.goto("/accounts/settings")
        settings.fill("#id_token_name", "My editor")
        settings.click("text=Make a token")
        settings.wait_for_selector("text=Copy token")
        settings.wait_for_load_state()
        settings.click("text=Copy token")
        expect(settings.locator("#status")).to_have_text("Copied.")
        token = settings.evaluate("navigator.clipboard.readText()")
        for step in settings.locator(".set-up > summary").all()[1:]:
            step.click()
        self.assert_accessible("what to paste", settings)
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        for name, arguments in (
            ("add_task", {"tasks": [{"title": "Buy milk"}]}),
            ("update_task", {"updates": [{"task": "milk", "title": "Buy oat milk"}]}),
        ):
            params = {"name": name, "arguments": arguments}
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
            self.assertTrue(settings.request.post("/mcp", headers=headers, data=call).ok)
            title = arguments.get("tasks", arguments.get("updates"))[0]["title"]
            expect(self.page.locator(".todo", has_text=title)).to_be_visible()

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
