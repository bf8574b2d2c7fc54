"""The pages as an app in a real browser: what is there without a network, and what was done meanwhile."""

import datetime
import json
import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from uuid_utils.compat import uuid7

from config.testing import running_server
from config.tests.browser import PATIENCE_MS, BrowserCase, exclusive, expect, save_screenshot

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
READY = """navigator.serviceWorker.ready.then(
  ({ active }) => active.state === "activated" && Boolean(navigator.serviceWorker.controller)
)"""
KEPT = """async (path) => {
  for (const name of await caches.keys())
    if (name.startsWith("pages ") && (await (await caches.open(name)).match(path))) return true;
  return false;
}"""

# A browser that is asked for its notices while it is showing one takes that one for closed.
SHOWING = """(patience) => {
  const show = registration.showNotification;
  self.showing = new Promise((shown, refuse) => {
    setTimeout(() => refuse(new Error("nothing was shown")), patience);
    registration.showNotification = (...said) => {
      registration.showNotification = show;
      return show.apply(registration, said).finally(shown);
    };
  });
}"""


class AppCase(BrowserCase):
    def open_context(self, **options):
        return super().open_context(**{"service_workers": "allow", **options})

    def setUp(self):
        super().setUp()
        self.ignored = ("Failed to load resource", "htmx: htmx:", "WebSocket connection")

    def wait_for_worker(self, page=None):
        self.wait_until(READY, page=page)

    def see(self, path, page=None):
        """Look at a page, until it is kept."""
        page = page or self.page
        page.goto(path)
        self.wait_until(KEPT, path, page)

    def go_offline(self):
        self.context.set_offline(True)

    def leave(self):
        """Go on in a new page; while the old one asks for itself again, Chromium would never close it."""
        self.page = self.open_page()

    def strip(self, page=None):
        return (page or self.page).locator("#offline")

    def todos(self):
        return self.server.request("GET", f"/api/{self.user_id}/todos?sort=created", token=self.token).body["items"]


class WithoutANetwork(AppCase):
    def test_the_list_seen_last_is_there_with_a_clear_word_and_other_pages_say_that_they_are_not(self):
        self.sign_up()
        self.add_todo("water the plants")
        self.wait_for_worker()
        self.see("/todos")
        self.go_offline()
        self.page.goto("/todos")
        expect(self.page.locator("#todo-list")).to_contain_text("water the plants")
        expect(self.strip()).to_contain_text("You are offline. This is how it was at")
        self.assert_accessible("a list without a network")
        self.page.goto("/accounts/settings")
        expect(self.page.locator("h1")).to_have_text("You are offline")
        self.assert_accessible("what was not kept")

    def test_a_network_that_comes_back_while_a_page_is_left_takes_nobody_back_to_it(self):
        self.sign_up()
        self.wait_for_worker()
        self.see("/todos")
        self.go_offline()
        self.page.goto("/todos")
        comes_back = "setTimeout(() => dispatchEvent(new Event('online')))"
        self.page.evaluate(f"addEventListener('beforeunload', () => {comes_back})")
        self.page.goto("/accounts/settings")
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator("h1")).to_have_text("You are offline")

    def test_the_first_page_that_was_seen_is_kept_and_changes_of_it_are(self):
        self.sign_up()
        self.wait_for_worker()
        self.page.goto("/todos")
        self.wait_for_socket(self.page)
        with self.page.expect_response(lambda answer: answer.url.endswith("/todos") and answer.request.method == "GET"):
            self.add_todo("learnt by the socket")
        expect(self.page.locator("#todo-list")).to_contain_text("learnt by the socket")
        self.wait_until(
            """async () => {
              const name = (await caches.keys()).find((each) => each.startsWith("pages "));
              const page = await (await caches.open(name)).match("/todos");
              return (await page.text()).includes("learnt by the socket");
            }"""
        )
        self.go_offline()
        self.page.reload()
        expect(self.page.locator("#todo-list")).to_contain_text("learnt by the socket")

    def test_what_is_added_and_ticked_goes_once_in_order_and_counts_from_when_it_was_typed(self):
        self.sign_up()
        first = self.add_todo("pay rent")
        self.wait_for_worker()
        self.see("/todos")
        self.go_offline()
        self.page.clock.install(time=timezone.now() - datetime.timedelta(days=2))
        self.page.goto("/todos")
        for line in ("pack bags tomorrow", "call Ann"):
            self.page.fill("#quick-add", line)
            self.page.press("#quick-add", "Enter")
            expect(self.page.locator("#quick-add")).to_have_value("")
        self.page.locator(f"#todo-{first} .check").click()
        expect(self.strip()).to_contain_text("3 changes wait to be sent.")
        expect(self.page.locator(f"#todo-{first}")).to_have_class("todo todo-unsent")
        self.strip().locator("summary").click()
        expect(self.strip().locator("li")).to_contain_text(["pack bags tomorrow", "call Ann", "Complete “pay rent”"])
        self.assert_accessible("what waits")
        save_screenshot(self.page, "waiting to be sent")
        posts = []
        self.context.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
        self.context.set_offline(False)
        expect(self.strip()).to_be_hidden()
        expect(self.page.locator("#todo-list")).to_contain_text("call Ann")
        self.assertEqual([todo["title"] for todo in self.todos()], ["call Ann", "pack bags"])
        sent = [request.url.partition("/todos/")[2] for request in posts if "/todos/" in request.url]
        self.assertEqual(sent, ["add", "add", f"{first}/complete"])

    def test_a_plane_and_a_message_to_the_assistant(self):
        self.sign_up()
        self.wait_for_worker()
        self.see("/")
        self.go_offline()
        self.page.goto("/")
        for text in ("add milk", "add bread"):
            self.page.fill("#composer-text", text)
            self.page.press("#composer-text", "Enter")
            expect(self.page.locator("#composer-text")).to_have_value("")
        expect(self.strip()).to_contain_text("2 changes wait to be sent.")
        self.context.set_offline(False)
        expect(self.strip()).to_be_hidden(timeout=20_000)
        self.assertEqual({todo["title"] for todo in self.todos()}, {"milk", "bread"})
        said = self.server.request("GET", f"/api/{self.user_id}/conversations", token=self.token).body["items"]
        self.assertEqual([conversation["message_count"] for conversation in said], [4])

    def test_what_the_server_refuses_stays_with_its_reason_until_it_is_dropped(self):
        self.sign_up()
        todo = self.add_todo("pay rent")
        self.wait_for_worker()
        self.see("/todos")
        self.go_offline()
        self.page.goto("/todos")
        self.page.locator(f"#todo-{todo} .check").click()
        expect(self.strip()).to_contain_text("One change waits")
        self.server.request("DELETE", f"/api/{self.user_id}/todos/{todo}", token=self.token)
        self.context.set_offline(False)
        expect(self.strip()).to_contain_text("One change was not accepted.")
        expect(self.strip().locator("li")).to_contain_text("Complete “pay rent” – It is not there any more.")
        self.strip().locator("li button").click()
        expect(self.strip()).to_be_hidden()


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


class AnotherPerson(AppCase):
    def test_sees_nothing_that_was_kept_and_sends_nothing_that_waits(self):
        self.sign_up(username="alice-of-the-app")
        self.add_todo("a secret of alice")
        self.wait_for_worker()
        self.see("/todos")
        self.go_offline()
        self.page.goto("/todos")
        self.page.fill("#quick-add", "another secret")
        self.page.press("#quick-add", "Enter")
        expect(self.strip()).to_contain_text("One change waits")
        # Her login is gone when the network is back: what she wrote is hers, and waits for her.
        self.context.clear_cookies(name="sessionid")
        self.context.set_offline(False)
        self.leave()
        alice, token = self.user_id, self.token
        self.sign_up(username="bob-of-the-app")
        self.see("/todos")
        self.assertEqual(self.todos(), [])
        expect(self.strip()).to_be_hidden()
        self.go_offline()
        for path in ("/todos", "/todos?filter=today", "/"):
            self.page.goto(path)
            expect(self.page.locator("body")).not_to_contain_text("secret")
        self.context.set_offline(False)
        self.context.clear_cookies(name="sessionid")
        self.leave()
        self.user_id, self.token = alice, token
        self.sign_in(self.page, "alice-of-the-app")
        self.page.goto("/todos")
        expect(self.page.locator("#todo-list")).to_contain_text("another secret")

    def test_signing_out_leaves_nothing_behind(self):
        self.sign_up()
        self.add_todo("a secret")
        self.wait_for_worker()
        self.see("/todos")
        self.page.locator("[aria-label='Sign out']").click()
        expect(self.page.locator("h1")).to_have_text("Sign in")
        self.wait_until("caches.keys().then((names) => !names.some((name) => name.startsWith('pages ')))")
        self.go_offline()
        self.page.goto("/todos")
        expect(self.page.locator("h1")).to_have_text("You are offline")


class ANewVersion(AppCase):
    """Two deployments at one address, one after the other; the second has another script and another style."""

    def deploy(self, port=None):
        variables = {"RATE_LIMITS": "off", "DJANGO_SETTINGS_MODULE": "config.tests.pages.app.moved_settings"}
        return running_server(self.database, "uvicorn", port=port, **variables, STATIC_FOLDER=str(self.folder))

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()), "static")
        shutil.copytree(settings.STATIC_ROOT, self.folder)
        with exclusive(settings.STATIC_ROOT):
            self.first = self.enterContext(self.deploy())
        super().setUp()

    def address(self, server=None):
        return super().address(server or self.first)

    def sign_up(self, *args, **options):
        self.server, server = self.first, self.server
        super().sign_up(*args, **options)
        self.server = server

    def change_files(self):
        with (self.folder / "scripts/page.js").open("a") as script:
            script.write("document.documentElement.dataset.deployed = 'second';\n")
        with (self.folder / "app.css").open("a") as style:
            style.write("@layer installed { #todo-list { outline: 3px solid red } }\n")

    def test_takes_over_without_a_stale_page(self):
        self.sign_up()
        self.wait_for_worker()
        self.see("/todos")
        second_tab = self.open_page()
        second_tab.goto("/todos?filter=done")
        self.first.stop(signal.SIGKILL)
        self.change_files()
        self.enterContext(self.deploy(self.first.port))
        self.page.goto("/todos")
        # The page that is asked for is of the second at once, with its files.
        self.assertEqual(self.page.evaluate("document.documentElement.dataset.deployed"), "second")
        self.assertIn("3px", self.page.evaluate("getComputedStyle(document.querySelector('#todo-list')).outline"))
        # One that was open says so, and is of it after a click.
        expect(second_tab.locator(".notice", has_text="There is a new version.")).to_be_visible()
        second_tab.locator("[data-reload]").click()
        expect(second_tab.locator("html[data-deployed=second]")).to_be_attached()
        self.wait_until("caches.keys().then((names) => names.length === 2)")
        self.wait_until(KEPT, "/todos")
        # And without a network: the same page with the same files, none of the first.
        self.go_offline()
        self.page.goto("/todos")
        expect(self.strip()).to_contain_text("You are offline.")
        self.assertEqual(self.page.evaluate("document.documentElement.dataset.deployed"), "second")
        self.assertIn("3px", self.page.evaluate("getComputedStyle(document.querySelector('#todo-list')).outline"))


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


class Notices(AppCase):
    """A push as a push service would hand it to the browser, by the browser's own protocol."""

    def open_context(self, **options):
        return super().open_context(**PHONE, **{"permissions": ["notifications"], **options})

    def push(self, message):
        protocol = self.context.new_cdp_session(self.page)
        registered = []
        protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: registered.extend(event["registrations"]))
        protocol.send("ServiceWorker.enable")
        self.wait_for_worker()
        while not registered:
            self.page.wait_for_timeout(50)
        push = {
            "origin": self.address(),
            "registrationId": registered[0]["registrationId"],
            "data": json.dumps(message),
        }
        self.worker().evaluate(SHOWING, PATIENCE_MS)
        protocol.send("ServiceWorker.deliverPushMessage", push)
        self.worker().evaluate("self.showing")

    def worker(self):
        return self.context.service_workers[0]

    def shown(self):
        """The notices that the device shows."""
        return self.page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
              .map(({ title, body, tag, actions }) => ({ title, body, tag, buttons: actions.map((a) => a.title) }))"""
        )

    def wait_for_notices(self, *bodies):
        """Until these are shown and no others; the browser shows and closes them when it gets to it."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while [notice["body"] for notice in self.shown()] != list(bodies):
            self.assertLess(time.monotonic(), deadline, self.shown())
            self.page.wait_for_timeout(50)

    def press(self, action):
        """A button of the only notice; the protocol has no finger, so that the event is made where it would come."""
        self.worker().evaluate(
            """async (action) => {
              const [notification] = await self.registration.getNotifications();
              const event = new NotificationEvent("notificationclick", { notification, action });
              self.dispatchEvent(event);
            }""",
            action,
        )

    def message(self, **changes):
        acts = [("act-0", "Done", "/r/done-token"), ("act-1", "Snooze", "/r/snooze-token")]
        actions = [{"action": action, "title": title, "url": url} for action, title, url in acts]
        return {
            "title": "Call Ann",
            "body": "Due today 17:00",
            "tag": "one",
            "url": "/todos",
            "actions": actions,
        } | changes

    def test_a_push_shows_a_notice_and_a_second_of_the_same_replaces_it(self):
        self.sign_up()
        self.wait_for_worker()
        self.push(self.message())
        self.wait_for_notices("Due today 17:00")
        [notice] = self.shown()
        self.assertEqual(
            (notice["title"], notice["body"], notice["buttons"]), ("Call Ann", "Due today 17:00", ["Done", "Snooze"])
        )
        self.push(self.message(body="Due today 17:00, once more"))
        self.wait_for_notices("Due today 17:00, once more")

    def test_its_buttons_act_by_their_signed_addresses_and_close_it(self):
        self.sign_up()
        self.wait_for_worker()
        posted = []
        self.context.route(
            "**/r/*", lambda route: (posted.append(route.request), route.fulfill(status=200, body="done"))
        )
        for action, path in (("act-0", "/r/done-token"), ("act-1", "/r/snooze-token")):
            self.push(self.message(tag=action))  # what closes takes a new one with its tag along
            self.wait_for_notices("Due today 17:00")
            with self.context.expect_event("request", lambda request: "/r/" in request.url):
                self.press(action)
            self.wait_for_notices()
            self.assertEqual((posted[-1].method, posted[-1].url), ("POST", self.address() + path))
            self.assertNotIn("cookie", posted[-1].headers)

    def test_a_push_that_nobody_can_read_shows_that_there_is_something(self):
        self.sign_up()
        self.wait_for_worker()
        self.push("no object")
        self.wait_for_notices("You have a reminder.")

    def test_the_permission_is_asked_for_after_a_click_with_a_reason(self):
        self.ignored += (
            "Chrome currently does not support the Push API in incognito mode",
        )  # what a test's profile is
        self.sign_up()
        self.context.add_init_script(
            "window.asked = 0; const ask = Notification.requestPermission.bind(Notification);"
            "Notification.requestPermission = () => { window.asked += 1; return ask(); };"
        )
        self.page.goto("/accounts/settings")
        self.wait_for_worker()
        button = self.page.locator("[data-subscribe]")
        expect(button).to_be_visible()
        self.assertEqual(self.page.evaluate("window.asked"), 0)
        expect(self.page.locator("#this-device")).to_contain_text(
            "So that a reminder reaches you when no page is open."
        )
        self.page.locator("#settings-reminders").scroll_into_view_if_needed()
        self.assert_accessible("the settings of notices")
        self.assert_fits("the settings of notices", self.page)
        save_screenshot(self.page, "notice settings")
        button.click()
        self.wait_until("window.asked === 1")
