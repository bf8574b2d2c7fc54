"""What is there without a network, and what becomes of what was done meanwhile."""

import datetime

from django.utils import timezone

from config.tests.browser import expect, save_screenshot
from config.tests.pages.app.case import KEPT, AppCase


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

    def test_a_page_that_was_on_its_way_while_the_worker_took_over_is_its_own_too(self):
        """Like one that was asked for past the worker: it has none at first."""
        self.sign_up()
        self.wait_for_worker()
        with self.page.expect_navigation():
            self.context.new_cdp_session(self.page).send("Page.reload", {"ignoreCache": True})
        self.wait_for_worker()

    def test_a_page_that_is_kept_unseen_takes_no_notice_away(self):
        self.sign_up()
        todo = self.add_todo("pay rent")
        self.wait_for_worker()
        self.see("/todos")
        done_unseen = """async (path) => {
          const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
          const body = new URLSearchParams({ csrfmiddlewaretoken });
          await fetch(path, { method: "POST", body, redirect: "manual" });
          for (const name of await caches.keys()) if (name.startsWith("pages ")) await caches.delete(name);
          navigator.serviceWorker.controller.postMessage("here");
        }"""
        self.page.evaluate(done_unseen, f"/todos/{todo}/complete")
        self.wait_until(KEPT, "/todos")
        self.page.goto("/todos")
        expect(self.page.locator("#notices")).to_contain_text("Completed “pay rent”.")

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
