"""The catalogues of translations: what is found, kept, made and refused."""

import tempfile
from pathlib import Path
from unittest import mock

import pytest
from babel.messages.catalog import Catalog
from django.test import SimpleTestCase

from web.languages import catalogues

pytestmark = pytest.mark.once


class CataloguesOfAProgram(SimpleTestCase):
    def setUp(self):
        root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.multiple(catalogues, ROOT=root, LOCALE=root / "locale", PACKAGES=("web",)))
        self.root, self.po = root, root / "locale/de/LC_MESSAGES/django.po"
        counted = "{% blocktranslate count n=3 %}one{% plural %}{{ n }} of 100%{% endblocktranslate %}"
        self.put("templates/a.html", "  {% translate 'Today' %}\n" + counted)
        self.put("web/words.py", "WORDS = [_('Hello %(name)s'), pgettext('verb', 'Open')]\n")
        (root / "locale/de").mkdir(parents=True)

    def put(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def translate(self, *pairs):
        text = self.po.read_text()
        for said, translated in pairs:
            self.assertIn(f'{said}\nmsgstr ""', text)
            text = text.replace(f'{said}\nmsgstr ""', f'{said}\nmsgstr "{translated}"')
        self.po.write_text(text)

    def check(self):
        return list(catalogues.faults("de", catalogues.extracted()))

    def test_sentences_of_templates_and_modules_are_found(self):
        found = {(message.id, message.context) for message in catalogues.extracted() if message.id}
        self.assertEqual(
            found,
            {("Today", None), (("one", "%(n)s of 100%%"), None), ("Hello %(name)s", None), ("Open", "verb")},
        )

    def test_translations_stay_when_sentences_come_and_go_and_nothing_changes_twice(self):
        catalogues.main([])
        self.translate(('msgid "Today"', "Heute"))
        self.put("web/words.py", "WORDS = _('Hello %(name)s, again')\n")
        catalogues.main(["de"])
        once = self.po.read_text(), self.po.with_suffix(".mo").read_bytes()
        self.assertIn('msgid "Today"\nmsgstr "Heute"', once[0])
        self.assertNotIn("Open", once[0])
        catalogues.main(["de"])
        self.assertEqual((self.po.read_text(), self.po.with_suffix(".mo").read_bytes()), once)

    def test_what_is_missing_wrong_or_old_is_told(self):
        catalogues.main([])
        self.assertIn("not translated: Today", self.check())
        self.translate(('msgid "Today"', "<b>Heute</b>"), ('msgid "Hello %(name)s"', "Hallo %(nam)s"))
        faults = self.check()
        self.assertIn("not up to date: make messages", faults)
        self.assertIn("other placeholders, tags or spaces at the ends: Today", faults)
        self.assertIn("other placeholders, tags or spaces at the ends: Hello %(name)s", faults)
        catalogues.main([])
        self.assertNotIn("not up to date: make messages", self.check())
        self.put("web/words.py", "")
        self.assertIn("not up to date: make messages", self.check())

    def test_what_is_whole_is_let_through(self):
        catalogues.main([])
        text = self.po.read_text().replace('msgstr[0] ""', 'msgstr[0] "eins"')
        self.po.write_text(text.replace('msgstr[1] ""', 'msgstr[1] "%(n)s von 100%%"'))
        hello = ('msgid "Hello %(name)s"', "Hallo %(name)s")
        self.translate(('msgid "Today"', "Heute"), hello, ('msgid "Open"', "Öffnen"))
        catalogues.main(["de"])
        self.assertEqual(self.check(), [])
        self.assertEqual(catalogues.main(["--check"]), 0)

    def test_the_catalogues_of_this_program_can_be_read(self):
        self.assertIsInstance(catalogues.stored("de"), Catalog)
