"""Every page in a language in which nothing is as it was written: what stays readable was not looked up."""

import re
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from config.tests.browser import ModelCase, expect, save_screenshot
from config.tests.pages.languages.pseudo import pseudo_language, write_pseudo_language
from config.tests.privacy.isolation import address
from config.tests.privacy.isolation_case import SAMPLES, IsolationCase, content_of
from config.tests.privacy.isolation_of_pages import PAGES
from web.tests.test_unmarked import NAMES, NOT_READ, READ_ATTRIBUTE, TAG

pytestmark = pytest.mark.once
# What people wrote, or what programs are called.
OWN = re.compile(
    r"(?:Todo |Chat about |Key of |I did |Add )?purplezebra\w*|alice|English|Unknown device|program\.example"
    r"|(?:todo|turn)\.\w+|todo_pat_[\w-]+|https?://\S+|[\w.+-]+@[\w.-]+"
)
# Time zones are called after them.
PLACES = re.compile("<optgroup.*?</optgroup>", re.S)


def readable(html: str) -> list[str]:
    text = PLACES.sub("", NOT_READ.sub(" ", html))
    read = [*READ_ATTRIBUTE.findall(text), *TAG.sub("\n", text).split("\n")]
    return [words.strip() for words in read if re.search("[A-Za-z]{2,}", NAMES.sub("", OWN.sub("", words)))]


class EveryPage(IsolationCase):
    async def test_no_word_of_a_page_is_left_in_english(self):
        with pseudo_language() as code:
            self.addCleanup(translation.activate, "en")
            await type(self.world.alice).objects.filter(pk=self.world.alice.pk).aupdate(language=code, time_zone="UTC")
            seen, left = 0, {}
            for route in PAGES:
                html = await self.page(route, code)
                seen += bool(html)
                if found := readable(html):
                    left[route] = found
        self.assertEqual(left, {})
        self.assertGreater(seen, 15)

    async def page(self, route, code):
        ids = self.world.ids["own"] | {"user_id": self.world.alice.subject}
        self.async_client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions["alice"]
        response = await self.async_client.get(address(route, ids, SAMPLES), headers={"accept-language": code})
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return (await content_of(response)).decode() if is_page else ""


class InABrowser(ModelCase):
    """Longer words, from right to left, where there is least room; and German, as it is read aloud."""

    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        folder = cls.stack.enter_context(tempfile.TemporaryDirectory())
        write_pseudo_language(Path(folder))
        variables |= {"PSEUDO_LOCALE": folder, "DJANGO_SETTINGS_MODULE": "config.tests.pages.languages.pseudo_settings"}
        return super().start_server(name, **variables)

    def visit(self, language, *widths):
        self.context = self.open_context(locale=language, reduced_motion="reduce")
        self.page = self.open_page()
        self.sign_up(username=f"alice-{language}")
        self.add_todo("Buy milk")
        for name, place in {"todos": "/todos", "settings": "/accounts/settings", "chat": "/"}.items():
            self.page.goto(place)
            self.look(language, name, widths)

    def look(self, language, name, widths):
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 800})
            with self.subTest(name, language=language, width=width):
                self.assert_fits(name, self.page)
                self.assert_accessible(name, self.page)
                save_screenshot(self.page, f"{language}-{name}-{width}")

    def test_pages_from_right_to_left_fit_and_are_read_aloud(self):
        self.visit("he", 320, 1440)
        self.assertEqual(self.page.evaluate("[document.dir, document.documentElement.lang]"), ["rtl", "he"])

    def test_german_pages_are_read_aloud(self):
        self.visit("de", 360)
        expect(self.page.locator("#composer-text")).to_have_attribute("placeholder", "Hinzufügen, ändern oder fragen …")
