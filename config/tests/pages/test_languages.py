"""Every page in a language in which nothing is as it was written: what stays readable was not looked up."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from config.tests.privacy.isolation import address
from config.tests.privacy.isolation_case import SAMPLES, IsolationCase, content_of
from config.tests.privacy.isolation_of_pages import PAGES
from web.tests.test_unmarked import NAMES, NOT_READ, READ_ATTRIBUTE, TAG

from .pseudo import pseudo_language

pytestmark = pytest.mark.once
# What people wrote, or what programs are called.
OWN = re.compile(
    r"(?:Todo |Chat about |Key of |I did |Add )?purplezebra\w*|alice|English|Unknown device|program\.example"
    r"|(?:todo|turn)\.\w+|todo_pat_\w+|https?://\S+|[\w.+-]+@[\w.-]+"
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
