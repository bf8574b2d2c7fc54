"""A turn as it is seen in Chromium, with a model that is scripted at its wire."""

from bench.surroundings.answers import call, calls, fails, hangs, says
from config.testing import running_redis
from config.tests.browser import ModelCase, expect

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

# The time from the key to a page that shows the message and that it is worked on, in the page's own clock.
WATCH_FOR_LIFE = """() => {
  const before = document.querySelectorAll(".message-user").length;
  const pressed = new Promise((resolve) =>
    addEventListener("keydown", () => resolve(performance.now()), { capture: true, once: true }));
  window.life = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (document.querySelectorAll(".message-user").length === before) return;
      if (!document.querySelector("#messages .working")?.innerText.includes("Working")) return;
      observer.disconnect();
      requestAnimationFrame(() => pressed.then((start) => resolve(performance.now() - start)));
    }).observe(document.body, { childList: true, subtree: true });
  });
}"""
WATCH_FOR_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift" });
}"""


class TurnTests(ModelCase):
    def test_who_has_lost_all_cookies_signs_in_in_place_too(self):
        self.ignored = ("Failed to load resource",)
        username = self.sign_up()
        self.page.fill("#composer-text", "a long thought")
        self.wait_for_socket(self.page)  # an answer that is on its way would bring a cookie back
        self.context.clear_cookies()
        self.upstream.script([says("Here.")])
        self.page.press("#composer-text", "Enter")
        dialog = self.page.locator("#sign-in")
        dialog.locator("[name=username]").fill(username)
        dialog.locator("[name=password]").fill("seven green bottles")
        dialog.locator(".primary").click()
        self.wait_for_answer("Here.")
        expect(self.page.locator(".message-user")).to_have_count(1)

    def test_the_text_is_seen_before_the_turn_ends_and_equals_the_reloaded_page(self):
        self.sign_up()
        self.upstream.token_seconds = 0.01
        self.upstream.script([says(f"**Look:** {LONG}\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")])
        with self.upstream.held("word40"):
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

    def test_the_first_sign_of_life_comes_within_300_ms_of_enter(self):
        self.sign_up()
        self.say("warm up")
        self.wait_for_answer()
        self.upstream.first_token_seconds = 3
        seen_after_ms = []
        # A machine that is busy with something else for a moment says nothing about the page: the best of a few counts.
        while not seen_after_ms or (min(seen_after_ms) >= 300 and len(seen_after_ms) < 5):
            self.upstream.script([says("Here I am.")])
            self.page.evaluate(WATCH_FOR_LIFE)
            self.say(f"are you there? {len(seen_after_ms)}")
            seen_after_ms.append(self.page.evaluate("window.life"))
            expect(self.page.locator(".message-assistant").last).not_to_contain_text("Here I am.")
            self.page.click("#composer-action.stop")
            self.wait_for_answer("Stopped here.")
        self.assertLess(min(seen_after_ms), 300, seen_after_ms)

    def test_nothing_jumps_while_an_answer_is_written(self):
        self.sign_up()
        self.add_todo("Buy bread")
        self.page.reload()
        self.wait_for_socket(self.page)
        self.upstream.token_seconds = 0.02
        self.upstream.script([calls(ADD_MILK), says(LONG)])
        self.page.evaluate(WATCH_FOR_SHIFTS)
        with self.upstream.held("word40"):
            self.say("hello")
            expect(self.page.locator(".message-assistant .prose")).to_contain_text("word9")
            self.assertEqual(self.page.locator("#messages .working").count(), 1)
        self.wait_for_answer("word59")
        self.assertLess(self.page.evaluate("window.shifted"), 0.02)

    def test_silence_is_explained_after_four_seconds(self):
        self.sign_up()
        self.upstream.script([hangs("")])
        self.say("hello")
        expect(self.page.locator(".working")).to_contain_text("Working…")
        expect(self.page.locator(".working")).to_contain_text("Still working…")
        self.page.keyboard.press("Escape")
        self.wait_for_answer("Stopped here.")

    def test_what_an_answer_changed_is_shown_under_it(self):
        self.sign_up()
        self.upstream.script([calls(ADD_MILK), says("Added it.")])
        self.say("add milk")
        self.wait_for_answer("Added it.")
        self.page.click("text=What changed")
        expect(self.page.locator(".changes ins")).to_have_text("Buy milk")
        self.page.click("[aria-label='Copy the answer']")
        self.page.click("[aria-label='Bad answer']")
        expect(self.page.locator("[aria-label='Bad answer']")).to_have_attribute("aria-pressed", "true")

    def test_many_steps_fold_and_new_text_below_is_offered(self):
        self.sign_up()
        adding = [calls(call("add_task", {"tasks": [{"title": title}]})) for title in ("Eggs", "Bread", "Milk")]
        self.upstream.script([*adding, says("\n\n".join(LONG.split()))])
        self.say("add them one by one")
        self.wait_for_answer("word59")
        expect(self.page.locator(".steps summary").first).to_have_text("3 steps")
        self.upstream.token_seconds = 0.1
        self.upstream.script([says("\n\n".join(LONG.split()))])
        self.say("and again")
        expect(self.page.locator(".message-assistant")).to_have_count(2)
        expect(self.page.locator(".message-assistant").last).to_contain_text("word2")
        self.page.evaluate("document.querySelector('.transcript').scrollTo(0, -600)")
        self.page.click("text=New text")
        self.page.click("#composer-action.stop")
        self.wait_for_answer("word3")
        expect(self.page.locator("#to-end")).to_be_hidden()
        self.page.press("#composer-text", "ArrowUp")
        expect(self.page.locator("#composer-text")).to_have_value("and again")

    def test_tool_calls_show_as_they_happen_and_the_lists_follow(self):
        self.sign_up()
        self.upstream.script([calls(ADD_MILK), hangs("I added")])
        self.say("add milk")
        expect(self.page.locator(".tool-call")).to_contain_text("Added 1 todo")
        expect(self.page.locator(".card")).to_contain_text("Buy milk")
        expect(self.page.locator("#todo-list .todo")).to_contain_text("Buy milk")
        expect(self.page.locator("#all-conversations .conversation")).to_have_count(1)
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
        self.upstream.token_seconds = 0.01
        self.upstream.script([says(LONG)])
        other = self.open_page()
        with self.upstream.held("word40"):
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

    def test_without_a_script_the_page_of_a_running_turn_looks_again_by_itself(self):
        page = self.open_page(self.open_context(java_script_enabled=False))
        self.sign_up(page)
        self.upstream.first_token_seconds = 5
        self.upstream.script([says("Here I am.")])
        page.fill("#composer-text", "hello")
        page.click("text=Send")
        expect(page.locator(".composer-waiting")).to_contain_text("the answer will appear here")
        expect(page.locator(".message-assistant")).to_contain_text("Here I am.")
        expect(page.locator("#composer-text")).to_be_visible()

    def test_what_models_and_people_write_stays_text(self):
        self.sign_up()
        for text in XSS:
            body = {"title": text[:200].replace("\n", " "), "notes": text}
            answer = self.server.request("POST", f"/api/{self.user_id}/todos", body, token=self.token)
            self.assertEqual(answer.status, 201, answer.body)
            self.upstream.script([says(text)])
            self.say(text)
            self.wait_for_answer()
        self.page.reload()
        expect(self.page.locator(".message")).to_have_count(2 * len(XSS))
        dangerous = ":is(script:not([type='application/json']), img, iframe, [onerror], [onload], a[href^=javascript])"
        for address in (self.page.url, "/todos", self.page.locator("a.todo-title").first.get_attribute("href")):
            self.page.goto(address)
            self.assertNotEqual(self.page.title(), "pwned")
            self.assertEqual(self.page.locator(f"body {dangerous}").count(), 0)
            self.assertEqual(self.page.locator("main :is(div, hx-partial)[hx-get*=settings]").count(), 0)


class TwoProcessTests(ModelCase):
    """Two servers on one database with Redis between them: what one does is seen at the other."""

    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        _, address = cls.stack.enter_context(running_redis())
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
