"""States of a turn that runs, in both themes and at two widths."""

from bench.surroundings.answers import call, calls, hangs, says
from config.tests.browser import ModelCase, expect
from config.tests.pages.state_case import StateCase


class RunningTests(StateCase, ModelCase):
    def test_a_turn_that_runs_and_one_with_cards(self):
        self.sign_up(username="alice")
        for text in ("Plan the summer holidays", "What is overdue?"):
            self.page.goto("/")
            self.say(text)
            self.wait_for_answer()
        self.page.goto("/")
        tasks = [{"title": "Buy milk", "due": "tomorrow", "tags": ["home"]}, {"title": "Pay rent", "priority": "high"}]
        self.upstream.script([calls(call("add_task", {"tasks": tasks})), says("Both are on your list.")])
        self.say("add milk for tomorrow, and pay rent, which is important")
        self.wait_for_answer("Both")
        self.page.click("[aria-label='Good answer']")
        expect(self.page.locator("[aria-label='Good answer']")).to_have_attribute("aria-pressed", "true")
        self.assert_same_after_reload()
        address = self.page.url
        for page in self.each_window():
            page.goto(address)
            self.assert_state("cards", page)
        self.upstream.script([hangs("Let me think")])
        self.say("and now?")
        expect(self.page.locator(".message-assistant").last).to_contain_text("Let me think")
        for page in self.each_window():
            page.goto(address)
            expect(page.locator("#messages .working")).to_be_visible()
            self.assert_state("running", page)
        self.page.click("#composer-action.stop")
        self.wait_for_answer("Stopped here.")
