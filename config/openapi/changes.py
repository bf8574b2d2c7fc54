"""What changes for who builds on the API: the page “API changes”, from the changelog, and what answers say of it."""

import datetime
import functools
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from web.requests.fields import Endpoint

MARK = "- API: "
# Of a route that is given up: the days from which clients should not use it, and from which it may be gone.
SINCE, UNTIL = "x-deprecated-on", "x-sunset"


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


def say_deprecation(endpoint: Endpoint) -> Endpoint:
    """A decorator of every operation: one that is given up says so in each of its answers.

    A route is given up by `deprecated=True` and `openapi_extra` with both days, as ISO dates.
    """
    operation = getattr(endpoint, "_ninja_operation")  # noqa: B009  the library keeps it there for decorators
    if not operation.deprecated:
        return endpoint
    headers = deprecation_headers(operation.openapi_extra[SINCE], operation.openapi_extra[UNTIL])

    @functools.wraps(endpoint)
    async def told(request: HttpRequest, **values: Any) -> Any:
        request.deprecation = headers  # type: ignore[attr-defined]
        return await endpoint(request, **values)

    return told


def deprecation_headers(since: str, until: str) -> dict[str, str]:
    """As RFC 9745 and RFC 8594 have them."""
    first, last = (
        int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp()) for day in (since, until)
    )
    link = '</api/changes>; rel="deprecation"; type="text/html"'
    return {"Deprecation": f"@{first}", "Sunset": http_date(last), "Link": link}
