"""Which site passkeys are bound to. What a browser claims in its Host header is not enough to decide that."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from web.errors import ValidationFailed


class NoPasskeysHere(ValidationFailed):
    message = _("Passkeys work at the name of this site and over https only.")


@dataclass(frozen=True)
class Site:
    """`domain` is the relying party's id, `origin` where its pages come from."""

    domain: str
    origin: str


def site_of(request: HttpRequest) -> Site | None:
    """The site by SITE_URL, else by a host that ALLOWED_HOSTS names outright; None where there can be no passkeys.

    That is at an address without a name, and where anybody's name would do.
    """
    origin = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    domain = urlsplit(origin).hostname or ""
    is_named = bool(settings.SITE_URL) or domain in settings.ALLOWED_HOSTS
    if not is_named or is_address(domain) or not (origin.startswith("https://") or domain == "localhost"):
        return None
    return Site(domain, origin)


def required_site(request: HttpRequest) -> Site:
    """As `site_of`, but raises NoPasskeysHere instead of returning None."""
    if (site := site_of(request)) is None:
        raise NoPasskeysHere
    return site


def is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True
