"""The one stylesheet of the pages, `app.css`: the files of `static/styles`, each a cascade layer, in one request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage

JOINED = "app.css"
# A later layer wins over an earlier one, however specific the selectors of either are.
LAYERS = (
    "base",
    "controls",
    "layout",
    "conversations",
    "chat",
    "todos",
    "editor",
    "accounts",
    "dialogs",
    "notices",
    "adaptations",
    "approval",
    "installed",
)


class StylesheetFinder(BaseFinder):
    """Hands `app.css` to collectstatic."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> list[str]:  # type: ignore[override]
        """Nothing on disk is the joined file: `collectstatic` writes it."""
        return []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        storage = InMemoryStorage()
        storage.save(JOINED, ContentFile(joined_styles(settings.BASE_DIR / "static/styles")))
        yield JOINED, storage


def joined_styles(folder: Path) -> bytes:
    parts = [f"@layer {name} {{\n{(folder / name).with_suffix('.css').read_text()}}}\n" for name in LAYERS]
    return "\n".join([f"@layer {', '.join(LAYERS)};\n", *parts]).encode()
