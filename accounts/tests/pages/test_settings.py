"""The one page of an account: its list of contents leads to each of its sections, and to nothing else."""

import re

from django.test import TestCase, override_settings

from accounts.outside.testing import open_id_provider
from accounts.testing import alice

LINKS = re.compile(r'<nav class="contents".*?</nav>', re.DOTALL)


class Contents(TestCase):
    def setUp(self):
        self.client.force_login(alice())

    def assert_contents_are_the_headings(self):
        page = self.client.get("/accounts/settings").content.decode()
        links = re.findall(r'href="#([^"]+)">([^<]+)<', LINKS.search(page)[0])
        headings = re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', page.partition('<div class="measure settings">')[2])
        self.assertEqual(links, [heading for heading in headings if heading[0] != "shortcuts-title"])
        return dict(links)

    def test_it_names_each_section_in_its_order_and_in_its_words(self):
        self.assertNotIn("outside", self.assert_contents_are_the_headings())

    def test_a_section_that_is_not_shown_is_not_named(self):
        provider = self.enterContext(open_id_provider())
        with override_settings(JWT_TRUSTED_ISSUERS={provider.address: provider.trusted}):
            self.assertIn("outside", self.assert_contents_are_the_headings())

    @override_settings(EMAIL_URL="")
    def test_where_no_mail_is_sent_no_address_is_asked_for(self):
        self.assertNotContains(self.client.get("/accounts/settings"), 'id="id_email_email"')
