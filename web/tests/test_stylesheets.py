"""The one stylesheet of the pages."""

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.test import SimpleTestCase

from web.pages.stylesheets import JOINED, LAYERS, StylesheetFinder, joined_styles

FOLDER = Path(settings.BASE_DIR) / "static/styles"
# What a page is dressed in that may be read from right to left: the pages, the card in other programs, the admin.
OURS = [*FOLDER.iterdir(), *FOLDER.parent.glob("*.css"), Path(settings.BASE_DIR) / "todos/mcp/card/card.css"]
SIDE = r"(?:left|right)"
PHYSICAL = (
    rf"[\w-]*\b{SIDE}\b(?:-(?:width|style|color|radius))?\s*:",  # padding-left, border-top-right-radius
    rf"(?:text-align|float|clear|justify-[\w]+)\s*:[^;]*\b{SIDE}\b",
    r"translateX\(|translate\s*:\s*-?(?!0\b)[\d.]",
)
# `margin: 1px 2px 3px 4px` names the left side too: all four, where the second and the last differ.
FOUR_SIDES = re.compile(
    r"^\s*(?:margin|padding|inset|border-width)\s*:\s*((?:\S+?\([^)]*\)|[^\s;(]+)(?:\s+(?:\S+?\([^)]*\)|[^\s;(]+)){3});",
    re.M,
)
ONE_SIDE = re.compile(r"\S+?\([^)]*\)|\S+")


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

    def test_nothing_names_the_left_or_the_right(self):
        """Lines run from right to left for some: sides are named by where a line starts and ends."""
        for path in OURS:
            rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
            named = [found[0].strip() for side in PHYSICAL for found in re.finditer(side, rules)]
            for sides in FOUR_SIDES.findall(rules):
                _, end, _, start = ONE_SIDE.findall(sides)
                named += [sides] * (start != end)
            self.assertEqual(named, [], path.name)

    def test_there_are_three_sizes_of_type_and_two_weights(self):
        for path in FOLDER.iterdir():
            sizes = re.findall(r"font-size: ([^;]+);", path.read_text())
            weights = re.findall(r"font-weight: ([^;]+);", path.read_text())
            self.assertLessEqual(set(sizes), {"var(--small)", "var(--text)", "var(--title)"}, path.name)
            self.assertLessEqual(set(weights), {"var(--bold)", "400"}, path.name)

    def test_a_page_loads_at_most_a_tenth_of_a_megabyte_of_styles_and_scripts(self):
        static = FOLDER.parent
        loaded = [path.read_bytes() for path in [*static.glob("htmx-*.js"), *(static / "scripts").glob("*.js")]]
        self.assertLess(sum(len(gzip.compress(part)) for part in [joined_styles(FOLDER), *loaded]), 100_000)
