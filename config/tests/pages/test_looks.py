"""Every page and state in both themes, on a phone and on a desk: accessible, and not wider than the window."""

import functools
from types import SimpleNamespace

from django.template.loader import render_to_string
from playwright.sync_api import Route

from bench.surroundings.answers import call, calls, fails, hangs, says
from config.middleware import CONTENT_SECURITY_POLICY
from config.tests.browser import ModelCase, expect, save_screenshot
from web.errors import RateLimited

ADD_MILK = call("add_task", {"tasks": [{"title": "Buy milk", "due": "tomorrow", "tags": ["home"]}]})
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
ERROR_PAGES = ("400", "403", "403_csrf", "404", "500")
# Each state is looked at in each of these. What does not depend on colours is checked once for each width.
LOOKS = (
    (360, "light", None),
    (360, "dark", ["color-contrast"]),
    (1440, "light", ["color-contrast"]),
    (1440, "dark", None),
)


class LooksTests(ModelCase):
    # As in production, where error pages are the product's own.
    variables = {
        "DEBUG": "off",
        "SECRET_KEY": "only-for-this-test-but-long-enough-to-be-taken-for-one",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "off",
        "RATE_LIMITS": "on",
        "TURNS_PER_MINUTE": "100",
        "CONVERSATION_MAX_MESSAGES": "6",
        "TOKENS_PER_DAY": "100000000",
    }

    def setUp(self):
        super().setUp()
        self.ignored = ("Failed to load resource",)  # pages and requests that are refused
        # Without motion: colours on their way from one to another are no state.
        self.context = self.open_context(reduced_motion="reduce")
        self.page = self.open_page()

    def look(self, name, page=None):
        page = page or self.page
        for width, theme, rules in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            with self.subTest(name, theme=theme, width=width):
                self.assert_fits(name, page)
                self.assert_accessible(name, page, rules)
                save_screenshot(page, f"{name}-{width}-{theme}")

    def box(self, selector):
        return self.page.locator(selector).first.bounding_box()

    def visit(self, **addresses):
        for name, address in addresses.items():
            self.page.goto(address)
            self.look(name.replace("_", " "))

    def submit(self, button):
        """By a form that loads a page, which is there and whole after this."""
        with self.page.expect_navigation():
            self.page.click(button)

    def test_todos_look_well_in_every_state(self):
        self.sign_up(username="alice")
        self.visit(empty_list="/todos")
        self.add_todo("Pay the rent")
        self.add_todo(f"Read {LONG_WORD}")
        lines = ("Water plants tomorrow p1 #home", "Call Ann friday 5pm #family", "Old things")
        self.page.goto("/todos")
        for line in lines:
            self.page.fill("#quick-add", line)
            self.page.press("#quick-add", "Enter")
            expect(self.page.locator("#quick-add")).to_have_value("")
        for what, title in (("Complete", "Pay the rent"), ("Delete", "Old things")):
            self.page.hover(f".todo:has-text('{title}')")
            self.page.click(f"[aria-label='{what} {title}']")
            expect(self.page.locator("#notices")).to_contain_text(title)
        self.look("a notice")
        self.page.set_viewport_size({"width": 390, "height": 844})
        first, end, notice = map(self.box, (".todo", ".todo-scroll", ".notice"))
        self.assertLessEqual(first["y"], 120, "so much stands above the first todo on a phone")
        self.assertGreaterEqual(notice["y"], end["y"] + end["height"], "a notice covers rows")
        filters = ("today", "upcoming", "overdue", "done", "trash")
        self.visit(**{f"todos_{name}": f"/todos?filter={name}" for name in filters})
        self.visit(nothing_found="/todos?q=zzz", sorted="/todos?sort=priority&tag=home")
        self.page.goto("/todos")
        self.page.fill("#quick-add", "call Ann friday 5pm p1 #home")
        expect(self.page.locator(".chip-part")).to_have_count(3)
        self.look("quick add")
        self.page.keyboard.press("Tab")
        self.page.locator("h1").click(position={"x": 4, "y": 4})
        self.page.keyboard.press("?")
        self.look("shortcuts")
        self.page.keyboard.press("Escape")
        self.page.click("a.todo-title >> nth=0")
        expect(self.page.locator("#edit-title")).to_be_focused()
        self.look("edit panel")

    def test_a_conflict_and_the_pages_of_settings(self):
        self.sign_up(username="alice-settings")
        todo = self.add_todo("Water plants")
        self.page.goto(f"/todos/{todo}/edit")
        self.look("edit")
        self.server.request("PATCH", f"/api/{self.user_id}/todos/{todo}", {"title": "Water none"}, token=self.token)
        self.page.fill("#edit-title", "Water all")
        self.page.click(".edit-todo .edit-save >> nth=0")
        expect(self.page.locator(".problem")).to_contain_text("Water none")
        self.look("conflict")
        self.visit(settings="/accounts/settings")
        self.submit("text=Make an address")
        self.look("calendar address")
        self.page.goto("/accounts/settings")
        file = {"name": "todos.csv", "mimeType": "text/csv", "buffer": b"TYPE,CONTENT\ntask,Imported\ntask,\n"}
        self.page.set_input_files("#import-file", file)
        self.submit("button:has-text('Import')")
        expect(self.page.locator("#main")).to_contain_text("1 added")
        self.look("import report")
        self.page.goto("/accounts/settings")
        self.page.set_input_files("#import-file", {**file, "name": "todos.txt"})
        self.submit("button:has-text('Import')")
        self.look("import refused")
        self.page.goto("/accounts/settings")
        self.page.click("summary:has-text('Add a webhook')")
        self.page.fill("#id_webhook_url", "https://hooks.example.com/a/long/address/" + "x" * 80)
        self.submit("text=Add it")
        expect(self.page.locator("#webhook-secret")).to_contain_text("whsec_")
        self.page.click("[aria-label^='Send a test']")
        self.page.click("summary:has-text('Last deliveries')")
        self.look("webhook")
        self.page.goto("/accounts/settings")
        self.page.fill("#id_erase_username", "bob")
        self.page.fill("#id_erase_password", "wrong")
        self.submit("text=Erase my account for good")
        expect(self.page.locator("#main")).to_contain_text("This is not")
        self.look("erase refused")

    def test_entrances_and_errors_look_well(self):
        self.visit(sign_in="/accounts/login", register="/accounts/register", not_found="/nowhere")
        self.page.goto("/accounts/login")
        self.page.fill("[name=username]", "nobody")
        self.page.fill("[name=password]", "wrong")
        self.submit("main .primary")
        self.look("sign in refused")
        self.page.goto("/accounts/register")
        for field in ("username", "password1", "password2"):
            self.page.fill(f"[name={field}]", "x")
        self.submit("main .primary")
        expect(self.page.locator(".field-problem").first).to_be_visible()
        self.look("register refused")
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Content-Type": "text/html"}
        request = SimpleNamespace(request_id="0198c2f0a1b27c3d8e4f000012345678", COOKIES={})
        for name in ERROR_PAGES:
            body = render_to_string(f"{name}.html", {"request": request}).replace(
                "/static/", f"{self.address()}/static/"
            )
            answer = {"status": int(name[:3]), "headers": headers, "body": body}
            self.page.route(f"**/{name}", functools.partial(Route.fulfill, **answer))
            self.page.goto(f"/{name}")
            expect(self.page.locator("main")).to_contain_text("12345678")
            self.look(f"error {name}")

    def test_turns_look_well_in_every_state(self):
        self.sign_up(username="alice-turns")
        self.visit(new_chat="/")
        self.upstream.script(
            [calls(ADD_MILK), says("Added **milk**.\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")]
        )
        self.say(f"add milk, please, and {LONG_WORD}")
        self.wait_for_answer("milk")
        self.page.click("text=What changed")
        expect(self.page.locator(".changes")).to_be_visible()
        self.look("conversation")
        changes = self.page.get_attribute("text=What changed", "href")
        self.page.click(".tool-call summary")
        self.look("a tool call")
        self.upstream.script([hangs("Let me think")])
        self.say("and now?")
        expect(self.page.locator(".message-assistant").last).to_contain_text("Let me think")
        self.look("running")
        self.page.click("#composer-action.stop")
        self.wait_for_answer("Stopped here.")
        self.look("stopped")
        self.upstream.script([fails("server_error")] * 4)
        self.say("hello")
        self.wait_for_answer("Retry")
        self.look("failed and nearly full")
        self.say("one more")
        expect(self.page.locator("#composer-problem")).to_contain_text("Continue in a new chat")
        self.look("full")
        self.visit(what_changed=changes)

    def test_questions_look_well_in_every_state(self):
        self.sign_up(username="alice-asks")
        for number in range(12):
            self.add_todo(f"Thing {number}")
        delete = call("delete_task", {"tasks": [f"Thing {number}" for number in range(12)]})
        self.page.goto("/")
        self.upstream.script([calls(delete), says("Shall I?")])
        self.say("delete everything")
        self.wait_for_answer()
        expect(self.page.locator("[data-ticked]")).to_have_text("12")
        self.page.uncheck(".approval input >> nth=0")
        expect(self.page.locator("[data-ticked]")).to_have_text("11")
        self.look("a question")
        self.page.click(".approval button:has-text('Approve')")
        expect(self.page.locator(".approval")).to_contain_text("You approved 11 of 12")
        self.look("a decided question")

    def test_a_message_that_cannot_be_sent(self):
        self.ignored = ("Failed to load resource", "htmx: htmx:", "WebSocket connection")
        self.sign_up(username="alice-late")
        problem = {"problem": RateLimited(retry_after_seconds=42), "request": SimpleNamespace(request_id="0198abcd")}
        body = render_to_string("chat/_refusal.html", problem)
        self.page.route("**/c/send", lambda route: route.fulfill(status=429, content_type="text/html", body=body))
        self.say("too early")
        expect(self.page.locator("[data-countdown]")).to_contain_text("Try again in 0:4")
        self.look("rate limited")
        self.assertEqual(self.page.input_value("#composer-text"), "too early")
        self.page.unroute("**/c/send")
        self.context.set_offline(True)
        expect(self.page.locator("#composer-problem")).to_contain_text("You are offline")
        self.look("offline")
        self.context.set_offline(False)
        expect(self.page.locator("#composer-problem")).to_be_hidden()
