"""A language that nobody speaks: each sentence of the program in letters of its own, longer, from right to left.

Whatever is still in plain letters on a page was not looked up; whatever is cut off had no room for longer words.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from django.test import override_settings

from web.languages import catalogues

# Django has it from right to left, and no page of ours is in it.
CODE = "he"
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
STRANGE = str.maketrans(PLAIN, "åƀçðéƒĝĥîĵķļɱñöþǫřšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŘŠŢÛṼŴẊÝŽ")
# What stands in a sentence and is no word of it.
KEPT = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|<[^<>]*>|&\w+;|<code>.*?</code>")
LONGER = 0.4


def strange(sentence: str) -> str:
    """“Save” as “Šåṽé~~”: two fifths longer."""
    parts, end = [], 0
    for kept in KEPT.finditer(sentence):
        parts += [sentence[end : kept.start()].translate(STRANGE), kept[0]]
        end = kept.end()
    parts.append(sentence[end:].translate(STRANGE))
    letters = sum(len(part) for part in parts[::2])
    body = "".join(parts)
    end = len(body.rstrip())
    return body[:end] + longer_by(round(letters * LONGER)) + body[end:]


def longer_by(letters: int) -> str:
    """In words of seven, as long as a word is that has to fit into a line."""
    return ("~" * min(letters, 4) + " ~~~~~~~" * letters)[:letters].rstrip()


def write_pseudo_language(folder: Path) -> None:
    catalog = Catalog(locale=CODE)
    for message in catalogues.sentences_of(catalogues.extracted()):
        forms = catalogues.forms_of(message.id)
        said = tuple(map(strange, forms)) if len(forms) > 1 else strange(forms[0])
        if isinstance(said, tuple):  # as many as this language counts
            said = (said[0], *[said[-1]] * (catalog.num_plurals - 1))
        catalog.add(message.id, said, context=message.context)
    path = folder / CODE / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogues.mo_bytes(catalog))


@contextmanager
def pseudo_language() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        write_pseudo_language(Path(folder))
        with override_settings(LOCALE_PATHS=[folder], LANGUAGES=[("en", "English"), (CODE, "עברית")]):
            yield CODE
