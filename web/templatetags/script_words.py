"""What scripts say: sentences in the language of the page, which hands them over as JSON, for no script has its own."""

import json
from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_noop as _

register = template.Library()
NO_MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def ngettext_noop(one: str, several: str) -> tuple[str, str]:
    """Marks both for translation."""
    return one, several


# By the part of the pages that needs them: every one, those of somebody who is signed in, the settings of notices.
# Names in braces are filled in by the script. Of two sentences the first is for one, the second for any other number.
SENTENCES: dict[str, dict[str, str | tuple[str, str]]] = {
    "page": {
        "useZone": _("Use this device’s: {zone}"),
        "copied": _("Copied."),
        "marked": _("Selected; copy it by keyboard."),
        "tryIn": _("Try again in {time}."),
        "tryNow": _("Try again now."),
        "passkeyKnown": _("This device has a passkey for your account already."),
        "passkeyNone": _("Nothing was chosen, or it took too long. Try again."),
        "passkeyAddress": _("Passkeys do not work at this address."),
    },
    "app": {
        "approvals": _("Needs your approval · {count}"),
        "characters": _("{length} of {limit} characters"),
        "offlineKept": _("You are offline. What you write is kept, and can be sent when the connection is back."),
        "saved": _("Saved"),
        "notSaved": _("Not saved"),
        "saveUnreached": _("The server is out of reach. What you wrote stays here, and is saved when it is back."),
        "selected": ngettext_noop("{count} selected", "{count} selected"),
        "offline": _("You are offline."),
        "unreached": _("The server is out of reach."),
        "asAt": _("This is how it was at {time}."),
        "asOn": _("This is how it was on {moment}."),
        "waits": ngettext_noop("One change waits to be sent.", "{count} changes wait to be sent."),
        "willSend": _("What you add, tick or write is kept and sent when you are back."),
        "refused": ngettext_noop("One change was not accepted.", "{count} changes were not accepted."),
        "showAll": ngettext_noop("Show it", "Show all {count}"),
        "drop": _("Drop: {words}"),
        "complete": _("Complete “{title}”"),
        "reopen": _("Open again “{title}”"),
        "delete": _("Delete “{title}”"),
        "restore": _("Restore “{title}”"),
        "move": _("Move “{title}”"),
        "aTodo": _("a todo"),
        "gone": _("It is not there any more."),
        "notAccepted": _("It was not accepted."),
    },
    "push": {
        "blocked": _(
            "Notices are blocked for this site. Allow them in the browser’s settings of this site, and come back."
        ),
        "appOnly": _(
            "This browser takes notices only from the app: add it to the home screen first, or use another browser."
        ),
        "told": _("This device is told."),
        "oneMoment": _("One moment …"),
        "failed": _("That did not work: {reason}"),
        "device": _("{browser} on {system}"),
        "aBrowser": _("A browser"),
    },
}


@register.simple_tag
def script_words(part: str) -> SafeString:
    """`{% script_words "app" %}`, read by static/scripts/dom.js."""
    return words_html(part, get_language())


@cache
def words_html(part: str, language: str) -> SafeString:
    """`language` is the one that is spoken."""
    words = {
        name: counted(said) if isinstance(said, tuple) else gettext(said) for name, said in SENTENCES[part].items()
    }
    # As Django's json_script escapes it, but for letters: in escapes French takes a third more.
    shown = json.dumps(words, ensure_ascii=False, separators=(",", ":")).translate(NO_MARKUP)
    return format_html('<script id="words-{}" type="application/json">{}</script>', part, SafeString(shown))


def counted(forms: tuple[str, str]) -> list[str]:
    return [ngettext(*forms, count) for count in (1, 2)]
