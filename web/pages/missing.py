"""What views of pages share, whoever looks at them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404

from web.errors import ProductError


@contextmanager
def missing_as_404() -> Iterator[None]:
    """Turn a refusal of something missing or foreign into a 404: on pages the two look the same."""
    try:
        yield
    except ProductError as refusal:
        if refusal.status in {403, 404}:
            raise Http404 from refusal
        raise
