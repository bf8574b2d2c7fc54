"""Our own site, as those outside of a request call it: mails and pushes."""

from django.conf import settings

# On a developer's machine, where nothing says what the site is called.
LOCAL_SITE = "http://localhost:8000"


def site_address(path: str, site: str | None = None) -> str:
    """The whole address of a path: at SITE_URL, never at what a request claims; or at `site`, where one is named."""
    return f"{(site or settings.SITE_URL or LOCAL_SITE).rstrip('/')}{path}"
