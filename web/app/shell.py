"""What the pages need besides themselves, and the version of it: another one for every change of a file."""

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.urls import reverse

FOLDERS = ("scripts", "worker", "icons")


@functools.cache
def shell_addresses() -> list[str]:
    """The static files of the pages, and the page for what was never seen."""
    files = [str(file.relative_to(settings.STATIC_ROOT)) for file in shell_files()]
    return [reverse("offline"), *(f"{settings.STATIC_URL}{file}" for file in files)]


@functools.cache
def shell_version() -> str:
    """Of the files, and of the templates, which the page for what was never seen is made of."""
    digest = hashlib.sha256()
    for file in [*shell_files(), *sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))]:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def shell_files() -> list[Path]:
    """All but those of the admin and the API's page."""
    root = Path(settings.STATIC_ROOT)
    own = [root / "app.css", root / "icon.svg", *root.glob("htmx-*.js")]
    in_folders = [file for name in FOLDERS for file in (root / name).glob("*.*")]
    return sorted(file for file in [*own, *in_folders] if file.is_file())
