"""Where a program may have a person's browser sent back to, and what a page may say of that place."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext as _

REDIRECTS_MAX, REDIRECT_MAX_CHARACTERS = 20, 1000
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
VISIBLE_ASCII = re.compile(r"[!-~]+")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
# An app of the person's own device has a scheme of its own (RFC 8252 section 7.1). These mean something to browsers.
NOT_OF_APPS = frozenset(
    (
        *("about", "blob", "chrome", "data", "feed", "file", "filesystem", "ftp", "intent", "jar", "javascript"),
        *("mailto", "resource", "sms", "tel", "vbscript", "view-source", "ws", "wss"),
    )
)


def fault_of_redirect(address: str) -> str | None:
    """Why nobody can be sent there, in plain ASCII; None where one can."""
    if len(address) > REDIRECT_MAX_CHARACTERS or not VISIBLE_ASCII.fullmatch(address) or "\\" in address:
        return "is too long or not an address"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if {"#"} & set(address) or {"@", "*"} & set(parts.netloc):
        return "has a fragment, a name or a wildcard in it"
    return fault_of_scheme(parts.scheme, host, leads_somewhere=bool(parts.netloc or parts.path))


def fault_of_scheme(scheme: str, host: str | None, *, leads_somewhere: bool) -> str | None:
    match scheme:
        case "https":
            return None if host else "has no host"
        case "http":
            return None if host in LOOPBACK_HOSTS else "must begin with https, except on this machine"
        case _ if not SCHEME.fullmatch(scheme) or scheme in NOT_OF_APPS:
            return "has a scheme that is not one of an app"
    return None if leads_somewhere else "leads nowhere"


def place_of(address: str) -> str:
    """The address in words for people: a host, or an app on their own device."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return parts.netloc
    return (
        _("this device")
        if parts.scheme == "http"
        else _("an app on this device (%(scheme)s:)") % {"scheme": parts.scheme}
    )


def form_target(address: str) -> str:
    """The place as a Content-Security-Policy names it for `form-action`."""
    parts = urlsplit(address)
    # A policy has no words for IPv6, and none for the hosts of an app's scheme.
    if parts.scheme not in {"http", "https"} or ":" in (parts.hostname or ""):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc}"


def answer_address(redirect_uri: str, answer: Mapping[str, str | None]) -> str:
    """The address with the parameters of an answer in its query, each once, whatever stood there."""
    given = {name: value for name, value in answer.items() if value is not None}
    parts = urlsplit(redirect_uri)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in given]
    return urlunsplit(parts._replace(query=urlencode([*kept, *given.items()])))
