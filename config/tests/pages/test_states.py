"""States that a page passes through, in both themes and at two widths: menus, questions, notices."""

from config.tests.browser import expect
from config.tests.pages.state_case import StateCase

TODOS = (
    "Pay rent tomorrow p1",
    "Call Ann friday 5pm #family",
    "Water the plants every sunday",
    "Buy milk #home",
    "Renew passport p2",
)


class StateTests(StateCase):
    def test_another_clock_than_that_of_the_todos_is_offered_once(self):
        self.sign_up()
        state = self.context.storage_state()
        away = self.open_page(self.open_context(timezone_id="Asia/Tokyo", storage_state=state))
        expect(self.page.locator("#zone")).to_be_hidden()
        away.goto("/todos?filter=all")
        expect(away.locator("#zone")).to_contain_text("This device goes by Asia/Tokyo, your todos by UTC.")
        self.assert_accessible("another clock", away)
        away.click("[data-keep-zone]")
        away.reload()
        expect(away.locator("#zone")).to_be_hidden()
        away.evaluate("localStorage.clear()")
        away.reload()
        away.click("#zone >> text=Use this device’s")
        expect(away.locator("#notices")).to_contain_text("Your time zone is saved.")
        expect(away.locator("#zone")).to_be_hidden()
        self.assertEqual(away.url, f"{self.address()}/todos?filter=all")

    def test_a_question_before_a_bulk_change(self):
        self.sign_up(username="bea")
        self.page.goto("/todos")
        self.quick_add(self.page, *TODOS)
        self.page.goto("/")
        self.say("delete everything")
        self.wait_for_answer("Nothing is done yet")
        expect(self.page.locator(".approval-rows input")).to_have_count(len(TODOS))
        expect(self.page.locator(".approval button >> nth=0")).to_contain_text("Decline")
        self.assert_nothing_takes_the_focus()
        self.page.reload()
        self.page.click("text=Decline")
        expect(self.page.locator(".approval")).to_contain_text("You declined")
        expect(self.page.locator("#messages")).not_to_contain_text("Nothing is done yet")
        self.assert_accessible("a declined question")

    def test_two_open_questions_have_names_of_their_own_and_paper_shows_the_messages_alone(self):
        self.sign_up()
        for title in TODOS:
            self.add_todo(title)
        for _ in range(2):
            self.say("delete everything")
            self.wait_for_answer("Nothing is done yet")
        expect(self.page.locator("#open-approval")).to_have_text(f"Needs your approval · {len(TODOS)}")
        for role in ("group", "button"):
            found = self.page.locator("#messages").get_by_role(role, name="message")
            names = found.evaluate_all("(all) => all.map((each) => each.ariaLabel ?? each.innerText)")
            self.assertEqual(len(set(names)), {"group": 2, "button": 4}[role], names)
        self.assert_state("two questions", self.page)
        self.page.emulate_media(media="print")
        for left_out in (".skip-link", ".aside", "#composer", ".sidebar", ".message-edit", ".approval-foot button"):
            expect(self.page.locator(left_out).first).to_be_hidden()
        expect(self.page.locator(".bubble").first).to_be_visible()

    def assert_nothing_takes_the_focus(self):
        """While a question is open, later answers leave the person in the box, and what they type is text."""
        box, chip = self.page.locator("#composer-text"), self.page.locator("#open-approval")
        for text in ("what is due today?", "now add new batteries"):
            self.said = self.page.locator(".message-user").count()
            self.page.keyboard.type(text)
            expect(box).to_have_value(text)
            self.page.keyboard.press("Enter")
            expect(box).to_have_value("")
            self.wait_for_answer()
            expect(box).to_be_focused()
        expect(chip).to_have_text(f"Needs your approval · {len(TODOS)}")
        chip.click()
        expect(self.page.locator(".approval")).to_be_focused()
        expect(self.page.locator(".approval")).to_be_in_viewport()

    def test_letters_are_letters_for_a_moment_after_typing(self):
        self.sign_up()
        self.page.keyboard.type("now ")
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.type("nq")
        self.assertEqual(self.page.url, f"{self.address()}/")
        expect(self.page.locator("#quick-add")).not_to_be_focused()
        # Whoever leaves the box by Esc is done with typing.
        self.page.focus("#composer-text")
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("q")
        expect(self.page.locator("#quick-add")).to_be_focused()

    def test_rows_are_moved_by_hand_and_by_keyboard(self):
        self.sign_up()
        self.page.goto("/todos")
        self.quick_add(self.page, "Water plants tomorrow", "Old things")
        self.page.goto("/todos?filter=week")
        place = self.page.locator(".todo-group >> nth=4")
        self.page.drag_and_drop(".todo:has-text('plants')", ".todo-group >> nth=4")
        expect(place).to_contain_text("Water plants")
        self.page.focus("a.todo-title")
        self.page.keyboard.press("Alt+ArrowLeft")
        expect(self.page.locator(".todo-group >> nth=3")).to_contain_text("Water plants")
        expect(self.page.locator("a.todo-title")).to_be_focused()
        self.assert_state("a week", self.page)

    def test_rows_of_a_day_are_put_in_order_by_hand_by_keyboard_and_by_their_menu(self):
        self.sign_up()
        for title in ("Ant", "Bee", "Cat", "Dog"):
            self.add_todo(title)
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        titles, notices = self.page.locator("a.todo-title"), self.page.locator("#notices")
        dog = self.page.locator("a.todo-title:has-text('Dog')")
        row = "#todo-list .todo:has-text('{}')".format
        self.page.hover(row("Dog"))
        self.page.mouse.down()
        for place in (30, 4):
            self.page.hover(row("Ant"), position={"x": 90, "y": place}, force=True)
        expect(self.page.locator(".drop-before")).to_contain_text("Ant")
        self.assert_accessible("a row that is dragged")
        self.page.mouse.up()
        expect(titles).to_have_text(["Dog", "Ant", "Bee", "Cat"])
        expect(notices).to_contain_text("Moved “Dog” to place 1 of 4.")
        self.page.drag_and_drop(row("Dog"), row("Bee"), target_position={"x": 90, "y": 40})
        expect(titles).to_have_text(["Ant", "Bee", "Dog", "Cat"])
        # Faster than the server answers: each press counts.
        dog.focus()
        self.page.keyboard.press("Alt+ArrowUp")
        self.page.keyboard.press("Alt+ArrowUp")
        expect(titles).to_have_text(["Dog", "Ant", "Bee", "Cat"])
        expect(notices.locator(".notice")).to_have_count(1)
        expect(notices).to_contain_text("Moved “Dog” to place 1 of 4.")
        expect(dog).to_be_focused()
        self.page.click("button[aria-label='Change Cat']")
        self.page.click("#todo-menu >> text=Move to the top")
        expect(titles).to_have_text(["Cat", "Dog", "Ant", "Bee"])
        expect(notices).to_contain_text("Moved “Cat” to place 1 of 4.")
        expect(self.page.locator("a.todo-title:has-text('Cat')")).to_be_focused()
        self.page.click(".notice button")
        expect(titles).to_have_text(["Dog", "Ant", "Bee", "Cat"])
        self.page.click("button[aria-label='Change Dog']")
        self.assert_state("the menu of a row", self.page)
        self.page.click("#todo-menu >> text=Move down")
        expect(titles).to_have_text(["Ant", "Dog", "Bee", "Cat"])
        self.page.click(".notice button")
        expect(titles).to_have_text(["Dog", "Ant", "Bee", "Cat"])

    def test_a_move_that_meets_another_one_from_elsewhere_is_said_and_made_if_the_person_insists(self):
        self.sign_up()
        ids = [self.add_todo(title) for title in ("Ant", "Bee")]
        # A page whose socket is down does not hear of others.
        self.page.route_web_socket("**/*", lambda socket: socket.close())
        self.page.goto("/todos?filter=all")
        self.server.request("PATCH", f"/api/{self.user_id}/todos/{ids[1]}", {"due": "tomorrow"}, token=self.token)
        self.page.focus("a.todo-title:has-text('Bee')")
        self.page.keyboard.press("Alt+ArrowUp")
        notice = self.page.locator(".notice-warning")
        expect(notice).to_contain_text("“Bee” was moved elsewhere meanwhile, and stays there (tomorrow).")
        expect(self.page.locator(".todo-group:has-text('Tomorrow')")).to_contain_text("Bee")
        self.assert_state("a move that met another one", self.page)
        notice.locator("button").click()
        expect(self.page.locator("a.todo-title")).to_have_text(["Bee", "Ant"])

    def test_the_last_message_is_edited_after_what_came_of_it_is_taken_back(self):
        self.sign_up()
        self.say("Create a todo: Buy milk")
        self.wait_for_answer("Buy milk")
        rows = self.page.locator("#todo-list .todo-title")
        expect(rows).to_have_text(["Buy milk"])
        self.page.click(".message-edit")
        box, composer = self.page.locator("#edited-text"), self.page.locator("#composer-text")
        expect(box).to_have_value("Create a todo: Buy milk")
        expect(box).to_be_focused()
        expect(composer).to_be_hidden()
        expect(self.page.locator(".edit-message .changes")).to_contain_text("Buy milk")
        self.assert_state("a message that is edited", self.page)
        self.page.click(".edit-message >> text=Cancel")
        expect(composer).to_be_visible()
        composer.focus()
        self.page.keyboard.press("Control+ArrowUp")
        expect(box).to_be_focused()
        self.page.click(".edit-message >> text=Cancel")
        composer.fill("Not empty")
        self.page.keyboard.press("Control+ArrowUp")
        expect(box).to_have_count(0)
        composer.fill("")
        self.page.click(".message-edit")
        box.fill("Create a todo: Buy bread")
        self.page.click("text=Undo this and send")
        expect(rows).to_have_text(["Buy bread"])
        expect(self.page.locator(".taken-back")).to_have_text("“Buy milk” is off the list again.")
        expect(self.page.locator(".replaced")).to_have_count(1)
        expect(composer).to_be_visible()
        expect(self.page.locator(".message-edit")).to_have_count(1)
        self.assert_same_after_reload()

    def test_several_rows_are_selected_changed_and_taken_back_at_once(self):
        self.sign_up()
        self.page.goto("/todos")
        self.quick_add(self.page, "Water plants", "Old things", "Read")
        bar = self.page.locator("#todo-selection")
        expect(bar).to_be_hidden()
        self.page.click("a.todo-title:has-text('Read')", modifiers=["Shift"])
        self.page.click("a.todo-title:has-text('Old things')")
        expect(bar).to_contain_text("2 selected")
        self.assert_state("a selection", self.page)
        self.page.click("#todo-selection >> text=Complete")
        expect(self.page.locator(".todo-done")).to_have_count(2)
        expect(bar).to_be_hidden()
        expect(self.page.locator("a.todo-title:has-text('Water plants')")).to_be_focused()
        self.page.click(".notice button")
        expect(self.page.locator(".todo-done")).to_have_count(0)
        self.page.focus("a.todo-title >> nth=0")
        self.page.keyboard.press(" ")
        expect(bar).to_contain_text("1 selected")
        self.page.click("a.todo-title >> nth=2", modifiers=["Shift"])
        expect(bar).to_contain_text("3 selected")
        self.page.keyboard.press("Escape")
        expect(bar).to_be_hidden()
        # By the keyboard alone: left, it was of no use; pressed, nothing is left but the list.
        self.page.focus("a.todo-title >> nth=1")
        self.page.keyboard.press(" ")
        self.page.focus("#todo-selection >> text=Cancel")
        self.page.keyboard.press("Enter")
        expect(bar).to_be_hidden()
        expect(self.page.locator("a.todo-title >> nth=1")).to_be_focused()
        for place in range(3):
            self.page.focus(f"a.todo-title >> nth={place}")
            self.page.keyboard.press(" ")
        self.page.focus("#todo-selection >> text=Delete")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("a.todo-title")).to_have_count(0)
        expect(self.page.locator(".todo-scroll")).to_be_focused()

    def test_conversations_are_found_renamed_pinned_and_deleted(self):
        self.sign_up()
        for text in ("Create a todo: Buy groceries", "What are my pending tasks?"):
            self.page.goto("/")
            self.say(text)
            self.wait_for_answer()
        column = self.page.locator("#all-conversations")
        for page in self.each_window():
            page.goto("/?find=groceries")
            if page.locator("main .drawer-button").is_visible():
                page.click("main .drawer-button")
            page.click(".conversation-more >> nth=0")
            self.assert_state("conversation menu", page)
        self.page.click("[aria-label='Change What are my pending tasks?']")
        self.page.fill("[aria-label=Title]:visible", "Open things")
        self.page.press("[aria-label=Title]:visible", "Enter")
        expect(column).to_contain_text("Open things")
        expect(self.page.locator("h1")).to_have_text("Open things")
        expect(self.page.locator(".conversation-menu:popover-open")).to_have_count(0)
        self.page.click("[aria-label='Change Open things']")
        self.page.click(".conversation-menu button:has-text('Pin'):visible")
        expect(column).to_contain_text("Pinned")
        self.page.click("[aria-label='Change Open things']")
        self.page.click(".conversation-menu button:has-text('Delete'):visible")
        expect(self.page.locator(".greeting")).to_be_visible()
        expect(column).not_to_contain_text("Open things")
        self.page.click(".notice button")
        expect(column).to_contain_text("Open things")
        self.page.fill("[name=find]", "groceries")
        self.page.press("[name=find]", "Enter")
        self.page.click(".hit mark >> nth=0")
        expect(self.page.locator(".message:target")).to_be_visible()
        expect(self.page.locator(".message:target mark").first).to_have_text("groceries")

    def test_earlier_messages_come_as_one_scrolls_up_and_stay_there(self):
        self.sign_up()
        self.say("Create a todo: Buy groceries")
        self.wait_for_answer()
        conversation = self.page.url.rpartition("/")[2]
        chat = f"/api/{self.user_id}/chat"
        for number in range(17):
            said = {"message": f"thanks {number}", "conversation_id": conversation}
            self.server.request("POST", chat, said, token=self.token)
        self.page.reload()
        self.wait_for_socket(self.page)
        expect(self.page.locator(".message-user")).to_have_count(15)
        seen = self.page.locator(".message-user >> nth=0")
        seen.scroll_into_view_if_needed()
        expect(self.page.locator(".message-user")).to_have_count(18)
        expect(self.page.locator("text=thanks 3").first).to_be_in_viewport()
        self.page.locator(".message-user >> nth=0").scroll_into_view_if_needed()
        self.page.click("[aria-label='Complete Buy groceries'] >> nth=0")
        expect(self.page.locator("#chat .todo-done")).to_be_visible()
        expect(self.page.locator(".message-user")).to_have_count(18)

    def test_the_offer_to_bring_a_conversation_back_stays_where_the_page_hears_twice_that_it_is_gone(self):
        self.ignored = ("WebSocket connection", "htmx: htmx:ws")  # from a page that the test hands over
        self.sign_up()
        self.say("What are my pending tasks?")
        self.wait_for_answer()
        self.wait_for_socket(self.page)
        left = []

        def slow_home(route):
            left.append(route.fetch())
            self.page.wait_for_timeout(1000)
            route.fulfill(response=left[-1])

        def late_catch_up(route):
            answer = route.fetch()
            while not left:
                self.page.wait_for_timeout(20)
            route.fulfill(response=answer)

        self.page.route(self.address() + "/", slow_home)
        self.page.route(self.page.url, late_catch_up)
        self.page.click(".conversation-more")
        self.page.click(".conversation-menu button:has-text('Delete')")
        expect(self.page.locator(".greeting")).to_be_visible()
        self.page.click(".notice button")
        expect(self.page.locator("#all-conversations .conversation")).to_have_count(1)

    def test_what_is_written_in_a_conversation_that_is_deleted_elsewhere_waits_in_a_new_chat(self):
        self.sign_up()
        self.say("What are my pending tasks?")
        self.wait_for_answer()
        self.wait_for_socket(self.page)
        self.page.fill("#composer-text", "a long thought")
        conversation = self.page.url.rpartition("/")[2]
        self.server.request("DELETE", f"/api/{self.user_id}/conversations/{conversation}", token=self.token)
        expect(self.page.locator(".greeting")).to_be_visible()
        expect(self.page.locator("#composer-text")).to_have_value("a long thought")

    def test_without_a_script_conversations_are_found_renamed_and_deleted(self):
        page = self.open_page(self.open_context(java_script_enabled=False))
        self.sign_up(page)
        page.fill("#composer-text", "Create a todo: Buy groceries")
        page.click("text=Send")
        page.click(".conversation-more")
        page.fill("[aria-label=Title]", "Shopping")
        page.click("text=Rename")
        expect(page.locator("h1")).to_have_text("Shopping")
        page.fill("[name=find]", "groceries")
        page.press("[name=find]", "Enter")
        expect(page.locator(".hit")).to_contain_text("groceries")
        page.click(".conversation-more")
        page.click(".conversation-menu >> text=Delete")
        expect(page.locator("#all-conversations")).not_to_contain_text("Shopping")
        page.click(".notice button")
        expect(page.locator("#all-conversations")).to_contain_text("Shopping")

    def test_on_a_phone_the_tab_says_that_todos_changed(self):
        self.sign_up()
        size, state = {"width": 360, "height": 800}, self.context.storage_state()
        phone = self.open_context(viewport=size, storage_state=state, has_touch=True)
        page = self.open_page(phone)
        page.goto("/")
        self.wait_for_socket(page)
        self.wait_for_socket(self.page)
        expect(page.locator("#todos-changed")).to_be_hidden()
        self.add_todo("Buy milk")
        expect(page.locator("#todos-changed")).to_be_visible()
        expect(self.page.locator("#todo-list .todo")).to_have_count(1)
        self.assertEqual(self.page.evaluate("document.querySelector('#todo-list .todo').getAnimations().length"), 1)
        page.click(".tabs a[href='/todos']")
        expect(page.locator("#todos-changed")).to_be_hidden()
        # The field of a new todo closes after the next tap, not under the finger.
        page.click(".quick-add-button")
        page.keyboard.type("Read")
        page.keyboard.press("Enter")
        expect(page.locator("#todo-list .todo")).to_have_count(2)
        page.click("button[aria-label='Change Buy milk']")
        expect(page.locator("#todo-menu")).to_be_visible()
        expect(page.locator("#quick-add-form")).not_to_have_attribute("data-leaving", "")
        page.keyboard.press("Escape")
        self.rest_a_finger_on(page, "#todo-list .todo-body >> nth=0")

    def rest_a_finger_on(self, page, selector):
        """Which selects the row, and does not open it when the finger is lifted; then a tap selects another."""
        box, touch = page.locator(selector).bounding_box(), page.context.new_cdp_session(page)
        point = {"x": box["x"] + 8, "y": box["y"] + 12}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(page.locator("#selection-count")).to_have_text("1 selected")
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.tap("#todo-list .todo-title >> nth=1")
        expect(page.locator("#selection-count")).to_have_text("2 selected")
        expect(page.locator("#todo-editor")).to_be_hidden()

    def test_an_answer_that_was_not_looked_at_is_marked_in_the_column(self):
        self.sign_up()
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        self.server.request("POST", f"/api/{self.user_id}/chat", {"message": "What are my tasks?"}, token=self.token)
        expect(self.page.locator(".unread-mark")).to_contain_text("new answer")
        self.assert_accessible("an unread answer")
        self.page.click("#all-conversations a >> nth=0")
        expect(self.page.locator(".message-assistant")).to_be_visible()
        expect(self.page.locator(".unread-mark")).to_have_count(0)
