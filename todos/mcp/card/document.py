"""The card as one document without any address: styles and script stand in it, and its policy allows these alone.

Its sentences stand in it in every language; which one is shown, the host says who shows it.
"""

import base64
import gettext
import hashlib
import json
from pathlib import Path
from string import Template

from django.conf import settings
from django.utils.translation import gettext_noop as _
from mcp.server.apps import Apps, ResourceCsp

CARD = "ui://todo-chat/todos.html"
HERE = Path(__file__).parent
# What the card has in common with our pages; a host shows it beside its own things, and it must still be ours.
SHARED_STYLES = ("base", "controls", "approval")
# Names in braces are filled in by the script.
SENTENCES = {
    "todos": _("Todos"),
    "nothing": _("Nothing here."),
    "more": _("And {count} more."),
    "complete": _("Complete “{title}”"),
    "reopen": _("Open again “{title}”"),
    "trashed": _("in the trash"),
    "overdue": _("overdue"),
    "failed": _("That did not work."),
    "approval": _("Needs your approval · {count}"),
    "all": _("All {count} todos"),
    "open": _("Nothing is done yet."),
    "approved": _("approved"),
    "leftAlone": _("left alone"),
    "approve": _("Approve {count}"),
    "approveNone": _("Approve none"),
    "decline": _("Decline"),
    "until": _("Open until {time}"),
    "decide": _("Decide"),
    "decideAt": _("Decide at"),
    "undo": _("Undo"),
}


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
    page = Template((HERE / "page.html").read_text())
    return page.substitute(policy=policy, styles=styles, script=script, words=json.dumps(words(), ensure_ascii=False))


def words() -> dict[str, dict[str, str]]:
    """The sentences by language. The document is made before Django can look words up."""
    told = {}
    for code, _name in settings.LANGUAGES:
        catalogue = gettext.translation("django", settings.LOCALE_PATHS[0], [code], fallback=True)
        told[code] = {name: catalogue.gettext(said) for name, said in SENTENCES.items()}
    return told


def digest(text: str) -> str:
    """The name by which a policy allows this text, and no other (CSP, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
