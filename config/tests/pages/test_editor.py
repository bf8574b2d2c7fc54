"""The panel in which a todo is edited: saved while it is written in, and nothing is lost where two write at once."""

from config.tests.browser import expect
from config.tests.pages.state_case import StateCase


class EditorTests(StateCase):
    def open_panel(self, page, title):
        page.click(f"a.todo-title:has-text('{title}')")
        expect(page.locator("#todo-editor")).to_be_visible()

    def picked(self, what, page=None):
        return (page or self.page).locator(f"#pick-{what} .picked")

    def stored(self, todo):
        return self.server.request("GET", f"/api/{self.user_id}/todos/{todo}", token=self.token).body

    def change(self, todo, **fields):
        self.server.request("PATCH", f"/api/{self.user_id}/todos/{todo}", fields, token=self.token)

    def test_every_field_is_picked_saved_at_once_and_taken_back(self):
        self.sign_up()
        todo = self.add_todo("Call Ann")
        self.page.goto("/todos")
        self.quick_add(self.page, "Pay rent #home")
        self.open_panel(self.page, "Call Ann")
        title, notices = self.page.locator("#edit-title"), self.page.locator("#notices")
        expect(title).to_be_focused()
        title.fill("Call Ann and Bob")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("about the garden")
        self.page.keyboard.press("Tab")
        expect(self.page.locator("#todo-list")).to_contain_text("Call Ann and Bob")
        expect(self.page.locator("#editor-status")).to_have_text("Saved")
        expect(self.page.locator("#pick-date summary")).to_be_focused()
        self.page.click("#pick-date summary")
        self.page.click("#pick-date >> text=Tomorrow")
        expect(self.picked("date")).to_have_text("tomorrow")
        self.page.fill("#edit-when", "in 3 days at 9:30")
        self.page.keyboard.press("Enter")
        expect(self.picked("date")).to_contain_text("9:30")
        expect(self.page.locator("#edit-when")).to_be_focused()
        self.page.click("#pick-repeat summary")
        self.page.click("text=Every week")
        expect(self.picked("repeat")).to_contain_text("Every week")
        self.page.click("#pick-priority summary")
        self.page.check("#edit-priority_3")
        expect(self.picked("priority")).to_have_text("High")
        self.page.click("#pick-tags summary")
        self.page.check("#edit-tag-home")
        expect(self.picked("tags")).to_have_text("#home")
        self.page.click("#pick-reminders summary")
        self.page.click("text=1 hour before")
        expect(self.picked("reminders")).to_contain_text("1 hour before")
        stored = self.stored(todo)
        found = (stored["title"], stored["notes"], stored["priority"], stored["tags"], stored["due"][11:16])
        self.assertEqual(found, ("Call Ann and Bob", "about the garden", "high", ["home"], "09:30"))
        notices.locator("button").click()
        expect(self.picked("reminders")).not_to_contain_text("1 hour before")
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#todo-editor")).to_be_hidden()
        expect(self.page.locator("a.todo-title:has-text('Call Ann')")).to_be_focused()

    def test_it_is_accessible_and_fits_everywhere(self):
        self.sign_up()
        self.add_todo("Water plants")
        for page in self.each_window():
            page.goto("/todos")
            self.open_panel(page, "Water plants")
            self.assert_state("edit panel", page)
            page.click("#pick-date summary")
            self.assert_state("edit panel with a date", page)
            page.click("#pick-tags summary")
            self.assert_state("edit panel with tags", page)

    def test_two_panels_on_one_todo_show_both_versions_and_nothing_is_lost(self):
        self.ignored = ("Failed to load resource",)  # the conflict
        self.sign_up()
        todo = self.add_todo("Water plants")
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        self.open_panel(self.page, "Water plants")
        # Who writes nothing sees at once what another one wrote.
        self.change(todo, title="Water the plants")
        expect(self.page.locator("#edit-title")).to_have_value("Water the plants")
        # Who writes is shown both.
        self.page.fill("#edit-title", "Water all plants")
        self.change(todo, title="Water no plants")
        self.page.press("#edit-title", "Enter")
        expect(self.page.locator("#todo-editor .conflict")).to_contain_text("Water no plants")
        expect(self.page.locator("#edit-title")).to_have_value("Water all plants")
        self.assert_accessible("a conflict in the panel")
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#todo-editor")).to_be_visible()
        self.assertEqual(self.stored(todo)["title"], "Water no plants")
        self.page.click("text=Keep mine")
        expect(self.page.locator("#notices")).to_contain_text("Saved “Water all plants”.")
        self.page.fill("#edit-title", "Water some plants")
        self.change(todo, title="Water no plants")
        self.page.press("#edit-title", "Enter")
        self.page.click("text=Take what is stored")
        expect(self.page.locator("#edit-title")).to_have_value("Water no plants")

    def test_what_is_refused_or_out_of_reach_stays_in_the_panel_with_the_reason(self):
        self.ignored = ("Failed to load resource", "htmx: htmx:error", "htmx: htmx:ws")
        self.sign_up()
        todo = self.add_todo("Water plants")
        self.page.goto("/todos")
        self.open_panel(self.page, "Water plants")
        self.page.click("#pick-date summary")
        self.page.fill("#edit-when", "soonish")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#pick-date .field-problem")).to_contain_text("could not read")
        expect(self.page.locator("#editor-status")).to_have_text("Not saved")
        held, edits = [], "**/todos/*/edit"
        hold = {"POST": held.append, "GET": lambda route: route.continue_()}
        self.page.route(edits, lambda route: hold[route.request.method](route))

        def leave():
            """Once more as long as an earlier answer, of the rest after the words, takes this one back."""
            self.page.keyboard.press("Escape")
            return held

        self.wait_for(leave, "it is tried once more")
        expect(self.page.locator("#todo-editor")).to_be_visible()
        self.page.click("text=Leave without saving")
        expect(self.page.locator("#todo-editor")).to_be_hidden()
        self.open_panel(self.page, "Water plants")
        self.page.unroute(edits)
        self.context.set_offline(True)
        self.page.fill("#edit-title", "Water all plants")
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#editor-status")).to_contain_text("out of reach")
        self.context.set_offline(False)
        expect(self.page.locator("#editor-status")).to_have_text("Saved")
        self.assertEqual(self.stored(todo)["title"], "Water all plants")

    def test_words_that_are_still_being_written_outlive_the_answers(self):
        """The title is saved while the notes are written; another row is opened only once these are stored too."""
        self.sign_up()
        todo = self.add_todo("Water plants")
        self.add_todo("Call Ann")
        self.page.goto("/todos")
        self.open_panel(self.page, "Water plants")
        self.page.keyboard.type(" well")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("twice a week, and more often while the summer lasts", delay=5)
        self.page.click("a.todo-title:has-text('Call Ann')")
        expect(self.page.locator("#edit-title")).to_have_value("Call Ann")
        self.assertEqual(self.stored(todo)["notes"], "twice a week, and more often while the summer lasts")
