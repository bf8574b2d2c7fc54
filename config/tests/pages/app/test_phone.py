"""The app on a phone, and what it does by itself."""

from types import SimpleNamespace

from django.template.loader import render_to_string
from uuid_utils.compat import uuid7

from config.tests.browser import BrowserCase, expect, save_screenshot
from config.tests.pages.app.case import PHONE, AppCase


class ByItself(BrowserCase):
    def test_an_open_page_asks_for_its_list_when_something_becomes_overdue(self):
        self.sign_up()
        body = {"title": "stand-up", "due": "in 1 minute"}
        self.server.request("POST", f"/api/{self.user_id}/todos", body, token=self.token)
        self.page.clock.install()
        self.page.goto("/todos?filter=all")
        self.wait_for_socket(self.page)
        with self.page.expect_request(
            lambda request: request.headers.get("hx-request") and request.url.endswith("all")
        ):
            self.page.clock.fast_forward("01:02")


class OnAPhone(AppCase):
    def open_context(self, **options):
        return super().open_context(**PHONE, **options)

    def test_it_offers_once_to_be_installed(self):
        self.sign_up()
        self.page.goto("/todos")
        offer = self.page.locator("#install")
        expect(offer).to_be_hidden()
        ask = "dispatchEvent(Object.assign(new Event('beforeinstallprompt'), {prompt() { window.prompted = true }}))"
        self.page.evaluate(ask)
        expect(offer).to_be_visible()
        self.assert_accessible("the offer to install")
        self.assert_fits("the offer to install", self.page)
        save_screenshot(self.page, "install offered")
        offer.locator("text=Not now").click()
        expect(offer).to_be_hidden()
        self.page.reload()
        self.page.evaluate(ask)
        expect(offer).to_be_hidden()

    def test_what_reminds_of_a_todo_leaves_the_heading_free_and_its_snoozes_on_one_line(self):
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.page.emulate_media(reduced_motion="reduce")  # what still rises stands at another height for each look
        self.sign_up()
        todo = SimpleNamespace(title="call mom", address="/todos/one")
        shown = render_to_string("notices/_shown.html", {"deliveries": [(SimpleNamespace(pk=uuid7()), todo)]})
        self.page.evaluate("(html) => { document.querySelector('#reminders').outerHTML = html }", shown)
        heading, notice = (self.page.locator(each).first.bounding_box() for each in (".panel-head:visible", ".notice"))
        self.assertGreaterEqual(notice["y"], heading["y"] + heading["height"])
        self.assertLess(notice["height"], 120)
        snoozes = self.page.locator(".snoozes .button").all()
        self.assertEqual(len({button.bounding_box()["y"] for button in snoozes}), 1)
        self.assert_accessible("a reminder")
        name = self.page.locator(".greeting").bounding_box()  # which is one long word here
        self.assertLessEqual(name["x"] + name["width"], 390)
        save_screenshot(self.page, "a reminder")

    def test_the_browser_finds_all_that_an_app_needs(self):
        self.sign_up()
        self.wait_for_worker()
        found = self.context.new_cdp_session(self.page).send("Page.getInstallabilityErrors")
        problems = {each["errorId"] for each in found["installabilityErrors"]} - {"in-incognito"}
        self.assertEqual(problems, set())

    def test_the_icon_has_the_count_of_today(self):
        self.sign_up()
        self.context.add_init_script("window.counts = []; navigator.setAppBadge = async (count) => counts.push(count)")
        for title in ("one", "two"):
            body = {"title": title, "due": "today"}
            self.server.request("POST", f"/api/{self.user_id}/todos", body, token=self.token)
        self.page.goto("/todos")
        self.wait_until("counts.at(-1) === 2")

    def test_what_is_shared_waits_for_a_click_and_is_added_without_a_network_too(self):
        self.sign_up()
        self.wait_for_worker()
        shared = "/todos/new?title=Nice+places+for+friday&text=See+this&link=https%3A%2F%2Fexample.com%2Fplaces"
        self.see("/todos/new")
        self.page.goto(shared)
        self.assertEqual(self.page.input_value("[name=text]"), "Nice places for friday")
        self.assertEqual(self.page.input_value("[name=notes]"), "See this\nhttps://example.com/places")
        self.assertEqual(self.todos(), [])
        self.assert_accessible("what is shared")
        save_screenshot(self.page, "shared")
        self.page.click("main button.primary")
        self.page.wait_for_url("**/todos")
        [todo] = self.todos()
        self.assertEqual((todo["title"], todo["due"]), ("Nice places for friday", None))
        self.assertEqual(todo["notes"], "See this\nhttps://example.com/places")
        self.see("/todos?filter=today")
        self.go_offline()
        self.page.goto("/todos/new?title=Later&link=https%3A%2F%2Fexample.com%2Flater")
        self.assertEqual(self.page.input_value("[name=notes]"), "https://example.com/later")
        self.page.click("main button.primary")
        expect(self.strip()).to_contain_text("One change waits")
        self.context.set_offline(False)
        expect(self.strip()).to_be_hidden()
        self.assertEqual({todo["title"] for todo in self.todos()}, {"Nice places for friday", "Later"})
