"""A state of a page: in both themes and at two widths, accessible, and on a picture."""

from config.tests.browser import BrowserCase, expect, save_screenshot

WINDOWS = ((360, "dark"), (1440, "light"))


class StateCase(BrowserCase):
    window = ""

    def each_window(self):
        """A page for each width and theme, of one person."""
        state = self.context.storage_state()
        for width, theme in WINDOWS:
            size = {"width": width, "height": 800}
            page = self.open_page(self.open_context(viewport=size, color_scheme=theme, storage_state=state))
            self.window = f"{width}-{theme}"
            yield page

    def assert_state(self, name, page):
        self.assert_fits(name, page)
        self.assert_accessible(name, page)
        save_screenshot(page, f"{name}-{self.window}")

    def quick_add(self, page, *lines):
        for line in lines:
            page.fill("#quick-add", line)
            page.press("#quick-add", "Enter")
            expect(page.locator("#quick-add")).to_have_value("")
