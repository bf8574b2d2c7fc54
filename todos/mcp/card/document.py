"""The card as one document without any address: styles and script stand in it, and its policy allows these alone."""

import base64
import hashlib
from pathlib import Path
from string import Template

from django.conf import settings
from mcp.server.apps import Apps, ResourceCsp

CARD = "ui://todo-chat/todos.html"
HERE = Path(__file__).parent
# What the card has in common with our pages; a host shows it beside its own things, and it must still be ours.
SHARED_STYLES = ("base", "controls", "approval")


def card() -> Apps:
    """For hosts that can show pages. No address may be asked from it, and none of ours is."""
    apps = Apps()
    nowhere = ResourceCsp(connect_domains=[], resource_domains=[], frame_domains=[], base_uri_domains=[])
    apps.add_html_resource(CARD, document(), title="Todos", csp=nowhere, prefers_border=True)
    return apps


def document() -> str:
    shared = [settings.BASE_DIR / "static/styles" / f"{name}.css" for name in SHARED_STYLES]
    styles = "\n".join(path.read_text() for path in [*shared, HERE / "card.css"])
    script = (HERE / "card.js").read_text()
    policy = "; ".join(
        [
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            f"style-src {digest(styles)}",
            f"script-src {digest(script)}",
        ]
    )
    return Template((HERE / "page.html").read_text()).substitute(policy=policy, styles=styles, script=script)


def digest(text: str) -> str:
    """The name by which a policy allows this text, and no other (CSP, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
