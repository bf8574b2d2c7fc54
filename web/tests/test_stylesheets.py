"""The one stylesheet of the pages."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.test import SimpleTestCase

from web.pages.stylesheets import JOINED, LAYERS, StylesheetFinder, joined_styles

FOLDER = Path(settings.BASE_DIR) / "static/styles"


class Stylesheets(SimpleTestCase):
    def test_every_file_is_a_layer_and_every_layer_a_file(self):
        self.assertEqual({path.stem for path in FOLDER.iterdir()}, set(LAYERS))

    def test_the_joined_file_has_all_of_them_in_their_order(self):
        joined = joined_styles(FOLDER).decode()
        places = [
            joined.index(f"@layer {name} {{\n{(FOLDER / name).with_suffix('.css').read_text()}}}") for name in LAYERS
        ]
        self.assertEqual(places, sorted(places))
        self.assertTrue(joined.startswith(f"@layer {', '.join(LAYERS)};"))

    def test_collectstatic_is_given_it(self):
        (finder,) = (finder for finder in get_finders() if isinstance(finder, StylesheetFinder))
        ((name, storage),) = finder.list([])
        self.assertEqual(name, JOINED)
        self.assertEqual(storage.open(name).read(), joined_styles(FOLDER))
