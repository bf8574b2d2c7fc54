"""Notices that a browser shows, with their buttons."""

import json

from config.tests.browser import PATIENCE_MS, expect, save_screenshot
from config.tests.pages.app.case import PHONE, AppCase

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
        self.wait_for(lambda: registered, "a worker")
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
        self.wait_for(lambda: [notice["body"] for notice in self.shown()] == list(bodies), f"notices: {bodies}")

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
