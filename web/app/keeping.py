"""What a browser may keep of a person for when there is no network: pages that say so, with their owner."""

from typing import TypeVar
from uuid import UUID

from django.http import HttpResponse

KEPT_FOR = "X-Kept-For"
Page = TypeVar("Page", bound=HttpResponse)


def kept_for(owner_id: UUID, page: Page) -> Page:
    """Let the service worker keep this page for its owner alone, until they sign out. Refusals are not kept."""
    if page.status_code == 200:
        page[KEPT_FOR] = owner_id.hex
    return page
