"""The manifest, the service worker, and the page for what was never seen. They are the same for everybody."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .shell import shell_addresses, shell_version

ICONS = (("any", "icon"), ("maskable", "maskable"))
SIZES = (192, 512)
ACCENT, PAPER = "#7c2a6b", "#f8f5f2"


@require_safe
async def manifest(request: HttpRequest) -> HttpResponse:
    content = json.dumps(manifest_content(), ensure_ascii=False)
    return HttpResponse(content, content_type="application/manifest+json")


@require_safe
async def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a worker sees only what lies below its own address."""
    said = {"reminder": _("You have a reminder.")}
    shell = {"version": shell_version(), "addresses": shell_addresses(), "said": said}
    content = f'import {{ begin }} from "{settings.STATIC_URL}worker/worker.js";\nbegin({json.dumps(shell)});\n'
    return HttpResponse(content, content_type="text/javascript")


@require_safe
async def offline(request: HttpRequest) -> HttpResponse:
    # Without the context processors, which read the session.
    return HttpResponse(render_to_string("installed/offline.html", {"request": request}))


def manifest_content() -> dict[str, object]:
    """https://www.w3.org/TR/appmanifest/."""
    todos, new = reverse("todos"), reverse("new_todo")
    icon = f"{settings.STATIC_URL}icons"
    return {
        "id": "/",
        "name": "Todo Chat",
        "short_name": "Todo Chat",
        "description": _("A todo list that you talk to."),
        "lang": get_language(),
        "start_url": f"{todos}?filter=today",
        "scope": "/",
        "display": "standalone",
        "theme_color": ACCENT,
        "background_color": PAPER,
        "icons": [
            {"src": f"{icon}/{name}-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for purpose, name in ICONS
            for size in SIZES
        ]
        + [{"src": f"{icon}/monochrome.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "monochrome"}],
        "shortcuts": [
            shortcut(_("New todo"), new, icon),
            shortcut(_("Today"), f"{todos}?filter=today", icon),
            shortcut(_("New chat"), reverse("home"), icon),
        ],
        # It fills in a form, which the person sends: an address alone, on whatever page it stands, adds nothing.
        "share_target": {"action": new, "method": "GET", "params": {"title": "title", "text": "text", "url": "link"}},
    }


def shortcut(name: str, url: str, icon: str) -> dict[str, object]:
    return {"name": name, "url": url, "icons": [{"src": f"{icon}/icon-192.png", "sizes": "192x192"}]}
