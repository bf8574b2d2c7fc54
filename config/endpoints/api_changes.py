"""The page “API changes”: what each version brought to who builds on the API, from the changelog."""

import functools
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

MARK = "- API: "


Line = list[str]


@functools.cache
def api_changes() -> list[tuple[str, list[Line]]]:
    """Version → the lines of its section that begin with the mark, the newest first; read once.

    Every second part of a line is code.
    """
    versions: list[tuple[str, list[Line]]] = []
    sections = re.split(r"^## ", (settings.BASE_DIR / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    for section in sections:
        version, _, text = section.partition("\n")
        lines = re.sub(r"\n +", " ", text).splitlines()
        marked = [line.removeprefix(MARK).split("`") for line in lines if line.startswith(MARK)]
        versions.append((version.strip(), marked))
    return versions


@require_safe
async def changes_page(request: HttpRequest) -> HttpResponse:
    return render(request, "api_changes.html", {"versions": api_changes()})
