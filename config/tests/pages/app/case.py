"""The pages as an app: a browser with a service worker, which loses its network and finds it again."""

from config.tests.browser import BrowserCase

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
READY = """navigator.serviceWorker.ready.then(
  ({ active }) => active.state === "activated" && Boolean(navigator.serviceWorker.controller)
)"""
KEPT = """async (path) => {
  for (const name of await caches.keys())
    if (name.startsWith("pages ") && (await (await caches.open(name)).match(path))) return true;
  return false;
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
